"""What the spine stands on, held by the database: acts, memberships, versions of surfaces, and what Omni may."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections

from governance.models import Task
from intake.models import Intake, Request
from qtm.models import Membership, Surface, SurfaceVersion, Transition
from qtm.rows import given_columns
from tests.cast import Cast, Walk
from tests.sql import DENIED, attempt
from tests.test_forgery import like, to

# Acts


def test_an_act_is_over_with_its_transaction(committed: str, cast: Cast) -> None:
    walk = Walk()
    walk.assignment()
    approved = Transition.objects.get(case_id=walk.request.pk, becomes="approved", was="open")
    withdraw = [to(walk.assignment(), "withdrawn"), to(walk.task, "approved")]
    for who in (cast.ines, cast.cora):
        assert attempt(*withdraw, act=str(approved.act), user=who.pk) == "one_act"
    assert attempt(*withdraw, user=cast.ines.pk) == ""


@pytest.mark.django_db
def test_an_act_is_one_persons(cast: Cast, walk: Walk) -> None:
    other = ("SELECT set_config('qtm.user', %s, true)", [str(cast.cora.pk)])
    assert attempt(to(walk.task, "held"), other, to(walk.task, "open"), user=cast.ines.pk) == "one_act"
    assert attempt(to(walk.task, "held"), to(walk.task, "open"), user=cast.ines.pk) == ""


@pytest.mark.django_db
def test_where_a_user_acts_no_actor_stands_beside_them(cast: Cast, walk: Walk) -> None:
    assert (
        attempt(
            "SELECT set_config('qtm.actor', '99999999', true)", to(walk.task, "cancelled"), user=cast.ines.pk, keep=True
        )
        == ""
    )
    line = Transition.objects.filter(case_id=walk.request.pk).latest("pk")
    assert (line.user, line.actor_id) == (cast.ines, None)


@pytest.mark.django_db
def test_a_row_takes_the_number_that_it_is_given(walk: Walk, cast: Cast) -> None:
    for row in (walk.request, walk.task):
        text, values = like(row)
        forged = text.replace("(", "(id, ", 1).replace("VALUES (", "VALUES (%s, ")
        assert attempt((forged, [row.pk + 1000, *values]), user=cast.ines.pk) == DENIED


# What a Request and its Intake carry


@pytest.mark.django_db
def test_a_request_is_governed_by_whose_funnel_it_came_through(cast: Cast) -> None:
    for funnel, wrong in (("north", None), ("north", "Southside"), ("network", "Northside")):
        request = Walk(funnel=funnel).request
        governor = getattr(cast, wrong).pk if wrong else None
        fresh = {"key": str(uuid4()), "token": uuid4().hex, "state": "received"}
        assert attempt(like(request, **fresh), user=cast.ines.pk) == ""
        assert attempt(like(request, **fresh, governor_id=governor), user=cast.ines.pk) == "born"


@pytest.mark.django_db
def test_an_intake_is_pinned_to_a_version_of_what_was_asked_for_that_takes_requests(cast: Cast, walk: Walk) -> None:
    intake = walk.request.intake
    received = ("received", {"key": str(uuid4()), "token": uuid4().hex})
    assert attempt(like(walk.request, state=received[0], **received[1]), user=cast.ines.pk, keep=True) == ""
    request = Request.objects.latest("pk")
    lawful = {"request_id": request.pk, "case_id": request.pk}
    for wrong in (
        {"version_id": Surface.objects.get(code="municipal-works").current.pk},
        {"version_id": Surface.objects.get(code="landscaping").current.pk},
        {"funnel_id": Walk(funnel="north").request.funnel_id},
    ):
        assert attempt(to(request, "submitted"), like(intake, **lawful, **wrong), user=cast.ines.pk) == "born", wrong
    assert attempt(to(request, "submitted"), like(intake, **lawful), user=cast.ines.pk) == "stands", "a Task is owed"
    assert {"funnel", "governor"} == set(Intake._meta.get_field("request").same)


# Memberships


@pytest.mark.django_db
def test_a_membership_ends_when_it_ends_and_never_earlier(cast: Cast, walk: Walk) -> None:
    settlement = walk.settlement()
    mine = Membership.objects.get(user=cast.wanda)
    past = f"UPDATE qtm_membership SET left_at = '2000-01-01' WHERE id = {mine.pk}"
    assert attempt(past, to(settlement, "authorized"), user=cast.wanda.pk) == "own_work"
    mine.leave()
    left = Membership.objects.get(pk=mine.pk)
    assert left.left_at
    assert left.left_at >= left.joined_at
    for change in ("left_at = NULL", "left_at = now()", "joined_at = '2000-01-01'", "role = 'owner'"):
        assert attempt(f"UPDATE qtm_membership SET {change} WHERE id = {mine.pk}", user=1) == "membership", change
    living = Membership.objects.get(user=cast.will)
    assert attempt(f"UPDATE qtm_membership SET role = 'owner' WHERE id = {living.pk}", user=1) == "membership"
    assert attempt("DELETE FROM qtm_membership", user=1) == DENIED


# Versions of surfaces


def published(surface: Surface, **changes: Any) -> str:
    """A version by raw SQL, like the present one with something changed."""
    now = surface.current
    runtime = {**now.runtime, **changes}
    return attempt(like(now, number=now.number + 1, runtime=json.dumps(runtime), status=runtime.get("status")), user=1)


@pytest.mark.django_db
def test_a_version_that_could_not_be_carried_out_is_not_published_by_sql_either() -> None:
    surface = Surface.objects.get(code="automotive-advisory")
    runtime = surface.current.runtime
    stage, outcome = runtime["stages"][0], runtime["outcomes"][0]
    slot = next(slot for each in runtime["stages"] for slot in each.get("evidence", []))
    assert published(surface) == ""
    changes: list[dict[str, Any]] = [
        {"code": "auto-detailing"},
        {"stages": []},
        {"outcomes": []},
        {"stages": [stage, stage]},
        {"outcomes": [{**outcome, "completes": False}, outcome]},
        {"stages": [{**stage, "evidence": [slot, slot]}]},
    ]
    for wrong in changes:
        assert published(surface, **wrong) == "surface", wrong
    now = surface.current
    assert attempt(like(now, number=99, status="planned", runtime=json.dumps(now.runtime)), user=1) == "surface"


# Omni


@pytest.mark.django_db(databases=["default", "omni"])
@pytest.mark.parametrize(
    ("alias", "statement"),
    [
        ("omni", "SELECT reason FROM qtm_transition"),
        ("omni", "SELECT lo_from_bytea(0, 'x')"),
        ("omni", "SELECT lo_create(0)"),
        ("default", "SELECT lo_from_bytea(0, 'x')"),
    ],
)
def test_nobody_keeps_large_objects_and_omni_reads_no_reasons(alias: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connections[alias].cursor() as cursor:
        cursor.execute(statement)


def test_what_a_row_is_inserted_with_is_never_its_number_nor_what_the_law_writes() -> None:
    for model in (Request, Task, SurfaceVersion):
        assert not {"id", "since", "at", "by_id", "act"} & {each.column for each in given_columns(model)}
