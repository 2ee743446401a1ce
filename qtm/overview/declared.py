"""What the overview counts, derived from rooms and moves as they are declared; what only a later zone knows, that zone declares here."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from qtm.overview.steps import SCALE
from qtm.queues import QUEUES
from qtm.spine import Room, Verb, rooms

type Edge = tuple[str, str, str]  # a room by its label, the state before, the state after
type Stand = tuple[type[Room], str]  # a room, and a state in it
type Tally = list[list[Any]]  # rows of words with a number last


@dataclass(frozen=True, slots=True)
class Crossing:
    """One boundary: the line of the log that says it was crossed, and the lines since the last of which the case had waited before it."""

    name: str
    room: type[Room]  # whose row waits
    state: str
    edge: Edge
    begins: tuple[tuple[str, str], ...]  # rooms by their label, and the state come to
    same_row: bool
    otherwise: tuple[Edge, ...]  # how a row leaves by a no

    @property
    def key(self) -> str:
        """Its edge as one word."""
        return spell(self.edge)


@dataclass(frozen=True, slots=True)
class Pace:
    """Something that is counted day by day: how often a line of the log was written."""

    name: str
    room: type[Room]
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the data lack: which rows of a room lack it, among which others, and why it matters."""

    slug: str
    name: str
    says: str
    room: type[Room]
    lacking: Callable[[], QuerySet[Any]]
    among: Callable[[], QuerySet[Any]]

    def count(self) -> tuple[int, int]:
        """How many lack it, and of how many."""
        return self.lacking().count(), self.among().count()


# Where a case waits before a boundary only from a moment that another row brought: `BEGINS[Job, "claimed"] = [(ServiceEvent, "completed")]`.
BEGINS: dict[Stand, list[Stand]] = {}
PACES: list[Pace] = []
GAPS: list[Gap] = []
# Tallies of one day, by name: each counts what its zone knows of the lines from one moment until before another.
TALLIES: dict[str, Callable[[datetime, datetime], Tally]] = {}


def spell(edge: Edge) -> str:
    """An edge as one word: `governance.Task:open>approved`."""
    return f"{edge[0]}:{edge[1]}>{edge[2]}"


def crossings() -> list[Crossing]:
    """Every boundary that people cross by a door, in the order of the queues before them."""
    found = [_crossing(room, state, verb, entered) for room, state, verb, entered in _ways()]
    return sorted(found, key=_rank)


def _ways() -> Iterator[tuple[type[Room], str, Verb, type[Room]]]:
    """The doors that lead on from each state: the primary ones, or where there is none, those that do not say no."""
    for room in rooms():
        for state in room.states():
            ways = [(verb, entered) for verb, entered in _doors(room) if state in verb.was]
            primary = [way for way in ways if way[0].primary]
            yield from ((room, state, *way) for way in primary or ways)


def _doors(room: type[Room]) -> Iterator[tuple[Verb, type[Room]]]:
    """Every door on a room's rows that moves a case on, with the room it leads into."""
    for entered in rooms():
        for verb in entered.verbs.values():
            pressed_on = {"birth": verb.of, "move": entered}.get(verb.kind)
            if verb.own_door and not verb.no and pressed_on is room:
                yield verb, entered


def _crossing(room: type[Room], state: str, verb: Verb, entered: type[Room]) -> Crossing:
    """One boundary, from the door that leads over it."""
    becomes = verb.becomes if verb.kind == "move" else _left_as(room, entered)
    moves = becomes != state
    edge = (room.label(), state, becomes) if moves else (entered.label(), "", entered.first)
    begins = BEGINS.get((room, state), [(room, state)])
    same_row = moves and (room, state) not in BEGINS
    noes = [each.becomes for each in room.moves() if same_row and each.no and state in each.was]
    return Crossing(
        verb.label,
        room,
        state,
        edge,
        tuple((each.label(), stood) for each, stood in begins),
        same_row,
        tuple((room.label(), state, no) for no in noes),
    )


def _left_as(room: type[Room], entered: type[Room]) -> str:
    """The state in which a birth leaves the row that it was pressed on."""
    key = entered.upstream()[0]
    while key.remote_field.model is not room:
        key = key.remote_field.model.upstream()[0]
    return str(key.born_in[0])  # where a birth moves the row it is pressed on, it is the only one


def _rank(crossing: Crossing) -> tuple[int, int]:
    """Where a boundary comes: with the first queue that holds what waits before it, else behind them all."""
    stands = [*crossing.begins, (crossing.room.label(), crossing.state)]
    for stand in stands:
        for place, queue in enumerate(QUEUES):
            if queue.room.label() == stand[0] and stand[1] in states_in(queue.waits):
                return place, crossing.room.states().index(crossing.state)
    return len(QUEUES), crossing.room.states().index(crossing.state)


def states_in(waits: Any) -> set[str]:
    """The states that the condition of a queue names."""
    named: set[str] = set()
    for each in waits.children:
        if not isinstance(each, tuple):
            named |= states_in(each) if hasattr(each, "children") else set()
        elif each[0] in {"state", "state__in"}:
            named |= {each[1]} if each[0] == "state" else set(each[1])
    return named


def terms() -> str:
    """By what days are counted, as a digest: another declaration, scale or zone of time makes them to be counted anew."""
    said: Sequence[Any] = [
        SCALE,
        settings.TIME_ZONE,
        sorted([each.key, sorted(each.begins), each.same_row] for each in crossings()),
        sorted(TALLIES),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
