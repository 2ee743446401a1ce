"""The law of the log: one leaf for each Record, in order and without a gap, over its own bytes, and nothing of it is ever changed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.db import transaction
from django.test import Client

from execution.models import ServiceEvent
from qtm.doors import door_of
from qtm.refusals import Conflict
from records.canonical import canonical
from records.log import tree
from records.log.model import Leaf, Node, Signed, size
from records.log.proofs import consistency, inclusion
from records.log.signing import root_of, sign
from records.models import Record
from records.seal.keys import RecordKey, text
from records.seal.leaf import leaf_of, sealed_with
from tests.cast import Cast, Walk, enter
from tests.sql import DENIED, attempt
from tests.test_same_moment import together
from tests.test_tree import naive


def sealed(event: ServiceEvent) -> Record:
    """A ServiceEvent, completed."""
    return enter(Cast().will, Record, "seal", event, outcome="advised")  # type: ignore[no-any-return]


def whole() -> None:
    """The log is what its Records come to, counted anew from their bodies alone."""
    leaves = list(Leaf.objects.select_related("record"))
    assert [each.number for each in leaves] == list(range(len(leaves)))
    assert len(leaves) == size() == Record.objects.count()
    hashes = [sha256(b"\0" + bytes(each.record.body)).digest() for each in leaves]
    assert root_of(len(leaves)) == naive(hashes)
    found = {(each.level, each.number): bytes(each.hash) for each in Node.objects.all()}
    levels = range(len(leaves).bit_length())
    assert found.keys() == {(level, number) for level in levels for number in range(len(leaves) >> level)}
    assert all(naive(hashes[at << level : (at + 1) << level]) == found[level, at] for level, at in found)


def test_sixteen_at_once_with_others_given_up_between_leave_no_gap(committed: str) -> None:
    class GivenUp(Exception):
        """Something breaks after the sealing."""

    events = [Walk().filled() for _ in range(32)]
    assert Cast().will.standing

    def seal(number: int) -> str:
        try:
            with transaction.atomic():
                sealed(ServiceEvent.objects.get(pk=events[number].pk))
                if number % 2:  # it has its number by now, as a nested act settles
                    assert Leaf.objects.filter(record__event=events[number].pk).exists()
                    raise GivenUp
        except GivenUp:
            return "given up"
        return "sealed"

    for part in (range(16), range(16, 32)):
        outcomes = together(*(lambda number=number: seal(number) for number in part))
        assert outcomes == ["sealed", "given up"] * 8
        whole()
    assert size() == 16


def test_the_number_is_taken_when_the_transaction_ends_and_not_before(committed: str) -> None:
    with transaction.atomic():
        Walk().record()
        inside = size()
        transaction.set_rollback(True)
    assert (inside, size(), Leaf.objects.count(), Node.objects.count()) == (1, 0, 0, 0), "and goes with it"
    for _ in range(5):
        Walk().record()
    whole()


def test_every_leaf_is_proven_and_every_size_begins_with_the_earlier(committed: str) -> None:
    for _ in range(7):
        Walk().record()
    for number in range(7):
        body = bytes(Leaf.objects.get(number=number).record.body)
        assert tree.root_by_inclusion(tree.leaf_hash(body), number, 7, inclusion(number, 7)) == root_of(7)
    for old in range(1, 8):
        roots = tree.roots_by_consistency(old, 7, root_of(old), consistency(old, 7))
        assert roots == (root_of(old), root_of(7))


# What is not signed by a key of the house over its own bytes


def other_key() -> RecordKey:
    """A key that the house never had on file."""
    return RecordKey(generate_private_key(SECP256R1()))


@dataclass
class Forged:
    """A leaf whose body is what somebody wants it to be."""

    body: bytes


def reworded(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes, RecordKey], Forged]:
    """A leaf in which one thing is said otherwise."""

    def made(document: bytes, key: RecordKey) -> Forged:
        said = json.loads(sealed_with(document, key).body)
        change(said)
        return Forged(canonical(said))

    return made


BODIES: dict[str, Callable[[bytes, RecordKey], Any]] = {
    "another key": lambda document, _: sealed_with(document, other_key()),
    "another document": lambda document, key: sealed_with(document + b" ", key),
    "no JSON": lambda *_: Forged(b"not at all"),
    "nothing": lambda *_: Forged(b""),
    "no text": lambda *_: Forged(b"\xff\xfe\x00"),
    "no object": lambda *_: Forged(b"[]"),
    "an open string": lambda document, key: Forged(sealed_with(document, key).body[:-1]),
    "something behind it": lambda document, key: Forged(sealed_with(document, key).body + b"\n"),
    "a space in it": lambda document, key: Forged(sealed_with(document, key).body.replace(b":", b": ", 1)),
    "another version": reworded(lambda said: said.update(apiVersion="0.0.1")),
    "another kind": reworded(lambda said: said.update(kind="dsse")),
    "something more": reworded(lambda said: said.update(more=1)),
    "no signature in it": reworded(lambda said: said["spec"]["hashedRekordV002"]["signature"].update(content="")),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", BODIES)
def test_a_record_whose_leaf_is_not_over_its_own_bytes_by_a_key_on_file_is_refused_in_words(
    what: str, walk: Walk, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = walk.filled()
    monkeypatch.setattr("records.models.sealed_with", BODIES[what])
    with pytest.raises(Conflict, match="signature over its own bytes"):
        sealed(event)
    assert (size(), Record.objects.count(), walk.event().state) == (0, 0, "in_progress")


def test_over_http_such_a_record_is_a_refusal_and_nothing_is_appended(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, client = Walk(), Client(raise_request_exception=False)
    event = walk.filled()
    client.force_login(walk.cast.will)
    monkeypatch.setattr("records.models.sealed_with", BODIES["no JSON"])
    answer = client.post(door_of(Record, "seal").action(event), {"outcome": "advised"})
    assert (answer.status_code, size(), Node.objects.count()) == (409, 0, 0)
    monkeypatch.undo()
    assert client.post(door_of(Record, "seal").action(event), {"outcome": "advised"}).status_code == 302
    whole()


@pytest.mark.django_db
def test_the_leaf_that_the_house_makes_is_the_one_that_the_law_takes(walk: Walk) -> None:
    record = walk.record()
    assert leaf_of(bytes(record.body)).holds(bytes(record.document))


# Raw SQL

TABLES = ("leaf", "node", "head", "signed", "cosigned", "key")
CHANGES = {
    "leaf": "record_id = record_id",
    "node": "hash = hash",
    "head": "size = size + 1",
    "signed": "note = note",
    "cosigned": "line = line",
    "key": "name = name",
}
INSERTS = [
    "INSERT INTO records_leaf (number, record_id) VALUES (1, 99)",
    "INSERT INTO records_node (level, number, hash) VALUES (0, 1, 'x')",
    "INSERT INTO records_head (size) VALUES (5)",
]
LAWS = {"key": "keys"}


@pytest.fixture
def signed_log(committed: str) -> Signed:
    """A Record under a checkpoint with one witness's line."""
    Walk().record()
    newest = sign()
    assert newest
    newest.cosigned.create(name="w", line="— w aaaa\n")
    return newest


def test_nothing_of_the_log_is_changed_or_taken_away(signed_log: Signed) -> None:
    for name in TABLES:
        for statement in (
            f"UPDATE records_{name} SET {CHANGES[name]}",
            f"DELETE FROM records_{name}",
            f"TRUNCATE records_{name} CASCADE",
        ):
            assert attempt(statement) == DENIED, statement
            assert attempt(statement, using="owner") == LAWS.get(name, "log"), statement
    whole()


def test_only_a_sealing_adds_to_the_log(signed_log: Signed) -> None:
    for statement in INSERTS:
        assert attempt(statement) == DENIED, statement
        assert attempt(statement, using="owner") == "log", statement
    whole()


def test_only_the_owner_puts_a_key_on_file(committed: str) -> None:
    statement = "INSERT INTO records_key (use, name, public) VALUES ('record', '', 'mine')"
    assert attempt(statement) == DENIED
    assert attempt(statement, using="owner") == ""


def checkpoint(like: Signed, **changes: Any) -> tuple[str, list[Any]]:
    """An INSERT of a checkpoint like this one, with something changed."""
    said = {"size": like.size, "root": bytes(like.root), "note": like.note, **changes}
    return "INSERT INTO records_signed (size, root, note) VALUES (%s, %s, %s)", list(said.values())


@pytest.mark.parametrize("using", ["default", "owner"])
def test_no_checkpoint_says_another_tree_than_there_is(committed: str, using: str) -> None:
    for _ in range(2):
        Walk().record()
    like = sign()
    Walk().record()
    assert like
    note = like.note.replace("\n2\n", "\n3\n")
    root = root_of(3)
    lines = like.note.split("\n")
    lines[1:3] = ["3", text(root)]
    fitting = "\n".join(lines)
    assert attempt(checkpoint(like), using=using) == "records_signed_once"
    assert attempt(checkpoint(like, size=3, note=note), using=using) == "checkpoint", "the root of two"
    assert attempt(checkpoint(like, size=3, root=root), using=using) == "checkpoint", "the note of two"
    assert attempt(checkpoint(like, size=4, root=root, note=fitting), using=using) == "checkpoint", "not there yet"
    assert attempt(checkpoint(like, size=0, root=tree.EMPTY), using=using) == "checkpoint"
    assert attempt(checkpoint(like, size=-1), using=using) == "checkpoint"
    other = fitting.replace(lines[0], "other.example/records")
    assert attempt(checkpoint(like, size=3, root=root, note=other), using=using) == "checkpoint", "another log's"
    assert attempt(checkpoint(like, size=3, root=root, note=fitting), using=using) == "", (
        "a signature that is not valid is for whoever reads it"
    )
