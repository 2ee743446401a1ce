"""The tree cut into tiles, as C2SP's tlog-tiles has them: files that never change once they are full.

A tile of level L holds up to 256 hashes of level 8 × L of the tree; beside those of level 0 lie the leaves themselves.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from records.log import tree

WIDTH, HEIGHT = 256, 8
WIDTHS = r"(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])"
PLACE = re.compile(rf"tile/(?:entries|\d|[1-5]\d|6[0-3])/(?:x\d{{3}}/)*\d{{3}}(?:\.p/{WIDTHS})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its level, its number there, and how many hashes it holds."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        """Whether it stays as it is for ever."""
        return self.width == WIDTH

    @property
    def first(self) -> int:
        """The number of its first hash on its level of the tree."""
        return self.number * WIDTH

    @property
    def place(self) -> str:
        """Where it is published."""
        return f"tile/{self.level}/{self._named}"

    @property
    def entries(self) -> str:
        """Where the leaves under a tile of level 0 are published."""
        return f"tile/entries/{self._named}"

    @property
    def _named(self) -> str:
        """Its number in parts of three digits, and how wide it is where it is not full."""
        return number_path(self.number) + ("" if self.full else f".p/{self.width}")


def number_path(number: int) -> str:
    """A number in parts of three digits, all but the last after an x."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def tiles(size: int, since: int = 0) -> Iterator[Tile]:
    """Every tile of the tree of `size` leaves that the tree of the first `since` did not have."""
    level = 0
    while size:
        for number in range(since // WIDTH, -(-size // WIDTH)):
            width = min(WIDTH, size - number * WIDTH)
            if number * WIDTH + width > since:
                yield Tile(level, number, width)
        level, size, since = level + 1, size // WIDTH, since // WIDTH


def nodes_in(size: int, read: Callable[[Tile], bytes]) -> tree.Nodes:
    """The nodes of the tree of `size` leaves, from its tiles alone."""

    def node(level: int, number: int) -> bytes:
        """A complete subtree's hash: one of a tile, or what some of one come to."""
        up, within = divmod(level, HEIGHT)
        first = number << within
        whole, at = size >> (HEIGHT * up), first % WIDTH
        tile = Tile(up, first // WIDTH, min(WIDTH, whole - first + at))
        return over(cut(read(tile))[at : at + (1 << within)])

    return node


def over(hashes: Sequence[bytes]) -> bytes:
    """The hash over a power of two of hashes beside one another."""
    while len(hashes) > 1:
        hashes = [tree.node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def cut(tile: bytes) -> list[bytes]:
    """The hashes in a tile's bytes."""
    return [tile[at : at + 32] for at in range(0, len(tile), 32)]


def bundle(bodies: Sequence[bytes]) -> bytes:
    """Leaves as they are published, each after its length in two bytes."""
    return b"".join(len(body).to_bytes(2, "big") + body for body in bodies)
