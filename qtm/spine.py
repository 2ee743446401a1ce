"""The spine: rooms, births and moves, declared once on the model and held by it, by its door and by PostgreSQL.

A room is a model whose rows are born, move through declared states and stay for ever. This module knows no zone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, Self, cast

from django.db import models
from django.db.models.base import ModelBase
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField
from django_fsm import transition as fsm_transition

from qtm.acts import acting, give_reason, present_act
from qtm.law import DIGEST, FactLaw, Law
from qtm.refusals import Conflict, Invalid, Lawless

__all__ = ["ACTIVE", "WORKING", "BornAmong", "BornOf", "Boundary", "Fact", "PartOf", "Room", "acting", "all_rooms", "birth", "move", "note", "rooms", "spine_table", "words"]

ACTIVE = ("active",)
WORKING = ("active", "limited")  # limited may finish what is in progress, so that evidence does not strand


@dataclass(frozen=True, slots=True)
class Verb:
    """What a door needs to know of a verb: its words, its permission, and the states it leads from and to."""

    name: str
    label: str
    says: str
    was: tuple[str, ...] = ()
    becomes: str = ""
    no: bool = False
    asker: bool = False
    own_door: bool = True
    layer: str = ""
    access: tuple[str, ...] = ()
    primary: bool = False
    codename: str = ""
    kind: str = "move"  # or "birth", or "note": a fact is written and no state changes
    button: str = ""  # the label with the row's own words, `{row.operator}`
    of: Any = None  # for a birth: the room of the row that is pressed on
    lands: bool = False  # afterwards one stands before the row that was born, and not where one came from

    def words_on(self, row: Any) -> str:
        """The label as it stands on the button for one row."""
        return self.button.format(row=row) if self.button else self.label


def words(name: str) -> str:
    """A name of the code as people read it: `handed_off` is "handed off"."""
    return name.replace("_", " ")


def move(
    was: str | Sequence[str],
    becomes: str,
    *,
    label: str = "",
    says: str = "",
    no: bool = False,
    asker: bool = False,
    own_door: bool = True,
    layer: str = "",
    access: tuple[str, ...] = (),
    primary: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a verb as a change of state.

    `no`: it takes a reason. `asker`: the requester may do it without an account. `own_door=False`: a crossing makes it, or a
    verb beside it. `layer`: whose permission is asked, the room's own where empty. `access`: the operator's states it needs.
    """
    sources = (was,) if isinstance(was, str) else tuple(was)

    def declare(verb: Callable[..., Any]) -> Callable[..., Any]:
        name = verb.__name__
        step = fsm_transition(field="state", source=list(sources), target=becomes, permission=_allowed(name))(verb)

        @wraps(step)
        def moved(self: "Room", *args: Any, reason: str = "", **given: Any) -> Any:
            before = self.state
            self._guard(moved.verb, reason)  # type: ignore[attr-defined]
            result = step(self, *args, **given)
            self._moved(before)
            return result

        moved.verb = Verb(name, label or words(name).capitalize(), says, sources, becomes, no, asker, own_door, layer, access, primary)  # type: ignore[attr-defined]
        moved.alters_data = True  # type: ignore[attr-defined]  # a template must never run a move
        return moved

    return declare


def _allowed(verb: str) -> Callable[[Any, Any], bool]:
    """The question django-fsm asks for a permission: the same one that the door asks."""

    def asked(row: Any, user: Any) -> bool:
        """Whether this person may."""
        return bool(user.authority_for(row, type(row), type(row).verbs[verb]))

    return asked


def birth(
    of: Any, was: str, *, label: str, says: str = "", button: str = "", layer: str = "", primary: bool = False, codename: str = "", lands: bool = False
) -> Callable[[Any], Any]:
    """Declare a class method as the crossing into its room: it takes a row of `of` that is `was`, moves it, and is born of it."""

    def declare(verb: Callable[..., Any]) -> Any:
        verb.verb = Verb(  # type: ignore[attr-defined]
            verb.__name__, label, says, (was,), layer=layer, primary=primary, codename=codename, kind="birth", button=button, of=of, lands=lands
        )
        verb.alters_data = True  # type: ignore[attr-defined]
        return classmethod(verb)

    return declare


def note(was: str | Sequence[str], *, label: str, says: str = "", layer: str = "", access: tuple[str, ...] = (), codename: str = "") -> Callable[[Any], Any]:
    """Declare a verb that writes a fact about the row, in some of its states, and moves nothing."""
    sources = (was,) if isinstance(was, str) else tuple(was)

    def declare(verb: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(verb)
        def noted(self: "Room", *args: Any, **given: Any) -> Any:
            self._guard(noted.verb, "")  # type: ignore[attr-defined]
            return verb(self, *args, **given)

        noted.verb = Verb(verb.__name__, label, says, sources, layer=layer, access=access, codename=codename, kind="note")  # type: ignore[attr-defined]
        noted.alters_data = True  # type: ignore[attr-defined]
        return noted

    return declare


class _Birth:
    """What both kinds of birth declare: the upstream room, the state it must be in, and who stands with whom."""

    def __init__(self, to: Any, stands: Mapping[str, Sequence[str]] | str = "", *, same: Sequence[str] = (), at_sealing: bool = False, **kwargs: Any) -> None:
        """`stands`: state of the upstream row → states of the successor it owes (empty: any); its first key is the state to be born in."""
        self.stands: dict[str, list[str]] = {} if isinstance(stands, str) else {key: list(value) for key, value in stands.items()}
        self.born_in: str = stands if isinstance(stands, str) else next(iter(stands))
        self.same, self.at_sealing = tuple(same), at_sealing
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        super().__init__(to, **kwargs)  # type: ignore[call-arg]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations a plain key: the law itself is declared by the room's constraint."""
        name, _, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{self.plain}", args, kwargs  # type: ignore[attr-defined]

    def clone(self) -> Any:
        """A copy of the declaration, births and all."""
        name, path, args, kwargs = self.deconstruct()
        return type(self)(args[0] if args else kwargs.pop("to"), self.stands or self.born_in, same=self.same, at_sealing=self.at_sealing, **kwargs)


class BornOf(_Birth, models.OneToOneField):  # type: ignore[type-arg]
    """The row upstream that a row is born of, once and no more."""

    plain = "OneToOneField"


class BornAmong(_Birth, models.ForeignKey):  # type: ignore[type-arg]
    """The row upstream that several rows may be born of, one after the other, one living at a time."""

    plain = "ForeignKey"


class PartOf(models.ForeignKey):  # type: ignore[type-arg]
    """The row of a room that a fact is part of, and the states in which that one takes it."""

    def __init__(self, to: Any, states: Sequence[str] = (), **kwargs: Any) -> None:
        """`states`: while the room's row is in one of these, the fact is taken."""
        self.states = tuple(states)
        kwargs.setdefault("on_delete", models.PROTECT)
        super().__init__(to, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations a plain key."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

    def clone(self) -> Any:
        """A copy of the declaration."""
        _, _, args, kwargs = self.deconstruct()
        return type(self)(kwargs.pop("to"), self.states, **kwargs)


@dataclass(frozen=True, slots=True)
class Boundary:
    """A row of the spine's table: by what authority the boundary before a room is crossed, and what that means."""

    authority: str
    meaning: str
    queue: str = ""


class RoomBase(ModelBase):
    """Makes a room of a class: its first state, its permissions and its law, or refuses a bad one."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> "RoomBase":
        """Build the model, then add what follows from its declarations."""
        cls: Any = super().__new__(mcs, name, bases, attrs, **kwargs)
        if not cls._meta.abstract and cls.__module__ != "__fake__":
            cls._enact()
        return cls  # type: ignore[no-any-return]


class Lawful(models.Model, metaclass=RoomBase):
    """What rooms and facts share: a law that is made from their declarations and put among the constraints."""

    class Meta:
        abstract = True
        default_permissions = ()

    @classmethod
    def _add(cls, *laws: models.BaseConstraint) -> None:
        """Put laws among the constraints, where makemigrations looks for them."""
        cls._meta.constraints = [*cls._meta.constraints, *laws]
        cls._meta.original_attrs["constraints"] = cls._meta.constraints

    @classmethod
    def _enact(cls) -> None:
        """Make the law from the declarations."""
        raise NotImplementedError


class Room(Lawful):
    """A model of the spine: a row is born in it, moves through its states, and stays for ever."""

    first: ClassVar[str] = ""
    letter: ClassVar[str] = ""
    zone: ClassVar[str] = ""
    title: ClassVar[str] = ""
    boundary: ClassVar[Boundary | None] = None
    layer: ClassVar[str] = ""  # whose permission is asked: the row's "governor", its "operator", or the network's where empty
    born_by: ClassVar[str] = "person"  # or "asker", or "system" for the four births that are the system's own
    access: ClassVar[tuple[str, ...]] = ()  # the states of the operator in which a row may be born
    living: ClassVar[tuple[str, ...]] = ()  # columns that a move may write
    amendable: ClassVar[tuple[str, ...]] = ()  # columns that are no part of the law
    seen_with: ClassVar[str] = ""  # the permission by which a row's governor sees it: the network, or the operator that governs it
    open_to: ClassVar[tuple[str, ...]] = ("qtm.oversee",)  # network permissions that see every row
    case_column: ClassVar[str] = "case_id"
    verbs: ClassVar[dict[str, Verb]] = {}

    state: Any = FSMField(protected=True, max_length=20, editable=False)
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        """Its reference, such as `J-318`."""
        return self.reference

    @property
    def reference(self) -> str:
        """How people name the row: the room's letter and its number."""
        return f"{self.letter}-{self.pk}"

    @classmethod
    def label(cls) -> str:
        """How the log names the room."""
        return cls._meta.label

    @property
    def page(self) -> str:
        """Where a person looks at the row: its case, unless its zone has a page for it."""
        return reverse("case", args=[self.case_id])  # type: ignore[attr-defined]

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """Why a door into this room is shut for a row although its state would do; empty where it is open."""
        return ""

    @classmethod
    def upstream(cls) -> list[Any]:
        """The births declared on the room, in order."""
        return [each for each in cls._meta.local_fields if isinstance(each, _Birth)]

    @classmethod
    def states(cls) -> list[str]:
        """Every state, the first one first, in the order in which the moves name them."""
        seen = [cls.first, *(state for verb in cls.moves() for state in (*verb.was, verb.becomes))]
        return list(dict.fromkeys(seen))

    @classmethod
    def moves(cls) -> list[Verb]:
        """The declared moves, in order."""
        return [verb for verb in cls.verbs.values() if verb.kind == "move"]

    @classmethod
    def edges(cls) -> list[tuple[str, str]]:
        """Every declared pair of states."""
        return list(dict.fromkeys((was, verb.becomes) for verb in cls.moves() for was in verb.was))

    @classmethod
    def permission(cls, verb: Verb) -> str:
        """The codename of a verb's permission: `approve_task`."""
        return verb.codename or f"{verb.name}_{cls._meta.model_name}"

    @classmethod
    def born(cls, **given: Any) -> Self:
        """Insert a row: what it shares with the row it is born of is copied, and the database sees that it is so."""
        present_act()
        for key in cls.upstream():
            up = given[key.name]
            given.setdefault("case_id", up.case_id)
            for name in key.same:
                cached = up._state.fields_cache.get(name)
                given.setdefault(*((name, cached) if cached else (f"{name}_id", getattr(up, f"{name}_id"))))
        row = cls(**given)
        row.save(force_insert=True)
        return row

    def _guard(self, verb: Verb, reason: str) -> None:
        """What is asked before a move: an act, the right state, a reason for a no, and the operator's access."""
        act = present_act()
        if self.state not in verb.was:
            raise Conflict(self, verb)
        if verb.no and not (reason or act.reason).strip():
            raise Invalid({"reason": "Say why: the reason is kept with the decision."})
        if verb.access and self.operator.state not in verb.access:  # type: ignore[attr-defined]
            raise Lawless(f"{self.operator} is {words(self.operator.state)}, and that does not allow this.")  # type: ignore[attr-defined]
        if reason.strip():
            give_reason(reason.strip())

    def _moved(self, before: str) -> None:
        """Store the new state where the old one still stands; if it does not, somebody was first."""
        values = {name: getattr(self, name) for name in self.living}
        if not type(self)._base_manager.filter(pk=self.pk, state=before).update(state=self.state, **values):
            raise Conflict(self)

    @classmethod
    def _enact(cls) -> None:
        """The first state, the permissions and the law, from what the class declares."""
        if not cls.first or not cls.letter or not cls.zone:
            raise TypeError(f"{cls.__name__}: a room names its first state, its letter and its zone")
        cls.verbs = {name: verb for base in reversed(cls.__mro__) for name, made in vars(base).items() if (verb := _verb_of(made))}
        cast(Any, cls._meta.get_field("state")).default = cls.first
        _refuse_bad_machine(cls)
        doors = {cls.permission(verb): verb.label for verb in cls.verbs.values() if verb.own_door}
        cls._meta.permissions = list((doors | dict(cls._meta.permissions)).items())
        cls._meta.original_attrs["permissions"] = cls._meta.permissions
        cls._add(Law(name=f"{cls._meta.db_table}_law", said=_law_of(cls)))
        _rooms.append(cls)


def _verb_of(made: Any) -> Verb | None:
    """The verb that an attribute of a class declares, if it does."""
    return getattr(getattr(made, "__func__", made), "verb", None) if callable(made) or isinstance(made, classmethod) else None


class Fact(Lawful):
    """Something noted once about a row of a room: by whom, when and in which act is the database's to say."""

    noted_by: ClassVar[str] = "person"

    by = models.ForeignKey("qtm.User", models.PROTECT, null=True, editable=False, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    act = models.UUIDField(null=True, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()

    @classmethod
    def _enact(cls) -> None:
        """The law of the fact."""
        parts = [each for each in cls._meta.local_fields if isinstance(each, PartOf) and each.states]
        said = [
            {"table": part.remote_field.model._meta.db_table, "word": part.remote_field.model._meta.model_name, "column": part.column, "states": list(part.states)}
            for part in parts
        ]
        cls._add(FactLaw(name=f"{cls._meta.db_table}_law", said={"by": cls.noted_by, "parts": said, "digest": DIGEST}))


_rooms: list[type[Room]] = []


def rooms() -> list[type[Room]]:
    """The rooms that belong to a case, in the order of the spine."""
    return [room for room in _rooms if room.case_column]


def all_rooms() -> list[type[Room]]:
    """Every room, those that belong to no case too."""
    return list(_rooms)


def spine_table() -> list[tuple[str, str, str]]:
    """The spine as people read it: transition, authority, boundary meaning; derived from the rooms."""
    table = []
    for room in rooms():
        if room.boundary:
            table.append((_chain(room), room.boundary.authority, room.boundary.meaning))
    return table


def _chain(room: type[Room]) -> str:
    """The rooms that one boundary leads through: back to the nearest that has a boundary of its own."""
    names = [room.title]
    here = room
    while births := here.upstream():
        here = births[0].remote_field.model
        names.append(here.title)
        if here.boundary:
            break
    else:
        names.append("Actor")
    return " → ".join(reversed(names))


def _refuse_bad_machine(room: type[Room]) -> None:
    """A room whose states cannot all be reached, or whose declarations name what is not there, is not made."""
    reached, edges = {room.first}, room.edges()
    while more := {becomes for was, becomes in edges if was in reached} - reached:
        reached |= more
    if lost := set(room.states()) - reached:
        raise TypeError(f"{room.__name__}: no way leads to {sorted(lost)}")
    if len(edges) != sum(len(verb.was) for verb in room.moves()):
        raise TypeError(f"{room.__name__}: two moves share a pair of states")
    columns = {each.name for each in room._meta.local_fields}
    if unknown := {*room.living, *room.amendable} - columns:
        raise TypeError(f"{room.__name__}: no such columns: {sorted(unknown)}")
    for key in room.upstream():
        _refuse_bad_birth(room, key)


def _refuse_bad_birth(room: type[Room], key: Any) -> None:
    """A birth that names states which do not exist can never be paid."""
    upstream = key.remote_field.model.states()
    named = {state for states in key.stands.values() for state in _every(room, states)}
    if unknown := ({key.born_in, *key.stands} - set(upstream)) | (named - set(room.states())):
        raise TypeError(f"{room.__name__}.{key.name}: no such states: {sorted(unknown)}")


def _law_of(room: type[Room]) -> dict[str, Any]:
    """What a room declares, as plain data for its law and for the migration that carries it."""
    column = {each.name: each.column for each in room._meta.local_fields}
    free = {"state", "since", *room.living, *room.amendable}
    moves = room.moves()
    return {
        "label": room.label(),
        "word": room._meta.model_name,
        "case": f"NEW.{room.case_column}" if room.case_column else "NULL",
        "root": _root(room)._meta.db_table,
        "first": room.first,
        "by": room.born_by,
        "edges": [list(edge) for edge in room.edges()],
        "no_edges": [f"{was}>{verb.becomes}" for verb in moves if verb.no for was in verb.was],
        "asker_edges": [f"{was}>{verb.becomes}" for verb in moves if verb.asker for was in verb.was],
        "fixed": [name for field, name in column.items() if field not in free],
        "living": ["since", *(column[name] for name in room.living)],
        "amendable": [column[name] for name in room.amendable],
        "access_at_birth": list(room.access),
        "access_at_moves": [[[f"{was}>{verb.becomes}" for was in verb.was], list(verb.access)] for verb in moves if verb.access],
        "births": [_birth_of(room, key) for key in room.upstream()],
        "digest": DIGEST,
    }


def _root(room: type[Room]) -> type[Room]:
    """The room in which the cases of a room begin."""
    births = room.upstream()
    return _root(births[0].remote_field.model) if births else room


def _every(room: type[Room], states: Sequence[str]) -> list[str]:
    """The states that a birth lists; none listed means every state of the room."""
    return list(states) or room.states()


def _birth_of(room: type[Room], key: Any) -> dict[str, Any]:
    """What one birth declares, as plain data."""
    up = key.remote_field.model
    return {
        "table": up._meta.db_table,
        "word": up._meta.model_name,
        "label": up.label(),
        "case": up.case_column,
        "column": key.column,
        "state": key.born_in,
        "stands": {state: _every(room, states) for state, states in key.stands.items()},
        "same": [f"{name}_id" for name in key.same],
        "at_sealing": key.at_sealing,
    }
