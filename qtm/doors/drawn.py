"""A door as a page draws it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtm.doors.form import DoorForm
from qtm.spine import Room

if TYPE_CHECKING:
    from qtm.doors.door import Door


@dataclass(frozen=True, slots=True)
class DrawnDoor:
    """A door as a page draws it for one row and person."""

    door: "Door"
    row: Room
    form: DoorForm | None
    next: str = ""

    @property
    def label(self) -> str:
        """What the button says."""
        return self.door.verb.words_on(self.row)

    @property
    def says(self) -> str:
        """What follows from it."""
        return self.door.verb.says

    @property
    def shut_words(self) -> str:
        """Why it is shut."""
        return self.door.shut_words(self.row) or (self.form.shut() if self.form else "")

    @property
    def open(self) -> bool:
        """Whether it can be passed now."""
        return not self.shut_words

    @property
    def apart(self) -> bool:
        """Whether it takes a page of its own to be drawn."""
        return bool(self.form and self.form.template != DoorForm.template)

    @property
    def primary(self) -> bool:
        """Whether it is the next thing to do."""
        return self.door.verb.primary

    @property
    def action(self) -> str:
        """Where it leads."""
        return self.door.action(self.row)

    @property
    def key(self) -> str:
        """The key that leads to it, if one does."""
        return self.door.verb.key

    @property
    def of(self) -> str:
        """What it is pressed on, as a page's script names it."""
        return f"{self.row._meta.model_name}-{self.row.pk}"
