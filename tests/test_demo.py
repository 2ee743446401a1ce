"""The demo: alive in every state, made through the doors, never doubled, never where anything real is."""

import io
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from demo.cast import MAIL, PEOPLE, ROOT
from demo.house import complete
from demo.stories import stories
from demo.walk import Walk as DemoWalk
from execution.models import Evidence
from governance.appointments import counting
from governance.models import PRIORITIES
from intake.models import Note, Request, SameAs
from qtm.doors import all_doors
from qtm.models import Operator, Transition, User
from qtm.queues import QUEUES
from qtm.spine import all_rooms
from qtm.waits import Wait
from qtm.workforce import covers, working_times
from records.models import Record
from tests.conftest import drop_database, make_database, point_to

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def demo(**options: Any) -> str:
    """Run the command; what it says."""
    out = io.StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def house(template: str, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """An empty house in which the demo was killed half-way and then filled; what was said at last."""
    name, folder = f"{template}_demo", tmp_path_factory.mktemp("evidence")
    storages = {"evidence": {"BACKEND": "execution.storage.Folder", "OPTIONS": {"location": folder}}}
    import_module("qtm.urls")
    with (
        django_db_blocker.unblock(),
        override_settings(
            DEMO_ALLOWED=True, LOOPBACK=True, EVIDENCE_ROOT=folder, STORAGES=storages, PASSWORD_HASHERS=QUICK
        ),
    ):
        make_database(name)
        point_to(name)
        try:
            call_command("prepare", verbosity=0, stdout=io.StringIO())
            with patch.object(DemoWalk, "close", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
                demo()
            assert not complete()
            yield demo()
        finally:
            point_to(template)
            drop_database(name)


@pytest.mark.parametrize("room", all_rooms(), ids=lambda room: room.__name__)
def test_every_state_of_every_room_occurs(house: str, room: Any) -> None:
    assert set(room.objects.values_list("state", flat=True)) == set(room.states())


def test_nothing_waits_nowhere(house: str) -> None:
    for governor in (None, Operator.objects.get(name="Northside Detailing")):
        empty = [queue.slug for queue in QUEUES if not queue.rows(governor).exists()]
        assert empty == (["next-part"] if governor else []), "a car is cleaned in one go"


def test_what_a_dispatcher_plans_by_is_there(house: str) -> None:
    due = timezone.localdate() + timedelta(days=1)
    assert Wait.objects.filter(due__date__lte=due).count() >= 3, "due today or tomorrow"
    assert set(Wait.objects.values_list("priority", flat=True)) == {number for number, _ in PRIORITIES}
    assert Note.objects.count() >= 3
    assert SameAs.objects.exists()
    assert Request.objects.filter(channel="not_content", follows__intake__task__state="closed").exists()


def test_appointments_lie_ahead_in_working_hours_and_nobody_has_two_at_once(house: str) -> None:
    made = [each.assignment for each in counting().select_related("assignment__operator")]
    assert {each.state for each in made} == {"active", "handed_off"}
    assert len({each.operator_id for each in made}) >= 4
    for each in made:
        starts, ends = (timezone.localtime(moment) for moment in (each.appointment.starts, each.appointment.ends))
        times = working_times([each.operator], starts.date(), 1)[each.operator_id, each.worker_id, starts.date()]
        assert covers(times, starts.time(), ends.time())
        assert timezone.localdate() <= starts.date() <= timezone.localdate() + timedelta(days=7)
        others = [other for other in made if other != each and other.operator_id == each.operator_id]
        for other in others:
            apart = other.appointment.ends <= starts or ends <= other.appointment.starts
            assert apart or (None not in {each.worker_id, other.worker_id} and each.worker_id != other.worker_id)


def test_killed_half_way_it_is_continued_and_nothing_is_there_twice(house: str) -> None:
    assert Request.objects.count() == len(list(stories())) >= 36
    assert User.objects.filter(email__endswith=MAIL).count() == len(PEOPLE) + 1


def test_a_second_run_changes_nothing(house: str) -> None:
    before = Transition.objects.count(), User.objects.count(), Evidence.objects.count()
    assert "The demo is filled." in demo()
    assert before == (Transition.objects.count(), User.objects.count(), Evidence.objects.count())


def test_it_lives_on_beside_what_visitors_make_of_it(house: str) -> None:
    User.objects.create(username="visitor", email="visitor@home.example")
    assert "The demo is filled." in demo()


def test_where_it_only_may_be_filled_a_filled_one_is_told_as_ever(house: str) -> None:
    User.objects.get_or_create(username="visitor", email="visitor@home.example")
    said = demo(if_empty=True)
    assert "The demo is filled." in said
    assert "Ines Duarte" in said


def test_each_person_is_told_and_signs_in(house: str) -> None:
    for person in [*PEOPLE, ROOT]:
        assert any(person.name in line and line.endswith("demo") for line in house.splitlines()), person
    assert authenticate(username="ines", password="demo")


def test_the_superuser_opens_no_door(house: str) -> None:
    root = User.objects.get(username=ROOT.login)
    assert root.is_superuser
    for door in all_doors():
        for row in door.pressed_on._default_manager.all()[:3]:
            assert door.authority(root, row) == ""


def test_what_people_do_names_them_and_by_what(house: str) -> None:
    by_people = Transition.objects.exclude(authority="system")
    assert not by_people.filter(user=None, actor_id=None).exists()
    known = {person.login for person in PEOPLE}
    assert set(by_people.exclude(user=None).values_list("user__username", flat=True)) <= known
    assert not by_people.exclude(user=None).exclude(authority__contains=" as ").exists()


def test_every_record_verifies_and_one_has_no_signal(house: str) -> None:
    call_command("audit", "--only", "records", stdout=io.StringIO())
    assert Record.objects.filter(signal=None).exists()


def test_where_others_can_reach_it_passwords_are_random_and_told_once(house: str) -> None:
    simple = User.objects.get(username="ines").password
    with override_settings(LOOPBACK=False):
        line = next(line for line in demo().splitlines() if "Ines Duarte" in line)
        assert not authenticate(username="ines", password="demo")
        assert authenticate(username="ines", password=line.split()[-1])
        assert line.split()[-1] not in demo()
    User.objects.filter(email__endswith=MAIL).update(password=simple)


def test_a_rush_adds_cases_that_wait_and_none_twice(house: str) -> None:
    before = Request.objects.count()
    for _ in range(2):
        demo(rush=12)
    assert Request.objects.count() == before + 12
    newest = Request.objects.filter(key__startswith="demo:rush-")
    assert set(newest.values_list("intake__task__state", flat=True)) == {"open", "held", "approved", "assigned"}
    assert newest.values("asked__place").distinct().count() == 12


def test_it_refuses_a_database_that_holds_anything_real(committed: str, settings: Any) -> None:
    settings.DEMO_ALLOWED = True
    before = User.objects.count(), Transition.objects.count()
    with pytest.raises(CommandError, match="not the demo's"):
        demo()
    assert before == (User.objects.count(), Transition.objects.count())


def test_where_it_only_may_be_filled_it_leaves_a_house_that_is_lived_in_with_one_line(
    committed: str, settings: Any
) -> None:
    settings.DEMO_ALLOWED = True
    before = User.objects.count(), Transition.objects.count()
    said = demo(if_empty=True)
    assert said.count("\n") == 1
    assert "Not filled" in said
    assert before == (User.objects.count(), Transition.objects.count())


def test_it_refuses_where_nobody_allowed_it(committed: str, settings: Any) -> None:
    settings.DEMO_ALLOWED = False
    with pytest.raises(CommandError, match="DEMO_ALLOWED=1"):
        demo()
