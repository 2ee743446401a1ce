"""Signing the log: a checkpoint of what there is, unless that is less, or something else, than what was signed before.

Before is told by three: what is kept beside the keys, the newest checkpoint on file, and the one that was published; and by witnesses.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from records.log import checkpoints, tree
from records.log.asking import ask_once
from records.log.memory import Rewound, State, alone, keep, refused, state
from records.log.model import Key, Signed, nodes, size
from records.log.notes import Checkpoint, signed
from records.log.shelf import published
from records.seal.keys import LogKey, log_key, text

__all__ = ["Rewound", "agreed", "check", "root_of", "sign", "state"]


def root_of(leaves: int) -> bytes:
    """The root of the tree of the first so many leaves, from the nodes that the law wrote."""
    return tree.root(leaves, nodes(set(tree.subtrees(0, leaves))))


def sign() -> Signed | None:
    """Sign a checkpoint of what there is, if there is more than was signed; Rewound where there is less, or something else."""
    ask_once()
    with alone():
        key, leaves = log_key(), check()
        name, newest = _name(key), checkpoints.newest()
        if newest and newest.size > _kept():  # what was kept beside the keys is older
            keep(State(newest.size, bytes(newest.root).hex()))
        if not leaves or checkpoints.of_this_log().filter(size=leaves).exists():
            return None
        root = root_of(leaves)
        keep(State(leaves, root.hex()))
        note = signed(str(Checkpoint(name, leaves, root)), name, key.private)
        with transaction.atomic():
            return Signed.objects.create(log=name, size=leaves, root=root, note=note)


def check() -> int:
    """How many leaves there are; Rewound where they do not begin with what was signed before, or where that is not known."""
    before, leaves = state(), size()
    if words := refused():
        raise Rewound(f"{words} Another history of this log was signed than the one that stands here.")
    if before is None and (leaves or checkpoints.of_this_log().exists()):
        raise Rewound(
            "Nothing beside the keys says how far the log was signed: log.state is not there, as on a new machine. `manage.py keys resume`"
            " asks the witnesses and what was published, or you, and goes on from there."
        )
    agreed(before, leaves)
    return leaves


def agreed(before: State | None, leaves: int) -> State:
    """The most that was signed by all that is told of it; Rewound where two of these differ, or so many leaves do not begin with it."""
    newest, shown = checkpoints.newest(), published()
    told = {before.size: bytes.fromhex(before.root)} if before else {0: tree.EMPTY}
    for those, root in [(each.size, bytes(each.root)) for each in (newest, shown) if each]:
        if told.setdefault(those, root) != root:
            raise Rewound(f"Two histories of {those:,} Records were signed.")
    if leaves < max(told):
        raise Rewound(f"The log holds {leaves:,} Records, and {max(told):,} were signed before.")
    for those, root in told.items():
        if root_of(those) != root:
            raise Rewound(f"The first {those:,} Records are not those that were signed.")
    return State(max(told), told[max(told)].hex())


def _kept() -> int:
    """How many leaves were signed by what is kept beside the keys."""
    before = state()
    return before.size if before else 0


def _name(key: LogKey) -> str:
    """What the log is called under this key, which is what it is called now."""
    found, now = Key.objects.filter(public=text(key.public)).first(), checkpoints.name()
    if found is None:
        raise ImproperlyConfigured("the log key is not on file: `manage.py prepare` puts it there.")
    if found.name != now:
        raise ImproperlyConfigured(
            f"the log key is that of {found.name}, and the log is called {now} now: `manage.py prepare` puts the newest key in its place,"
            " or put it there yourself where it comes from the environment."
        )
    return now
