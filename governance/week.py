"""A week of the people who work: person by day, with hours, load and appointments, and beside it what is not assigned yet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from governance import lists
from governance.conflicts import Window, conflicts, day_words, hours_words, span
from governance.crews import with_people
from governance.queues import Place
from governance.roster import Booked, Member, Roster
from qtm.models import Operator
from qtm.queues import QUEUES
from qtm.roles import Standing

PAGE = 10  # operators on a page
BESIDE = 20  # unassigned tasks beside the grid
WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
ASSIGN, RESCHEDULE = "governance.assign_task", "governance.reschedule_assignment"


def monday_of(said: str) -> date:
    """The Monday of a week such as 2026-W48; this week's where that says none."""
    today = timezone.localdate()
    found = WEEK.fullmatch(said)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        monday = None
    return monday if monday and 1970 <= monday.year <= 2200 else today - timedelta(today.weekday())


def week_name(monday: date) -> str:
    """A week by its number: 2026-W48."""
    year, week, _ = monday.isocalendar()
    return f"{year:04}-W{week:02}"


@dataclass(frozen=True, slots=True)
class Card:
    """An appointment in the grid; of what is governed elsewhere only that it takes time."""

    booked: Booked
    day: date
    against: Sequence[str]
    seen: bool
    movable: bool

    @property
    def when(self) -> str:
        """From when until when, within its day."""
        return hours_words([Window(self.booked.starts, self.booked.ends).on(self.day)])

    @property
    def ref(self) -> str:
        """The row that it names."""
        return f"A-{self.booked.assignment_id}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One person on one day."""

    day: date
    hours: str
    tone: str
    load: str
    full: bool
    cards: Sequence[Card]

    @property
    def name(self) -> str:
        """The day with its weekday."""
        return day_words(self.day)


@dataclass(frozen=True, slots=True)
class Line:
    """One person through the week, or whoever of an operator's."""

    operator: Operator
    member: Member | None
    cells: Sequence[Cell]

    @property
    def who(self) -> str:
        """How a form names them: the operator's id and the person's."""
        return f"{self.operator.pk}.{self.member.user_id if self.member else ''}"

    @property
    def name(self) -> str:
        """Their name."""
        return self.member.name if self.member else f"Anybody of {self.operator}"


class Week:
    """The week as one person sees it from their place: of the network all that is active, of an operator its own people."""

    def __init__(self, place: Place, standing: Standing, said: str, operator: str = "", after: str = "") -> None:
        """`said`: which week; `operator`: only that one; `after`: from which name on."""
        self.place, self.standing, self.monday = place, standing, monday_of(said)
        self.operator, self.after = operator, after

    @cached_property
    def _page(self) -> tuple[list[Operator], dict[int, list[Member]]]:
        """The operators of the page with their people, and one more where more follow."""
        rows = Operator.objects.filter(state__in=("active", "limited"))
        if self.place.governor:
            rows = rows.filter(pk=self.place.governor.pk)
        elif self.operator.isascii() and self.operator.isdigit() and len(self.operator) < 19:
            rows = rows.filter(pk=int(self.operator))
        elif self.after:
            rows = rows.filter(name__gt=self.after)
        return with_people(rows.order_by("name")[: PAGE + 1])

    @property
    def operators(self) -> list[Operator]:
        """The operators of the page."""
        return self._page[0][:PAGE]

    @property
    def further(self) -> str:
        """The name after which the next page begins; empty on the last."""
        return str(self.operators[-1]) if len(self._page[0]) > PAGE else ""

    @cached_property
    def roster(self) -> Roster:
        """Their times in the week."""
        members = self._page[1]
        return Roster({each.pk: members[each.pk] for each in self.operators}, self.monday, 7)

    @cached_property
    def lines(self) -> list[Line]:
        """Each person of each operator, after what anybody of theirs may do."""
        return [
            Line(operator, member, [self._cell(operator, member, day) for day in self.roster.days])
            for operator in self.operators
            for member in (None, *self.roster.members[operator.pk])
        ]

    def _cell(self, operator: Operator, member: Member | None, day: date) -> Cell:
        """One person on one day."""
        user_id = member.user_id if member else None
        booked = self.roster.booked(operator.pk, user_id, day)
        cards = [self._card(operator, member, each, day) for each in booked]
        hours, tone = self._hours(operator.pk, user_id, day)
        counted = booked if member else self.roster.all_booked(operator.pk, day)
        taken = sum(each.minutes_on(day) for each in counted)
        capacity = self.roster.capacity(operator.pk, user_id, day)
        load = (
            ""
            if capacity is None and not taken
            else span(taken)
            if not capacity
            else f"{span(taken)} of {span(capacity)}"
        )
        return Cell(
            day, hours, tone, load if capacity or taken else "", capacity is not None and taken > capacity, cards
        )

    def _hours(self, operator_id: int, user_id: int | None, day: date) -> tuple[str, str]:
        """When somebody works, and in which tone that is drawn."""
        if self.roster.is_off(operator_id, user_id, day):
            return "Day off", "off"
        hours = self.roster.hours(operator_id, user_id, day)
        if hours is None:
            return "No hours said", "unsaid"
        return (hours_words(hours), "") if hours else ("Does not work", "off")

    def _card(self, operator: Operator, member: Member | None, each: Booked, day: date) -> Card:
        """An appointment as a card, with what stands against it."""
        seen = self.standing.holds("qtm.oversee") != "" or bool(
            self.standing.holds("governance.see_console", each.governor_id)
        )
        against = (
            conflicts(self.roster, operator, member, Window(each.starts, each.ends), each.assignment_id)
            if member
            else []
        )
        movable = seen and not each.ended and bool(self.standing.holds(RESCHEDULE, each.governor_id))
        return Card(each, day, against, seen, movable)

    @cached_property
    def unassigned(self) -> list[Any]:
        """The approved tasks that wait longest to be assigned, each with its row."""
        queue = next(each for each in QUEUES if each.slug == "to-assign")
        rows = list(queue.rows(self.place.governor)[:BESIDE])
        return list(zip(rows, lists.entries(queue, rows), strict=True))

    @property
    def assigns(self) -> bool:
        """Whether this person may assign what waits here."""
        return bool(self.standing.holds(ASSIGN, self.place.governor.pk if self.place.governor else None))

    @property
    def name(self) -> str:
        """The week by its number."""
        return week_name(self.monday)

    @property
    def before(self) -> str:
        """The week before."""
        return week_name(self.monday - timedelta(7))

    @property
    def next(self) -> str:
        """The week after."""
        return week_name(self.monday + timedelta(7))

    @property
    def days(self) -> list[tuple[date, str, bool]]:
        """The seven days, each with its words and whether it is today."""
        return [(day, day_words(day), day == timezone.localdate()) for day in self.roster.days]

    @property
    def url(self) -> str:
        """Its address, of the operator or the page that is looked at."""
        return f"{self.place.url()}week"


def proposed(
    roster: Roster, who: tuple[int, int | None], day: date, length: timedelta, wanted: datetime | None
) -> Window:
    """A window on a day to begin with: at the wished or present time of day, or as soon as somebody works; nothing is decided by it."""
    hours = roster.hours(*who, day)
    clock = (
        timezone.localtime(wanted).time() if wanted else hours[0][0] if hours else datetime.min.replace(hour=9).time()
    )
    starts = timezone.make_aware(datetime.combine(day, clock.replace(second=0, microsecond=0)))
    return Window(starts, starts + length)
