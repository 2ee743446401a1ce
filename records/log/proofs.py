"""Proofs of the log, each from one query: that a Record is in it, and that it only grew."""

from dataclasses import dataclass

from records.log import checkpoints, tree
from records.log.memory import Rewound
from records.log.model import Leaf, Signed, nodes


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a Record in the log: its number, the proof of it, and the checkpoint to which that leads."""

    number: int
    proof: list[bytes]
    signed: Signed


def place_of(record_id: int) -> Place | None:
    """The place of a Record under the newest checkpoint that is signed; nothing while none covers it, or where the tree is damaged."""
    leaf = Leaf.objects.get(record=record_id)
    newest = checkpoints.newest(leaf.number)
    try:
        return Place(leaf.number, inclusion(leaf.number, newest.size), newest) if newest else None
    except Rewound:  # which the log's page and the background tell
        return None


def inclusion(number: int, size: int) -> list[bytes]:
    """The proof that a leaf is among the first `size`."""
    wanted: set[tuple[int, int]] = set()
    tree.inclusion(number, size, _noting(wanted))
    return tree.inclusion(number, size, nodes(wanted))


def consistency(old: int, size: int) -> list[bytes]:
    """The proof that the tree of `size` leaves begins with the first `old`."""
    wanted: set[tuple[int, int]] = set()
    tree.consistency(old, size, _noting(wanted))
    return tree.consistency(old, size, nodes(wanted))


def _noting(wanted: set[tuple[int, int]]) -> tree.Nodes:
    """Nodes that are not read yet, but noted."""

    def note(level: int, number: int) -> bytes:
        """Note which one is asked for."""
        wanted.add((level, number))
        return tree.EMPTY

    return note
