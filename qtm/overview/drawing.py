"""Figures as pictures and as tables: positions in per cent of the width, so that letters keep their size on a phone."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

ROW, THIN = 38, 7  # of a bar with its words above it, in pixels
COLUMNS_HIGH = 96
SHORTEST, LONGEST = 10, 90 * 86400  # seconds that the axis of waits holds
TICKS = {"1 min": 60, "1 h": 3600, "1 d": 86400, "1 wk": 7 * 86400, "30 d": 30 * 86400}
UNITS = (("s", 1, 90), ("min", 60, 90 * 60), ("h", 3600, 48 * 3600), ("d", 86400, math.inf))
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """What a picture shows, in rows; columns whose place is in `words` are no numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    words: int = 1  # so many columns from the left

    @property
    def lines(self) -> list[tuple[Any, list[tuple[str, Any, bool]]]]:
        """For the page: each row's name, and its cells with their heads and whether they are numbers."""
        return [
            (row[0], [(self.head[place], cell, place >= self.words) for place, cell in enumerate(row) if place])
            for row in self.rows
        ]

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The heads, and which of them stand over numbers."""
        return [(name, place >= self.words) for place, name in enumerate(self.head)]

    def as_csv(self) -> str:
        """By RFC 4180; no cell is taken for a formula."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(self.head)
        writer.writerows([[_harmless(cell) for cell in row] for row in self.rows])
        return text.getvalue()


def _harmless(cell: Any) -> Any:
    """A cell as a spreadsheet reads it: what is not known is empty, and text that begins like a formula begins with a quote."""
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, what stands behind it, and how long it is."""

    name: str
    said: str
    length: str
    y: int = 0
    under: bool = False  # belongs to the one before it

    @property
    def top(self) -> int:
        """Where the bar itself begins, under its words."""
        return self.y + 21


@dataclass(frozen=True, slots=True)
class Group:
    """A small picture among others alike."""

    name: str
    zone: str
    said: str = ""
    bars: Sequence[Any] = ()
    desc: str = ""
    height: int = ROW
    url: str = ""
    late: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure as the page draws it: the template of its picture with what that needs, and its table."""

    picture: str
    table: Table
    groups: Sequence[Group] = ()
    more: dict[str, Any] = field(default_factory=dict)


def bars(name: str, zone: str, counts: Sequence[tuple[str, int, bool]], said: str = "") -> Group:
    """A group of bars, each as long as its share of them all; those that are `under` another do not count again."""
    whole = sum(number for _, number, under in counts if not under) or 1
    made = [
        Bar(label, f"{number:,}", per_cent(100 * number / whole), place * ROW, under)
        for place, (label, number, under) in enumerate(counts)
    ]
    desc = "; ".join(f"{bar.name} {bar.said}" for bar in made)
    return Group(name, zone, said, made, desc, len(made) * ROW)


def along(seconds: float) -> float:
    """Where a length of time lies on the axis, which grows tenfold by equal steps, in per cent."""
    within = min(max(seconds, SHORTEST), LONGEST)
    return 100 * math.log(within / SHORTEST) / math.log(LONGEST / SHORTEST)


def lasting(seconds: float | None) -> str:
    """A length of time in few letters, to two or three figures: 40 s, 12 min, 3.4 h, 12 d."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return "under 1 s"
    unit, length = next((unit, length) for unit, length, until in UNITS if seconds < until)
    amount = seconds / length
    return f"{amount:.1f} {unit}" if amount < 10 and length >= 3600 else f"{amount:,.0f} {unit}"


def per_cent(share: float) -> str:
    """A position or a length as SVG says it."""
    return f"{share:.2f}%"
