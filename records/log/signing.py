"""Signing the log: a checkpoint of what there is, unless that is less, or something else, than what was signed before.

What the log was when it was last signed is kept beside the keys, outside the database, and written down before anything is signed: a
database restored from an older backup, or rewritten, is noticed at once.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from qtm.processes import write_private
from records.log import tree
from records.log.model import Key, Signed, nodes, size
from records.log.notes import Checkpoint, signed
from records.seal.keys import log_key, text

MEND = (
    "Nothing is signed. If a backup was restored, restore the newest one, or the rows that are missing; if that cannot be had, the history"
    " that was published is lost, and an honest log begins anew: under another name, with another key (README, “If the log was rewound”)."
)


class Rewound(Exception):
    """The log is not what was signed before; says what, and what to do."""


@dataclass(frozen=True, slots=True)
class State:
    """What was signed last: so many leaves, under this root (hexadecimal)."""

    size: int = 0
    root: str = tree.EMPTY.hex()


def state() -> State:
    """What was signed last, as it is kept beside the keys."""
    place = Path(settings.LOG_STATE)
    return State(**json.loads(place.read_text())) if place.exists() else State()


def root_of(leaves: int) -> bytes:
    """The root of the tree of the first so many leaves, from the nodes that the law wrote."""
    return tree.root(leaves, nodes(set(tree.subtrees(0, leaves))))


def sign() -> Signed | None:
    """Sign a checkpoint of what there is, if there is more than was signed; Rewound where there is less, or something else."""
    with _alone():
        before, leaves = state(), size()
        newest = Signed.objects.last()
        known = max(before.size, newest.size if newest else 0)
        if leaves < known:
            raise Rewound(f"The log holds {leaves:,} Records, and {known:,} were signed before. {MEND}")
        _same_beginning(before, newest)
        if leaves == (newest.size if newest else 0):
            return None
        root = root_of(leaves)
        _keep(State(leaves, root.hex()))
        key = log_key()
        name = Key.objects.get(public=text(key.public)).name
        note = signed(str(Checkpoint(name, leaves, root)), name, key.private)
        with transaction.atomic():
            return Signed.objects.create(size=leaves, root=root, note=note)


def _same_beginning(before: State, newest: Signed | None) -> None:
    """Refuse a log that does not begin with what was signed."""
    told = [(before.size, bytes.fromhex(before.root))]
    if newest:
        told.append((newest.size, bytes(newest.root)))
    for leaves, root in told:
        if root_of(leaves) != root:
            raise Rewound(f"The first {leaves:,} Records are not those that were signed. {MEND}")


def _keep(now: State) -> None:
    """Write down what is about to be signed, so that it outlives a crash."""
    place = Path(settings.LOG_STATE)
    write_private(place, json.dumps({"size": now.size, "root": now.root}) + "\n")
    for each in (place, place.parent):
        handle = os.open(each, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time, whichever process it is."""
    place = Path(settings.LOG_STATE).with_suffix(".lock")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
