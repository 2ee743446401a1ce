"""Where a card of the week can go, and when it lands there: nothing is decided by it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from governance.conflicts import Window
from governance.crews import as_member, in_question, sought_by, with_people
from governance.models import Assignment
from governance.roster import Member, Roster, at
from qtm.models import Operator

AN_HOUR, A_QUARTER, NINE = timedelta(hours=1), timedelta(minutes=15), time(9)


def who(operator_id: int, member: Member | None) -> str:
    """How a form names somebody, or anybody of an operator: its id and the person's."""
    return f"{operator_id}.{member.user_id if member else ''}"


def offered(row: Any) -> list[tuple[Operator, list[tuple[str, str]]]]:
    """On whom a card can be put, by operator, each as a form names them and by name: one that is assigned stays with whom it is assigned to."""
    operators, members = with_people(_operators(row))
    assigned = [as_member(row.worker)] if isinstance(row, Assignment) else None
    return [
        (each, [(who(each.pk, one), _name(each, one)) for one in assigned or (None, *members[each.pk])])
        for each in operators
    ]


def landing(row: Any, operator_id: int, user_id: int | None, day: date) -> Window:
    """When a card lands on a day: at its own time of day and as long as it is, or at the wished one, or as the work begins."""
    if isinstance(row, Assignment) and row.appointment:
        own = row.appointment
        return _window(day, _clock(own.starts), own.ends - own.starts)
    wished = sought_by(row.task if isinstance(row, Assignment) else row).wished
    if wished and timezone.localdate(wished) == day:
        return _window(day, _clock(wished), AN_HOUR)
    return _window(day, _opens(row, operator_id, user_id, day), AN_HOUR)


def _opens(row: Any, operator_id: int, user_id: int | None, day: date) -> time:
    """When somebody begins to work on a day; at nine where nobody said."""
    _, members = with_people(_operators(row).filter(pk=operator_id))
    hours = Roster(members, day).hours(operator_id, user_id, day)
    return hours[0][0] if hours else NINE


def _operators(row: Any) -> QuerySet[Operator]:
    """The operators that a card can be put on: for one that is assigned its own, however it is let in."""
    return Operator.objects.filter(pk=row.operator_id) if isinstance(row, Assignment) else in_question(row)


def _name(operator: Operator, member: Member | None) -> str:
    """Somebody as a form offers them."""
    return ", ".join(filter(None, (member.name, member.role))) if member else f"Anybody of {operator}"


def _clock(moment: datetime) -> time:
    """The time of day at the place."""
    return timezone.localtime(moment).time().replace(second=0, microsecond=0)


def _window(day: date, clock: time, length: timedelta) -> Window:
    """From a time of day on; where that has passed today, from the next full quarter of an hour."""
    starts, now = at(day, clock), timezone.now()
    if day == timezone.localdate(now) and starts < now:
        starts = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + A_QUARTER
    return Window(starts, starts + length)
