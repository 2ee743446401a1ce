"""Where evidence is put in one case: each slot once, or once for each of the areas that were chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qtm.runtime.parts import Stage
from qtm.runtime.slots import Evidence
from qtm.runtime.whole import Runtime


@dataclass(frozen=True, slots=True)
class Place:
    """A slot of a stage in one case, and of which area where it is owed for each."""

    stage: Stage
    slot: Evidence
    item: str
    label: str

    @property
    def code(self) -> str:
        """How a form names it: stage, kind, category, and area where it has one."""
        return "/".join(filter(None, [self.stage.code, self.slot.kind, self.slot.category, self.item]))


def places(runtime: Runtime, answers: Mapping[str, object], part: str = "") -> list[Place]:
    """Every place of a case whose requester answered so, stage by stage, in one event of the sequence where there is one."""
    return [
        Place(stage, slot, item, f"{slot.label}: {area}" if item else slot.label)
        for stage in runtime.stages_of(part)
        for slot in stage.evidence
        for item, area in _areas(runtime, slot, answers)
    ]


def _areas(runtime: Runtime, slot: Evidence, answers: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The areas that a slot is owed for, in the order of the surface; one without a name where it is owed once."""
    if not slot.each:
        yield "", ""
        return
    chosen = answers.get(slot.each)
    for choice in runtime.field(slot.each).choices:
        if isinstance(chosen, list) and choice.code in chosen:
            yield choice.code, choice.label
