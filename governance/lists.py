"""Cases as a list draws them, whichever room each waits in."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, OuterRef, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from governance.models import PRIORITIES, Correction
from intake.facts import wished_words
from intake.models import Request
from qtm.queues import GOVERNOR, QUEUES, REQUESTER, Queue, oldest_of
from qtm.spine import case_named, words
from qtm.waits import NORMAL, Wait

LISTED = ("summary", "name", "place", "wished")
# How the work of cases ended, by case, where it did; later zones know it: `OUTCOMES.append(outcomes_of)`.
OUTCOMES: list[Callable[[Sequence[int]], Mapping[int, str]]] = []


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about, corrections included; how pressing it is and by when it is due; since when its requester has an open question."""

    case: int
    surface: str
    channel: str
    follows: int | None
    corrects: str
    priority: int
    due: datetime | None
    asked: datetime | None
    state: str  # of its Task, or before there is one of its Request
    since: datetime
    summary: str
    name: str
    place: str
    wished: str

    @property
    def reference(self) -> str:
        """How people name it."""
        return case_named(self.case)


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as a list draws it: what it is about, since when it waits, for what, at whose; how pressing it is, and whether it is late."""

    about: About
    since: datetime
    next: str
    operator: Any = None
    priority: str = ""  # empty where it is as usual
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


def _ended(about: About, outcome: str) -> Entry:
    """A case that waits nowhere: where it stands and since when, with how its work ended."""
    said = words(about.state).capitalize()
    return _entry(about, about, None, f"{said}: {outcome}" if outcome else said)


def _entry(about: About, row: Any, queue: Queue | None, what: str) -> Entry:
    """One case, as it stands in a queue, if it waits in one."""
    priority = dict(PRIORITIES)[about.priority] if about.priority != NORMAL else ""
    late = queue is not None and queue.is_overdue(about.due, row.since, timezone.now())
    theirs = about.asked if queue and queue.whose == GOVERNOR else None
    return Entry(about, row.since, what, getattr(row, "operator", None), priority, late, theirs)


def _about(case_ids: Sequence[int]) -> dict[int, About]:
    """What cases are about, by number: two queries, which read of each room what a list says and no more."""
    if not case_ids:
        return {}
    right: dict[int, dict[str, Any]] = defaultdict(dict)
    corrected = Correction.objects.filter(task__case_id__in=case_ids, field__in=LISTED)
    for case_id, name, becomes in corrected.values_list("task__case_id", "field", "becomes"):
        right[case_id][name] = becomes
    asking = [queue.slug for queue in QUEUES if queue.whose == REQUESTER]
    waits: Any = Wait.objects.filter(case_id=OuterRef("pk"), queue__in=asking).values("since")[:1]
    stands: list[Any] = [Coalesce(f"intake__task__{name}", name) for name in ("state", "since")]
    raw: Any = Case(When(intake=None, then="asked"))  # as it was asked, where it is not stored in governed form yet
    read = ("pk", "surface__name", "channel", "follows_id", "corrects", "listing__priority", "listing__due")
    found = {}
    for case, surface, *known, asked, summary, name, place, wished in Request.objects.filter(
        pk__in=case_ids
    ).values_list(*read, Subquery(waits), *stands, raw, *(f"intake__{each}" for each in LISTED)):
        stored = {"summary": summary, "name": name, "place": place, "wished": wished}
        said = {"summary": surface, **asked} if asked is not None else stored
        found[case] = About(case, surface, *known, *_listed(said | right[case]))
    return found


def _listed(said: Mapping[str, Any]) -> list[str]:
    """The details of a case that a list shows, in their order."""
    return [wished_words(said.get(name)) if name == "wished" else str(said.get(name) or "") for name in LISTED]
