"""What was asked in a case, in words, with what a review put right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from governance.details import ANSWER, Said, corrected, said_in
from governance.models import Correction
from intake.facts import answer_words, position_words, service_words, version_of, wished_words
from intake.models import Request
from intake.questions import POSITION, typed_as
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
CONTACT = ("phone", "email")
SAID_ELSEWHERE = {"summary", "name", "description"}


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
    answers: Sequence[Detail]

    @property
    def summary(self) -> str:
        """What the case is called."""
        return self.details["summary"].value

    @property
    def shown(self) -> list[Detail]:
        """The details that say something, in order; what the page says elsewhere only where it was corrected."""
        named = (each for each in self.details.values() if each.field not in {"name", *CONTACT})
        return [each for each in named if each.changes or each.said_here]

    @property
    def contact(self) -> list[Detail]:
        """How to reach the requester, with what was put right of it."""
        return [self.details[name] for name in CONTACT if self.details[name].value or self.details[name].changes]


def context_of(request: Request) -> Context:
    """What was asked in a case: the Intake with its corrections, or the raw Request while there is none."""
    intake, version = getattr(request, "intake", None), version_of(request)
    said: Said = said_in(intake) if intake else {"summary": version.reads.name, **typed_as(request.asked)}
    course = _Course(said, list(intake.task.corrections.all()) if intake else [])
    details = {name: course.detail(name, label, _speaks(version.reads, name)) for name, label in LABELS.items()}
    asked = [f"{ANSWER}{field.code}" for field in version.reads.fields]
    answers = [course.detail(name, label_of(version.reads, name), _speaks(version.reads, name)) for name in asked]
    told = [course.detail("position", "Position", position_words), *answers]
    return Context(version, details, [each for each in told if each.value or each.changes])


class _Course:
    """What was said at first, and each correction with what stood before and after it."""

    def __init__(self, said: Said, corrections: Sequence[Correction]) -> None:
        """Go through the corrections in their order."""
        after = list(accumulate(corrections, corrected, initial=said))
        self.said, self.steps = after[-1], list(zip(corrections, pairwise(after), strict=True))

    def detail(self, name: str, label: str, words: Callable[[Said], str]) -> Detail:
        """A detail as it stands, with each correction that changed its words."""
        changes = [Change(words(before), each) for each, (before, after) in self.steps if words(before) != words(after)]
        return Detail(name, label, words(self.said), changes)


def _speaks(runtime: Runtime, name: str) -> Callable[[Said], str]:
    """How one detail is said in words."""
    return lambda said: spoken(runtime, name, said.get(name))


def spoken(runtime: Runtime, name: str, value: str | None) -> str:
    """A detail as people read it: a service with its price, a moment in the zone of the place, an answer by its label."""
    if name.startswith(ANSWER):
        return answer_words(runtime.field(name.removeprefix(ANSWER)), value)
    if name == "tier":
        return service_words(runtime, value)
    return wished_words(value) if name == "wished" else str(value or "")


def label_of(runtime: Runtime, name: str) -> str:
    """What people call a detail."""
    if name.startswith(ANSWER):
        return runtime.field(name.removeprefix(ANSWER)).label
    return (LABELS | POSITION)[name]


def under(label: str, words: str) -> str:
    """Words under their label, in one line."""
    return f"{label} {words}" if label.endswith("?") else f"{label}: {words}"
