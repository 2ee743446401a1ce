"""The cases of the demo, told as data: who asks for what, and what happens to it, step by step."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

FOLDER = Path(__file__).parent / "stories"
ASKED = ("name", "phone", "email", "place", "latitude", "longitude", "wished", "tier", "description", "answers")


@dataclass(frozen=True, slots=True)
class Story:
    """One case: how it is asked, by whom it is governed, what its pictures show, and the steps of its walk."""

    key: str
    funnel: str
    surface: str
    asked: dict[str, Any]
    walk: list[list[Any]]
    channel: str = "web"
    system: str = ""
    taken_by: str = ""
    governor: str = "ines"
    scene: str = ""
    follows: str = ""
    later: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, told: dict[str, Any]) -> "Story":
        """From a table of TOML; a step that needs no words may stand there as its name alone."""
        asked = {name: told.pop(name) for name in ASKED if name in told}
        steps = [[step] if isinstance(step, str) else step for step in told.pop("walk", [])]
        return cls(asked=asked, walk=steps, **told)

    @property
    def request_key(self) -> str:
        """The key that makes it one Request, however often the demo is filled."""
        return f"demo:{self.key}"

    def asks(self, **more: Any) -> dict[str, Any]:
        """What is asked, with the wished time counted from today."""
        asked = {"answers": {}, **self.asked, **more}
        if wished := asked.get("wished"):
            asked["wished"] = counted(wished)
        return asked


def counted(words: str) -> str:
    """`3 09:30` is in three days, at half past nine."""
    days, clock = words.split()
    day = timezone.localdate() + timedelta(days=int(days))
    return datetime.combine(day, time.fromisoformat(clock)).isoformat(timespec="minutes")


def stories() -> Iterator[Story]:
    """All stories, file by file."""
    for path in sorted(FOLDER.glob("*.toml")):
        for told in tomllib.loads(path.read_text())["story"]:
            yield Story.read(told)
