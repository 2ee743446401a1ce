"""Which letters there are: each zone declares what happens in its rooms that somebody is written to about, to whom, and what they are told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qtm.acts import act_under_way


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets a letter: as whom (one letter about a row for each), at which address, in which language."""

    who: str
    address: str
    language: str
    name: str = ""


def _always(row: Any) -> bool:
    """For letters that are sent whatever the row says."""
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter. `to` and `says` are asked when it is written and again when it is sent, so that what was put right meanwhile counts."""

    name: str  # of its templates: `templates/letters/en/<name>.txt`
    label: str
    who: tuple[str, ...]  # as whom anybody gets it
    case: Callable[[Any], Any]  # the row of the case, which says whose it is: `case_id`, `governor_id`
    to: Callable[[Any], Iterable[Recipient]]
    says: Callable[[Any], Mapping[str, Any]]
    when: Callable[[Any], bool] = _always  # asked in the act alone: who acts and why is known only there
    still: Callable[[Any], bool] = _always  # asked when it is sent: whether it is news even then


# What every letter says at its foot, whatever it is about.
STAMPS: list[Callable[[], Mapping[str, Any]]] = []
# By the label of a room and the state it comes to, or by `was>becomes` where the way there matters; by the label of a fact and "".
LETTERS: dict[tuple[str, str], list[Kind]] = {}


def kind_of(name: str) -> Kind:
    """The kind of that name."""
    return next(kind for kinds in LETTERS.values() for kind in kinds if kind.name == name)


def happened(row: Any, was: str = "", becomes: str = "") -> None:
    """A birth, a move or a fact was written: where there is a letter about it, the act that is under way keeps that in mind."""
    label = row._meta.label
    kinds = LETTERS.get((label, becomes)) or LETTERS.get((label, f"{was}>{becomes}"))
    act = act_under_way() if kinds else None
    if kinds and act:
        act.wanted.extend((kind, row) for kind in kinds)
