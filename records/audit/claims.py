"""What was said of the log outside of its rows: beside the keys, and in the folder in which it is published."""

from collections.abc import Iterator
from dataclasses import dataclass

from records.log.signing import state


@dataclass(frozen=True, slots=True)
class Claim:
    """Somewhere stands that the log had so many leaves, under this root."""

    where: str
    check: str
    size: int
    root: bytes


def claims() -> list[Claim]:
    """All that stands outside of the database, the smallest first; read before the database is, which may go on growing."""
    return sorted(_claims(), key=lambda each: each.size)


def _claims() -> Iterator[Claim]:
    """What was signed last, as it is kept beside the keys."""
    kept = state()
    yield Claim("what is kept beside the keys", "state", kept.size, bytes.fromhex(kept.root))
