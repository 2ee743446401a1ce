"""Waiting for what another process does."""

import time
from collections.abc import Callable


def eventually[T](happens: Callable[[], T], seconds: float = 60) -> T:
    """What comes of something once it is true; `AssertionError` where it never is in time."""
    deadline = time.monotonic() + seconds
    while not (came := happens()):
        assert time.monotonic() < deadline, f"not in {seconds} seconds"
        time.sleep(0.02)
    return came
