"""Every leaf against the tree: gap-free, each node made again, and the root of every checkpoint, in one pass over the log."""

from collections.abc import Iterator, Sequence
from itertools import chain

from records.audit.claims import Claim
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.rows import count, rows
from records.audit.steps import Step
from records.log import tree
from records.log.model import Key
from records.seal.keys import LOG

LEAVES = (
    "SELECT l.number, l.record_id, r.body FROM records_leaf l LEFT JOIN records_record r ON r.id = l.record_id"
    " ORDER BY l.number"
)
# A node is written with the last leaf under it: in this order, and so they are compared.
NODES = "SELECT level, number, hash FROM records_node ORDER BY (number + 1) << level, level"
# Those of a former log of this house, whose history was lost, bind this one to nothing.
SIGNED = "SELECT size, root FROM records_signed WHERE starts_with(note, %s) ORDER BY size"
UNLOGGED = (
    "SELECT r.id, count(l.number) FROM records_record r LEFT JOIN records_leaf l ON l.record_id = r.id"
    " GROUP BY r.id HAVING count(l.number) <> 1"
)


def name_of(alias: str) -> str:
    """What the log is called now."""
    key = Key.objects.using(alias).filter(use=LOG).last()
    return key.name if key else ""


class Tree:
    """The tree as it is made again, leaf by leaf: the complete subtrees so far, from the largest to the smallest."""

    def __init__(self) -> None:
        """Empty."""
        self.size = 0
        self.parts: list[bytes] = []

    @property
    def root(self) -> bytes:
        """The root of what there is so far."""
        return tree.joined(self.parts) if self.parts else tree.EMPTY

    def grow(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Append a leaf's hash; every node that this completes."""
        level, place, hashed = 0, self.size, leaf
        yield level, place, hashed
        while place & 1:
            hashed = tree.node_hash(self.parts.pop(), hashed)
            level, place = level + 1, place >> 1
            yield level, place, hashed
        self.parts.append(hashed)
        self.size += 1


class Nodes:
    """The nodes in the database, in the order in which the leaves wrote them."""

    def __init__(self, alias: str) -> None:
        """Before the first."""
        self.rows = rows(alias, NODES)
        self.next = next(self.rows, None)

    def of(self, size: int) -> dict[tuple[int, int], bytes]:
        """All that stand for complete subtrees that end at this size, and have not been told yet."""
        found = {}
        while self.next and (self.next[1] + 1) << self.next[0] <= size:
            found[self.next[0], self.next[1]] = bytes(self.next[2])
            self.next = next(self.rows, None)
        return found


def log(alias: str, step: Step, outside: Sequence[Claim]) -> Iterator[Finding]:
    """The leaves in their order, and whatever was said of the log."""
    step.expects(count(alias, "records_leaf"))
    grown, nodes, told = Tree(), Nodes(alias), Told(alias, outside)
    yield from told.here(grown)
    for number, record_id, body in rows(alias, LEAVES):
        step.one()
        if number < grown.size:
            yield Finding("leaf", INTEGRITY, f"leaf {number}", "this number is not the next of the log.")
            continue
        if number > grown.size:
            yield Finding("leaf", COMPLETENESS, f"leaf {grown.size}", f"it is missing: the next is {number:,}.")
        while grown.size < number:  # what is missing is taken from the nodes, so that the rest can be looked at
            yield from _grow(grown, nodes, None)
            yield from told.here(grown)
        if body is None:
            yield Finding("leaf", COMPLETENESS, f"leaf {number}", f"its Record R-{record_id} is missing.")
        yield from _grow(grown, nodes, None if body is None else tree.leaf_hash(bytes(body)))
        yield from told.here(grown)
    for level, place in nodes.of(1 << 62):
        yield Finding("node", COMPLETENESS, f"node {level}/{place}", "no leaf of the log completes it.")
    yield from told.beyond(grown.size)
    yield from _counted(alias, grown.size)


def _grow(grown: Tree, nodes: Nodes, leaf: bytes | None) -> Iterator[Finding]:
    """Append one leaf, and compare the nodes that it completes."""
    there = nodes.of(grown.size + 1)
    if leaf is None:
        leaf = there.get((0, grown.size), tree.EMPTY)
    for level, place, hashed in grown.grow(leaf):
        found = there.pop((level, place), None)
        if found is None:
            yield Finding("node", COMPLETENESS, f"node {level}/{place}", "it is missing.")
        elif found != hashed:
            yield Finding("node", INTEGRITY, f"node {level}/{place}", "it is not the hash of what stands under it.")
    for level, place in there:
        yield Finding("node", COMPLETENESS, f"node {level}/{place}", "no leaf of the log completes it.")


def _counted(alias: str, leaves: int) -> Iterator[Finding]:
    """The head, and the Records that have no leaf, or several."""
    heads = [size for (size,) in rows(alias, "SELECT size FROM records_head")]
    if heads != [leaves]:
        yield Finding("head", INTEGRITY, "the head", f"it says {heads}, and there are {leaves:,} leaves.")
    for record_id, found in rows(alias, UNLOGGED):
        yield Finding("leaf", COMPLETENESS, f"R-{record_id}", f"it has {found} leaves in the log, and not one.")


class Told:
    """What checkpoints and others say of the log at one size, asked as the tree comes to it."""

    def __init__(self, alias: str, outside: Sequence[Claim]) -> None:
        """All of it, the smallest first."""
        signed = (
            Claim("a checkpoint", "checkpoint", size, bytes(root))
            for size, root in rows(alias, SIGNED, [f"{name_of(alias)}\n"])
        )
        self.signed, self.outside = signed, iter(outside)
        self.next = [next(self.signed, None), next(self.outside, None)]

    def here(self, grown: Tree) -> Iterator[Finding]:
        """Where something else was said of the log at this size."""
        for place, coming in enumerate((self.signed, self.outside)):
            while (said := self.next[place]) and said.size <= grown.size:
                if (said.size, said.root) != (grown.size, grown.root):
                    other = f"says another root: the first {said.size:,} Records are not those it is of."
                    words = f"{said.where} {other if said.root else 'cannot be read.'}"
                    yield Finding(said.check, INTEGRITY, f"size {said.size}", words)
                self.next[place] = next(coming, None)

    def beyond(self, size: int) -> Iterator[Finding]:
        """What was said of a log that was longer."""
        for said in chain(filter(None, self.next), self.signed, self.outside):
            words = f"{said.where} says that there were {said.size:,} Records, and the log holds {size:,}."
            yield Finding(said.check, COMPLETENESS, f"size {said.size}", words)
