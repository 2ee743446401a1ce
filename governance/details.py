"""The details of an intake as a review deals with them: each by its name and as text, and what stands after each correction."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from intake.asking import POSITION
from intake.models import Intake
from qtm.runtime import Runtime

COLUMNS = ("summary", "tier", "name", "phone", "email", "place", *POSITION, "wished", "description")
ANSWER = "answers."

type Said = Mapping[str, str]


class Corrected(Protocol):
    """A detail put right: which, and what it is."""

    @property
    def field(self) -> str:
        """Which."""

    @property
    def becomes(self) -> str:
        """What it is."""


class PutRight(NamedTuple):
    """A detail put right, without the rest of the row."""

    field: str
    becomes: str


def correctable(runtime: Runtime) -> list[str]:
    """What a review may correct: the columns of an intake, and the answers to the surface's own questions."""
    return [*COLUMNS, *(f"{ANSWER}{field.code}" for field in runtime.fields)]


def said_in(intake: Intake) -> dict[str, str]:
    """Every detail as it was stored."""
    answers = {f"{ANSWER}{code}": text_of(answer) for code, answer in intake.answers.items()}
    return {name: text_of(getattr(intake, name)) for name in COLUMNS} | answers


def corrected(said: Said, each: Corrected) -> dict[str, str]:
    """What stands after a correction: another place takes its position with it, until that is given anew."""
    gone = dict.fromkeys(POSITION, "") if each.field == "place" else {}
    return {**said, **gone, each.field: each.becomes}


def stands(said: Said, corrections: Iterable[Corrected]) -> dict[str, str]:
    """What stands after all of them, in their order."""
    now = dict(said)
    for each in corrections:
        now = corrected(now, each)
    return now


def as_asked(said: Said) -> dict[str, Any]:
    """Details in the shape in which they are asked and read: answers in a table of their own."""
    answers = {name.removeprefix(ANSWER): value for name, value in said.items() if name.startswith(ANSWER)}
    return {**{name: said[name] for name in COLUMNS}, "answers": answers}


def text_of(value: Any) -> str:
    """A detail as a correction keeps it; a moment in UTC."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
