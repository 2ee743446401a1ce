"""Cases as a list draws them, whichever room each waits in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from governance.models import PRIORITIES, Correction
from intake.facts import wished_words
from intake.models import Request
from qtm.queues import GOVERNOR, QUEUES, REQUESTER, Queue, oldest_of
from qtm.spine import words
from qtm.waits import NORMAL, Wait

LISTED = ("summary", "name", "place", "wished")
# How the work of cases ended, by case, where it did; later zones know it: `OUTCOMES.append(outcomes_of)`.
OUTCOMES: list[Callable[[Sequence[int]], Mapping[int, str]]] = []


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as a list draws it: what it is about, since when it waits, for what, at whose; how pressing it is, and by when it is due."""

    request: Request
    details: Mapping[str, str]
    since: datetime
    next: str
    operator: Any = None
    priority: str = ""  # empty where it is as usual
    due: datetime | None = None
    overdue: bool = False
    asked: datetime | None = (
        None  # since when its requester has an open question, where it would else be governance's move
    )
    walk: str = ""  # with what the address of the case says from which list it was opened, and where in it


def entries(queue: Queue, rows: Sequence[Any], kept: str = "") -> list[Entry]:
    """The rows of a queue, whichever room they are of, with what their cases are about: two queries; `kept`: the list's filter."""
    about = _about([row.case_id for row in rows])
    listed = [_entry(about[row.case_id], row, queue, queue.next.format(row=row)) for row in rows]
    return [replace(each, walk=walked(queue, row, kept)) for each, row in zip(listed, rows, strict=True)]


def walked(queue: Queue, row: Any, kept: str) -> str:
    """What the address of a case says of the list from which it was opened: which queue, where in it, and its filter."""
    return "&".join(filter(None, (urlencode({"queue": queue.slug, "after": point_of(row)}), kept)))


def point_of(row: Any) -> str:
    """The place of a row in its queue."""
    return f"{row.since.isoformat()},{row.row_id if isinstance(row, Wait) else row.pk}"


def longest(queues: Sequence[Queue], governor: Any) -> list[Entry]:
    """What has waited longest in any of these queues: four queries."""
    heads, by_slug = oldest_of(queues, governor), {queue.slug: queue for queue in queues}
    about = _about([row.case_id for row in heads])
    return [_entry(about[row.case_id], row, by_slug[row.queue], by_slug[row.queue].name) for row in heads]


def found(case_ids: Sequence[int], queues: Sequence[Queue]) -> list[Entry]:
    """Cases that were sought, in this order, each with where it stands among the queues that one sees, or how it ended: four queries."""
    by_slug = {queue.slug: queue for queue in queues}
    about, waits = _about(case_ids), _first_waits(case_ids, list(by_slug))
    over = [case_id for case_id in case_ids if case_id not in waits]
    came = dict(each for outcomes in OUTCOMES if over for each in outcomes(over).items())
    return [
        _entry(about[case_id], row, by_slug[row.queue], by_slug[row.queue].name)
        if (row := waits.get(case_id))
        else _ended(about[case_id], came.get(case_id, ""))
        for case_id in case_ids
    ]


def _first_waits(case_ids: Sequence[int], slugs: Sequence[str]) -> dict[int, Wait]:
    """Where cases wait: on their way through the spine, and what waits beside it only where nothing else does."""
    rows = Wait.objects.filter(case_id__in=case_ids, queue__in=slugs).select_related("operator")
    return {row.case_id: row for row in sorted(rows, key=lambda row: row.lane == "way")}


def _ended(about: tuple[Request, Mapping[str, str]], outcome: str) -> Entry:
    """A case that waits nowhere: where it stands and since when, with how its work ended."""
    stands = getattr(getattr(about[0], "intake", None), "task", None) or about[0]
    said = words(stands.state).capitalize()
    return _entry(about, stands, None, f"{said}: {outcome}" if outcome else said)


def _entry(about: tuple[Request, Mapping[str, str]], row: Any, queue: Queue | None, what: str) -> Entry:
    """One case, as it stands in a queue, if it waits in one."""
    request, details = about
    listing, now = request.listing, timezone.now()
    priority = dict(PRIORITIES)[listing.priority] if listing.priority != NORMAL else ""
    late = queue is not None and queue.is_overdue(listing.due, row.since, now)
    operator = getattr(row, "operator", None)
    theirs = request.asked_since if queue and queue.whose == GOVERNOR else None  # type: ignore[attr-defined]
    return Entry(request, details, row.since, what, operator, priority, listing.due, late, theirs)


def _about(case_ids: Sequence[int]) -> dict[int, tuple[Request, dict[str, str]]]:
    """What cases are about, corrections included, and since when each waits for its requester, by the Request's id."""
    asking = [queue.slug for queue in QUEUES if queue.whose == REQUESTER]
    asked = Wait.objects.filter(case_id=OuterRef("pk"), queue__in=asking).values("since")[:1]
    cases = Request.objects.filter(pk__in=case_ids).annotate(asked_since=Subquery(asked))
    requests: Any = cases.select_related("surface", "intake__task", "listing")
    found: dict[int, tuple[Request, dict[str, str]]] = {
        each.pk: (each, _listed(each)) for each in requests.defer("listing__words")
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
