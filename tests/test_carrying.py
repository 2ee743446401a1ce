"""Who carries it on, held by the database as well: a Job is claimed by whoever it was given to, and carried on by who claimed it, or by an owner."""

from typing import Any

import pytest

from execution.models import Job, ServiceEvent
from governance.models import Assignment
from tests.cast import Cast, Walk, enter
from tests.sql import attempt
from tests.test_forgery import like, to

pytestmark = pytest.mark.django_db
NOTE = "INSERT INTO execution_evidence (event_id, stage, kind, category, item, text, name, sha256, size_bytes, media_type, width, height) VALUES (%s, 'advice', 'note', 'summary', '', 'Fair.', '', '', 0, '', 0, 0)"


def claimed(job: Job, sample: ServiceEvent, user: Any) -> str:
    """A claim by raw SQL, for oneself."""
    born = like(sample, job_id=job.pk, case_id=job.case_id, worker_id=user.pk, state="ready")
    return attempt(to(job, "claimed"), born, user=user.pk)


@pytest.mark.parametrize(("who", "law"), [("will", ""), ("nora", ""), ("sid", "carried_on"), ("cora", "carried_on")])
def test_a_job_is_claimed_only_by_who_belongs_to_its_operator(who: str, law: str, cast: Cast, walk: Walk) -> None:
    sample, job = Walk().event(), walk.job()
    assert claimed(job, sample, getattr(cast, who)) == law


@pytest.mark.parametrize(("who", "law"), [("wanda", ""), ("nora", ""), ("will", "carried_on")])
def test_a_job_that_was_given_to_a_worker_is_claimed_by_them_or_by_an_owner(who: str, law: str, cast: Cast) -> None:
    walk = Walk()
    enter(cast.ines, Assignment, "assign", walk.approved(), operator=cast.Northside, worker=cast.wanda)
    job = enter(cast.ines, Job, "create", Assignment.objects.get(case_id=walk.request.pk))
    assert claimed(job, Walk().event(), getattr(cast, who)) == law


@pytest.mark.parametrize(("who", "law"), [("will", ""), ("nora", ""), ("wanda", "carried_on"), ("ines", "carried_on")])
def test_what_was_claimed_is_carried_on_by_who_claimed_it_or_by_an_owner(
    who: str, law: str, cast: Cast, walk: Walk
) -> None:
    event, user = walk.event(), getattr(cast, who).pk
    assert attempt(to(event, "in_progress"), user=user) == law
    assert attempt(to(event, "abandoned"), to(walk.job(), "queued"), user=user) == law
    started = walk.started()
    assert attempt((NOTE, [started.pk]), user=user) == law
    assert attempt(to(started, "paused"), user=user) == law


def test_whoever_has_left_carries_nothing_on(cast: Cast, walk: Walk) -> None:
    event = walk.started()
    cast.will.memberships.get().leave()
    assert attempt(to(event, "paused"), user=cast.will.pk) == "carried_on"
    assert attempt((NOTE, [event.pk]), user=cast.will.pk) == "carried_on"


def test_a_suspended_operator_adds_no_evidence_and_a_limited_one_does(cast: Cast, walk: Walk) -> None:
    event = walk.started()
    for verb, law in (("limit", ""), ("suspend", "access")):
        enter(cast.ines, type(cast.Northside), verb, cast.Northside, reason="for the test")
        assert attempt((NOTE, [event.pk]), user=cast.will.pk) == law


def test_a_move_writes_only_what_is_its_own_to_write(cast: Cast, walk: Walk) -> None:
    event = walk.event()
    assert attempt(to(event, "in_progress", ", outcome = 'advised'"), user=cast.will.pk) == "written"
    assert attempt(to(walk.started(), "paused", ", paid = 'paid'"), user=cast.will.pk) == "written"
    settlement = Walk().settlement()
    assert attempt(to(settlement, "authorized", ", captured_minor = 1"), user=cast.cora.pk) == "written"


def test_a_worker_who_is_named_works_for_the_operator_that_is_named(cast: Cast, walk: Walk) -> None:
    task, sample = walk.approved(), Walk().assignment()
    for worker, law in ((cast.will, ""), (cast.sid, "worker"), (cast.ines, "worker")):
        born = like(sample, task_id=task.pk, case_id=task.case_id, worker_id=worker.pk)
        assert attempt(to(task, "assigned"), born, user=cast.ines.pk) == law, worker
