"""The spine as a picture: each room with what stands in it, each boundary with who may cross it and by what authority."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Value

from qtm.doors import all_doors
from qtm.models import SurfaceVersion
from qtm.roles import MEMBER, NETWORK
from qtm.spine import Room, Verb, rooms, words
from qtm.standing import NOTHING

SYSTEM_WORDS = "nobody: the system, by policy"


@dataclass(frozen=True, slots=True)
class Gate:
    """A boundary: what crosses it, by what authority, what that means, and who may."""

    name: str
    authority: str
    meaning: str
    who: str
    boundary: bool  # a handoff from one layer of people to another


@dataclass(frozen=True, slots=True)
class Step:
    """A room, with what stands in it as far as somebody sees, and the gate behind it."""

    room: str
    zone: str
    count: str
    says: str
    url: str
    gate: Gate | None


def standing_counts(sight: Callable[[type[Room]], Q], using: str = "default") -> dict[str, dict[str, int]]:
    """How many rows of each room stand in each state, of all rooms in one query."""
    each = [_counted(room, sight(room), using) for room in rooms()]
    found: dict[str, dict[str, int]] = {room.label(): {} for room in rooms()}
    for label, state, count in each[0].union(*each[1:], all=True):
        found[label][state] = count
    return found


def _counted(room: type[Room], seen: Q, using: str) -> Any:
    """One room's rows by state, with the room's name."""
    rows = room._base_manager.using(using).filter(seen).order_by()
    return rows.values("state").annotate(count=Count("*")).values_list(Value(room.label()), F("state"), "count")


def path(standing: Any) -> list[Step]:
    """The rooms in order, with the boundary that leads out of each."""
    counts = standing_counts(standing.sight)
    gates = _gates()
    actor = Step("Actor", "", "", "A person, a business or a system asks. Governs and executes nothing.", "", gates[0])
    return [
        actor,
        *(_step(room, counts, standing, gate) for room, gate in zip(rooms(), [*gates[1:], None], strict=True)),
    ]


def _gates() -> list[Gate | None]:
    """The gate before each room; one that leads through several rooms stands before the first of them."""
    gates = [_gate(room) for room in rooms()]
    for place, gate in enumerate(gates[:-1]):
        if gate is None:
            gates[place], gates[place + 1] = gates[place + 1], None
    return gates


def _step(room: type[Room], counts: dict[str, dict[str, int]], standing: Any, gate: Gate | None) -> Step:
    """One room; who sees none of it reads so."""
    if standing.sight(room) == NOTHING:
        return Step(room.title, room.zone, "·", "Not yours to see.", "", gate)
    by_state = counts[room.label()]
    said = ", ".join(f"{by_state[state]} {words(state)}" for state in room.states() if state in by_state)
    return Step(room.title, room.zone, str(sum(by_state.values())), said or "None yet.", "", gate)


def _gate(room: type[Room]) -> Gate | None:
    """The boundary before a room, if it has one of its own."""
    if room.boundary is None:
        return None
    birth = next((verb for verb in room.verbs.values() if verb.kind == "birth"), None)
    name = birth.label if birth else "Ask" if room.born_by == "asker" else "By policy"
    handoff = birth is not None and birth.layer not in ("", room.layer)
    return Gate(name, _from(room) + room.boundary.authority, room.boundary.meaning, crossers(room), handoff)


def _from(room: type[Room]) -> str:
    """What a room is born of, where that is not the room drawn before it."""
    place = rooms().index(room)
    up = room.upstream()[0].remote_field.model if room.upstream() else None
    return f"from the {up.title}: " if up and up is not rooms()[place - 1] else ""


def crossers(room: type[Room]) -> str:
    """Who may cross into a room, from the doors and the roles."""
    doors = [door for door in all_doors() if door.room is room and door.verb.kind == "birth"]
    held = "; ".join(dict.fromkeys(holders(room, door.verb) for door in doors))
    if any(door.pressed_on.born_by == "asker" for door in doors):
        return f"whoever asks completely, in asking; for what came in incomplete: {held}"
    if held or room.born_by != "asker":
        return held or SYSTEM_WORDS
    return (
        f"anybody; for others: {_named(_having(NETWORK, room, 'take_request'), _having(MEMBER, room, 'take_request'))}"
    )


def holders(room: type[Room], verb: Verb) -> str:
    """Who holds the permission of a verb, on the network and within an operator."""
    layer, code = verb.layer or room.layer, room.permission(verb)
    network = _having(NETWORK, room, code) if layer != "operator" else []
    member = _having(MEMBER, room, code) if layer else []
    return _named(network, member)


def _having(roles: Any, room: type[Room], code: str) -> list[str]:
    """The roles of a table that hold a permission of a room."""
    return [role for role, names in roles.items() if f"{room._meta.app_label}.{code}" in names]


def _named(network: Sequence[str], member: Sequence[str]) -> str:
    """Roles in words."""
    said = [" or ".join(network)] if network else []
    return "; ".join([*said, *([f"{' or '.join(member)} of the operator"] if member else [])]) or "nobody"


def surfaces() -> Iterable[SurfaceVersion]:
    """The newest version of each surface."""
    newest = SurfaceVersion.objects.order_by("surface_id", "-number").distinct("surface_id").select_related("surface")
    return sorted(newest, key=lambda version: version.surface.name)
