"""What the log was when it was last signed, kept beside the keys and outside the database.

It is written down before anything is signed: a database restored from an older backup, or rewritten, is noticed at once.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from qtm.processes import write_private
from records.log import tree

MEND = (
    "Nothing is signed. If a backup was restored, restore the newest one, or the rows that are missing; if that cannot be had, the history"
    " that was published is lost, and an honest log begins anew: under another name, with another key (README, “If the log was rewound”)."
)


class Rewound(Exception):
    """The log is not what was signed before; says what, and what to do."""

    def __init__(self, what: str) -> None:
        """What is not as it was."""
        super().__init__(f"{what} {MEND}")


@dataclass(frozen=True, slots=True)
class State:
    """What was signed last: so many leaves, under this root (hexadecimal)."""

    size: int = 0
    root: str = tree.EMPTY.hex()


def state() -> State:
    """What was signed last, as it is kept beside the keys."""
    place = Path(settings.LOG_STATE)
    try:
        return State(**json.loads(place.read_text())) if place.exists() else State()
    except (ValueError, TypeError) as error:
        raise Rewound(f"{place.name} cannot be read, so nobody knows how far the log was signed.") from error


def keep(now: State) -> None:
    """Write down what is about to be signed, so that it outlives a crash."""
    place = Path(settings.LOG_STATE)
    write_private(place, json.dumps({"size": now.size, "root": now.root}) + "\n")
    for each in (place, place.parent):
        settled(each)


def settled(place: Path) -> None:
    """Have a file or a folder on the disk itself."""
    handle = os.open(place, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


@contextmanager
def alone() -> Iterator[None]:
    """One at a time, whichever process it is."""
    place = Path(settings.LOG_STATE).with_suffix(".lock")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
