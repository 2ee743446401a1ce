"""What the doors of execution ask: a piece of evidence for a slot, and which stage is done."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, ClassVar

from django import forms

from execution.asked import Asked
from execution.crossing import context_of
from execution.kinds import KINDS
from execution.models import Job, ServiceEvent
from governance.models import Assignment
from intake.facts import Facts
from qtm.doors import DoorForm
from qtm.runtime import Place


def slot_choices(places: Iterable[Place]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every place of a case, stage by stage."""
    return [
        (stage.label, [(place.code, f"{place.label} ({place.slot.kind})") for place in there])
        for stage, there in groupby(places, lambda place: place.stage)
    ]


class CreateForm(DoorForm):
    """Nothing is asked: it shows what crosses into execution."""

    row: Assignment

    def crosses(self) -> Facts:
        """The same facts as the operator will read, and the note for them."""
        assigned = self.row
        asked = Asked(Job(version=assigned.task.version, context=context_of(assigned)))
        above = [("In short", asked.summary), ("Place", asked.place), ("Wished for", asked.wished)]
        above.append(("Appointment", str(assigned.appointment or "")))
        return [*above, *asked.facts, ("Note for them", asked.note)]


class CaptureForm(DoorForm):
    """Evidence for one slot: what is asked is its kind's to say."""

    row: ServiceEvent
    takes_uploads: ClassVar[bool] = True

    slot = forms.ChoiceField(label="For what?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The slots of the surface in the version that was pinned; the fields come with the slot that was chosen."""
        super().__init__(*args, **kwargs)
        places = {place.code: place for place in self.row.places}
        self.fields["slot"].choices = slot_choices(places.values())  # type: ignore[attr-defined]
        self.fields["slot"].error_messages["invalid_choice"] = f"{self.row.version.reads.name} takes no such evidence."
        self.place = places.get(str(self.data.get("slot") or self.initial.get("slot")))
        if self.place:
            self.fields |= KINDS[self.place.slot.kind].asks(self.place.slot)

    def given(self) -> dict[str, Any]:
        """The slot taken apart, and what is put there."""
        assert self.place
        stage, slot, item = self.place.stage, self.place.slot, self.place.item
        cleaned = {name: value for name, value in self.cleaned_data.items() if name != "slot"}
        given = KINDS[slot.kind].given(slot, cleaned)
        return {"stage": stage.code, "kind": slot.kind, "category": slot.category, "item": item, **given}


class MarkForm(DoorForm):
    """Which stage is done."""

    row: ServiceEvent

    stage = forms.ChoiceField(label="Which stage is done?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The stages of the surface in the version that was pinned."""
        super().__init__(*args, **kwargs)
        runtime = self.row.version.reads
        stages = runtime.stages_of(self.row.part)
        self.fields["stage"].choices = [(stage.code, stage.label) for stage in stages]  # type: ignore[attr-defined]
        self.fields["stage"].error_messages["invalid_choice"] = f"{runtime.name} has no such stage."
