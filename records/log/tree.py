"""The tree of RFC 6962 over hashes of leaves: nodes, roots, and proofs of inclusion and of consistency.

A tree is read through `Nodes`: a function from a level and a number to the 32 bytes of a complete subtree's hash, level 0 being the leaves.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

type Hash = bytes
type Nodes = Callable[[int, int], Hash]

EMPTY = sha256(b"").digest()


def leaf_hash(body: bytes) -> Hash:
    """The hash of a leaf."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """The hash of a node over two."""
    return sha256(b"\x01" + left + right).digest()


def joined(parts: Sequence[Hash]) -> Hash:
    """The root over complete subtrees, from the largest on the left to the smallest on the right."""
    *rest, root = parts
    for part in reversed(rest):
        root = node_hash(part, root)
    return root


def subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees of the leaves from `begin` to before `end`, each as its level and number, from the left; `begin` must be a multiple of the largest."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def root(size: int, nodes: Nodes) -> Hash:
    """The root of the tree of the first `size` leaves."""
    return _over(0, size, nodes) if size else EMPTY


def _over(begin: int, end: int, nodes: Nodes) -> Hash:
    """The hash of the subtree of the leaves from `begin` to before `end`."""
    return joined([nodes(*each) for each in subtrees(begin, end)])


def inclusion(number: int, size: int, nodes: Nodes) -> list[Hash]:
    """The proof that a leaf is in the tree of the first `size` leaves, from the leaf's side up (RFC 6962, 2.1.1)."""
    if not 0 <= number < size:
        raise ValueError(f"leaf {number} is not among the first {size}")
    return _path(number, 0, size, nodes)


def _path(number: int, begin: int, end: int, nodes: Nodes) -> list[Hash]:
    """The hashes beside the way from a leaf to the root of a subtree."""
    if end - begin == 1:
        return []
    middle = begin + _split(end - begin)
    if number < middle:
        return [*_path(number, begin, middle, nodes), _over(middle, end, nodes)]
    return [*_path(number, middle, end, nodes), _over(begin, middle, nodes)]


def consistency(old: int, size: int, nodes: Nodes) -> list[Hash]:
    """The proof that the tree of `size` leaves begins with that of the first `old` (RFC 6962, 2.1.2)."""
    if not 0 < old <= size:
        raise ValueError(f"a tree of {size} does not begin with one of {old}")
    return _beginning(old, 0, size, nodes, whole=True)


def _beginning(old: int, begin: int, end: int, nodes: Nodes, *, whole: bool) -> list[Hash]:
    """The part of a proof of consistency that lies within a subtree; what the old root itself is need not be named."""
    if begin + old == end:
        return [] if whole else [_over(begin, end, nodes)]
    half = _split(end - begin)
    middle = begin + half
    if old <= half:
        return [*_beginning(old, begin, middle, nodes, whole=whole), _over(middle, end, nodes)]
    return [*_beginning(old - half, middle, end, nodes, whole=False), _over(begin, middle, nodes)]


def _split(size: int) -> int:
    """The largest power of two below a size: so many leaves stand left of the middle."""
    return 1 << ((size - 1).bit_length() - 1)


def root_by_inclusion(leaf: Hash, number: int, size: int, proof: Sequence[Hash]) -> Hash:
    """The root to which a proof of inclusion leads (RFC 9162, 2.1.3.2); a proof of another length is refused."""
    if not 0 <= number < size:
        raise ValueError("the leaf is not in that tree")
    at, last, found = number, size - 1, leaf
    for each in proof:
        if last == 0:
            raise ValueError("the proof is too long")
        if at & 1 or at == last:
            found = node_hash(each, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, each)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return found


def roots_by_consistency(old: int, size: int, old_root: Hash, proof: Sequence[Hash]) -> tuple[Hash, Hash]:
    """The old and the new root to which a proof of consistency leads (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        raise ValueError("the sizes are not in order")
    if old == size:
        if proof:
            raise ValueError("the proof is too long")
        return old_root, old_root
    path = [old_root, *proof] if old & (old - 1) == 0 else [*proof]
    if not path:
        raise ValueError("the proof is too short")
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for each in path[1:]:
        if last == 0:
            raise ValueError("the proof is too long")
        if at & 1 or at == last:
            before, after = node_hash(each, before), node_hash(each, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, each)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return before, after
