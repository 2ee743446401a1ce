"""Verifying: every Record is recomputed, and whatever was changed since it was sealed is found and named."""

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from execution.models import Evidence
from records.models import Annex, Record
from records.seal.keys import record_key
from records.seal.leaf import sealed_with
from records.seal.statement import facts_in, statement
from tests.cast import Walk
from tests.pictures import place_of
from tests.states import erased
from tests.test_records import detailing, photographed, talked_about

in_a_transaction = pytest.mark.django_db


def verified() -> str:
    """What an audit of the Records says where all holds."""
    out = io.StringIO()
    call_command("audit", "--only", "records", stdout=out)
    return out.getvalue()


def failed() -> str:
    """What it says where something does not hold."""
    said = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("audit", "--only", "records", stderr=said)
    assert error.value.returncode == 1
    return said.getvalue() + str(error.value)


def forged(record: Record, **columns: Any) -> None:
    """What somebody with the keys of the database could do: put other bytes into a sealed row."""
    pairs = ", ".join(f"{name} = %s" for name in columns)
    table = "records_annex" if "content" in columns else "records_record"
    key = "record_id" if "content" in columns else "id"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for told in ("digest", "priced"):
            cursor.execute(f"ALTER TABLE records_record DROP CONSTRAINT IF EXISTS records_record_{told}")
        cursor.execute(f"UPDATE {table} SET {pairs} WHERE {key} = %s", [*columns.values(), record.pk])


@in_a_transaction
def test_what_was_sealed_verifies() -> None:
    photographed(detailing()).record()
    Walk().record()
    assert "records 2" in verified()


@in_a_transaction
def test_nothing_to_verify_is_said_so() -> None:
    assert "records 0" in verified()


@in_a_transaction
def test_an_evidence_file_that_is_gone_or_changed_is_named() -> None:
    record = photographed(detailing()).record()
    sha256 = record.facts["stages"][1]["evidence"][0]["sha256"]
    kept = place_of(sha256)
    whole = kept.read_bytes()
    for damage in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:-1], b""):
        kept.chmod(0o600)
        kept.write_bytes(damage)
        assert sha256 in failed()
    kept.unlink()
    assert f"{record.reference} (completeness, evidence): the file {sha256} (Before) is missing" in failed()


@in_a_transaction
def test_a_file_that_was_missing_at_sealing_is_sealed_as_missing_and_fails_nothing() -> None:
    walk = photographed(detailing())
    gone = Evidence.objects.filter(event=walk.event(), kind="photo").latest("pk")
    place_of(gone.sha256).unlink()
    record = walk.record()
    assert [
        piece["intact"] for stage in record.facts["stages"] for piece in stage["evidence"] if piece["kind"] == "photo"
    ] == [True, True, True, True, False]
    assert "records 1" in verified()


FORGERIES: dict[str, tuple[Callable[[bytes], dict[str, Any]], str]] = {
    "another digest": (lambda document: {"sha256": "0" * 64}, "SHA-256 differs"),
    "one byte": (lambda document: {"document": document.replace(b"Will", b"Bill")}, "SHA-256 differs"),
    "resealed, not canonical": (
        lambda document: _resealed(document.replace(b'{"_type', b'{ "_type', 1)),
        "not in canonical form",
    ),
    "resealed, no JSON": (lambda document: _resealed(document[:-1]), "not JSON"),
    "resealed, another case": (
        lambda document: _resealed(_changed(document, case="Q-999")),
        "something else than the row",
    ),
    "resealed, something left out": (lambda document: _resealed(_changed(document, stages=None)), "not whole"),
    "resealed, given up instead": (
        lambda document: _resealed(document.replace(b'"completes":true', b'"completes":false')),
        "⭐",
    ),
    "resealed, nested beyond reading": (lambda document: _resealed(b"[" * 200_000), "not whole"),
    "resealed, a list": (lambda document: _resealed(b"[]"), "not whole"),
    "resealed, a file elsewhere": (
        lambda document: _resealed(_with_stage(document, "../../../../etc/passwd")),
        "not whole",
    ),
    "resealed, a file without a name": (
        lambda document: _resealed(_with_stage(document, "a\0b")),
        "not whole",
    ),
    "resealed, a file less among its subjects": (
        lambda document: _resealed(rfc8785.dumps({**json.loads(document), "subject": []})),
        "subjects are not",
    ),
    "signed by nobody": (
        lambda document: {"body": sealed_with(b"{}", record_key()).body},
        "signature is not valid",
    ),
    "a leaf in another form": (
        lambda document: {"body": sealed_with(document, record_key()).body + b" "},
        "leaf cannot be read",
    ),
    "another word on the price": (lambda document: {"priced": False}, "something else than the row"),
    "another annex": (lambda document: {"content": b"{}"}, "annex is not the one"),
}


def _resealed(document: bytes) -> dict[str, Any]:
    """Bytes with the digest and the leaf that go with them, signed with the house's own key."""
    sealed = sealed_with(document, record_key())
    return {"document": document, "sha256": hashlib.sha256(document).hexdigest(), "body": sealed.body}


def _with_stage(document: bytes, sha256: str) -> bytes:
    """A document with one more stage, whose photo is said to lie there."""
    piece = {"kind": "photo", "label": "x", "intact": True, "size_bytes": 1, "sha256": sha256}
    return _changed(document, stages=[{"code": "x", "evidence": [piece]}, *facts_in(document)["stages"]])


def _changed(document: bytes, **changes: Any) -> bytes:
    """A document with other facts, in canonical form, and with the subjects that they name."""
    facts = {**facts_in(document), **changes}
    if facts["stages"] is not None:
        return statement(facts)
    whole = json.loads(document)
    return rfc8785.dumps({**whole, "predicate": {name: value for name, value in facts.items() if value is not None}})


@pytest.mark.parametrize("name", FORGERIES)
def test_whatever_was_changed_since_is_found(name: str, committed: str) -> None:
    change, says = FORGERIES[name]
    Walk().record()
    record = Walk().record()
    forged(record, **change(bytes(record.document)))
    said = failed()
    assert f"{record.reference} (integrity, record): " in said
    assert says in said
    assert "1 findings" in said


def test_each_that_fails_is_named(committed: str) -> None:
    first, fine, last = (Walk().record() for _ in range(3))
    for record in (first, last):
        forged(record, sha256=hashlib.sha256(record.reference.encode()).hexdigest())
    said = failed()
    assert (first.reference in said, f"{fine.reference} " in said, last.reference in said) == (True, False, True)
    assert "2 findings" in said


def test_a_poisoned_record_leaves_none_of_the_others_unverified(committed: str) -> None:
    *records, fine = [Walk().record() for _ in [*FORGERIES, "one that holds"]]
    for (change, _), record in zip(FORGERIES.values(), records, strict=True):
        forged(record, **change(bytes(record.document)))
    said = failed()
    assert f"{len(FORGERIES)} findings" in said
    assert f"{fine.reference} (" not in said


def torn_out(record: Record) -> None:
    """What somebody with the keys of the database could do: delete an annex around the law."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE records_annex DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM records_annex WHERE record_id = %s", [record.pk])


def test_an_annex_that_is_gone_without_an_erasure_is_found(committed: str) -> None:
    record = Walk().record()
    torn_out(record)
    assert f"{record.reference} (integrity, record): its annex is gone, and no erasure says who wanted that" in failed()


def test_a_record_whose_annex_was_erased_holds_and_is_counted_apart(committed: str) -> None:
    record, other = Walk().record(), Walk().record()
    assert "erased" not in verified()
    erased(record)
    assert "records 2" in verified()
    assert "records 2 (annex erased 1)" in verified()
    forged(other, content=b"{}")
    assert f"{other.reference} (integrity, record): its annex is not the one" in failed()


def test_the_page_of_a_record_whose_annex_was_erased_says_so_and_offers_none(committed: str) -> None:
    walk = talked_about(detailing())
    record = photographed(walk).record()
    erased(record)
    for who in ("will", "ines", "cora"):
        client = Client()
        client.force_login(getattr(walk.cast, who))
        page = client.get(record.page)
        text = page.content.decode()
        assert page.status_code == 200
        assert "stood in an annex that was erased" in text
        assert "was erased with the annex" in text
        assert "annex.json" not in text
        assert "Maren" not in text
        assert client.get(f"{record.page}annex.json").status_code == 404
        assert client.get("/records/").status_code == 200


def test_the_annex_of_another_record_is_not_taken_for_its_own(committed: str) -> None:
    one, other = Walk().record(), Walk().record()
    forged(one, content=bytes(Annex.objects.get(record=other).content))
    assert f"{one.reference} (integrity, record): its annex is not the one that was sealed" in failed()


@in_a_transaction
def test_records_are_verified_in_the_same_few_queries_however_many_there_are() -> None:
    asked = []
    for more in (2, 8):
        for _ in range(more):
            Walk().record()
        with CaptureQueriesContext(connection) as found:
            verified()
        asked.append(len(found))
    assert asked[0] == asked[1] <= 15
