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
    url: str = ""


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

    def __init__(self, case_id: int, asker: str = "the requester", standing: Any = None) -> None:
        """`asker`: how the Actor is called in the history; `standing`: whose, as the line leads to what they may see."""
        self.case_id, self.asker, self.standing = case_id, asker, standing
        self.said: dict[tuple[str, int], str] = {}  # what the history says of a row besides its name, by room and id

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
        known = [room for room in rooms() if room.label() in self.newest]
        there = [room for room in known if not self.undone(room) and not self.overtaken(room)]
        here = next((room for room in reversed(there) if not _read(room)), None)
        return [self._stop(room, here) for room in rooms()]

    def _stop(self, room: type[Room], here: type[Room] | None) -> Stop:
        """One room on the line."""
        line = self.newest.get(room.label())
        if line is None:
            return Stop(room.title, room.zone, words="withheld" if self._withheld(room) else "")
        who = f" by {self.who(line)}" if line.user_id else ""
        mark = "here" if room is here else "" if self.undone(room) else "done"
        return Stop(room.title, room.zone, mark, f"{words(line.becomes)}{who}", line.at, self._url(room, line.row_id))

    def _withheld(self, room: type[Room]) -> bool:
        """Whether a row that is born at sealing or never was not, and so will never be."""
        return _read(room) and any(self.state(key.remote_field.model) for key in room.upstream())

    def _url(self, room: type[Room], row_id: int) -> str:
        """The row's own page, if it has one and this person sees them all: to ask of a single row would be one more query."""
        if not room.has_page or self.standing is None or self.standing.sight(room):
            return ""
        named: Any = room
        return str(named(pk=row_id).page)

    def undone(self, room: type[Room]) -> bool:
        """Whether a no has ended the newest row of a room, and another may be born: the case is upstream of it again."""
        crossing = next((verb for verb in room.verbs.values() if verb.kind == "birth"), None)
        return bool(self._refused(room) and crossing and self.state(crossing.of) in crossing.was)

    def _refused(self, room: type[Room]) -> bool:
        """Whether a no has ended the newest row of a room."""
        return self.state(room) in {verb.becomes for verb in room.moves() if verb.no} - {was for was, _ in room.edges()}

    def refused(self) -> bool:
        """Whether a no has ended the case for good: no other row can be born where one was ended."""
        return any(self._refused(room) and not self.undone(room) for room in rooms() if not _read(room))

    def overtaken(self, room: type[Room]) -> bool:
        """Whether the row that another of this room would be born of was born after the newest that there is: the case is there again."""
        born = {line.room: line.pk for line in self.lines if not line.was}
        up = [key.remote_field.model.label() for key in room.upstream()]
        return any(born.get(label, 0) > born.get(room.label(), 0) for label in up)

    def four(self) -> list[Side]:
        """The states side by side."""
        return [Side(room.title, room.zone, words(self.state(room))) for room in rooms() if room.title in SIDE_BY_SIDE]

    def history(self) -> list[Line]:
        """What happened, newest first: one line for each act, with everything that it moved."""
        acts: dict[Any, list[Transition]] = {}
        for line in self.lines:
            acts.setdefault(line.act, []).append(line)
        return [self._line(act) for act in reversed(acts.values())]

    def who(self, line: Transition) -> str:
        """Who made a line: a person, the asker, or the system."""
        return str(line.user) if line.user_id else self.asker if line.actor_id else "System"

    def _told(self, line: Transition) -> str:
        """The row of a line, with what is said of it."""
        said = self.said.get((line.room, line.row_id))
        return f"{_named(line)} ({said})" if said else _named(line)

    def _line(self, act: Sequence[Transition]) -> Line:
        """One act in words: what was pressed, by whom, and where each row that it moved came to."""
        pressed = next((line for line in act if _pressed(line)), act[0])
        made = next(
            (line for line in act if line.user_id or line.actor_id), pressed
        )  # a birth of the system's own follows from somebody's move
        moved = {(line.room, line.row_id): line for line in [pressed, *act]}
        came = ", ".join(f"{self._told(line)} {words(line.becomes)}" for line in moved.values())
        authority = "" if made.authority == "system" else made.authority
        return Line(made.at, self.who(made), said_of(pressed)[0], came, made.via, authority, made.reason)


def _read(room: type[Room]) -> bool:
    """Whether a row of the room is read from another at its sealing: a case never stands there, and does not end with it."""
    return any(key.at_sealing for key in room.upstream())


def said_of(line: Transition) -> tuple[str, str]:
    """What was done and to what: the label of the verb, and the row with its new state."""
    return _pressed(line) or words(line.becomes).capitalize(), f"{_named(line)} is {words(line.becomes)}"


def _pressed(line: Transition) -> str:
    """The label of what was pressed, if this line is it and no consequence of another."""
    room = _room(line)
    if not line.was:
        return _crossing(room, line.authority) if room.upstream() else "Asked"
    return next(
        (
            verb.label
            for verb in room.moves()
            if verb.own_door and verb.becomes == line.becomes and line.was in verb.was
        ),
        "",
    )


def _crossing(room: type[Room], authority: str) -> str:
    """The label of the crossing by which a row was born: of several into one room, the authority names whose it was."""
    births = [verb for verb in room.verbs.values() if verb.kind == "birth"]
    named = (
        verb
        for verb in births
        if authority.split(" ", maxsplit=1)[0] == f"{room._meta.app_label}.{room.permission(verb)}"
    )
    return next((verb.label for verb in (*named, *births)), "")


def _named(line: Transition) -> str:
    """The row of a line, such as `Job J-318`."""
    room = _room(line)
    return f"{room.title} {room.letter}-{line.row_id}"


def _room(line: Transition) -> type[Room]:
    """The room that a line is about."""
    return next(room for room in all_rooms() if room.label() == line.room)


def last_line(row: Room) -> Transition | None:
    """The newest line about one row: its present state, who moved it there, and when."""
    lines = Transition.objects.filter(room=type(row).label(), row_id=row.pk).select_related("user")
    case_id = row.case_id if type(row).case_column else None  # type: ignore[attr-defined]
    return lines.filter(case_id=case_id).order_by("-id").first()


def mover(line: Transition) -> str:
    """Who made a line, where the asker's name is not said."""
    return str(line.user) if line.user_id else "the requester" if line.actor_id else "the system"


def made_in(line: Transition) -> Transition | None:
    """The row that was made in the same act as a line, if any: what one's own first press led to.

    Where the person made none, it is what the system made that has a page of its own: Complete leads to the Record, never to a ⭐.
    """
    born = list(Transition.objects.filter(case_id=line.case_id, act=line.act, was="").order_by("-id"))
    theirs = [each for each in born if each.authority != "system"]
    return next(iter(theirs + [each for each in born if _room(each).has_page]), None)
