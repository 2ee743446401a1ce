"""Doors: for every door, each of the cast and each state the status; each move is reached by exactly one door."""

from collections import defaultdict
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from execution.models import Job, ServiceEvent
from governance.models import Task
from intake.asking import read
from intake.models import Intake, Request
from qtm.applications import Application
from qtm.doors import Door, all_doors
from qtm.models import Operator, Surface, Transition
from qtm.spine import all_rooms
from records.models import Record, Signal
from settlement.models import Settlement
from tests.cast import ADVISORY, PEOPLE, Cast, Walk, enter
from tests.states import REACH, before

pytestmark = pytest.mark.django_db

ADMIN, CREW, MONEY = {"ines"}, {"nora", "will", "wanda"}, {"cora"}
# Who may pass a door of a case of the network that Northside carries out, and Will has claimed.
MAY: dict[str, set[str]] = {
    "Request.discard": ADMIN,
    "Task.submit": ADMIN,
    **{f"Task.{verb}": ADMIN for verb in ("approve", "hold", "resume", "reject", "cancel", "close", "correct", "plan")},
    **{f"Request.{verb}": ADMIN for verb in ("annotate", "liken")},
    **{f"Question.{verb}": ADMIN for verb in ("ask", "say", "mark_read", "withdraw")},
    "Assignment.assign": ADMIN,
    "Assignment.withdraw": ADMIN,
    "Assignment.reschedule": ADMIN,
    "Job.create": ADMIN,
    "Job.cancel": ADMIN,
    "ServiceEvent.claim": CREW,
    "ServiceEvent.open_next": CREW,
    "Job.release": CREW,
    "Job.complete": CREW,
    **{f"ServiceEvent.{verb}": CREW for verb in ("start", "pause", "resume", "capture", "mark", "set_off", "arrive")},
    "Record.seal": CREW,
    **{f"Signal.{verb}": ADMIN for verb in ("suppress", "restore", "revoke")},
    "Erasure.erase": ADMIN,
    **{f"Settlement.{verb}": MONEY for verb in ("open", "authorize", "capture", "void")},
    **{f"Operator.{verb}": ADMIN for verb in ("accept", "activate", "limit", "lift", "suspend", "reinstate")},
    "Operator.take_in": {"ines", "wim"},
    "Application.decline": {"ines", "wim"},
}
ALMOST = {"wanda"}  # of the crew, but Will claimed it: an owner may carry it on, another worker not
SEES: dict[Any, set[str]] = {
    Request: {"ines", "eve"},
    Intake: {"ines", "eve"},
    Task: {"ines", "eve"},
    Job: {"ines", "eve", *CREW},
    ServiceEvent: {"ines", "eve", *CREW},
    Record: {"ines", "eve", "cora", *CREW},
    Signal: {"ines", "eve", "cora"},
    Settlement: {"cora", "eve"},
    Operator: {"ines", "wim"},
    Application: {"ines", "wim"},
}
import_module("qtm.urls")
DOORS = sorted(all_doors(), key=lambda door: door.name)


def called(door: Door) -> str:
    """A door's name: its room and verb."""
    return f"{door.room.__name__}.{door.verb.name}"


def test_every_door_is_spoken_for() -> None:
    assert {called(door) for door in DOORS} == set(MAY)


def signed_in(name: str) -> Client:
    """Somebody of the cast at a browser of their own."""
    client = Client()
    client.force_login(getattr(Cast(), name))
    return client


@pytest.mark.parametrize("door", DOORS, ids=called)
def test_the_status_of_each_door_for_each_of_the_cast_in_each_state(door: Door) -> None:
    upstream = door.pressed_on
    sees = SEES.get(upstream, SEES[Task])
    clients = {name: signed_in(name) for name in PEOPLE}
    for state in upstream.states():
        row = REACH[upstream, state]()
        for name, client in clients.items():
            with transaction.atomic():
                answer = client.post(door.action(row))
                transaction.set_rollback(True)
            if name in ALMOST and door.form and answer.status_code == 422:
                continue
            if name not in sees | MAY[called(door)]:
                expected = {404}
            elif name not in MAY[called(door)]:
                expected = {403, 404}
            elif state not in door.verb.was:
                expected = {409}
            elif name in ALMOST and (door.pressed_on is ServiceEvent or state == "claimed"):
                expected = {403}
            else:
                expected = {302, 422} if door.form else {302, 409, 422}
            assert answer.status_code in expected, (name, state)


@pytest.mark.parametrize("door", DOORS, ids=called)
def test_nobody_who_is_not_signed_in_passes_a_door(door: Door, client: Client) -> None:
    row = REACH[door.pressed_on, door.verb.was[0]]()
    before = Transition.objects.count()
    answer = client.post(door.action(row))
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login")
    assert Transition.objects.count() == before


def test_a_superuser_opens_no_door_for_being_one(cast: Cast) -> None:
    root = cast.root
    assert root.is_superuser
    for door in DOORS:
        row = REACH[door.pressed_on, door.verb.was[0]]()
        assert not door.authority(root, row), called(door)


def window() -> dict[str, Any]:
    """An hour of tomorrow."""
    starts = timezone.now() + timedelta(days=1)
    return {"starts": starts, "ends": starts + timedelta(hours=1)}


def given_to(door: Door) -> dict[str, Any]:
    """What a door's verb is given besides the press."""
    version = Surface.objects.get(code="automotive-advisory").current
    return {
        "Task.submit": {"version": version, "details": read(version, ADVISORY).details},
        "Assignment.assign": {"operator": Cast().Northside},
        "Assignment.reschedule": window(),
        "Request.annotate": {"text": "Ring before."},
        "Request.liken": {"other": Request.objects.order_by("pk").first(), "why": "the same car"},
        "Question.ask": {"text": "When?"},
        "Question.say": {"answer": "At nine."},
        "Operator.take_in": {"name": "A newcomer"},
        "Task.plan": {"priority": 3},
        "Task.correct": {"field": "description", "becomes": "Another", "why": "typo"},
        "ServiceEvent.capture": {"stage": "study", "kind": "note", "category": "findings", "text": "x"},
        "ServiceEvent.mark": {"stage": "study"},
        "Record.seal": {"outcome": "advised"},
        "Erasure.erase": {"annex": True, "files": True, "reason": "for the test"},
        "Settlement.open": {"amount_minor": 100, "currency": "EUR"},
        "Settlement.capture": {"amount_minor": 100},
    }.get(called(door), {}) | ({"reason": "for the test"} if door.verb.no else {})


def test_each_move_is_reached_by_exactly_one_door() -> None:
    reached: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for door in DOORS:
        for state in door.verb.was:
            row = before(door, state)
            last = Transition.objects.latest("id").pk
            door.enter(next(user for user in Cast().everybody() if door.authority(user, row)), row, **given_to(door))
            for line in Transition.objects.filter(pk__gt=last).exclude(was=""):
                reached[line.room, line.was, line.becomes].add(called(door))
    doubled = {edge: doors for edge, doors in reached.items() if len(doors) > 1}
    assert not doubled
    assert set(reached) == {(room.label(), *edge) for room in all_rooms() for edge in room.edges()}


def test_an_operators_own_funnel_is_governed_by_its_owners_and_by_nobody_else(cast: Cast) -> None:
    row = Walk(funnel="north").task
    allowed = {user.username for user in cast.everybody() if user.authority_for(row, Task, Task.verbs["approve"])}
    assert allowed == {"nora"}
    statuses = {}
    for name in PEOPLE:
        client = signed_in(name)
        with transaction.atomic():
            statuses[name] = client.post(f"/tasks/{row.pk}/approve").status_code
            transaction.set_rollback(True)
    assert {name for name, status in statuses.items() if status == 302} == {"nora"}
    assert {name for name, status in statuses.items() if status == 403} == {"ines", "eve"}, (
        "they may look and may not touch"
    )
    assert {statuses[name] for name in ("will", "wanda", "sam", "sid", "root", "cora", "pete")} == {404}


def test_what_was_written_in_vain_is_given_back_and_is_nothing_but_words(walk: Walk) -> None:
    enter(Cast().ines, Task, "approve", walk.task)
    said = {"reason": "Twice the same.\n<script>alert(1)</script>"}
    answer = signed_in("ines").post(f"/tasks/{walk.task.pk}/hold", said)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<dd>Twice the same.<br>&lt;script&gt;alert(1)&lt;/script&gt;</dd>" in page
    assert "csrfmiddlewaretoken" not in page.partition("What you had written")[2]


def test_nobody_elses_words_are_given_back_where_nothing_was_written(walk: Walk) -> None:
    enter(Cast().ines, Task, "approve", walk.task)
    answer = signed_in("ines").post(f"/tasks/{walk.task.pk}/approve")
    assert (answer.status_code, "What you had written" in answer.content.decode()) == (409, False)
