"""Who can do what, and when they work: read for many operators at once, as assigning, the calendar and the pages need it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta

from qtm.models import Membership, Operator
from qtm.working import Capability, DayOff, Hours

__all__ = ["Capability", "DayOff", "Hours", "Span", "Who", "covers", "minutes", "surfaces_of", "working_times"]

type Span = tuple[time, time]  # from, to; midnight as its end is the day's end
type Who = tuple[int, int | None]  # an operator's number, and a member's; nobody: the operator itself

A_DAY = 24 * 60


def working_times(
    operators: Iterable[Operator], first_day: date, days: int
) -> Mapping[tuple[int, int | None, date], list[Span]]:
    """When operators and their living members work on each of some days, by the clock of the place; three queries.

    An empty list is a day without work. Where nobody has said any hours, the key is not there.
    """
    numbers = {each.pk for each in operators}
    week, off = weeks_said(numbers), off_said(numbers, first_day, first_day + timedelta(days - 1))
    return {
        (*who, day): [] if _is_off(off, *who, day) else spans[day.weekday()]
        for who in everybody_of(numbers)
        if (spans := theirs(week, who))
        for day in (first_day + timedelta(each) for each in range(days))
    }


def surfaces_of(operators: Iterable[Operator]) -> Mapping[Who, set[int]]:
    """The surfaces that operators and their living members say they can do, by number; two queries."""
    numbers = {each.pk for each in operators}
    said = surfaces_said(numbers)
    return {who: theirs(said, who) or set() for who in everybody_of(numbers)}


def theirs[T](said: Mapping[Who, T], who: Who) -> T | None:
    """What is said of somebody, or else of their operator; nothing where neither is."""
    return said.get(who) or said.get((who[0], None))


def everybody_of(operators: Iterable[int]) -> list[Who]:
    """Operators, and who belongs to them now."""
    living = Membership.objects.filter(operator__in=operators, left_at=None).values_list("operator", "user")
    return [*((each, None) for each in operators), *living]


def surfaces_said(operators: Iterable[int]) -> dict[Who, set[int]]:
    """The surfaces that stand of each, as they themselves were named."""
    said: defaultdict[Who, set[int]] = defaultdict(set)
    living = Capability.objects.filter(operator__in=operators, until=None)
    for operator, user, surface in living.values_list("operator", "user", "surface"):
        said[operator, user].add(surface)
    return dict(said)


def weeks_said(operators: Iterable[int]) -> dict[Who, list[list[Span]]]:
    """The week of each of whom one is said, as seven lists of spans."""
    said: defaultdict[Who, list[list[Span]]] = defaultdict(lambda: [[] for _ in range(7)])
    living = Hours.objects.filter(operator__in=operators, until=None).order_by("weekday", "opens")
    for operator, user, weekday, opens, closes in living.values_list("operator", "user", "weekday", "opens", "closes"):
        said[operator, user][weekday].append((opens, closes))
    return dict(said)


def off_said(operators: Iterable[int], first: date, last: date) -> dict[Who, list[tuple[date, date]]]:
    """The days off that touch some days, the soonest first."""
    found: defaultdict[Who, list[tuple[date, date]]] = defaultdict(list)
    touching = DayOff.objects.filter(operator__in=operators, until=None, first__lte=last, last__gte=first)
    for operator, user, begins, ends in touching.order_by("first").values_list("operator", "user", "first", "last"):
        found[operator, user].append((begins, ends))
    return dict(found)


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
