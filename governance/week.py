"""A week of the people who work: person by day, with hours, load and appointments, and beside it what is not assigned yet."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from governance import lists
from governance.conflicts import Window, conflicts, day_words, hours_words, span
from governance.crews import former_of, with_former, with_people
from governance.grid import Card, Cell, Line
from governance.queues import Place
from governance.roster import Booked, Member, Roster, taken
from qtm.models import Operator
from qtm.queues import Waiting
from qtm.spine import WORKING
from qtm.standing import Standing

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


class Week:
    """The week as one person sees it from their place: of the network all that is active, of an operator its own people."""

    def __init__(self, place: Place, standing: Standing, said: str, operator: str = "", after: str = "") -> None:
        """`said`: which week; `operator`: only that one; `after`: from which name on."""
        self.place, self.standing, self.monday = place, standing, monday_of(said)
        self.operator, self.after = operator, after

    @property
    def _days(self) -> list[date]:
        """The seven days."""
        return [self.monday + timedelta(each) for each in range(7)]

    @property
    def _rows(self) -> QuerySet[Operator]:
        """The operators that stand in the week, by name: those that are let in, and whoever else has an appointment in it."""
        rows = Operator.objects.filter(Q(state__in=WORKING) | taken(self._days)).order_by("name")
        return rows.filter(pk=self.place.governor.pk) if self.place.governor else rows

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """The operators among which one can be chosen; none for an operator itself."""
        return [] if self.place.governor else [(str(pk), name) for pk, name in self._rows.values_list("pk", "name")]

    @cached_property
    def _page(self) -> tuple[list[Operator], dict[int, list[Member]]]:
        """The operators of the page with their people, and one more where more follow."""
        rows = self._rows
        if self.operator.isascii() and self.operator.isdigit() and len(self.operator) < 19:
            rows = rows.filter(pk=int(self.operator))
        elif self.after:
            rows = rows.filter(name__gt=self.after)
        return with_people(with_former(rows)[: PAGE + 1])

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
        return Roster({each.pk: members[each.pk] for each in self.operators}, self.monday, len(self._days))

    @cached_property
    def lines(self) -> list[Line]:
        """Each person of each operator, after what anybody of theirs may do, and before those who have left."""
        return [line for operator in self.operators for line in self._of(operator)]

    def _of(self, operator: Operator) -> Iterator[Line]:
        """The lines of one operator."""
        former = former_of(operator)
        left = [former[pk] for pk in self.roster.left(operator.pk)]
        for member in (None, *self.roster.members[operator.pk], *left):
            cells = [self._cell(operator, member, day) for day in self._days]
            yield Line(operator, member, cells, member in left)

    def _cell(self, operator: Operator, member: Member | None, day: date) -> Cell:
        """One person on one day."""
        user_id = member.user_id if member else None
        booked = self.roster.booked(operator.pk, user_id, day)
        cards = [self._card(operator, member, each, day) for each in booked]
        counted = booked if member else self.roster.all_booked(operator.pk, day)
        busy = sum(each.minutes_on(day) for each in counted)
        capacity = self.roster.capacity(operator.pk, user_id, day)
        load = f"{span(busy)} of {span(capacity)}" if capacity else span(busy) if busy else ""
        full = capacity is not None and busy > capacity
        return Cell(day, *self._hours(operator.pk, user_id, day), load, full, cards)

    def _hours(self, operator_id: int, user_id: int | None, day: date) -> tuple[str, str]:
        """When somebody works, and in which tone that is drawn."""
        if user_id and not self.roster.has(operator_id, user_id):
            return "", "off"
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
        against = conflicts(self.roster, operator, member, Window(each.starts, each.ends), each.assignment_id)
        movable = seen and not each.ended and bool(self.standing.holds(RESCHEDULE, each.governor_id))
        return Card(each, day, against, seen, movable)

    @cached_property
    def waiting(self) -> list[Waiting]:
        """The queues of the place as they stand."""
        return self.place.waiting()

    @property
    def to_assign(self) -> Waiting:
        """The queue of what is not assigned yet."""
        return next(each for each in self.waiting if each.queue.slug == "to-assign")

    @property
    def to_assign_url(self) -> str:
        """The page of that queue."""
        return self.place.url(self.to_assign.queue)

    @cached_property
    def unassigned(self) -> list[Any]:
        """The approved tasks that wait longest to be assigned, each with its row."""
        queue = self.to_assign.queue
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
        return [(day, day_words(day), day == timezone.localdate()) for day in self._days]

    @property
    def url(self) -> str:
        """Its address, of the operator or the page that is looked at."""
        return f"{self.place.url()}week"
