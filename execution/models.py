"""Execution: a Job is created by one explicit act, claimed by an operator, and carried out in a ServiceEvent."""

from execution.emptying import Emptied, Removed
from execution.event import PAID, UNDER_WAY, ServiceEvent
from execution.evidence import Evidence, StageMark, Travel
from execution.feed import Feed
from execution.hand import Hand
from execution.job import Job
from execution.originals import Download
from execution.renditions import Rendition

__all__ = [
    "PAID",
    "UNDER_WAY",
    "Download",
    "Emptied",
    "Evidence",
    "Feed",
    "Hand",
    "Job",
    "Removed",
    "Rendition",
    "ServiceEvent",
    "StageMark",
    "Travel",
]
