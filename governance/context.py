"""What was asked in a case, in words, with what a review put right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.models import Correction
from intake.facts import answer_words, position_words, service_words, version_of, wished_words
from intake.models import Request
from qtm.models import SurfaceVersion
from qtm.runtime import Runtime

LABELS = {
    "place": "Place",
    "wished": "Wished",
    "tier": "Service",
    "name": "Name",
    "phone": "Phone",
    "email": "E-mail",
    "description": "In their words",
    "summary": "In short",
}
SAID_ELSEWHERE = {"summary", "name", "description"}
STORED = (*LABELS, "answers", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Change:
    """One correction, in words."""

    was: str
    correction: Correction


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail as it stands, with each correction that brought it there."""

    field: str
    label: str
    value: str
    changes: Sequence[Change] = ()

    @property
    def said_here(self) -> bool:
        """Whether it is said among the details, and nowhere else on the page."""
        return bool(self.value) and self.field not in SAID_ELSEWHERE


@dataclass(frozen=True, slots=True)
class Context:
    """What was asked, in words."""

    version: SurfaceVersion
    details: Mapping[str, Detail]
    answers: Sequence[tuple[str, str]]

    @property
    def summary(self) -> str:
        """What the case is called."""
        return self.details["summary"].value

    @property
    def shown(self) -> list[Detail]:
        """The details that say something, in order; what the page says elsewhere only where it was corrected."""
        return [each for each in self.details.values() if each.changes or each.said_here]


def context_of(request: Request) -> Context:
    """What was asked in a case: the Intake with its corrections, or the raw Request while there is none."""
    intake, version = getattr(request, "intake", None), version_of(request)
    said = (
        {name: getattr(intake, name) for name in STORED} if intake else {"summary": version.reads.name, **request.asked}
    )
    corrections = list(intake.task.corrections.all()) if intake else []
    details = {
        name: _detail(version.reads, name, said.get(name), [each for each in corrections if each.field == name])
        for name in LABELS
    }
    return Context(version, details, _answers(version.reads, said))


def _detail(runtime: Runtime, name: str, value: Any, corrections: Sequence[Correction]) -> Detail:
    """One detail, as it stands."""
    changes = [Change(spoken(runtime, name, each.was), each) for each in corrections]
    return Detail(name, LABELS[name], spoken(runtime, name, corrections[-1].becomes if corrections else value), changes)


def spoken(runtime: Runtime, name: str, value: Any) -> str:
    """A detail as people read it: a service with its price, a moment in the zone of the place."""
    if name == "tier":
        return service_words(runtime, value)
    return wished_words(value) if name == "wished" else str(value or "")


def _answers(runtime: Runtime, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers to the surface's own questions, under their labels, and the position."""
    answers = said.get("answers") or {}
    asked = [
        ("Position", position_words(said)),
        *((field.label, answer_words(field, answers.get(field.code))) for field in runtime.fields),
    ]
    return [(label, value) for label, value in asked if value]
