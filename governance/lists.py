"""Cases as a list draws them, whichever room each waits in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.models import Correction
from intake.facts import wished_words
from intake.models import Request
from qtm.queues import Queue, oldest_of

LISTED = ("summary", "name", "place", "wished")


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as a list draws it: what it is about, since when it waits, for what, and at whose."""

    request: Request
    details: Mapping[str, str]
    since: datetime
    next: str
    operator: Any = None


def entries(queue: Queue, rows: Sequence[Any]) -> list[Entry]:
    """The rows of a queue, whichever room they are of, with what their cases are about: two queries."""
    about = _about([row.case_id for row in rows])
    return [
        Entry(*about[row.case_id], row.since, queue.next.format(row=row), getattr(row, "operator", None))
        for row in rows
    ]


def longest(queues: Sequence[Queue], governor: Any) -> list[Entry]:
    """What has waited longest in any of these queues: three queries."""
    heads, names = oldest_of(queues, governor), {queue.slug: queue.name for queue in queues}
    about = _about([case_id for _, case_id, _ in heads])
    return [Entry(*about[case_id], since, names[slug]) for slug, case_id, since in heads]


def _about(case_ids: Sequence[int]) -> dict[int, tuple[Request, dict[str, str]]]:
    """What cases are about, corrections included, by the Request's id."""
    found = {
        each.pk: (each, _listed(each))
        for each in Request.objects.filter(pk__in=case_ids).select_related("surface", "intake")
    }
    for case_id, name, becomes in Correction.objects.filter(task__case_id__in=case_ids, field__in=LISTED).values_list(
        "task__case_id", "field", "becomes"
    ):
        found[case_id][1][name] = wished_words(becomes) if name == "wished" else becomes
    return found


def _listed(request: Request) -> dict[str, str]:
    """The details of a case that a list shows, as they were asked."""
    intake = getattr(request, "intake", None)
    said = (
        {name: getattr(intake, name) for name in LISTED}
        if intake
        else {"summary": request.surface.name, **request.asked}
    )
    return {name: wished_words(said.get(name)) if name == "wished" else str(said.get(name) or "") for name in LISTED}
