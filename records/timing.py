"""How long the work of a Record took: worked, rested and travelled to, each for itself, with every moment of the way there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from execution.clock import clock_of, course_of
from execution.models import ServiceEvent
from records.reading import Reading, Row, stamp


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log as a clock reads it."""

    becomes: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Leg:
    """A travel fact as a clock reads it."""

    rest: datetime
    arrived: bool
    at: datetime


def time(event: ServiceEvent, there: Reading) -> dict[str, Any]:
    """The durations of one ServiceEvent in whole seconds, by the server's clock, and when its worker was on the way."""
    lines = [
        Line(each["becomes"], datetime.fromisoformat(each["at"]))
        for each in there.lines
        if (each["room"], each["row"]) == (ServiceEvent.label(), event.pk)
    ]
    clock = clock_of([course_of(lines, [_leg(each) for each in there.travels])], now=lines[-1].at)
    return {
        "worked_seconds": clock.seconds("worked"),
        "paused_seconds": clock.seconds("paused"),
        "travel_seconds": clock.seconds("travelled"),
        "travel": [
            {
                "says": "arrived" if each["arrived"] else "on the way",
                "at": stamp(each["at"]),
                "by": there.name(each["by"]),
            }
            for each in there.travels
        ],
    }


def _leg(each: Row) -> Leg:
    """A travel fact of the reading."""
    return Leg(datetime.fromisoformat(each["rest"]), each["arrived"], datetime.fromisoformat(each["at"]))
