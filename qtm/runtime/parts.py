"""What a surface offers, requires and may end in: tiers, stages with their evidence, outcomes, services of the world outside."""

from dataclasses import dataclass
from typing import Self

from qtm.runtime.fields import Answer, Choice
from qtm.runtime.slots import Evidence
from qtm.runtime.table import Table, join

MOST_MINOR = 10**12


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money in the minor units of its currency."""

    amount_minor: int
    currency: str

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it; what costs nothing has no price."""
        table = Table(value, at, ("amount_minor", "currency"))
        currency = table.form("currency", "[A-Z]{3}", "a currency code: three capital letters, such as EUR")
        return cls(table.number("amount_minor", 1, MOST_MINOR), currency)


@dataclass(frozen=True, slots=True)
class Tier:
    """A service that can be asked for, with its price where it has a fixed one."""

    code: str
    label: str
    help: str = ""
    price: Price | None = None

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = Table(value, at, ("code", "label"), ("help", "price"))
        price = Price.read(table.value["price"], join(at, "price")) if "price" in table.value else None
        return cls(table.code(), table.text("label", 120), table.help(), price)


@dataclass(frozen=True, slots=True)
class Event:
    """One of several ServiceEvents that carry out a Job, one after the other."""

    code: str
    label: str
    help: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = Table(value, at, ("code", "label"), ("help",))
        return cls(table.code(), table.text("label", 120), table.help())


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the work, in the order in which it is done."""

    code: str
    label: str
    help: str = ""
    evidence: tuple[Evidence, ...] = ()
    event: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = Table(value, at, ("code", "label"), ("help", "evidence", "event"))
        slots = table.rows("evidence", Evidence.read, lambda slot: (slot.kind, slot.category), ".category")
        return cls(table.code(), table.text("label", 120), table.help(), slots, table.event())


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way in which the work may end; one that completes needs all stages and evidence."""

    code: str
    label: str
    completes: bool
    reasons: tuple[Choice, ...] = ()
    event: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it; an outcome that does not complete always has reasons."""
        table = Table(value, at, ("code", "label", "completes"), ("reasons", "event"))
        completes = table.flag("completes")
        if not completes:
            table.need("reasons")
        reasons = table.coded("reasons", Choice.read)
        return cls(table.code(), table.text("label", 120), completes, reasons, table.event())


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the world outside, and the tier and answers that it means here."""

    name: str
    tier: str
    fields: tuple[tuple[str, Answer], ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give it as plain data, under its name."""
        answers = {code: list(each) if isinstance(each, tuple) else each for code, each in self.fields}
        return {"tier": self.tier, **({"fields": answers} if answers else {})}
