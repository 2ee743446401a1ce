"""Publishing the log: the tiles that a checkpoint covers, and then the checkpoint, each checked against what was signed."""

from collections.abc import Iterator

from records.log import shelf, tree
from records.log.memory import Rewound, alone, state
from records.log.model import Key, Leaf, Node, Signed, node
from records.log.notes import checkpoint_of
from records.log.tiles import HEIGHT, Tile, bundle, nodes_in, over, tiles
from records.seal.keys import LOG


def publish(*, all_of_it: bool = False) -> int:
    """Publish the newest checkpoint and what it covers, as far as it is not there yet; how many files that were."""
    newest = newest_of_this_log()
    if newest is None:
        return 0
    with alone():
        note, before = newest.whole.encode(), shelf.published()
        if not all_of_it and shelf.read(shelf.CHECKPOINT) == note:
            return 0
        _is_what_was_signed(newest)
        since = before.size if before and not all_of_it else 0
        written = [tile for tile in tiles(newest.size, since) if _put(tile)]
        if tree.root(newest.size, nodes_in(newest.size, _bytes)) != bytes(newest.root):
            raise Rewound("What was published does not come to the root that was signed.")
        shelf.replace(shelf.CHECKPOINT, note)
        for tile in tiles(newest.size, since):
            _tidy(tile)
    return len(written)


def newest_of_this_log() -> Signed | None:
    """The newest checkpoint, if it is of the log as it is called now."""
    key, newest = Key.objects.filter(use=LOG).last(), Signed.objects.prefetch_related("cosigned").last()
    return newest if key and newest and checkpoint_of(newest.note).origin == key.name else None


def _is_what_was_signed(newest: Signed) -> None:
    """Refuse a checkpoint that only the database knows of, or that is behind what was published."""
    now, shown, said = state(), shelf.published(), checkpoint_of(newest.note)
    if (now.size, now.root) != (newest.size, bytes(newest.root).hex()) or (said.size, said.root) != (
        newest.size,
        bytes(newest.root),
    ):
        raise Rewound("The newest checkpoint in the database is not the one that was signed last.")
    if not any(key.verifier.holds(newest.note) for key in Key.objects.filter(use=LOG, name=said.origin)):
        raise Rewound("The newest checkpoint in the database is not signed by a key of the log.")
    if shown and (shown.origin, max(shown.size, newest.size)) != (said.origin, newest.size):
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
