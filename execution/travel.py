"""Being on the way to the place of the work: noted by whoever carries it on, while the work rests; Start and Go on end it."""

from functools import cached_property
from typing import Any

from qtm.refusals import Conflict
from qtm.spine import WORKING, Room, note

RESTS = ("ready", "paused")
NOT_ON_THE_WAY = "Say “On my way” first: nobody arrives who was not on the way."


class Travelled(Room):
    """What a ServiceEvent knows of the way to it."""

    class Meta(Room.Meta):
        abstract = True

    @cached_property
    def legs(self) -> list[Any]:
        """Every travel fact, in order; asked once for a page."""
        return list(self.travels.select_related("by"))  # type: ignore[attr-defined]

    @property
    def _now(self) -> list[Any]:
        """The travel of the rest that it stands in."""
        return [leg for leg in self.legs if leg.rest == self.since] if self.state in RESTS else []

    @property
    def travel_shut(self) -> dict[str, str]:
        """Why a verb of travel is shut, by its name: once a rest, and one after the other."""
        if not self._now:
            return {"arrive": NOT_ON_THE_WAY}
        told = {"set_off": "It is said already that you are on the way."}
        return told if len(self._now) == 1 else {**told, "arrive": "It is said already that you are there."}

    @note(
        RESTS,
        label="On my way",
        says="The way there counts apart, until you arrive or the work goes on.",
        access=WORKING,
        codename="capture_evidence",
    )
    def set_off(self) -> Any:
        """Note that whoever carries it on is on the way there."""
        return self._noted()

    @note(
        RESTS,
        label="Arrived",
        says="The way there ends. Nothing has started by it.",
        access=WORKING,
        codename="capture_evidence",
    )
    def arrive(self) -> Any:
        """Note that they are there, where the work cannot begin at once."""
        if not self._now:
            raise Conflict(self, sentence=NOT_ON_THE_WAY, heading="It has not come that far")
        return self._noted(arrived=True)

    def _noted(self, **said: bool) -> Any:
        """A travel fact of the present rest; what was read of the travel before is out of date then."""
        self.__dict__.pop("legs", None)
        return self.travels.model.noted(event=self, rest=self.since, **said)  # type: ignore[attr-defined]
