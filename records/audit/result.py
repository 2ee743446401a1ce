"""The newest audit, as it is kept beside the keys: when it was, by whom, and what it found."""

import getpass
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from qtm.processes import write_private
from records.audit.finding import COMPLETENESS, INTEGRITY, MEANS, Finding

SHOWN = 100


@dataclass
class Result:
    """What an audit came to: how many of which kind, and the first of them."""

    at: str
    by: str
    role: str
    parts: list[str]
    took_s: float = 0.0
    counts: dict[str, int] = field(default_factory=lambda: {INTEGRITY: 0, COMPLETENESS: 0})
    first: list[dict[str, str]] = field(default_factory=list)
    log: dict[str, Any] = field(default_factory=dict)  # what was seen, for the next audit to look for

    @property
    def moment(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.at)

    @property
    def total(self) -> int:
        """How many findings there are."""
        return sum(self.counts.values())

    @property
    def kinds(self) -> list[tuple[str, int, str]]:
        """Each kind of finding, how many there are, and what it means."""
        return [(kind, self.counts[kind], MEANS[kind]) for kind in MEANS]

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it where it is among the first."""
        self.counts[finding.kind] += 1
        if len(self.first) < SHOWN:
            self.first.append(asdict(finding))


def begun(role: str, parts: Sequence[str]) -> Result:
    """An audit that begins now; until it has seen all of it in order, what was seen before is what is remembered."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        before = remembered()
    except (ValueError, TypeError, AttributeError):
        before = {}  # the audit itself says that nobody can read it
    return Result(at, getpass.getuser(), role, list(parts), log=before)


def remembered() -> dict[str, Any]:
    """What was seen when all was looked at last and nothing was found; nothing before that."""
    before = newest()
    return before.log if before else {}


def place() -> Path:
    """Where the newest is kept."""
    return Path(settings.LOG_STATE).with_name("audit.json")


def keep(result: Result) -> None:
    """Keep it in place of the one before."""
    place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(place(), json.dumps(asdict(result), ensure_ascii=False) + "\n")


def newest() -> Result | None:
    """The newest, if there was one."""
    return Result(**json.loads(place().read_text())) if place().exists() else None
