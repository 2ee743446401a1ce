"""Publishing the log: the tiles that a checkpoint covers, and then the checkpoint, each checked against what was signed."""

from collections.abc import Iterator

from records.log import checkpoints, shelf, tree
from records.log.memory import Rewound, State, alone, state
from records.log.model import Leaf, Node, Signed, node
from records.log.notes import Checkpoint
from records.log.tiles import HEIGHT, Tile, bundle, nodes_in, over, tiles


def publish(*, all_of_it: bool = False) -> int:
    """Publish the newest checkpoint and what it covers, as far as it is not there yet; how many files that were."""
    with alone():
        newest, kept = checkpoints.newest(), state()
        if newest is None:
            if kept and kept.size:
                raise Rewound("No checkpoint in the database is the one that was signed last.")
            return 0
        note, before = newest.whole.encode(), shelf.published()
        if not all_of_it and shelf.read(shelf.CHECKPOINT) == note:
            return 0
        _is_what_was_signed(newest, kept, before)
        since = before.size if before and not all_of_it else 0
        written = [tile for tile in tiles(newest.size, since) if _put(tile)]
        if tree.root(newest.size, nodes_in(newest.size, _bytes)) != bytes(newest.root):
            raise Rewound("What was published does not come to the root that was signed.")
        shelf.replace(shelf.CHECKPOINT, note)
        for tile in tiles(newest.size, since):
            _tidy(tile)
    return len(written)


def _is_what_was_signed(newest: Signed, kept: State | None, shown: Checkpoint | None) -> None:
    """Refuse a checkpoint that only the database knows of, or that is behind what was published."""
    if kept != State(newest.size, bytes(newest.root).hex()):
        raise Rewound("The newest checkpoint in the database is not the one that was signed last.")
    if shown and (shown.origin, max(shown.size, newest.size)) != (newest.log, newest.size):
        raise Rewound(f"{shown.size:,} Records of {shown.origin} were published before.")


def _put(tile: Tile) -> bool:
    """Publish a tile and, on the lowest level, the leaves under it; whether it was not there."""
    hashes = list(_hashes(tile))
    if tile.full and over(hashes) != node(HEIGHT * (tile.level + 1), tile.number):
        raise Rewound(f"{tile.place} does not come to what stands above it in the tree.")
    if tile.level == 0:
        bodies = list(_bodies(tile))
        if list(map(tree.leaf_hash, bodies)) != hashes:
            raise Rewound(f"The Records under {tile.entries} are not those of the tree.")
        shelf.put(tile.entries, bundle(bodies))
    return shelf.put(tile.place, b"".join(hashes))


def _hashes(tile: Tile) -> Iterator[bytes]:
    """The hashes of a tile, as the law wrote them."""
    span = {"number__gte": tile.first, "number__lt": tile.first + tile.width}
    found = Node.objects.filter(level=HEIGHT * tile.level, **span).order_by("number")
    return map(bytes, found.values_list("hash", flat=True))


def _bodies(tile: Tile) -> Iterator[bytes]:
    """The leaves under a tile of level 0."""
    found = Leaf.objects.filter(number__gte=tile.first, number__lt=tile.first + tile.width).order_by("number")
    return map(bytes, found.values_list("record__body", flat=True))


def _bytes(tile: Tile) -> bytes:
    """A tile as it was published."""
    found = shelf.read(tile.place)
    if found is None or len(found) != 32 * tile.width:
        raise Rewound(f"{tile.place} is not there whole.")
    return found


def _tidy(tile: Tile) -> None:
    """What a tile was while it was not full is no longer asked for, once it is."""
    if tile.full:
        shelf.clear(f"{tile.place}.p")
        if tile.level == 0:
            shelf.clear(f"{tile.entries}.p")
