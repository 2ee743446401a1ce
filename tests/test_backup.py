"""Backup and restore of database and evidence, as the README says it: the Records verify, and the law still stands."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from psycopg.conninfo import make_conninfo

from execution import files
from execution.models import ServiceEvent
from qtm.models import Transition
from qtm.postgres.programs import ServerUser, find
from records.models import Record, Signal
from tests.cast import DETAILING, Cast, Walk, enter
from tests.conftest import drop_database, make_database, point_to
from tests.pictures import upload
from tests.sql import attempt
from tests.test_forgery import like


@pytest.fixture
def restored(committed: str) -> Iterator[str]:
    """An empty database to restore into."""
    name = f"{committed}_restored"
    make_database(name)
    yield name
    point_to(committed)
    drop_database(name)


def run(program: str, database: str, *arguments: str) -> None:
    """One of PostgreSQL's programs as the owner, on one database."""
    programs = find(ServerUser.of(Path(os.devnull).parent), Path(os.devnull).parent)
    url = make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=database)
    subprocess.run([programs / program, "--dbname", url, *arguments], check=True, capture_output=True)


def test_a_restored_house_is_the_same_house(committed: str, restored: str, tmp_path: Path) -> None:
    walk = Walk(surface="auto-detailing", outcome="completed", asked=DETAILING)
    for lack in walk.started().missing():
        if lack.kind == "photo":
            photos = [files.check(upload()) for _ in range(lack.needed)]
            enter(
                Cast().will,
                ServiceEvent,
                "capture",
                walk.event(),
                stage=lack.stage,
                kind="photo",
                category=lack.category,
                photos=photos,
            )
    record = walk.record()
    lines = Transition.objects.count()

    run("pg_dump", committed, "--format=custom", "--file", str(tmp_path / "qtm.dump"))
    shutil.make_archive(str(tmp_path / "evidence"), "tar", settings.EVIDENCE_ROOT)
    shutil.rmtree(settings.EVIDENCE_ROOT)
    run("pg_restore", restored, "--exit-on-error", str(tmp_path / "qtm.dump"))
    shutil.unpack_archive(tmp_path / "evidence.tar", settings.EVIDENCE_ROOT, filter="data")

    point_to(restored)
    assert Transition.objects.count() == lines
    assert bytes(Record.objects.get(pk=record.pk).document) == bytes(record.document)
    call_command("verify_records")
    assert attempt("UPDATE governance_task SET state = 'open'", user=Cast().ines.pk) in {"fence", "still"}
    assert Walk().captured().state == "captured", "work goes on"


def test_numbers_of_transactions_that_begin_anew_give_no_signal_to_an_old_record(committed: str, cast: Cast) -> None:
    walk = Walk()
    walk.record()
    signal = Signal.objects.get(case_id=walk.request.pk)
    other = Walk(outcome="not-advised")
    enter(cast.will, Record, "seal", other.started(), outcome="not-advised", reason_code="no-answer")
    record = Record.objects.get(case_id=other.request.pk)
    admin = make_conninfo(os.environ["DATABASE_ADMIN_URL"], dbname=committed)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("ALTER TABLE qtm_transition DISABLE TRIGGER ALL")
        (now,) = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
        renumber = "UPDATE qtm_transition SET tx = %s::text::xid8 WHERE room = 'records.Record' AND row_id = %s"
        connection.execute(renumber, [str(now + 30), record.pk])
        connection.execute("ALTER TABLE qtm_transition ENABLE ALWAYS TRIGGER law_append_only")
    late = like(
        signal, record_id=record.pk, case_id=record.case_id, event_id=record.event_id, job_id=record.event.job_id
    )
    assert {attempt(late, user=cast.ines.pk) for _ in range(60)} == {"at_sealing"}
