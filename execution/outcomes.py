"""How the work of cases ended, for lists that show what has been closed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery

from execution.job import ENDED
from execution.models import Job, ServiceEvent
from governance.lists import OUTCOMES
from qtm.runtime import within


def outcomes_of(case_ids: Sequence[int]) -> Mapping[int, str]:
    """The outcome of the last part of each, in the words of its surface, or that its Job was cancelled: one query."""
    last = ServiceEvent.objects.filter(job=OuterRef("pk"), state="completed", final=True).values("outcome")
    ended = Job.objects.filter(case_id__in=case_ids, state__in=ENDED).select_related("version")
    return {each.case_id: _words(each) for each in ended.annotate(outcome=Subquery(last[:1]))}


def _words(job: Any) -> str:
    """How one ended."""
    return within(job.version.reads.outcome(job.outcome).label) if job.outcome else "job cancelled"


OUTCOMES.append(outcomes_of)
