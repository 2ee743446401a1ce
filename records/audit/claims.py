"""What was said of the log outside of its rows: beside the keys, in the folder in which it is published, and by the audit before."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import index
from typing import Any

from django.conf import settings

from records.audit import result
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.steps import Step
from records.log import shelf, tree
from records.log.memory import Rewound, alone, state
from records.log.notes import Checkpoint
from records.log.tiles import HEIGHT, Tile, bundle, cut, nodes_in, over, tiles


@dataclass(frozen=True, slots=True)
class Claim:
    """Somewhere stands that the log had so many leaves, under this root; and what else there was then, where that is known.

    Without a root it cannot be read.
    """

    where: str
    check: str
    size: int = 0
    root: bytes = b""
    checkpoints: int | None = None
    keys: Sequence[str] = ()
    name: str = ""


def claims(name: str) -> list[Claim]:
    """All that stands outside of the database of the log of that name, the smallest first."""
    sources = (
        ("what is kept beside the keys", "state", _kept),
        ("what was published", "published", _shown),
        ("the audit before", "seen before", _seen),
    )
    read = (_claim(where, check, partial(source, name)) for where, check, source in sources)
    return sorted((each for each in read if each), key=lambda each: each.size)


def _claim(where: str, check: str, source: Callable[[], Sequence[Any]]) -> Claim | None:
    """What one of them says; nothing where it says nothing of this log, and a claim without a root where it cannot be read."""
    try:
        said = source()
        return Claim(where, check, index(said[0]), bytes(said[1]), *said[2:]) if said else None
    except Exception:  # whatever somebody put there is told of as a finding
        return Claim(where, check)


def _kept(name: str) -> Sequence[Any]:
    """What was signed last, as it is kept beside the keys, where it is from the first start on."""
    now = state()
    if now is None:
        raise FileNotFoundError(settings.LOG_STATE)
    return now.size, bytes.fromhex(now.root)


def _shown(name: str) -> Sequence[Any]:
    """What was published last."""
    shown = shelf.published()
    return (shown.size, shown.root) if shown and shown.origin == name else ()


def _seen(name: str) -> Sequence[Any]:
    """What the audit before saw: of a log of another name, its checkpoints are no longer counted."""
    said = result.remembered()
    if not said:
        return ()
    checkpoints = said["checkpoints"] if said["name"] == name else None
    return said["size"], bytes.fromhex(said["root"]), checkpoints, said["keys"], said["name"]


def _published() -> Checkpoint | None:
    """The published checkpoint; where it cannot be read, one of nothing."""
    try:
        return shelf.published()
    except Rewound:
        return Checkpoint("", 0, b"")


def published(alias: str, step: Step) -> Iterator[Finding]:
    """The published files against one another, once more where others were published meanwhile; then nobody publishes."""
    shown = _published()
    found = list(_against(shown, step))
    if found and _published() != shown:
        with alone():
            found = list(_against(_published(), step))
    yield from found


def _against(shown: Checkpoint | None, step: Step) -> Iterator[Finding]:
    """Leaves, tiles, and the checkpoint above them."""
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
