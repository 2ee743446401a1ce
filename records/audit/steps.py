"""How far the auditor has come, for who watches."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

OFTEN = 500


@dataclass
class Step:
    """One part of an audit: what it looks at, how many there are, and how many were looked at."""

    name: str
    told: Callable[["Step"], None] = field(default=lambda step: None)
    done: int = 0
    of: int = 0
    over: bool = False
    notes: Counter[str] = field(default_factory=Counter)  # what was seen beside, and is no finding

    def expects(self, number: int) -> None:
        """Say how many there are."""
        self.of = number
        self.told(self)

    def one(self) -> None:
        """One more was looked at."""
        self.done += 1
        if self.done % OFTEN == 0:
            self.told(self)

    def __str__(self) -> str:
        """What was looked at, in a few words."""
        noted = ", ".join(f"{words} {number:,}" for words, number in sorted(self.notes.items()))
        return f"{self.name} {max(self.done, self.of):,}{f' ({noted})' if noted else ''}"
