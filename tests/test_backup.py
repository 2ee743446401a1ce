"""Backup and restore of database and evidence, as the README says it: the Records verify, and the law still stands."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from qtm.models import Transition
from qtm.postgres.programs import ServerUser, find
from qtm.postgres.roles import ROLES
from records.models import Record, Signal
from tests.browser import at
from tests.cast import DETAILING, Cast, Walk, enter
from tests.conftest import drop_database, make_database, point_to
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


def commands(heading: str) -> list[str]:
    """The commands that stand under a heading of the README, as they are pasted into a shell."""
    section = (Path(settings.HERE) / "README.md").read_text().split(f"### {heading}\n")[1].split("\n#")[0]
    return [line.strip() for line in section.splitlines() if line.startswith("    ") and line.strip()[0] != "#"]


def environment(database: str, evidence: Path) -> dict[str, str]:
    """What somebody at the machine has set who backs up or restores: the three addresses, and PostgreSQL's programs at hand."""
    programs = find(ServerUser.of(Path(os.devnull).parent), Path(os.devnull).parent)
    urls = {name: at(os.environ[name], database) for name in ROLES}
    path = f"{programs.folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **urls, "PATH": path, "EVIDENCE_ROOT": str(evidence), "LOOPBACK": "1"}


def walked(lines: list[str], within: Path, environment: dict[str, str]) -> str:
    """Run commands of the README one after the other in a checkout's place; what they said."""
    done = subprocess.run(
        ["sh", "-euc", "\n".join(lines)], cwd=within, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A place that looks like the checkout to whoever pastes commands there; what they write is not in the real one."""
    place = tmp_path / "checkout"
    place.mkdir()
    (place / ".venv").symlink_to(sys.prefix)
    for path in Path(settings.HERE).iterdir():
        if path.name not in {".venv", "var", ".git"}:
            (place / path.name).symlink_to(path)
    return place


def test_a_restored_house_is_the_same_house(committed: str, restored: str, checkout: Path) -> None:
    walk = Walk(surface="auto-detailing", outcome="completed", asked=DETAILING)
    record = walk.record()
    lines, evidence = Transition.objects.count(), Path(settings.EVIDENCE_ROOT)
    assert list(evidence.rglob("*"))
    steps = commands("Backup and restore")
    cut = next(place for place, line in enumerate(steps) if line.startswith("pg_restore"))

    connections.close_all()
    walked(steps[:cut], checkout, environment(committed, evidence))
    shutil.rmtree(evidence)
    said = walked(steps[cut:], checkout, environment(restored, evidence))
    assert "Migrated" in said
    assert "records 1" in said

    point_to(restored)
    assert Transition.objects.count() == lines
    assert bytes(Record.objects.get(pk=record.pk).document) == bytes(record.document)
    assert attempt("UPDATE governance_task SET state = 'open'", user=Cast().ines.pk) in {"fence", "still"}
    assert Walk().captured().state == "captured", "work goes on"


def test_a_restore_whose_evidence_was_forgotten_is_told(
    committed: str, restored: str, checkout: Path, tmp_path: Path
) -> None:
    Walk(surface="auto-detailing", outcome="completed", asked=DETAILING).record()
    steps = commands("Backup and restore")
    cut = next(place for place, line in enumerate(steps) if line.startswith("pg_restore"))
    connections.close_all()
    walked(steps[:cut], checkout, environment(committed, Path(settings.EVIDENCE_ROOT)))
    without = [line for line in steps[cut:] if "tar " not in line]
    with pytest.raises(AssertionError, match="is missing or no longer what was sealed"):
        walked(without, checkout, environment(restored, tmp_path / "empty"))


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
