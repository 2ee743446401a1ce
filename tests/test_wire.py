"""The way to libpq: what it gives and refuses is what Django's own cursors would, and a connection that is gone is a database away."""

import os
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, DataError, IntegrityError, InternalError, OperationalError, connection, transaction

from governance.models import Task
from intake.models import Note
from qtm.acts import SAY, acting
from qtm.models import SurfaceVersion
from qtm.rows import latest_of
from tests.cast import Cast, Walk, enter

WORDS = ["", "", "", "", "", ""]


def backend() -> int:
    """The server's process that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end(process: int) -> None:
    """End a server's process from outside."""
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "it's", '%s $1 \\ " \n', "ü🙏\u202e", None])
def test_text_comes_back_as_it_went(value: str | None) -> None:
    wired: Any = connection
    assert wired.run("SELECT $1::text, $2::bigint, $3::bytea", [value, -7, b"\0\xff"]) == (value, -7, b"\0\xff")
    assert wired.run("SELECT 1 WHERE $1::boolean", [False]) is None


@pytest.mark.django_db
def test_the_latest_row_is_the_one_that_django_reads(cast: Cast, walk: Walk) -> None:
    surface, told = walk.request.surface, Note.objects.filter(request=walk.request)
    assert latest_of(Note, "request", walk.request) is None
    with acting(cast.ines, via="test", authority="intake.annotate_request as admin"):
        for text in ("first", "last"):
            walk.request.annotate(text=text)
    note, version = latest_of(Note, "request", walk.request), surface.current
    assert {**vars(note), "_state": None} == {**vars(told.latest("pk")), "_state": None}
    assert (note.request, version.surface, version.get_deferred_fields()) == (walk.request, surface, {"runtime"})
    assert version.reads == SurfaceVersion.objects.filter(surface=surface).latest("number").reads


@pytest.mark.django_db
def test_what_is_refused_is_djangos_error_with_the_name_of_the_law(walk: Walk) -> None:
    task, wired = walk.task, connection
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        wired.run("UPDATE governance_task SET state = $1 WHERE id = $2 RETURNING id", ["closed", task.pk])  # type: ignore[attr-defined]
    assert refused.value.__cause__.diag.constraint_name == "fence"  # type: ignore[union-attr]
    assert walk.task.state == "open"


def test_an_act_on_a_connection_that_is_gone_is_a_database_away_and_the_next_one_works(
    committed: str, cast: Cast
) -> None:
    walk, ines = Walk(), cast.ines
    assert ines.standing
    task = walk.task
    end(backend())
    with pytest.raises(OperationalError):
        enter(ines, Task, "approve", task)
    assert not connection.in_atomic_block
    enter(ines, Task, "approve", walk.task)
    assert walk.task.state == "approved"


def test_an_act_whose_connection_goes_in_the_middle_changes_nothing(committed: str, cast: Cast) -> None:
    walk, ines = Walk(), cast.ines
    task = walk.task
    with pytest.raises(OperationalError), acting(ines, via="test", authority="x"):  # noqa: PT012
        end(backend())
        task.approve()
    assert walk.task.state == "open"
    with acting(ines, via="test", authority="x"):
        walk.task.approve()
    assert walk.task.state == "approved"


def test_words_of_an_act_that_could_not_begin_are_said_in_no_other(committed: str, monkeypatch: Any) -> None:
    wired: Any = connection
    wired.ensure_connection()
    monkeypatch.setattr(wired.wire, "begin_with", lambda *words: end(backend()))
    with pytest.raises(OperationalError), wired.beginning_with(SAY, ["act", *WORDS[1:]]):
        wired.run("SELECT $1::text", ["x"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('qtm.act', true)")
        assert not cursor.fetchone()[0]


def test_after_an_act_nobody_acts(committed: str, cast: Cast) -> None:
    with acting(cast.ines, via="test", authority="x"), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('qtm.user')")
        assert cursor.fetchone()[0] == str(cast.ines.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('qtm.user', true)")
        assert not cursor.fetchone()[0]


def test_a_nul_byte_is_refused_and_never_cut_off(committed: str, cast: Cast) -> None:
    wired: Any = connection
    with pytest.raises(DataError):
        wired.run("SELECT $1::text", ["half\0gone"])
    with pytest.raises(DataError), acting(cast.ines, via="test", authority="x", reason="half\0gone"):
        pass
    assert not connection.in_atomic_block


def test_what_was_refused_and_passed_over_is_not_taken_for_committed(committed: str, cast: Cast) -> None:
    walk = Walk()
    task, ines = walk.task, cast.ines
    with pytest.raises(InternalError), acting(ines, via="test", authority="x"):  # noqa: PT012
        task.approve()
        with suppress(DatabaseError):
            connection.cursor().execute("SELECT 1 / 0")
    assert walk.task.state == "open"
