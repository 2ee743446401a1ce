"""Whether two cases of the same kind of work are near each other: by position, or by the words of their places."""

import re
from collections.abc import Iterable

from governance.ranking import Position, distance_km

METRES = 300  # as far as one speaks of the same spot in two ways
LEAST = 2  # so many words of a place say where it is
WORD = re.compile(r"\w+")


def near(here: Position | None, there: Position | None, place: str, other: str) -> str:
    """How near two cases are, in words; empty where they are not, or nothing tells."""
    if here and there:
        metres = distance_km(here, there) * 1000
        return "" if metres > METRES else f"{round(metres, -1):.0f} m away" if metres >= 5 else "the same position"
    return "nearly the same place" if _within(WORD.findall(place), WORD.findall(other)) else ""


def _within(one: Iterable[str], two: Iterable[str]) -> bool:
    """Whether one place is named by some of the words of the other, in whatever order."""
    fewer, more = sorted((set(one), set(two)), key=len)
    return len(fewer) >= LEAST and fewer <= more
