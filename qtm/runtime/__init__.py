"""The runtime of a surface as data: what it asks, offers, requires and may end in; checked before it is believed."""

from qtm.runtime.fields import ASKED, FACTS, UNSTORABLE, Answer, Asks, Choice, Field
from qtm.runtime.parts import MOST_MINOR, Event, Outcome, Price, Service, Stage, Tier
from qtm.runtime.places import Place, places
from qtm.runtime.sequence import within
from qtm.runtime.slots import EVIDENCE_KINDS, MOST_DECIMALS, Evidence, plain_number
from qtm.runtime.table import Malformed
from qtm.runtime.whole import STATUSES, SURFACES, Runtime, Unknown, shipped

__all__ = [
    "ASKED",
    "EVIDENCE_KINDS",
    "FACTS",
    "MOST_DECIMALS",
    "MOST_MINOR",
    "STATUSES",
    "SURFACES",
    "UNSTORABLE",
    "Answer",
    "Asks",
    "Choice",
    "Event",
    "Evidence",
    "Field",
    "Malformed",
    "Outcome",
    "Place",
    "Price",
    "Runtime",
    "Service",
    "Stage",
    "Tier",
    "Unknown",
    "places",
    "plain_number",
    "shipped",
    "within",
]
