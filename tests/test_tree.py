"""The tree of RFC 6962: the vectors that were published, a naive tree beside it at many sizes, and wrong proofs refused."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings

from records.log import tree

VECTORS = Path(settings.HERE).parent / "shared" / "data" / "vectors" / "merkle-inclusion.json"
SIZES = [*range(1, 70), 127, 128, 129, 255, 256, 257, 300]


def naive(hashes: list[bytes]) -> bytes:
    """The root as RFC 6962 writes it down."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha256(b"\x01" + naive(hashes[:half]) + naive(hashes[half:])).digest()


LEAVES = [tree.leaf_hash(b"leaf %d" % number) for number in range(max(SIZES))]


def nodes(level: int, number: int) -> bytes:
    """A complete subtree's hash, from the leaves."""
    return naive(LEAVES[number << level : (number + 1) << level])


def reads(case: dict[str, Any]) -> bool:
    """Whether a proof of the vectors leads to its root."""
    proof = [b64decode(each) for each in case["proof"] or ()]
    leaf, root = (b64decode(case[name]) for name in ("leafHash", "root"))
    if any(len(each) != 32 for each in (*proof, leaf)):
        return False
    try:
        return tree.root_by_inclusion(leaf, case["leafIdx"], case["treeSize"], proof) == root
    except ValueError:
        return False


def test_the_published_vectors_of_inclusion_are_read_as_they_must_be() -> None:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS.name} is not on this machine: the published vectors were NOT tried")
    cases = json.loads(VECTORS.read_text())
    assert [case["name"] for case in cases if reads(case) is bool(case["wantErr"])] == []
    assert {bool(case["wantErr"]) for case in cases} == {True, False}


@pytest.mark.parametrize("size", [0, *SIZES])
def test_the_root_is_the_naive_ones(size: int) -> None:
    assert tree.root(size, nodes) == naive(LEAVES[:size])


@pytest.mark.parametrize("size", SIZES)
def test_each_leaf_is_proven_at_each_size_and_by_no_proof_that_is_changed(size: int) -> None:
    root = naive(LEAVES[:size])
    for number in {*range(min(size, 70)), size // 2, size - 1}:
        proof = tree.inclusion(number, size, nodes)
        assert tree.root_by_inclusion(LEAVES[number], number, size, proof) == root
        assert len(proof) <= (size - 1).bit_length()
        for wrong in changed(proof):
            assert not leads(lambda wrong=wrong: tree.root_by_inclusion(LEAVES[number], number, size, wrong), root)
        assert not leads(lambda: tree.root_by_inclusion(tree.leaf_hash(b"another"), number, size, proof), root)
        for other in {number - 1, number + 1, size, -1} - {number}:
            assert not leads(lambda other=other: tree.root_by_inclusion(LEAVES[number], other, size, proof), root)


@pytest.mark.parametrize("size", SIZES)
def test_each_size_begins_with_each_earlier_one_and_by_no_proof_that_is_changed(size: int) -> None:
    for old in {*range(1, min(size, 20) + 1), size // 2, size - 1, size} - {0}:
        proof, before, after = tree.consistency(old, size, nodes), naive(LEAVES[:old]), naive(LEAVES[:size])
        assert tree.roots_by_consistency(old, size, before, proof) == (before, after)
        for wrong in changed(proof):
            assert not leads(lambda wrong=wrong: tree.roots_by_consistency(old, size, before, wrong), (before, after))
        fork = naive([*LEAVES[: old - 1], tree.leaf_hash(b"another")])
        assert not leads(lambda: tree.roots_by_consistency(old, size, fork, proof), (fork, after)), (
            "a rewritten past is no beginning"
        )


def changed(proof: list[bytes]) -> list[list[bytes]]:
    """Proofs that are wrong: longer, shorter, one bit changed, in another order."""
    wrong = [[*proof, bytes(32)], [bytes(32), *proof]]
    for at in range(len(proof)):
        bit = Random(at).randrange(256)
        flipped = (int.from_bytes(proof[at]) ^ 1 << bit).to_bytes(32)
        wrong += [[*proof[:at], *proof[at + 1 :]], [*proof[:at], flipped, *proof[at + 1 :]]]
    return wrong + ([proof[::-1]] if len(proof) > 1 else [])


def leads(way: Any, root: Any) -> bool:
    """Whether a proof leads to that root; one that is refused leads nowhere."""
    try:
        return bool(way() == root)
    except ValueError:
        return False


@pytest.mark.parametrize(("old", "size"), [(0, 5), (6, 5), (-1, 5)])
def test_sizes_out_of_order_are_refused(old: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        tree.consistency(old, size, nodes)
    with pytest.raises(ValueError, match=r"."):
        tree.roots_by_consistency(old, size, bytes(32), [])


@pytest.mark.parametrize(("number", "size"), [(5, 5), (-1, 5), (0, 0)])
def test_a_leaf_that_is_not_there_is_not_proven(number: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        tree.inclusion(number, size, nodes)
