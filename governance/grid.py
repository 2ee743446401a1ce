"""The week as it is drawn: lines of people, each with a cell for a day, each with its appointments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from governance.conflicts import Window, day_words, hours_words
from governance.landing import who
from governance.roster import Booked, Member
from qtm.models import Operator


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
    left: bool

    @property
    def who(self) -> str:
        """How a form names them."""
        return who(self.operator.pk, self.member)

    @property
    def name(self) -> str:
        """Their name."""
        return self.member.name if self.member else f"Anybody of {self.operator}"
