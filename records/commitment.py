"""The newest checkpoint of the log in short, as everybody gets it who gets anything of a Record: whoever keeps it can show later that the log was changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from qtm.letters.declared import STAMPS
from qtm.panels import PANELS
from records.log import checkpoints


@dataclass(frozen=True, slots=True)
class Commitment:
    """So many Records, under this root (hexadecimal), signed at that moment."""

    size: int
    root: str
    at: datetime

    @property
    def short(self) -> str:
        """The beginning of the root, by which people compare it."""
        return self.root[:16]

    def covers(self, number: int) -> bool:
        """Whether the leaf of that number is among them."""
        return number < self.size


def newest() -> Commitment | None:
    """What the log was last signed as; nothing while nothing was signed. One query."""
    found = checkpoints.of_this_log().only("size", "root", "at").last()
    return Commitment(found.size, bytes(found.root).hex(), found.at) if found else None


def committed(request: HttpRequest, *rows: Any) -> tuple[str, dict[str, Any]] | None:
    """The newest checkpoint on a page that shows nothing else of the log."""
    found = newest()
    return ("records/_commitment.html", {"commitment": found}) if found else None


def stamp() -> dict[str, Any]:
    """The same for the foot of a letter."""
    found = newest()
    return {"log_size": found.size, "log_root": found.root, "log_at": found.at} if found else {}


STAMPS.append(stamp)
PANELS["foot"].append(committed)
