"""Forgeries by raw SQL: each crossing skipped, done twice, done by half, done by nobody, paid with a false successor; all refused."""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from execution.models import Evidence, Job, ServiceEvent, StageMark
from governance.models import Assignment, Correction, Task
from qtm.models import Membership, SurfaceVersion, Transition, User
from qtm.refusals import law_broken
from qtm.rows import given_columns
from qtm.spine import all_rooms, rooms
from records.models import Annex, Record, Signal
from records.seal.keys import record_key
from records.seal.leaf import sealed_with
from settlement.models import Settlement, own_work
from tests.cast import Cast, Walk, enter
from tests.sql import DENIED, attempt, table
from tests.states import REACH

Statement = tuple[str, list[Any]]
UNIQUE = "23505"
CROSSINGS = [(room, key) for room in rooms() for key in room.upstream()]


def names(part: Any) -> str:
    """A test's name from its parts."""
    return str(getattr(part, "__name__", getattr(part, "name", part)))


def like(row: Any, **changes: Any) -> Statement:
    """An INSERT of a row like this one, with some columns changed."""
    values = {
        field.column: field.get_db_prep_save(getattr(row, field.attname), connections["default"])
        for field in given_columns(type(row))
    }
    values = {**values, **changes}
    return f"INSERT INTO {table(row)} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})", list(
        values.values()
    )


def to(row: Any, state: str, also: str = "") -> Statement:
    """An UPDATE of a row's state."""
    return f"UPDATE {table(row)} SET state = %s{also} WHERE id = %s", [state, row.pk]


def reborn(room: Any, key: Any, up: Any) -> Statement:
    """An INSERT into a room of a row born of this upstream row, lawful in all but what is being tried."""
    case = Walk()
    case.captured()
    sample = room.objects.filter(case_id=case.request.pk).latest("pk")
    columns = [up._meta.get_field(name).attname for name in key.same]
    same = {column: getattr(up, column) for column in columns}
    leaf = sealed_with(b"{}", record_key()).body
    seal = {"document": b"{}", "sha256": hashlib.sha256(b"{}").hexdigest(), "body": leaf, "priced": False}
    own: dict[Any, dict[str, Any]] = {
        Record: seal,
        Settlement: {"captured_minor": None},
        ServiceEvent: {"final": False},
    }
    return like(sample, **{key.column: up.pk, "case_id": up.case_id, "state": room.first, **same, **own.get(room, {})})


@pytest.mark.django_db
@pytest.mark.parametrize(("room", "key"), CROSSINGS, ids=names)
def test_no_crossing_is_skipped_whatever_state_the_upstream_row_is_in(room: Any, key: Any) -> None:
    upstream = key.remote_field.model
    for state in upstream.states():
        if state not in key.born_in:
            up = REACH[upstream, state]()
            assert attempt(reborn(room, key, up), user=Cast().ines.pk) == "born", state


# How each crossing that a person makes is made by hand: the row that is pressed on, its lawful moves, and who may make them.
BY_HAND: dict[Any, tuple[Callable[[Walk], Any], Callable[[Any], list[Statement]], str]] = {
    Assignment: (Walk.approved, lambda task: [to(task, "assigned")], "ines"),
    Job: (Walk.assignment, lambda active: [to(active.task, "handed_off"), to(active, "handed_off")], "ines"),
    ServiceEvent: (Walk.job, lambda job: [to(job, "claimed")], "will"),
    Settlement: (Walk.record, lambda record: [], "cora"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("room", BY_HAND, ids=names)
def test_no_crossing_is_made_by_nobody(room: Any) -> None:
    walk_to, moves, who = BY_HAND[room]
    walk, user = Walk(), getattr(Cast(), who)
    up = walk_to(walk)
    born = reborn(room, room.upstream()[0], up)
    assert attempt(*moves(up), born, user=user.pk) == "", "somebody makes it"
    assert attempt(*moves(up), born, user=user.pk, act="") == "someone_acts"
    assert attempt(*moves(up), born, user=None) == "someone_acts"
    assert attempt(*moves(up), born, user=user.pk, authority="") == "someone_acts"
    if moves(up):  # the moves by somebody, the birth by nobody
        assert attempt(*moves(up), "SELECT set_config('qtm.user', '', true)", born, user=user.pk) == "someone_acts"


@pytest.mark.django_db
@pytest.mark.parametrize(("room", "key"), [(room, key) for room, key in CROSSINGS if room is not Signal], ids=names)
def test_no_crossing_is_made_twice(room: Any, key: Any) -> None:
    case = Walk()
    case.captured()
    row = room.objects.get(case_id=case.request.pk)
    law = attempt(
        reborn(room, key, getattr(row, key.name)), user=Cast().will.pk if room is ServiceEvent else Cast().cora.pk
    )
    assert law in {"born", "stands", "sequence"} or law.endswith(("_key", "_one_living", "_uniq")) or law == UNIQUE


OWED = [
    (key.remote_field.model, edge)
    for room, key in CROSSINGS
    for edge in key.remote_field.model.edges()
    if edge[1] in key.born_in and key.stands
]


@pytest.mark.django_db
@pytest.mark.parametrize(("upstream", "edge"), OWED, ids=names)
def test_no_crossing_is_made_by_half(upstream: Any, edge: tuple[str, str]) -> None:
    row = REACH[upstream, edge[0]]()
    also = ", outcome = 'not-advised', reason = 'no-answer', final = true" if upstream is ServiceEvent else ""
    assert attempt(to(row, edge[1], also), user=Cast().will.pk) == "stands"


@pytest.mark.django_db
def test_a_birth_carries_the_case_and_the_facts_of_what_it_is_born_of(walk: Walk, cast: Cast) -> None:
    assignment = walk.assignment()
    job = Walk().job()
    lawful = {"assignment_id": assignment.pk, "case_id": assignment.case_id, "operator_id": assignment.operator_id}
    off = [to(assignment.task, "handed_off"), to(assignment, "handed_off")]
    assert attempt(*off, like(job, **lawful), user=cast.ines.pk) == ""
    for wrong in (
        {"case_id": assignment.case_id + 1},
        {"operator_id": cast.Southside.pk},
        {"version_id": None},
        {"governor_id": cast.Southside.pk},
        {"worker_id": cast.sid.pk},
    ):
        assert attempt(*off, like(job, **{**lawful, **wrong}), user=cast.ines.pk) == "born", wrong
    assert attempt(*off, like(job, **lawful, state="completed"), user=cast.ines.pk) == "fence"


@pytest.mark.django_db
def test_without_an_account_one_acts_only_in_ones_own_case(walk: Walk) -> None:
    mine, yours = walk.task, Walk().request
    cancel = to(mine, "cancelled")
    assert attempt(("SELECT set_config('qtm.actor', %s, true)", [str(yours.actor_id)]), cancel) == "someone_acts"
    assert attempt(("SELECT set_config('qtm.actor', %s, true)", [str(walk.request.actor_id)]), cancel) == ""
    assert (
        attempt(("SELECT set_config('qtm.actor', %s, true)", [str(walk.request.actor_id)]), to(mine, "approved"))
        == "someone_acts"
    )


@pytest.mark.django_db
def test_an_assigned_task_is_not_paid_by_a_withdrawn_assignment(cast: Cast) -> None:
    case, withdrawn = Walk(), REACH[Assignment, "withdrawn"]()
    task = case.approved()
    born = like(withdrawn, task_id=task.pk, case_id=task.case_id, state="active")
    gone = (f"UPDATE {table(Assignment)} SET state = 'withdrawn' WHERE task_id = %s", [task.pk])
    assert attempt(to(task, "assigned"), born, user=cast.ines.pk) == ""
    assert attempt(to(task, "assigned"), born, gone, user=cast.ines.pk) == "stands"


@pytest.mark.django_db
def test_a_completed_job_is_not_paid_by_an_abandoned_service_event(walk: Walk, cast: Cast) -> None:
    event = walk.event()
    assert attempt(to(event, "abandoned"), to(walk.job(), "completed"), user=cast.will.pk) == "stands"
    assert attempt(to(event, "abandoned"), to(walk.job(), "queued"), user=cast.will.pk) == ""


@pytest.mark.django_db
def test_a_job_is_not_completed_over_a_service_event_in_progress(walk: Walk, cast: Cast) -> None:
    walk.started()
    assert attempt(to(walk.job(), "completed"), user=cast.will.pk) == "stands"
    assert attempt(to(walk.job(), "queued"), user=cast.will.pk) == "stands"


@pytest.mark.django_db
def test_a_task_of_an_operators_funnel_is_assigned_only_within_it(cast: Cast) -> None:
    case = Walk(funnel="north")
    task, sample = case.approved(), Walk().assignment()
    born = {"task_id": task.pk, "case_id": task.case_id, "governor_id": task.governor_id}
    assert (
        attempt(to(task, "assigned"), like(sample, **born, operator_id=cast.Southside.pk), user=cast.nora.pk)
        == "governance_assignment_within"
    )
    assert attempt(to(task, "assigned"), like(sample, **born, operator_id=cast.Northside.pk), user=cast.nora.pk) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("operator", ["Limited", "Suspended", "Pending"])
def test_an_operator_without_access_is_given_no_work(operator: str, cast: Cast) -> None:
    task, sample = Walk().approved(), Walk().assignment()
    born = like(sample, task_id=task.pk, case_id=task.case_id, operator_id=getattr(cast, operator).pk)
    assert attempt(to(task, "assigned"), born, user=cast.ines.pk) == "access"


@pytest.mark.django_db
@pytest.mark.parametrize("fact", [Evidence, StageMark, Correction], ids=names)
def test_facts_are_noted_in_their_time_only(fact: Any, walk: Walk, cast: Cast) -> None:
    enter(cast.ines, Task, "correct", walk.task, field="description", becomes="Is it fair?", why="typo")
    walk.filled()
    sample = fact.objects.filter(
        **{"task__case_id" if fact is Correction else "event__case_id": walk.request.pk}
    ).latest("pk")
    owner: dict[str, Any] = {"task_id": walk.task.pk} if fact is Correction else {"event_id": walk.event().pk}
    owner |= {"text": "Another."} if fact is Evidence else {}
    if fact is not Correction:  # a stage that is marked already gets as far as its key
        taken = "execution_stagemark_stage_key" if fact is StageMark else ""
        assert attempt(like(sample, **owner), user=cast.will.pk) == taken
        walk.record()
    assert attempt(like(sample, **owner), user=cast.will.pk) == "born"


@pytest.mark.django_db
def test_who_noted_a_fact_and_when_is_the_databases_to_say(walk: Walk, cast: Cast) -> None:
    walk.filled()
    note = Evidence.objects.latest("pk")
    for forged in ({"by_id": cast.sam.pk}, {"at": "2001-01-01"}, {"act": str(uuid4())}, {"id": note.pk + 1000}):
        assert attempt(like(note, text="Another.", **forged), user=cast.will.pk) == DENIED
    assert attempt(like(note, text="Another."), user=cast.will.pk, keep=True) == ""
    written = Evidence.objects.latest("pk")
    assert (written.by, written.pk == note.pk, written.at >= note.at) == (cast.will, False, True)


@pytest.mark.django_db
def test_a_stage_is_marked_by_sql_only_once_its_evidence_is_there_and_evidence_fits_a_slot(
    walk: Walk, cast: Cast
) -> None:
    event = walk.started()
    mark = "INSERT INTO execution_stagemark (event_id, stage) VALUES (%s, %s)"
    note = "INSERT INTO execution_evidence (event_id, stage, kind, category, item, text, name, sha256, size_bytes, media_type, width, height) VALUES (%s, %s, 'note', %s, '', 'Fair.', '', '', 0, '', 0, 0)"
    assert attempt((mark, [event.pk, "advice"]), user=cast.will.pk) == "evidence"
    assert attempt((mark, [event.pk, "nowhere"]), user=cast.will.pk) == "evidence"
    assert attempt((note, [event.pk, "study", "summary"]), user=cast.will.pk) == "evidence"
    filled = [(note, [event.pk, "advice", "summary"]), (mark, [event.pk, "advice"])]
    assert attempt(*filled, user=cast.will.pk) == ""


@pytest.mark.django_db
def test_completing_asks_for_the_evidence_in_the_database_too(walk: Walk, cast: Cast) -> None:
    event = walk.started()
    for ending in (
        "outcome = 'advised'",
        "outcome = 'made-up'",
        "outcome = 'not-advised'",
        "outcome = 'not-advised', reason = 'made-up'",
    ):
        assert attempt(to(event, "completed", f", {ending}"), user=cast.will.pk) == "evidence", ending


@pytest.mark.django_db
def test_whoever_did_the_work_cannot_settle_it_by_sql_either(walk: Walk, cast: Cast) -> None:
    settlement = walk.settlement()
    for who in (cast.will, cast.nora, cast.wanda):
        assert attempt(to(settlement, "authorized"), user=who.pk) == "own_work", who
    assert attempt(to(settlement, "authorized"), user=cast.cora.pk) == ""


@pytest.mark.django_db
def test_whoever_helped_with_the_work_and_left_the_operator_since_cannot_settle_it(walk: Walk, cast: Cast) -> None:
    walk.filled()
    enter(
        cast.nora,
        ServiceEvent,
        "capture",
        walk.event(),
        stage="study",
        kind="note",
        category="findings",
        text="Helped.",
    )
    settlement = walk.settlement()
    cast.nora.memberships.get().leave()
    cast.wanda.memberships.get().leave()
    for who in (cast.nora, cast.wanda):
        assert attempt(to(settlement, "authorized"), user=who.pk) == "own_work", who
        assert own_work(who.pk, walk.record())
    assert not own_work(cast.cora.pk, walk.record())


@pytest.mark.django_db
def test_nobody_claims_for_another(walk: Walk, cast: Cast) -> None:
    job, sample = walk.job(), Walk().event()
    born = {"job_id": job.pk, "case_id": job.case_id}
    assert attempt(to(job, "claimed"), like(sample, **born), user=cast.will.pk) == ""
    assert (
        attempt(to(job, "claimed"), like(sample, **born, worker_id=cast.wanda.pk), user=cast.will.pk) == "someone_acts"
    )


@pytest.mark.django_db
def test_a_record_is_sealed_by_the_digest_of_its_own_bytes(walk: Walk, cast: Cast) -> None:
    sample = walk.record()
    event = Walk(outcome="not-advised").started()
    end = to(event, "completed", ", outcome = 'not-advised', reason = 'no-answer', final = true")
    born = {"event_id": event.pk, "case_id": event.case_id}
    other = {"document": b"false", "body": sealed_with(b"false", record_key()).body}
    assert attempt(end, like(sample, **born, **other), user=cast.will.pk) == "records_record_digest"
    leaf = sealed_with(b"{}", record_key()).body
    seal = {"document": b"{}", "sha256": hashlib.sha256(b"{}").hexdigest(), "body": leaf}
    assert attempt(end, like(sample, **born, **seal, priced=True), user=cast.will.pk) == "records_record_priced"
    assert attempt(end, like(sample, **born, **seal, priced=False), user=cast.will.pk) == ""


def test_no_signal_is_hung_on_other_work_nor_on_work_that_was_given_up(committed: str, cast: Cast) -> None:
    given = Walk()
    given.record()
    sample = Signal.objects.get(case_id=given.request.pk)
    leaf = sealed_with(b"{}", record_key()).body
    seal = {"document": b"{}", "sha256": hashlib.sha256(b"{}").hexdigest(), "body": leaf, "priced": False}
    for outcome, reason, expected in (("advised", "", ""), ("not-advised", "no-answer", "at_sealing")):
        event, other = Walk().filled(), Walk().filled()
        end = to(event, "completed", f", outcome = '{outcome}', reason = '{reason}', final = true")
        record = like(given.record(), event_id=event.pk, case_id=event.case_id, **seal)
        text, values = like(sample, case_id=event.case_id, event_id=event.pk, job_id=event.job_id, record_id=0)
        at = list(like(sample)[0].split("(")[1].split(")")[0].split(", ")).index("record_id")
        newest = (text.replace("VALUES (", "SELECT ").rstrip(")"), values)
        pieces = newest[0].split("SELECT ")[1].split(", ")
        pieces[at] = "(SELECT max(id) FROM records_record)"
        mine = (newest[0].split("SELECT ")[0] + "SELECT " + ", ".join(pieces), [*values[:at], *values[at + 1 :]])
        assert attempt(end, record, mine, user=cast.will.pk) == expected
        places = [name.strip() for name in text.split("(")[1].split(")")[0].split(",") if name.strip() != "record_id"]
        astray = list(mine[1])
        astray[places.index("event_id")], astray[places.index("job_id")] = other.pk, other.job_id
        assert attempt(end, record, (mine[0], astray), user=cast.will.pk) == "at_sealing"


@pytest.mark.django_db
def test_more_than_was_authorized_is_not_captured_by_sql_either(walk: Walk, cast: Cast) -> None:
    settlement = walk.authorized()
    for captured in ("3901", "0", "NULL"):
        assert (
            attempt(to(settlement, "captured", f", captured_minor = {captured}"), user=cast.cora.pk)
            == "settlement_settlement_captured"
        )


@pytest.mark.django_db
def test_the_app_cannot_write_the_log_nor_switch_a_law_off(walk: Walk) -> None:
    walk.job()
    for statement in (
        "INSERT INTO qtm_transition (room, row_id, was, becomes, authority, via, reason, act, at, tx) SELECT room, row_id, was, becomes, authority, via, reason, act, at, tx FROM qtm_transition",
        "UPDATE qtm_transition SET reason = 'x'",
        "DELETE FROM qtm_transition",
        "TRUNCATE qtm_transition",
        "ALTER TABLE execution_job DISABLE TRIGGER ALL",
        "DROP TRIGGER law_1_change ON execution_job",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION law_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "CREATE TEMPORARY TABLE governance_task (id bigint, state text, case_id bigint)",
        "SET ROLE qtm_owner",
    ):
        assert attempt(statement, user=1) == DENIED, statement


@pytest.mark.django_db
def test_what_the_orm_would_do_behind_the_verbs_is_refused(walk: Walk, cast: Cast) -> None:
    job = walk.job()
    for deed in (
        lambda: Task.objects.filter(case_id=job.case_id).update(state="closed"),
        lambda: Job.objects.filter(pk=job.pk).update(state="completed"),
        lambda: Job.objects.filter(pk=job.pk).update(context={}),
        lambda: Job.objects.filter(pk=job.pk).delete(),
        lambda: Job.objects.bulk_create(
            [
                Job(
                    assignment=job.assignment,
                    case_id=job.case_id,
                    version=job.version,
                    operator=job.operator,
                    context={},
                )
            ]
        ),
        lambda: Job.objects.bulk_update([job], ["context"]),
        lambda: Transition.objects.all().delete(),
        lambda: SurfaceVersion.objects.update(runtime={}),
        lambda: User.objects.filter(pk=cast.will.pk).delete(),
        lambda: Membership.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    assert walk.job().state == "queued"


# As the owner of the tables, with real commits.


@pytest.fixture
def owner(committed: str) -> Iterator[Any]:
    """Try a statement as the owner, in an act; gives the law that refused it."""
    with connections["owner"].cursor():
        yield lambda *statements, **given: attempt(*statements, using="owner", **given)


def test_the_owner_changes_no_sealed_row_no_log_and_no_row_of_the_spine(owner: Any, cast: Cast) -> None:
    rows = {}
    for room in all_rooms():
        rows[room] = REACH[room, room.first]()
    for room, row in rows.items():
        fixed = (
            next(
                field.column
                for field in room._meta.local_fields
                if field.name not in {"id", "state", "since", *room.living, *room.amendable}
            )
            if room.case_column
            else "id"
        )
        assert owner((f"UPDATE {table(room)} SET {fixed} = {fixed} WHERE id = %s", [row.pk]), user=cast.ines.pk) in {
            "still",
            "",
        }, room
        assert owner((f"UPDATE {table(room)} SET id = -1 WHERE id = %s", [row.pk]), user=cast.ines.pk) == "fixed", room
        assert (
            owner((f"UPDATE {table(room)} SET since = now() WHERE id = %s", [row.pk]), user=cast.ines.pk) == "still"
        ), room
        assert owner((f"DELETE FROM {table(room)} WHERE id = %s", [row.pk]), user=cast.ines.pk) == "stays", room
        assert owner(f"TRUNCATE {table(room)} CASCADE", user=cast.ines.pk) in {"stays", "log"}, room
    for fact in (Evidence, StageMark, Correction, Annex, SurfaceVersion):
        assert owner(f"UPDATE {table(fact)} SET id = id", user=1) == "stays"
        assert owner(f"DELETE FROM {table(fact)}", user=1) == "stays"
    for statement in (
        "UPDATE qtm_transition SET reason = 'x'",
        "DELETE FROM qtm_transition",
        "TRUNCATE qtm_transition",
    ):
        assert owner(statement, user=1) == "log"
    copied = "INSERT INTO qtm_transition (room, row_id, was, becomes, authority, via, reason, act, at, tx) SELECT room, row_id, was, becomes, authority, via, reason, act, at, tx FROM qtm_transition"
    assert owner(copied, user=1) == "log"
    assert owner("SET session_replication_role = replica", user=1) == DENIED


def test_no_signal_is_given_to_a_record_that_was_sealed_before(owner: Any, cast: Cast) -> None:
    case = Walk(outcome="not-advised")
    event = case.started()
    enter(cast.will, Record, "seal", event, outcome="not-advised", reason_code="no-answer")
    record = Record.objects.get(case_id=case.request.pk)
    assert not Signal.objects.filter(record=record).exists()
    given = Walk()
    given.record()
    sample = Signal.objects.get(case_id=given.request.pk)
    late = like(sample, record_id=record.pk, case_id=record.case_id, event_id=event.pk, job_id=event.job_id)
    assert attempt(late, user=cast.ines.pk) == "at_sealing"
    assert owner(late, user=cast.ines.pk) == "at_sealing"


def test_a_temporary_table_of_a_rooms_name_does_not_stand_in_for_it(committed: str, cast: Cast) -> None:
    task, sample = Walk().task, Walk().assignment()
    url = psycopg.conninfo.make_conninfo(os.environ["DATABASE_ADMIN_URL"], dbname=committed)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'GRANT TEMPORARY ON DATABASE "{committed}" TO qtm_app')
    false_task = "CREATE TEMPORARY TABLE governance_task AS SELECT * FROM public.governance_task"
    moved = ("UPDATE pg_temp.governance_task SET state = 'assigned' WHERE id = %s", [task.pk])
    born = like(sample, task_id=task.pk, case_id=task.case_id)
    assert attempt(false_task, moved, born, user=cast.ines.pk) == "born"
    false_log = "CREATE TEMPORARY TABLE qtm_transition AS SELECT * FROM public.qtm_transition WITH NO DATA"
    before = Transition.objects.count()
    assert attempt(false_log, to(task, "approved"), user=cast.ines.pk, keep=True) == ""
    connections["default"].close()
    assert Transition.objects.count() == before + 1, "the line is on the true log"


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nothing_moves_under_a_snapshot_that_could_be_old(isolation: str, committed: str, cast: Cast) -> None:
    task = Walk().task
    with (  # noqa: PT012
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        cursor.execute(
            "SELECT set_config('qtm.act', '00000000-0000-0000-0000-000000000001', true), set_config('qtm.user', %s, true), set_config('qtm.authority', 'x', true)",
            [str(cast.ines.pk)],
        )
        cursor.execute("UPDATE governance_task SET state = 'approved' WHERE id = %s", [task.pk])
    assert law_broken(refused.value) == "isolation"


def test_the_owner_changes_no_appointment(owner: Any, cast: Cast) -> None:
    starts = timezone.now() + timedelta(days=1)
    enter(cast.ines, Assignment, "reschedule", Walk().assignment(), starts=starts, ends=starts + timedelta(hours=1))
    for statement in ("UPDATE governance_appointment SET why = 'x'", "DELETE FROM governance_appointment"):
        assert owner(statement, user=cast.ines.pk) == "stays"
