"""Lengths of time as steps of a scale on which each is two per cent longer than the one before: so days add up, and a percentile is off by one at most."""

import math
from collections.abc import Mapping

SCALE = 1.02
ERROR_PERCENT = 1  # a step is told by its middle
STEP = f"CASE WHEN seconds < 1 THEN 0 ELSE 1 + floor(ln(seconds) / ln({SCALE}))::int END"


def seconds_of(step: int) -> float:
    """The middle of a step, in seconds; of the first, which is all that is under a second, half of one."""
    return math.pow(SCALE, step - 0.5) if step else 0.5


def percentile(steps: Mapping[int, int], share: float) -> float | None:
    """The length in seconds that so large a share does not exceed; nothing where there is none at all."""
    rank, passed = math.ceil(share * sum(steps.values())), 0
    for step in sorted(steps):
        passed += steps[step]
        if passed >= rank > 0:
            return seconds_of(step)
    return None


def added(each: Mapping[str, int], to: dict[int, int]) -> dict[int, int]:
    """The steps of one day put to those of others; as JSON keeps them their names are text."""
    for step, number in each.items():
        to[int(step)] = to.get(int(step), 0) + number
    return to
