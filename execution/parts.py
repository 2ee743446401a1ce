"""The parts of a Job's work, where its surface lists several ServiceEvents: what is done, what is before one, what is still to come."""

from dataclasses import dataclass
from functools import cached_property

from execution.models import Job, ServiceEvent
from qtm.runtime import Event


@dataclass(frozen=True, slots=True)
class Part:
    """One of several parts, with the ServiceEvent that carries it out, once it is opened."""

    says: Event
    place: int
    of: int
    event: ServiceEvent | None
    outcome: str


class Parts:
    """The parts of one Job's work; none where it has only one."""

    def __init__(self, job: Job) -> None:
        """`job`: whose."""
        self.job, self.runtime = job, job.version.reads

    @property
    def code(self) -> str:
        """The code of the part that is before one: the newest that is there, or the first."""
        return self.job.event.part if self.job.event else self.runtime.first_part

    @cached_property
    def all(self) -> list[Part]:
        """Every part, in order."""
        there = {event.part: event for event in self.job.parts}
        return [self._part(place, says, there.get(says.code)) for place, says in enumerate(self.runtime.events, 1)]

    def _part(self, place: int, says: Event, event: ServiceEvent | None) -> Part:
        """One part as it stands."""
        ended = self.runtime.outcome(event.outcome).label if event and event.outcome else ""
        return Part(says, place, len(self.runtime.events), event, ended)

    @property
    def present(self) -> Part | None:
        """The part that is before one."""
        return next((part for part in self.all if part.says.code == self.code), None)

    @property
    def earlier(self) -> list[Part]:
        """What is done, the newest first."""
        return [part for part in reversed(self.all) if part.event and part.says.code != self.code]

    @property
    def later(self) -> list[Part]:
        """What is still to come; nothing where a part was not completed."""
        over = self.job.event and self.job.event.final
        return [] if over else [part for part in self.all if not part.event and part.says.code != self.code]
