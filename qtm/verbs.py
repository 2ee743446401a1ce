"""Verbs: what a room can do, declared over its methods as moves, crossings and notes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django_fsm import transition as fsm_transition


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
    writes: tuple[str, ...] = ()  # the living columns that a move writes
    lands: bool = False  # afterwards one stands before the row that was born, and not where one came from
    key: str = ""  # the one key that leads to its door, wherever it is drawn
    many: bool = False  # whether one press may ask it of many rows; what a person has to look at is asked of one

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
    button: str = "",
    writes: tuple[str, ...] = (),
    key: str = "",
    many: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a verb as a change of state.

    `no`: it takes a reason. `asker`: the requester may do it without an account. `own_door=False`: a crossing makes it, or a
    verb beside it. `layer`: whose permission is asked, the room's own where empty. `access`: the operator's states it needs.
    `writes`: the columns that it writes besides the state, and no other move may. `key`: the key that leads to its door. `many`: it may be asked of many rows with one press.
    """
    sources = (was,) if isinstance(was, str) else tuple(was)

    def declare(verb: Callable[..., Any]) -> Any:
        name = verb.__name__
        step = fsm_transition(field="state", source=list(sources), target=becomes, permission=_allowed(name))(verb)

        @wraps(step)
        def moved(self: Any, *args: Any, reason: str = "", **given: Any) -> Any:
            """Guard, change, store."""
            before = self.state
            self._guard(type(self).verbs[name], reason)
            result = step(self, *args, **given)
            self._moved(before, writes)
            return result

        what = Verb(
            name,
            label or words(name).capitalize(),
            says,
            sources,
            becomes,
            no,
            asker,
            own_door,
            layer,
            access,
            primary,
            button=button,
            writes=writes,
            key=key,
            many=many,
        )
        return _carrying(what, moved)

    return declare


def _allowed(verb: str) -> Callable[[Any, Any], bool]:
    """The question django-fsm asks for a permission: the same one that the door asks."""

    def asked(row: Any, user: Any) -> bool:
        """Whether this person may."""
        return bool(user.authority_for(row, type(row), type(row).verbs[verb]))

    return asked


def birth(
    of: Any,
    was: str | Sequence[str],
    *,
    label: str,
    says: str = "",
    button: str = "",
    layer: str = "",
    primary: bool = False,
    codename: str = "",
    lands: bool = False,
    key: str = "",
    many: bool = False,
) -> Callable[[Any], Any]:
    """Declare a class method as the crossing into its room: it takes a row of `of` that is `was`, moves it, and is born of it."""
    sources = (was,) if isinstance(was, str) else tuple(was)

    def declare(verb: Callable[..., Any]) -> Any:
        what = Verb(
            verb.__name__,
            label,
            says,
            sources,
            layer=layer,
            primary=primary,
            codename=codename,
            kind="birth",
            button=button,
            of=of,
            lands=lands,
            key=key,
            many=many,
        )
        return classmethod(_carrying(what, verb))

    return declare


def note(
    was: str | Sequence[str],
    *,
    label: str,
    says: str = "",
    layer: str = "",
    access: tuple[str, ...] = (),
    codename: str = "",
) -> Callable[[Any], Any]:
    """Declare a verb that writes a fact about the row, in some of its states, and moves nothing."""
    sources = (was,) if isinstance(was, str) else tuple(was)

    def declare(verb: Callable[..., Any]) -> Any:
        @wraps(verb)
        def noted(self: Any, *args: Any, **given: Any) -> Any:
            """Guard, note."""
            self._guard(type(self).verbs[verb.__name__], "")
            return verb(self, *args, **given)

        what = Verb(verb.__name__, label, says, sources, layer=layer, access=access, codename=codename, kind="note")
        return _carrying(what, noted)

    return declare


def _carrying(what: Verb, made: Any) -> Any:
    """A method that says what verb it is; a template must never run it."""
    made.verb = what
    made.alters_data = True
    return made
