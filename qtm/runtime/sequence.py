"""Several ServiceEvents in order: what a runtime that lists them says of each, and which lists are refused."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtm.runtime.parts import Event, Outcome, Stage
from qtm.runtime.table import Malformed, Table

MOST_EVENTS = 10


class InSequence:
    """What a runtime knows of the events that it lists; where it lists none there is one, without a code."""

    __slots__ = ()

    if TYPE_CHECKING:
        events: tuple[Event, ...]
        stages: tuple[Stage, ...]
        outcomes: tuple[Outcome, ...]

    @property
    def first_part(self) -> str:
        """Give the code of the event that comes first; nothing where there is only one, which needs none."""
        return self.events[0].code if self.events else ""

    def stages_of(self, part: str) -> tuple[Stage, ...]:
        """Give the stages of one event of the sequence; all of them where there is none."""
        return tuple(stage for stage in self.stages if stage.event == part)

    def outcomes_of(self, part: str) -> tuple[Outcome, ...]:
        """Give the ways in which one event of the sequence may end: its own, and those of all."""
        return tuple(outcome for outcome in self.outcomes if outcome.event in ("", part))

    def place_of(self, part: str) -> int:
        """Give the place of an event in the sequence, counted from one."""
        return [event.code for event in self.events].index(part) + 1

    def after(self, part: str) -> Event | None:
        """Give the event that follows one of the sequence; None after the last."""
        return next(iter(self.events[self.place_of(part) :]), None) if self.events else None

    def ends(self, part: str, outcome: str) -> bool:
        """Tell whether nothing follows an event that ended so: it is the last, or its work was not completed."""
        ending = next(each for each in self.outcomes if each.code == outcome)
        return self.after(part) is None or not ending.completes

    def _refuse_bad_sequence(self, table: Table) -> None:
        """Refuse several events that could not be carried out one after the other, and stages of an event that is not there."""
        known = {event.code for event in self.events}
        of_event: dict[str, Sequence[Stage | Outcome]] = {"stages": self.stages, "outcomes": self.outcomes}
        for key, rows in of_event.items():
            for place, row in enumerate(rows):
                if row.event and not known:
                    raise Malformed("events", f"This key is missing, but {key}[{place}] names an event.")
                if row.event not in known and (row.event or (known and key == "stages")):
                    said = f"This surface has no event “{row.event}”." if row.event else "This key is missing."
                    raise Malformed(f"{key}[{place}].event", said)
        if not known:
            return
        table.need("stages", "outcomes")
        if not 2 <= len(known) <= MOST_EVENTS:
            raise Malformed(
                "events", f"A sequence has between 2 and {MOST_EVENTS} events; without one, leave this out."
            )
        for place, event in enumerate(self.events):
            if not self.stages_of(event.code):
                raise Malformed(f"events[{place}].code", "No stage is of this event.")
            if not any(outcome.completes for outcome in self.outcomes_of(event.code)):
                raise Malformed(f"events[{place}].code", "At least one outcome must complete this event.")


def within(label: str) -> str:
    """A label as it stands within a sentence; an abbreviation stays as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
