"""Operators with their people, and what a Task asks of them: read for a page in a query each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from governance.conflicts import Window
from governance.details import stands, text_of
from governance.models import Correction, Task
from governance.ranking import Position, Sought
from governance.roster import Member
from intake.models import Intake
from qtm.models import Membership, Operator, User, called

NAMES = ("first_name", "last_name", "username")
WHERE_AND_WHEN = ("place", "latitude", "longitude", "wished")


@dataclass(slots=True)
class Put:
    """A correction as it is read here."""

    field: str
    becomes: str


def in_question(task: Any) -> QuerySet[Operator]:
    """The operators that a Task may be assigned to now: active ones, and for an operator's own funnel itself alone."""
    own = {"pk": task.governor_id} if task.governor_id else {}
    return Operator.objects.filter(state="active", **own)


def with_people(operators: QuerySet[Operator]) -> tuple[list[Operator], dict[int, list[Member]]]:
    """Operators, and everybody who works for each of them now, by name: one query."""
    found: list[Any] = list(operators.annotate(crew=_people(left=False)))
    return found, {each.pk: list(map(_member, each.crew)) for each in found}


def with_former(operators: QuerySet[Operator]) -> QuerySet[Any]:
    """The same operators, which know by the way who has left."""
    return operators.annotate(former=_people(left=True))


def former_of(operator: Any) -> dict[int, Member]:
    """Whoever has left an operator that was read so, by their ids."""
    return {each.user_id: each for each in map(_member, operator.former)}


def _people(left: bool) -> ArraySubquery:
    """Who works for an operator, or has left it, as a column beside its row."""
    person = {name: f"user__{name}" for name in NAMES}
    several = Membership.objects.filter(operator=OuterRef("pk"), left_at__isnull=not left)
    each = JSONObject(user_id="user", role="role", **person)
    return ArraySubquery(several.order_by("user__first_name", "user__username").values(each=each))


def _member(said: dict[str, Any]) -> Member:
    """Somebody, by what was read."""
    return Member(said["user_id"], said["role"], called(**{name: said[name] for name in NAMES}))


def as_member(user: User | None) -> Member | None:
    """Somebody who is named already, whether or not they work for anybody now."""
    return Member(user.pk, "", str(user)) if user else None


def sought_by(task: Task, window: Window | None = None, but: int | None = None) -> Sought:
    """What a Task asks, as its review put it right; its day is the appointment's, or the one that is wished for: no query for one whose case was read."""
    surface = task.version.surface
    sought = _sought(surface.pk, str(surface), task.stands())
    return replace(sought, day=window.days[0] if window else sought.day, window=window, but=but)


def sought_by_many(tasks: Sequence[int]) -> dict[int, Sought]:
    """What each of several Tasks asks, in their order: one query."""
    rows = Intake.objects.filter(task__in=tasks).annotate(put=put_right("task"))
    read = rows.values_list("task", *WHERE_AND_WHEN, "version__surface", "version__surface__name", "put")
    found = {
        task: _sought(surface_id, surface, _as_it_stands(said, put)) for task, *said, surface_id, surface, put in read
    }
    return {task: found[task] for task in tasks if task in found}


def _sought(surface_id: int, surface: str, now: Mapping[str, str]) -> Sought:
    """What a Task asks, by its details as they stand."""
    wished = parse_datetime(now["wished"]) if now["wished"] else None
    return Sought(surface_id, surface, _position(now), timezone.localdate(wished) if wished else None, wished=wished)


def put_right(task: str) -> ArraySubquery:
    """Where and when as it was put right in review, as a column; `task`: how the Task is reached from there."""
    put = Correction.objects.filter(task=OuterRef(task), field__in=WHERE_AND_WHEN).order_by("pk")
    return ArraySubquery(put.values(each=JSONObject(field="field", becomes="becomes")))


def position_of(intake: Intake, corrections: Iterable[dict[str, str]]) -> Position | None:
    """Where the work of an intake is, as its review put it right, if that is known."""
    return _position(_as_it_stands([getattr(intake, name) for name in WHERE_AND_WHEN], corrections))


def _as_it_stands(said: Iterable[Any], corrections: Iterable[dict[str, str]]) -> dict[str, str]:
    """Where and when, with what was put right."""
    first = dict(zip(WHERE_AND_WHEN, map(text_of, said), strict=True))
    return stands(first, [Put(**each) for each in corrections])


def _position(now: Mapping[str, str]) -> Position | None:
    """Where the work is, if that is known."""
    return (float(now["latitude"]), float(now["longitude"])) if now["latitude"] and now["longitude"] else None
