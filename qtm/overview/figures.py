"""The figures of the overview, each as a picture and a table; a later zone adds those that only it knows."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.urls import reverse

from qtm.overview.counted import Counted
from qtm.overview.declared import GAPS, PACES, crossings
from qtm.overview.drawing import COLUMNS_HIGH, TICKS, Drawn, Group, Table, along, bars, lasting, per_cent
from qtm.overview.standing import AGES_DAYS
from qtm.queues import QUEUES
from qtm.spine import rooms, words

ROW_OF_WAIT = 44
BANDS = [
    "under 1 d",
    *(f"{a}–{b} d" for a, b in pairwise(AGES_DAYS)),
    f"over {AGES_DAYS[-1]} d",
]
AGED = ("Queue", "Wait", "The network’s", "Overdue", "The network’s overdue")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name in the address, what it shows, and how it is made of what was counted; nothing where there is nothing to show."""

    slug: str
    title: str
    says: str
    fills: str
    made: Callable[[Counted], Drawn | None]
    place: int  # in the order of the page
    of_period: bool = True

    def empty(self, counted: Counted) -> str:
        """What is said where there is nothing to show."""
        return "What was counted so far has none of it." if self.of_period and counted.missing else self.fills


FIGURES: list[Figure] = []


def figures() -> list[Figure]:
    """All of them, in the order of the page."""
    return sorted(FIGURES, key=lambda figure: figure.place)


def _standing(counted: Counted) -> Drawn | None:
    """How many rows of each room stand in each state."""
    groups, rows = [], []
    for room in rooms():
        states = counted.content["rooms"][room.label()]
        stood = [(words(state), states[state], False) for state in room.states() if state in states]
        whole = sum(number for _, number, _ in stood)
        groups.append(bars(room.title, room.zone, stood, f"{whole:,}"))
        rows += [(room.title, state, number) for state, number, _ in stood]
    return Drawn("bars", Table(("Room", "State", "Rows"), rows, 2), groups) if rows else None


def _waits(counted: Counted) -> Drawn | None:
    """How long cases had waited before each boundary that they crossed."""
    drawn: list[dict[str, Any]] = []
    rows: list[tuple[Any, ...]] = []
    for crossing in crossings():
        middle, most = counted.wait(crossing, 0.5), counted.wait(crossing, 0.9)
        number, turned = counted.crossed(crossing), counted.turned(crossing)
        stands = f"{crossing.room.title} {words(crossing.state)}"
        rows.append((crossing.name, stands, number, turned, _rounded(middle), _rounded(most)))
        if middle is not None and most is not None:
            said = {
                "name": crossing.name,
                "zone": crossing.room.zone,
                "number": f"{number:,}",
                "y": len(drawn) * ROW_OF_WAIT,
            }
            at = {"middle": per_cent(along(middle)), "most": per_cent(along(most))}
            drawn.append(said | at | {"median": lasting(middle), "nine": lasting(most)})
    desc = "; ".join(
        f"{each['name']}: half within {each['median']}, nine in ten within {each['nine']}" for each in drawn
    )
    head = ("Boundary", "Waits before it", "Crossed", "Said no", "Median seconds", "90th percentile seconds")
    height = len(drawn) * ROW_OF_WAIT
    ticks = [(name, per_cent(along(seconds))) for name, seconds in TICKS.items()]
    more = {"waits": drawn, "ticks": ticks, "desc": desc, "height": height, "foot": height + 14, "whole": height + 20}
    return Drawn("waits", Table(head, rows, 2), more=more) if drawn else None


def _rounded(seconds: float | None) -> float | None:
    """Seconds as the table says them: to three figures, as more are not known."""
    return None if seconds is None else float(f"{seconds:.3g}")


def _throughput(counted: Counted) -> Drawn | None:
    """How many were asked, approved, created, sealed and settled on each day."""
    days = list(counted.days())
    highest = max((number for _, pace in days for number in pace or []), default=0)
    if not highest and not counted.missing:
        return None
    wide, groups = 100 / len(days), []
    for place, pace in enumerate(PACES):
        columns = []
        for at, (day, numbers) in enumerate(days):
            high = COLUMNS_HIGH * numbers[place] / (highest or 1) if numbers else COLUMNS_HIGH
            kind = "unknown" if numbers is None else "open" if day == counted.today else ""
            columns.append(
                {
                    "x": per_cent(at * wide + wide * 0.1),
                    "width": per_cent(wide * 0.8),
                    "y": f"{COLUMNS_HIGH - high:.1f}",
                    "high": f"{high:.1f}",
                    "kind": kind,
                }
            )
        known = [(day, numbers[place]) for day, numbers in days if numbers]
        most = max(known, key=lambda each: each[1])  # today is always known
        desc = f"{sum(number for _, number in known):,} in all; the most on one day {most[1]:,}, on {most[0]:%d %b}"
        groups.append(
            Group(pace.name, pace.room.zone, f"{sum(number for _, number in known):,}", columns, desc, COLUMNS_HIGH)
        )
    rows = [(day.isoformat(), *(numbers or (None for _ in PACES))) for day, numbers in days]
    more = {
        "first": days[0][0],
        "last": days[-1][0],
        "highest": f"{highest:,}",
        "foot": COLUMNS_HIGH + 16,
        "whole": COLUMNS_HIGH + 20,
    }
    return Drawn("columns", Table(("Day", *(pace.name for pace in PACES)), rows), groups, more)


def _ageing(counted: Counted) -> Drawn | None:
    """How long what waits now has waited, queue by queue."""
    groups, rows = [], []
    for queue in QUEUES:
        stood = counted.content["queues"].get(queue.slug)
        if stood is None:
            continue
        whole = sum(stood["bands"])
        rows.append((queue.name, whole, stood["own"], stood["late"], stood["own_late"], *stood["bands"]))
        if whole:
            parts, passed = [], 0.0
            for place, number in enumerate(stood["bands"]):
                share = 100 * number / whole
                parts.append({"x": per_cent(passed), "width": per_cent(share), "band": place})
                passed += share
            url = reverse("console-queue", args=[queue.slug])  # who oversees sees the Console
            late = _split(f"{stood['late']:,} overdue", stood["late"], stood["own_late"]) if stood["late"] else ""
            desc = "; ".join(f"{name} {number:,}" for name, number in zip(BANDS, stood["bands"], strict=True))
            said = f"{desc}. {late}"
            number = _split(f"{whole:,}", whole, stood["own"])
            groups.append(Group(queue.name, queue.room.zone, number, parts, said, url=url, late=late))
    more = {"bands": list(enumerate(BANDS))}
    return Drawn("ages", Table((*AGED, *BANDS), rows), groups, more) if groups else None


def _split(said: str, whole: int, own: int) -> str:
    """A number of all layers, with the network's part, which is what its Console shows."""
    return said if own == whole else f"{said}, of which the network’s {own:,}"


def _gaps(counted: Counted) -> Drawn | None:
    """What the data lack."""
    known = [(gap, *counted.content["gaps"][gap.slug]) for gap in GAPS if gap.slug in counted.content["gaps"]]
    rows = [(gap.name, lacking, among) for gap, lacking, among in known]
    more = {
        "gaps": [
            (gap, f"{lacking:,}", f"{among:,}", per_cent(100 * lacking / (among or 1))) for gap, lacking, among in known
        ]
    }
    return Drawn("gaps", Table(("Gap", "Lacking", "Of"), rows), more=more) if rows else None


FIGURES += [
    Figure(
        "rooms",
        "What stands in each room",
        "Every row that was ever born stands in one state of its room, and stays.",
        "The first request fills it.",
        _standing,
        1,
        of_period=False,
    ),
    Figure(
        "boundaries",
        "How long it waits at each boundary",
        "Of all that crossed in the period: half had waited no longer than the full dot, nine in ten no longer than the open one. A wait begins anew whenever a case comes back.",
        "Nothing that had waited crossed a boundary in this time.",
        _waits,
        2,
    ),
    Figure(
        "throughput",
        "What was done each day",
        "All five on one scale, so that they can be compared.",
        "Nothing was asked, approved, created, sealed or settled in this time.",
        _throughput,
        3,
    ),
    Figure(
        "ageing",
        "How long what waits has waited",
        "Each bar is a whole queue, the network’s and every operator’s, from what came today to what has waited for more than a month. Its name leads to the network’s.",
        "Nothing waits anywhere.",
        _ageing,
        4,
        of_period=False,
    ),
    Figure(
        "gaps",
        "What the data lack",
        "Work goes on without it, and worse.",
        "Nothing that is watched is missing.",
        _gaps,
        9,
        of_period=False,
    ),
]
