"""The spine: rooms, births and moves, declared once on the model and held by it, by its door and by PostgreSQL.

A room is a model whose rows are born, move through declared states and stay for ever. This module knows no zone.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

from django.db import models
from django.db.models.base import ModelBase
from django.urls import reverse
from django.utils import timezone

from qtm.acts import acting, give_reason, present_act
from qtm.births import Birth, BornAmong, BornOf, PartOf
from qtm.declared import law_of, refuse_bad_machine
from qtm.fields import StateField
from qtm.law import DIGEST, FactLaw, Law
from qtm.letters.declared import happened
from qtm.refusals import Conflict, Invalid, Lawless
from qtm.rows import change, insert
from qtm.verbs import Verb, birth, move, note, words

__all__ = [
    "ACTIVE",
    "WORKING",
    "BornAmong",
    "BornOf",
    "Boundary",
    "Fact",
    "PartOf",
    "Room",
    "Verb",
    "acting",
    "all_rooms",
    "birth",
    "case_named",
    "move",
    "note",
    "rooms",
    "spine_table",
    "words",
]

ACTIVE = ("active",)
WORKING = ("active", "limited")  # limited may finish what is in progress, so that evidence does not strand


@dataclass(frozen=True, slots=True)
class Boundary:
    """A row of the spine's table: by what authority the boundary before a room is crossed, and what that means."""

    authority: str
    meaning: str


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
    # Whose permission is asked: the row's "governor", its "operator", or the network's where empty.
    layer: ClassVar[str] = ""
    born_by: ClassVar[str] = "person"  # or "asker", or "system" for the four births that are the system's own
    access: ClassVar[tuple[str, ...]] = ()  # the states of the operator in which a row may be born
    living: ClassVar[tuple[str, ...]] = ()  # the columns that moves write, as these declare it
    amendable: ClassVar[tuple[str, ...]] = ()  # columns that are no part of the law
    # The permission by which a row's governor sees it: the network, or the operator that governs it.
    seen_with: ClassVar[str] = ""
    open_to: ClassVar[tuple[str, ...]] = ("qtm.oversee",)  # network permissions that see every row
    kept_for_later: ClassVar[bool] = False  # whether devices keep presses on its rows until they can send them
    read_with: ClassVar[tuple[str, ...]] = ()  # what its doors read of a row with it, in the same query
    has_page: ClassVar[bool] = False  # a page of its own, for everybody who sees the row
    case_column: ClassVar[str] = "case_id"
    beside: ClassVar[bool] = (
        False  # of a case, and logged there, but no stop on its line and no row of the spine's table
    )
    verbs: ClassVar[dict[str, Verb]] = {}

    state: Any = StateField(protected=True, max_length=20, editable=False)
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

    @property
    def case_reference(self) -> str:
        """How people name its case, whatever room the row is in; empty where it belongs to none."""
        return case_named(getattr(self, self.case_column)) if self.case_column else ""

    @property
    def named(self) -> str:
        """The row by its case and, where it is not the first of that, by itself: `Q-12 · J-318`."""
        return " · ".join(dict.fromkeys(filter(None, (self.case_reference, self.reference))))

    @classmethod
    def label(cls) -> str:
        """How the log names the room."""
        return cls._meta.label

    @property
    def page(self) -> str:
        """Where a person looks at the row: its case, unless its zone has a page for it."""
        return reverse("case", args=[self.case_id])  # type: ignore[attr-defined]

    @property
    def about(self) -> str:
        """What it is about and where, for a page that tells nothing else of the row; empty where it says nothing of that."""
        return ""

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """Why a door into this room is shut for a row although its state would do; empty where it is open."""
        return ""

    @classmethod
    def concerns(cls, verb: Verb, row: Any) -> bool:
        """Whether a door into this room can be one of a row at all, whatever state it comes to."""
        return True

    @classmethod
    def upstream(cls) -> list[Any]:
        """The births declared on the room, in order."""
        return [each for each in cls._meta.local_fields if isinstance(each, Birth)]

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
    def reachable(cls, state: str) -> set[str]:
        """Every state to which one leads, itself included."""
        reached = {state}
        while more := {becomes for was, becomes in cls.edges() if was in reached} - reached:
            reached |= more
        return reached

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
                cached, column = up._state.fields_cache.get(name), up._meta.get_field(name).attname
                given.setdefault(*((name, cached) if cached else (column, getattr(up, column))))
        row = cls(**given)
        insert(row)
        happened(row, becomes=row.state)
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

    def _moved(self, before: str, writes: tuple[str, ...]) -> None:
        """Store the new state, and what the move writes, where the old one still stands; if it does not, somebody was first."""
        if not change(self, before, writes):
            raise Conflict(self)
        happened(self, before, self.state)

    @classmethod
    def _enact(cls) -> None:
        """The first state, the permissions and the law, from what the class declares."""
        if not cls.first or not cls.letter or not cls.zone:
            raise TypeError(f"{cls.__name__}: a room names its first state, its letter and its zone")
        cls.verbs = {
            name: verb
            for base in reversed(cls.__mro__)
            for name, made in vars(base).items()
            if (verb := _verb_of(made))
        }
        cls.living = tuple(dict.fromkeys(name for verb in cls.moves() for name in verb.writes))
        cast(Any, cls._meta.get_field("state")).default = cls.first
        refuse_bad_machine(cls)
        doors = {cls.permission(verb): verb.label for verb in cls.verbs.values() if verb.own_door}
        cls._meta.permissions = list((doors | dict(cls._meta.permissions)).items())
        cls._meta.original_attrs["permissions"] = cls._meta.permissions
        cls._add(Law(name=f"{cls._meta.db_table}_law", said=law_of(cls)))
        _rooms.append(cls)


def _verb_of(made: Any) -> Verb | None:
    """The verb that an attribute of a class declares, if it does."""
    return (
        getattr(getattr(made, "__func__", made), "verb", None)
        if callable(made) or isinstance(made, classmethod)
        else None
    )


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
    def noted(cls, **given: Any) -> Self:
        """Note it; afterwards it says by whom, when and in which act, as the database wrote it."""
        fact = cls(**given)
        insert(fact)
        happened(fact)
        return fact

    @classmethod
    def _enact(cls) -> None:
        """The law of the fact."""
        parts = [each for each in cls._meta.local_fields if isinstance(each, PartOf) and each.states]
        said = [
            {
                "table": part.remote_field.model._meta.db_table,
                "word": part.remote_field.model._meta.model_name,
                "column": part.column,
                "states": list(part.states),
            }
            for part in parts
        ]
        cls._add(FactLaw(name=f"{cls._meta.db_table}_law", said={"by": cls.noted_by, "parts": said, "digest": DIGEST}))


_rooms: list[type[Room]] = []


def rooms() -> list[type[Room]]:
    """The rooms on the line of a case, in the order of the spine."""
    return [room for room in _rooms if room.case_column and not room.beside]


def all_rooms() -> list[type[Room]]:
    """Every room, those that belong to no case too."""
    return list(_rooms)


def case_named(case_id: int) -> str:
    """How people name a case: by the room that each begins in, wherever it has come to."""
    return f"{rooms()[0].letter}-{case_id}"


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
