"""An appointment: when somebody is to be there; set beside an Assignment as often as plans change, and the newest counts."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, Value, When
from django.utils import timezone

from intake.asking import MOST_AHEAD
from qtm.refusals import Conflict, Invalid
from qtm.rows import latest_of
from qtm.spine import Room, Verb, note

STANDS = ("active", "handed_off")  # the states of an Assignment that can have an appointment
LONGEST = timedelta(hours=24)

# How the work of an Assignment ended, as later zones tell it: by the word for it, a condition, given the way to the Assignment's id.
ENDED: dict[str, Callable[[str], Any]] = {}


def became() -> Case:
    """How the work of an Assignment ended, as an expression over Assignments; an empty text while it has not."""
    told = [When(tell("pk"), then=Value(word)) for word, tell in ENDED.items()]
    return Case(*told, default=Value(""))


def wrong_with(starts: datetime | None, ends: datetime | None, now: datetime) -> Mapping[str, str]:
    """What is wrong with a window, by field; nothing where it is right, or where none is said at all."""
    if starts is None or ends is None:
        return (
            {}
            if starts is ends
            else {"ends" if starts else "starts": "Say both, when it begins and when it ends, or neither."}
        )
    if starts < now:
        return {"starts": "This lies in the past."}
    if starts > now + MOST_AHEAD:
        return {"starts": "This lies more than ten years ahead."}
    if ends <= starts:
        return {"ends": "It ends after it begins."}
    return {"ends": "An appointment lasts a day at most."} if ends - starts > LONGEST else {}


class Appointed(Room):
    """What an Assignment knows of its appointment."""

    class Meta(Room.Meta):
        abstract = True

    @cached_property
    def appointment(self) -> Any:
        """The one that counts, or None; asked once for a row."""
        if "appointed" in self.__dict__:
            said = self.__dict__["appointed"]
            made = {name: datetime.fromisoformat(said[name]) for name in ("starts", "ends")} if said else None
            return self.appointments.model(**made) if made else None  # type: ignore[attr-defined]
        return latest_of(self.appointments.model, "assignment", self)  # type: ignore[attr-defined]

    @cached_property
    def ended(self) -> str:
        """How its work ended, in a word; empty while it has not."""
        if "told" in self.__dict__:
            return str(self.__dict__["told"])
        return str(type(self)._default_manager.filter(pk=self.pk).values_list(became(), flat=True).get())

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """There is nothing left to appoint once the work has ended."""
        over = verb.name == "reschedule" and row.ended
        return f"Its job is {row.ended}." if over else super().shut(verb, row)

    @note(
        STANDS,
        label="Set the appointment",
        says="The newest one counts. Once the job is created, it is told to the requester and shown to those who do the work.",
    )
    def reschedule(self, *, starts: datetime, ends: datetime, why: str = "") -> Any:
        """Set when it is to be done, or set it anew."""
        if self.ended:
            raise Conflict(self, sentence=f"Its job is {self.ended}: there is nothing left to appoint.")
        before = self.appointment
        if before and (before.starts, before.ends) == (starts, ends):
            raise Invalid({"starts": "That is what it says already."})
        return self.appoint(starts, ends, why)

    def appoint(self, starts: datetime | None, ends: datetime | None, why: str = "") -> Any:
        """Note an appointment; what was read of the one before is out of date then."""
        if wrong := wrong_with(starts, ends, timezone.now()):
            raise Invalid(dict(wrong))
        for known in ("appointment", "appointed"):
            self.__dict__.pop(known, None)
        return self.appointments.model.noted(assignment=self, starts=starts, ends=ends, why=why)  # type: ignore[attr-defined]
