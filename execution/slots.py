"""The slots and stages of a Job as its page shows them: what was put where, what counts, and what is still needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from execution.kinds import KINDS, Kind
from execution.models import Evidence, StageMark
from qtm.runtime import Evidence as Required
from qtm.runtime import Place, Stage


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence as the page shows it."""

    piece: Evidence
    tells: Mapping[str, Any]
    counts: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for evidence in a stage, with what was put there."""

    place: Place
    pieces: Sequence[Evidence]

    @property
    def wants(self) -> Required:
        """What the surface takes here."""
        return self.place.slot

    @property
    def kind(self) -> Kind:
        """What kind of evidence that is."""
        return KINDS[self.wants.kind]

    @property
    def code(self) -> str:
        """How a form names it."""
        return self.place.code

    @property
    def label(self) -> str:
        """What people call it."""
        return self.place.label

    @property
    def anchor(self) -> str:
        """How the page names its control."""
        return f"add-{self.code.replace('/', '-')}"

    @property
    def shown(self) -> list[Shown]:
        """Its pieces, each with what it tells and whether it counts."""
        told = [(piece, self.kind.tells(self.wants, piece.value)) for piece in self.pieces]
        return [
            Shown(piece, tells, counts=not self.wants.newest_counts or piece is self.pieces[-1])
            for piece, tells in told
        ]

    @property
    def form(self) -> forms.Form:
        """What is asked to fill it."""
        form = forms.Form(auto_id=f"{self.anchor}-%s")
        form.fields |= self.kind.asks(self.wants)
        return form

    @property
    def have(self) -> int:
        """How many count."""
        return min(1, len(self.pieces)) if self.wants.newest_counts else len(self.pieces)

    @property
    def still(self) -> int:
        """How many are still needed."""
        return max(0, self.wants.required - self.have)

    @property
    def empty(self) -> range:
        """The places that wait to be filled, but for the one that is filled next."""
        return range(1, self.still)

    @property
    def full(self) -> bool:
        """Whether all that is required is there."""
        return not self.still


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as it stands: its slots, and whether and by whom it was marked as done."""

    stage: Stage
    slots: Sequence[Slot]
    mark: StageMark | None
    here: bool
    still: str  # what is needed before it can be marked as done

    @property
    def anchor(self) -> str:
        """How the page names it."""
        return f"stage-{self.stage.code}"

    @property
    def required(self) -> str:
        """The slots that must be full before it can be marked as done, as the page's script reads them."""
        return " ".join(slot.code for slot in self.slots if slot.wants.required)


def fills(piece: Evidence, place: Place) -> bool:
    """Whether a piece was put into a place."""
    put = piece.stage, piece.kind, piece.category, piece.item
    return put == (place.stage.code, place.slot.kind, place.slot.category, place.item)


def of(stage: Stage, slots: Sequence[Slot]) -> list[Slot]:
    """The slots of a stage."""
    return [slot for slot in slots if slot.place.stage is stage]
