"""Who can do what, and when they work: read for many operators at once, as assigning, the calendar and the pages need it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db import connections
from django.utils import timezone

from qtm.models import Membership, Operator
from qtm.working import Capability, DayOff, Hours

__all__ = [
    "Capability",
    "DayOff",
    "Hours",
    "Said",
    "Span",
    "Who",
    "covers",
    "done_in",
    "minutes",
    "said_of",
    "surfaces_of",
    "times_in",
    "times_of",
    "working_times",
]

type Span = tuple[time, time]  # from, to; midnight as its end is the day's end
type Day = tuple[int, int | None, date]  # of an operator or a member
type Who = tuple[int, int | None]  # an operator's number, and a member's; nobody: the operator itself

A_DAY = 24 * 60


# All that is said of some operators and their members, in one statement.
SAID = """
SELECT 'does', operator_id, user_id, surface_id, NULL::time, NULL::time, NULL::date, NULL::date
  FROM qtm_capability WHERE operator_id = ANY (%(of)s) AND until IS NULL
UNION ALL SELECT 'works', operator_id, user_id, weekday, opens, closes, NULL, NULL
  FROM qtm_hours WHERE operator_id = ANY (%(of)s) AND until IS NULL
UNION ALL SELECT 'off', operator_id, user_id, NULL, NULL, NULL, first, last
  FROM qtm_dayoff WHERE operator_id = ANY (%(of)s) AND until IS NULL AND first <= %(last)s AND last >= %(first)s
ORDER BY 4, 5, 7"""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of operators and members, each as they themselves were named."""

    surfaces: Mapping[Who, set[int]]
    weeks: Mapping[Who, Sequence[list[Span]]]  # seven days, the earliest span first
    off: Mapping[Who, Sequence[tuple[date, date]]]  # the soonest first


def said_of(operators: Iterable[int], first: date, last: date, using: str = "default") -> Said:
    """What is said of operators and their members, with the days off that touch some days: one query."""
    surfaces: defaultdict[Who, set[int]] = defaultdict(set)
    weeks: defaultdict[Who, list[list[Span]]] = defaultdict(lambda: [[] for _ in range(7)])
    off: defaultdict[Who, list[tuple[date, date]]] = defaultdict(list)
    with connections[using].cursor() as cursor:
        cursor.execute(SAID, {"of": list(operators), "first": first, "last": last})
        for what, operator, user, number, opens, closes, begins, ends in cursor.fetchall():
            if what == "does":
                surfaces[operator, user].add(number)
            elif what == "works":
                weeks[operator, user][number].append((opens, closes))
            else:
                off[operator, user].append((begins, ends))
    return Said(dict(surfaces), dict(weeks), dict(off))


def working_times(operators: Iterable[Operator], first_day: date, days: int) -> Mapping[Day, list[Span]]:
    """When operators and their living members work on each of some days, by the clock of the place; two queries.

    An empty list is a day without work. Where nobody has said any hours, the key is not there.
    """
    everybody = everybody_of({each.pk for each in operators})
    return times_of(everybody, first_day, days)[0]


def times_of(
    everybody: Sequence[Who], first_day: date, days: int, using: str = "default"
) -> tuple[dict[Day, list[Span]], set[Day]]:
    """The same of operators and members that are known already, and which of the days are days off; one query."""
    said = said_of({operator for operator, _ in everybody}, first_day, first_day + timedelta(days - 1), using)
    return times_in(said, everybody, first_day, days)


def times_in(
    said: Said, everybody: Sequence[Who], first_day: date, days: int
) -> tuple[dict[Day, list[Span]], set[Day]]:
    """The same, of what was read already."""
    each_day = [first_day + timedelta(each) for each in range(days)]
    free = {(*who, day) for who in everybody for day in each_day if _is_off(said.off, *who, day)}
    times = {
        (*who, day): [] if (*who, day) in free else spans[day.weekday()]
        for who in everybody
        if (spans := theirs(said.weeks, who))
        for day in each_day
    }
    return times, free


def surfaces_of(operators: Iterable[Operator]) -> Mapping[Who, set[int]]:
    """The surfaces that operators and their living members say they can do, by number; two queries."""
    everybody, today = everybody_of({each.pk for each in operators}), timezone.localdate()
    return done_in(said_of({operator for operator, _ in everybody}, today, today), everybody)


def done_in(said: Said, everybody: Sequence[Who]) -> dict[Who, set[int]]:
    """The same, of what was read already."""
    return {who: theirs(said.surfaces, who) or set() for who in everybody}


def theirs[T](said: Mapping[Who, T], who: Who) -> T | None:
    """What is said of somebody, or else of their operator; nothing where neither is."""
    return said.get(who) or said.get((who[0], None))


def everybody_of(operators: Iterable[int]) -> list[Who]:
    """Operators, and who belongs to them now."""
    living = Membership.objects.filter(operator__in=operators, left_at=None).values_list("operator", "user")
    return [*((each, None) for each in operators), *living]


def _is_off(off: Mapping[Who, Sequence[tuple[date, date]]], operator: int, user: int | None, day: date) -> bool:
    """Whether a day is one off, of somebody or of their operator."""
    each = {(operator, user), (operator, None)}
    return any(first <= day <= last for who in each for first, last in off.get(who, ()))


def minutes(spans: Iterable[Span]) -> int:
    """How long some spans are together."""
    return sum(end_of(closes) - start_of(opens) for opens, closes in spans)


def covers(spans: Iterable[Span], opens: time, closes: time) -> bool:
    """Whether somebody works all the time from one moment of a day to another; spans that touch are one."""
    reached, end = start_of(opens), end_of(closes)
    for begins, ends in sorted(spans):
        if start_of(begins) <= reached < end_of(ends):
            reached = end_of(ends)
    return reached >= end


def start_of(opens: time) -> int:
    """The minute of the day at which a span begins."""
    return opens.hour * 60 + opens.minute


def end_of(closes: time) -> int:
    """The minute of the day at which a span ends."""
    return start_of(closes) or A_DAY
