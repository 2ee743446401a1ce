"""Slots for evidence: of which kind, how many are required, and what fits into one."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from qtm.runtime.fields import Choice
from qtm.runtime.table import Malformed, Table, called, join, line_of

# Each kind with the keys that only it needs, and those that only it may have besides.
KIND_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "photo": ((), ()),
    "note": ((), ()),
    "measurement": (("units",), ("min", "max", "decimals")),
    "checklist": (("items",), ()),
    "signature": (("signs",), ()),
    "file": ((), ()),
}
EVIDENCE_KINDS = tuple(KIND_KEYS)
# Of these the newest piece of a slot counts, because it corrects the one before it; so no more than one can be required. Of all
# others every piece counts, because each shows something of its own.
NEWEST_COUNTS = ("measurement", "checklist", "signature")
MOST_EVIDENCE, MOST_UNITS, MOST_UNIT, MOST_DECIMALS = 50, 10, 12, 3
NUMBER = re.compile(r"([+-]?)0*(\d{1,9})(?:\.(\d{1,3}))?")


def plain_number(text: str) -> str:
    """A number in the one form in which it is kept: no plus, no zero that says nothing; `ValueError` for what is none."""
    found = NUMBER.fullmatch(text)
    if not found or not text.isascii():
        raise ValueError("no number")
    sign, whole, part = found[1], found[2], (found[3] or "").rstrip("0")
    plain = f"{whole}.{part}" if part else whole
    return f"-{plain}" if sign == "-" and plain != "0" else plain


@dataclass(frozen=True, slots=True)
class Evidence:
    """A slot for evidence in a stage: of which kind and category, how many are required, and for each of which areas."""

    kind: str
    category: str
    label: str
    required: int
    help: str = ""
    each: str = ""
    units: tuple[str, ...] = ()
    min: str = ""
    max: str = ""
    decimals: int | None = None
    items: tuple[Choice, ...] = ()
    signs: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it, with the keys that its kind allows and no others."""
        own = {key for keys in KIND_KEYS.values() for some in keys for key in some}
        table = Table(value, at, ("kind", "category", "label", "required"), ("help", "each", *sorted(own)))
        kind = table.word("kind", EVIDENCE_KINDS)
        needs, may = KIND_KEYS[kind]
        for key in sorted(own.intersection(table.value).difference(needs, may)):
            raise Malformed(join(at, key), f"A slot for a {kind} has no such key.")
        table.need(*needs)
        least, most = cls._range(table)
        return cls(
            kind=kind,
            category=table.code("category"),
            label=table.text("label", 120),
            required=table.number("required", 0, 1 if kind in NEWEST_COUNTS else MOST_EVIDENCE),
            help=table.help(),
            each=table.code("each") if "each" in table.value else "",
            units=table.rows("units", _unit, lambda unit: unit, "", MOST_UNITS),
            min=least,
            max=most,
            decimals=table.number("decimals", 0, MOST_DECIMALS) if "decimals" in table.value else None,
            items=table.coded("items", Choice.read),
            signs=table.text("signs", 60) if "signs" in table.value else "",
        )

    @staticmethod
    def _range(table: Table) -> tuple[str, str]:
        """Read the least and the most that may be measured."""
        least, most = (_bound(table, key) if key in table.value else "" for key in ("min", "max"))
        if least and most and Decimal(least) > Decimal(most):
            raise Malformed(join(table.at, "max"), f"The most ({most}) is less than the least ({least}).")
        return least, most

    @property
    def newest_counts(self) -> bool:
        """Whether the newest piece stands for all before it."""
        return self.kind in NEWEST_COUNTS


def _unit(value: object, at: str) -> str:
    """Read a unit."""
    return line_of(value, at, MOST_UNIT)


def _bound(table: Table, key: str) -> str:
    """Read a bound: a whole number, or a decimal one as text, because a floating-point one is not what it looks like."""
    value, at = table.value[key], join(table.at, key)
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Malformed(at, f"This must be a whole number, or a decimal one as text, not {called(value)}.")
    try:
        return plain_number(str(value))
    except ValueError:
        raise Malformed(at, f"“{str(value)[:40]}” is no number such as 12 or 0.5.") from None
