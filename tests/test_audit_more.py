"""What else the auditor asks: when a key might sign, what an erasure ordered, what is published while it reads, and who came to power."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connections

from execution import files
from execution.emptying import empty
from execution.models import Evidence
from qtm.refusals import Conflict
from records.audit import claims
from records.audit.schema import fingerprint, shipped
from records.audit.steps import Step
from records.log import shelf
from records.log.model import Signed
from records.log.notes import Checkpoint, signed
from records.log.published import publish
from records.log.signing import root_of, sign
from records.log.tiles import Tile
from records.models import Record
from records.seal import keys
from records.seal.keeping import rotate
from records.seal.leaf import leaf_of
from tests.attacks.attack import quietly
from tests.cast import Walk
from tests.leaves import superuser
from tests.states import erased
from tests.test_audit import findings
from tests.test_audit_memory import audited, done
from tests.test_erasure import detailed, digests
from tests.test_signing import own_keys

__all__ = ["own_keys"]
EARLIER = "UPDATE records_key SET since = since - interval '1 hour'"


def before_that(database: str) -> None:
    """Have an hour pass for the keys on file."""
    done(database, *quietly("records_key", EARLIER))


# Keys


def test_a_retired_key_seals_nothing(own_keys: Path, committed: str, settings: Any) -> None:
    old = keys.place_of("record").read_text()
    rotate("record")
    settings.GIVEN_KEYS = {"record": old, "log": ""}
    Walk().record()  # for as long as other processes may hold it
    before_that(committed)
    with pytest.raises(Conflict, match="by a key of the house"):
        Walk().record()
    assert Record.objects.count() == 1


def test_a_retired_key_of_the_log_signs_nothing(own_keys: Path, committed: str) -> None:
    retired = keys.log_key()
    name = rotate("log").name
    before_that(committed)
    Walk().record()
    note = signed(str(Checkpoint(name, 1, root_of(1))), name, retired.private)
    with pytest.raises(DatabaseError, match="the key in use"):
        Signed.objects.create(size=1, root=root_of(1), note=note)
    assert sign()


def test_what_was_signed_with_a_retired_key_past_the_law_is_found(own_keys: Path, committed: str) -> None:
    record = Walk().record()
    sign()
    assert findings() == []
    rotate("record")
    rotate("log")
    done(
        committed,
        *quietly("records_key", "UPDATE records_key SET since = since - interval '2 days'"),
    )
    assert {(each.check, each.row) for each in findings()} == {
        ("record key", record.reference),
        ("note", "checkpoint 1"),
    }


def test_a_leaf_with_a_key_of_a_kind_that_nobody_can_read_is_a_finding_of_its_record(committed: str) -> None:
    record, other = Walk().record(), Walk().record()
    leaf = leaf_of(bytes(record.body))
    odd = bytes.fromhex("303e301006072a8648ce3d020106052b81040009032a0004") + bytes(40)  # secp160k1
    body = replace(leaf, public=odd).body.hex()
    done(
        committed,
        *quietly("records_record", f"UPDATE records_record SET body = '\\x{body}' WHERE id = {record.pk}"),
        *quietly("records_record", f"UPDATE records_record SET body = '\\x{body[:-2]}' WHERE id = {other.pk}"),
    )
    assert [(each.check, each.row) for each in findings("records")] == [
        ("record", record.reference),
        ("record", other.reference),
    ]


# What was erased


def test_what_an_erasure_orders_and_nothing_else_does(committed: str) -> None:
    record = detailed()
    done(
        committed,
        *quietly(
            "execution_emptied", f"INSERT INTO execution_emptied (event_id, at) VALUES ({record.event_id}, now())"
        ),
    )
    assert [(each.check, each.row) for each in findings("spine")] == [("erasure", f"E-{record.event_id}")]


def test_erased_files_that_are_still_there(committed: str) -> None:
    record = detailed()
    place = digests(record)[0]
    there = Path(files.store().path(files.place_of(place)))
    content = there.read_bytes()
    erased(record, files=True)
    empty(record.event_id)
    assert findings() == []
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_bytes(content)
    assert [(each.check, each.row) for each in findings()] == [("erasure", f"E-{record.event_id}")]
    assert Evidence.objects.filter(sha256=place).exists()


def test_lines_of_no_room_and_cosignatures_of_no_checkpoint(committed: str) -> None:
    Walk().record()
    line = "INSERT INTO qtm_transition (room, row_id, was, becomes, authority, via, reason, act, at, tx) VALUES ('settlement.Payout', 7, '', 'paid', '', '', '', gen_random_uuid(), now(), pg_current_xact_id())"
    done(committed, *quietly("qtm_transition", line))
    done(
        committed,
        *quietly("records_cosigned", "INSERT INTO records_cosigned (signed_id, name, line) VALUES (5, 'w', 'x')"),
    )
    assert [(each.check, each.says) for each in findings()] == [
        ("witness", "the checkpoint is not there."),
        ("line", "it tells of settlement.Payout, which is no room."),
    ]


# Publishing meanwhile


def test_what_is_published_while_the_auditor_reads_is_no_finding(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Walk().record()
    sign()
    publish()
    read = shelf.read

    def meanwhile(place: str) -> bytes | None:
        """Publish more just before a tile is read, and tidy it away, as is done where it is full now."""
        if place.startswith("tile/"):
            monkeypatch.setattr(shelf, "read", read)
            Walk().record()
            sign()
            publish()
            (Path(settings.LOG_ROOT) / Tile(0, 0, 1).place).unlink()
        return read(place)

    monkeypatch.setattr(shelf, "read", meanwhile)
    assert list(claims.published("default", Step("published"))) == []


# The law itself

UNSEEN = [
    "ALTER FUNCTION law_records_signed() STRICT",
    "CREATE OR REPLACE FUNCTION pg_catalog.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE STRICT AS 'SELECT now()'",
    "CREATE OR REPLACE FUNCTION pg_catalog.position(bytea, bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT 1'",
]


@pytest.mark.parametrize("statement", UNSEEN)
def test_no_function_that_the_law_calls_is_replaced_unseen(committed: str, statement: str) -> None:
    done(committed, statement)
    found = fingerprint("default")
    assert {name for name, digest in shipped().items() if found.get(name) != digest}


def test_no_operator_is_made_another_unseen(committed: str) -> None:
    done(committed, "UPDATE pg_operator SET oprcode = 'texteq' WHERE oid = '<>(text,text)'::regoperator")
    assert "built-in <>(text,text)" in {each.row for each in findings("schema")}


def test_a_database_that_loses_what_it_acknowledged_is_found(committed: str) -> None:
    done(committed, f"ALTER DATABASE {committed} SET synchronous_commit = off")
    connections.close_all()
    assert {each.row for each in findings("schema")} >= {"setting of everybody: synchronous_commit=off"}


def test_who_came_to_power_since_the_audit_before_is_told_once(committed: str) -> None:
    Walk().record()
    assert audited() == ""
    with superuser(committed) as admin:
        admin.execute("CREATE ROLE mallory LOGIN SUPERUSER")
        admin.execute("CREATE ROLE trudy LOGIN")
        admin.execute("GRANT pg_write_all_data TO trudy")
        try:
            assert {each.row for each in findings("schema")} == {
                "role mallory (superuser)",
                "role trudy (member of pg_write_all_data)",
            }
            assert "role mallory" in audited()
        finally:
            admin.execute("DROP ROLE mallory")
            admin.execute("DROP ROLE trudy")
    assert audited() == ""
