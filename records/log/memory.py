"""What the log was when it was last signed, kept beside the keys and outside the database; and beside it what a witness refused.

It is written down before anything is signed: a database restored from an older backup, or rewritten, is noticed at once.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from qtm.processes import write_private
from records.log import tree

MEND = (
    "Nothing is signed. If a backup was restored, restore the newest one, or the rows that are missing, and then run `manage.py keys resume`;"
    " if that cannot be had, the history that was published is lost, and an honest log begins anew: under another name, with another key"
    " (README, “If the log was rewound”)."
)


class Rewound(Exception):
    """The log is not what was signed before, or nobody knows; says what, and what to do."""

    def __init__(self, what: str) -> None:
        """What is not as it was."""
        super().__init__(f"{what} {MEND}")


@dataclass(frozen=True, slots=True)
class State:
    """What was signed last: so many leaves, under this root (hexadecimal)."""

    size: int = 0
    root: str = tree.EMPTY.hex()

    def __post_init__(self) -> None:
        """Refuse what is no size or no root."""
        if type(self.size) is not int or self.size < 0 or len(bytes.fromhex(self.root)) != len(tree.EMPTY):
            raise ValueError("no size, or no root")


def state() -> State | None:
    """What was signed last, as it is kept beside the keys; nothing where that is not there."""
    place = Path(settings.LOG_STATE)
    try:
        return State(**json.loads(place.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise Rewound(f"{place.name} cannot be read, so nobody knows how far the log was signed.") from error


def keep(now: State) -> None:
    """Write down what is about to be signed."""
    write_private(Path(settings.LOG_STATE), json.dumps(asdict(now)) + "\n")


def refused() -> str:
    """What a witness answered to a log that is not the one that it saw; it stands until that is resolved."""
    try:
        return _refused().read_text(errors="replace").strip()
    except FileNotFoundError:
        return ""


def keep_refused(words: str) -> None:
    """Write down that a witness has seen another log than this one."""
    write_private(_refused(), f"{words}\n")


def resolved() -> None:
    """What was refused is no longer so."""
    _refused().unlink(missing_ok=True)


def put_aside() -> None:
    """All that is kept and published of a log that ends; another one begins with nothing signed."""
    for place in (Path(settings.LOG_STATE), _refused(), Path(settings.LOG_ROOT)):
        if place.exists():
            place.rename(place.with_name(f"{place.name}.until-{timezone.now():%Y%m%dT%H%M%S%f}"))
    keep(State())


def _refused() -> Path:
    """The file of what was refused."""
    return Path(settings.LOG_STATE).with_suffix(".refused")


@contextmanager
def alone() -> Iterator[None]:
    """One at a time, whichever process it is."""
    place = Path(settings.LOG_STATE).with_suffix(".lock")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
