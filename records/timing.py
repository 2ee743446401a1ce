"""How long the work of a Record took: worked, rested and travelled to, each for itself, with every moment of the way there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from execution.claimed import claimed_of
from execution.clock import Clock, clock_of, course_of
from execution.models import ServiceEvent
from records.reading import Reading, Row, stamp


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log as a clock reads it."""

    becomes: str
    at: datetime
    act: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A travel fact as a clock reads it."""

    rest: datetime
    arrived: bool
    at: datetime
    act: str


def time(event: ServiceEvent, there: Reading) -> dict[str, Any]:
    """The durations of one ServiceEvent by the server's clock, when its worker was on the way, and what phones claim beside it."""
    lines = [
        Line(each["becomes"], datetime.fromisoformat(each["at"]), each["act"])
        for each in there.lines
        if (each["room"], each["row"]) == (ServiceEvent.label(), event.pk)
    ]
    legs, now = [_leg(each) for each in there.travels], lines[-1].at
    said = {act: datetime.fromisoformat(at) for act, at in there.said.items()}
    claimed = claimed_of([(lines, legs)], said, now)
    return {
        **_durations(clock_of([course_of(lines, legs)], now)),
        "travel": [
            {
                "says": "arrived" if each["arrived"] else "on the way",
                "at": stamp(each["at"]),
                "by": there.name(each["by"]),
            }
            for each in there.travels
        ],
        **({"claimed": _durations(claimed.clock)} if claimed else {}),
    }


def _durations(clock: Clock | None) -> dict[str, Any]:
    """What a clock has counted, in whole seconds; that it cannot be used where a device's moments cannot be so."""
    if clock is None:
        return {"unusable": True}
    return {
        "worked_seconds": clock.seconds("worked"),
        "paused_seconds": clock.seconds("paused"),
        "travel_seconds": clock.seconds("travelled"),
    }


def _leg(each: Row) -> Leg:
    """A travel fact of the reading."""
    return Leg(datetime.fromisoformat(each["rest"]), each["arrived"], datetime.fromisoformat(each["at"]), each["act"])
