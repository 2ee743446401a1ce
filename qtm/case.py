"""A case as its log tells it: the line of rooms, the four states side by side, and the history, from one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from qtm.models import Transition
from qtm.spine import Room, all_rooms, rooms, words

SIDE_BY_SIDE = ("Task", "Job", "ServiceEvent", "Settlement")


@dataclass(frozen=True, slots=True)
class Stop:
    """One room on the line of a case."""

    room: str
    zone: str
    mark: str = ""
    words: str = ""
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history as people read it."""

    when: datetime
    who: str
    did: str
    what: str
    via: str
    authority: str
    reason: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the states that stand side by side and may disagree."""

    room: str
    zone: str
    state: str


class Case:
    """The log of one case, read once."""

    def __init__(self, case_id: int, asker: str = "the requester") -> None:
        """`asker`: how the Actor is called in the history."""
        self.case_id, self.asker = case_id, asker

    @cached_property
    def lines(self) -> Sequence[Transition]:
        """The log, oldest first."""
        return list(Transition.objects.filter(case_id=self.case_id).select_related("user"))

    @cached_property
    def newest(self) -> dict[str, Transition]:
        """The newest line of each room."""
        return {line.room: line for line in self.lines}

    def state(self, room: type[Room]) -> str:
        """The state of the newest row of a room, or nothing."""
        line = self.newest.get(room.label())
        return line.becomes if line else ""

    def row_id(self, room: type[Room]) -> int | None:
        """The newest row of a room."""
        line = self.newest.get(room.label())
        return line.row_id if line else None

    def stops(self) -> list[Stop]:
        """The line of rooms: solid where the case has been, the last one marked as where it is."""
        there = [room for room in rooms() if room.label() in self.newest]
        here = next((room for room in reversed(there) if room.title != "⭐ Signal"), None)
        return [self._stop(room, here) for room in rooms()]

    def _stop(self, room: type[Room], here: type[Room] | None) -> Stop:
        """One room on the line."""
        line = self.newest.get(room.label())
        if line is None:
            return Stop(room.title, room.zone)
        who = f" by {self.who(line)}" if line.user_id else ""
        return Stop(room.title, room.zone, "here" if room is here else "done", f"{words(line.becomes)}{who}", line.at)

    def four(self) -> list[Side]:
        """The states side by side."""
        return [Side(room.title, room.zone, words(self.state(room))) for room in rooms() if room.title in SIDE_BY_SIDE]

    def history(self) -> list[Line]:
        """What happened, newest first."""
        return [self._line(line) for line in reversed(self.lines)]

    def who(self, line: Transition) -> str:
        """Who made a line: a person, the asker, or the system."""
        return str(line.user) if line.user_id else self.asker if line.actor_id else "System"

    def _line(self, line: Transition) -> Line:
        """One line in words."""
        did, what = said_of(line)
        return Line(line.at, self.who(line), did, what, line.via, "" if line.authority == "system" else line.authority, line.reason)


def said_of(line: Transition) -> tuple[str, str]:
    """What was done and to what: the label of the verb, and the row with its new state."""
    room = next(room for room in all_rooms() if room.label() == line.room)
    reference = f"{room.title} {room.letter}-{line.row_id}"
    if not line.was:
        verb = next((verb for verb in room.verbs.values() if verb.kind == "birth" and room.born_by == "person"), None)
        return (verb.label, f"{reference} is {words(line.becomes)}") if verb else (words(line.becomes), reference)
    verb = next(verb for verb in room.moves() if verb.becomes == line.becomes and line.was in verb.was)
    return (verb.label, f"{reference} is {words(line.becomes)}") if verb.own_door else (words(line.becomes), reference)


def last_line(row: Room) -> Transition | None:
    """The newest line about one row: its present state, who moved it there, and when."""
    lines = Transition.objects.filter(room=type(row).label(), row_id=row.pk).select_related("user")
    case_id = row.case_id if type(row).case_column else None  # type: ignore[attr-defined]
    return lines.filter(case_id=case_id).order_by("-id").first()


def made_in(line: Transition) -> Transition | None:
    """The row that was made in the same act as a line, if any: what one's own first click led to."""
    return Transition.objects.filter(case_id=line.case_id, act=line.act, was="").exclude(authority="system").order_by("-id").first()
