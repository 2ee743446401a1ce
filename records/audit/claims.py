"""What was said of the log outside of its rows: beside the keys, in the folder in which it is published, and by the audit before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from records.audit import result
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.steps import Step
from records.log import shelf, tree
from records.log.memory import Rewound, state
from records.log.notes import Checkpoint
from records.log.tiles import HEIGHT, Tile, bundle, cut, nodes_in, over, tiles


@dataclass(frozen=True, slots=True)
class Claim:
    """Somewhere stands that the log had so many leaves, under this root; and what else there was then, where that is known."""

    where: str
    check: str
    size: int
    root: bytes
    checkpoints: int | None = None
    keys: Sequence[str] = ()


def claims(name: str) -> list[Claim]:
    """All that stands outside of the database of the log of that name, the smallest first."""
    return sorted([_kept(), *_shown(name), *_seen(name)], key=lambda each: each.size)


def _kept() -> Claim:
    """What was signed last, as it is kept beside the keys; where that cannot be read, it is no root at all."""
    where, check = "what is kept beside the keys", "state"
    try:
        now = state()
    except Rewound:
        return Claim(where, check, 0, b"")
    return Claim(where, check, now.size, bytes.fromhex(now.root)) if now else Claim(where, check, 0, tree.EMPTY)


def _shown(name: str) -> Iterator[Claim]:
    """What was published last."""
    shown = _published()
    if shown and (shown.origin == name or not shown.origin):
        yield Claim("what was published", "published", shown.size, shown.root)


def _published() -> Checkpoint | None:
    """The published checkpoint; where it cannot be read, one of nothing."""
    try:
        return shelf.published()
    except Rewound:
        return Checkpoint("", 0, b"")


def _seen(name: str) -> Iterator[Claim]:
    """What the audit before saw: of another log no more than its keys."""
    before = result.newest()
    if before and before.log:
        root, size, checkpoints, keys = (before.log[each] for each in ("root", "size", "checkpoints", "keys"))
        if before.log["name"] != name:
            root, size, checkpoints = tree.EMPTY.hex(), 0, None
        yield Claim("the audit before", "seen before", size, bytes.fromhex(root), checkpoints, keys)


def published(alias: str, step: Step) -> Iterator[Finding]:
    """The published files against one another: leaves, tiles, and the checkpoint above them."""
    shown = _published()
    for tile in tiles(shown.size) if shown else ():
        step.one()
        found = shelf.read(tile.place)
        if found is None or len(found) != 32 * tile.width:
            yield Finding("published", COMPLETENESS, tile.place, "it is not published whole.")
        elif not _under(tile, found):
            yield Finding("published", INTEGRITY, tile.place, "it is not what stands under it in the tree.")
    if shown:
        try:
            root = tree.root(shown.size, nodes_in(shown.size, lambda tile: shelf.read(tile.place) or b""))
        except (IndexError, ValueError):
            root = b""
        if root != shown.root:
            yield Finding("published", INTEGRITY, shelf.CHECKPOINT, "the tiles under it come to another root.")


def _under(tile: Tile, found: bytes) -> bool:
    """Whether a tile is the hashes of the leaves, or of the tiles, under it."""
    if tile.level == 0:
        bodies = list(_unbundled(shelf.read(tile.entries) or b""))
        return b"".join(map(tree.leaf_hash, bodies)) == found and bundle(bodies) == shelf.read(tile.entries)
    below = (shelf.read(Tile(tile.level - 1, tile.first + place).place) or b"" for place in range(tile.width))
    return all(
        len(each) == 32 << HEIGHT and over(cut(each)) == one for each, one in zip(below, cut(found), strict=True)
    )


def _unbundled(entries: bytes) -> Iterator[bytes]:
    """Leaves as they were published."""
    while entries:
        length = 2 + int.from_bytes(entries[:2], "big")
        yield entries[2:length]
        entries = entries[length:]
