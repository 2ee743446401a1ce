"""What the doors of execution ask: a piece of evidence for a slot, and which stage is done."""

from typing import Any

from django import forms

from execution import files
from execution.asked import Asked
from execution.crossing import context_of
from execution.models import Job, ServiceEvent
from governance.models import Assignment
from intake.facts import Facts
from qtm.doors import DoorForm
from qtm.refusals import Invalid
from qtm.runtime import Evidence, Runtime, Stage


def slot_code(stage: Stage, slot: Evidence) -> str:
    """How a form names a slot: its stage, kind and category."""
    return f"{stage.code}/{slot.kind}/{slot.category}"


def slot_choices(runtime: Runtime) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every slot of a surface, stage by stage."""
    return [
        (stage.label, [(slot_code(stage, slot), f"{slot.label} ({slot.kind})") for slot in stage.evidence])
        for stage in runtime.stages
        if stage.evidence
    ]


class CreateForm(DoorForm):
    """Nothing is asked: it shows what crosses into execution."""

    row: Assignment

    def crosses(self) -> Facts:
        """The same facts as the operator will read, and the note for them."""
        assigned = self.row
        asked = Asked(Job(version=assigned.task.version, context=context_of(assigned)))
        above = [("In short", asked.summary), ("Place", asked.place), ("Wished for", asked.wished)]
        return [*above, *asked.facts, ("Note for them", asked.note)]


class SeveralFiles(forms.ClearableFileInput):
    """A chooser that takes several files at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photos, each decoded whole before any of them is stored."""

    def clean(self, data: Any, initial: Any = None) -> list[files.Photo]:
        """Each photo checked; what is wrong is said of each by its name."""
        photos: list[files.Photo] = []
        wrong: list[str] = []
        if self.required and not data:
            raise forms.ValidationError(self.error_messages["required"])
        for upload in data or []:
            try:
                photos.append(files.check(upload))
            except Invalid as invalid:
                wrong += invalid.errors.values()
        if wrong:
            raise forms.ValidationError(wrong)
        return photos


class CaptureForm(DoorForm):
    """One piece of evidence or several: photos, or a note, for one slot."""

    row: ServiceEvent

    slot = forms.ChoiceField(label="For what?")
    photos = PhotosField(
        label="Photos",
        widget=SeveralFiles(attrs={"accept": files.ACCEPTED}),
        error_messages={"required": "Choose at least one picture."},
    )
    text = forms.CharField(
        label="Note",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write the note first."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The slots of the surface in the version that was pinned; what the slot does not take is not asked."""
        super().__init__(*args, **kwargs)
        runtime = self.row.version.reads
        slots = {slot_code(stage, slot): slot.kind for stage in runtime.stages for slot in stage.evidence}
        self.fields["slot"].choices = slot_choices(runtime)  # type: ignore[attr-defined]
        self.fields["slot"].error_messages["invalid_choice"] = f"{runtime.name} takes no such evidence."
        chosen = slots.get(str(self.data.get("slot")))
        for kind, name in (("photo", "photos"), ("note", "text")):
            self.fields[name].required = kind == chosen
            if kind not in ({chosen} if chosen else set(slots.values())):
                del self.fields[name]

    def given(self) -> dict[str, Any]:
        """The slot taken apart, and what is put there."""
        stage, kind, category = self.cleaned_data["slot"].split("/")
        piece = {"photos": self.cleaned_data["photos"]} if kind == "photo" else {"text": self.cleaned_data["text"]}
        return {"stage": stage, "kind": kind, "category": category, **piece}


class MarkForm(DoorForm):
    """Which stage is done."""

    row: ServiceEvent

    stage = forms.ChoiceField(label="Which stage is done?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The stages of the surface in the version that was pinned."""
        super().__init__(*args, **kwargs)
        runtime = self.row.version.reads
        self.fields["stage"].choices = [(stage.code, stage.label) for stage in runtime.stages]  # type: ignore[attr-defined]
        self.fields["stage"].error_messages["invalid_choice"] = f"{runtime.name} has no such stage."
