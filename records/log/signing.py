"""Signing the log: a checkpoint of what there is, unless that is less, or something else, than what was signed before.

Before is told by three: what is kept beside the keys, the newest checkpoint on file, and the one that was published.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from records.log import tree
from records.log.memory import Rewound, State, alone, keep, state
from records.log.model import Key, Signed, nodes, size
from records.log.notes import Checkpoint, signed
from records.log.shelf import published
from records.seal.keys import LogKey, log_key, text

__all__ = ["Rewound", "check", "root_of", "sign", "state"]


def root_of(leaves: int) -> bytes:
    """The root of the tree of the first so many leaves, from the nodes that the law wrote."""
    return tree.root(leaves, nodes(set(tree.subtrees(0, leaves))))


def sign() -> Signed | None:
    """Sign a checkpoint of what there is, if there is more than was signed; Rewound where there is less, or something else."""
    with alone():
        key, newest = log_key(), Signed.objects.last()
        name, leaves = _name(key), check(newest)
        if newest and newest.size > state().size:  # what was kept beside the keys was lost, or is older
            keep(State(newest.size, bytes(newest.root).hex()))
        if leaves == (newest.size if newest else 0):
            return None
        root = root_of(leaves)
        keep(State(leaves, root.hex()))
        note = signed(str(Checkpoint(name, leaves, root)), name, key.private)
        with transaction.atomic():
            return Signed.objects.create(size=leaves, root=root, note=note)


def check(newest: Signed | None) -> int:
    """How many leaves there are; Rewound where they do not begin with what was signed before."""
    before, shown, leaves = state(), published(), size()
    told = {before.size: bytes.fromhex(before.root)}
    for those, root in [(each.size, bytes(each.root)) for each in (newest, shown) if each]:
        if told.setdefault(those, root) != root:
            raise Rewound(f"Two histories of {those:,} Records were signed.")
    if leaves < max(told):
        raise Rewound(f"The log holds {leaves:,} Records, and {max(told):,} were signed before.")
    for those, root in told.items():
        if root_of(those) != root:
            raise Rewound(f"The first {those:,} Records are not those that were signed.")
    return leaves


def _name(key: LogKey) -> str:
    """What the log is called under this key."""
    found = Key.objects.filter(public=text(key.public)).first()
    if found is None:
        raise ImproperlyConfigured("the log key is not on file: `manage.py prepare` puts it there.")
    return found.name
