"""Two presses at the same moment, over HTTP with real commits; and what the database or the disk cannot do just now."""

import errno
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.test import Client

from execution import storage
from execution.models import Evidence, Job
from governance.models import Task
from qtm.doors import Door, door_of
from qtm.models import User
from records.models import Record, Signal
from tests.cast import DETAILING, Cast, Walk
from tests.pictures import copies_made, drawn, upload
from tests.test_desk import press, read


def as_(user: User) -> Client:
    """A browser in which somebody is signed in; what breaks is answered, not raised."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all at once, each on a connection of its own; what each gave."""

    def one(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


@pytest.fixture
def at_once(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both presses have looked before either of them acts."""
    barrier, enter = Barrier(2), Door.enter

    def entered(door: Door, user: Any, row: Any, **given: Any) -> Any:
        barrier.wait(30)
        return enter(door, user, row, **given)

    monkeypatch.setattr(Door, "enter", entered)


def pressed_twice(user: User, action: str, **typed: str) -> Any:
    """A double click; the answer that the slower press gets, once the quicker has won."""
    clients = [as_(user), as_(user)]
    won, lost = sorted(
        together(*(lambda client=each: client.post(action, typed) for each in clients)),
        key=lambda answer: answer.status_code,
    )
    assert (won.status_code, lost.status_code) == (302, 409)
    return lost


def links(page: Any) -> str:
    """Where the page leads on."""
    found = re.search(r'<a class="press" href="([^"]+)">', page.content.decode())
    return found[1] if found else ""


def test_a_double_clicked_complete_is_told_who_and_when_and_led_to_the_record(
    committed: str, request: pytest.FixtureRequest
) -> None:
    walk = Walk()
    event = walk.filled()
    request.getfixturevalue("at_once")
    lost = pressed_twice(walk.cast.will, door_of(Record, "seal").action(event), outcome="advised")
    record = Record.objects.get(case_id=walk.request.pk)
    assert links(lost) == record.page
    assert f"{event.reference} is completed Moved by Will When" in read(lost)
    assert Signal.objects.filter(record=record).count() == 1


def test_a_double_clicked_create_job_is_told_who_and_when_and_led_to_the_job(
    committed: str, request: pytest.FixtureRequest
) -> None:
    walk = Walk()
    assignment = walk.assignment()
    request.getfixturevalue("at_once")
    lost = pressed_twice(walk.cast.ines, door_of(Job, "create").action(assignment))
    assert links(lost) == Job.objects.get(case_id=walk.request.pk).page
    assert f"{walk.task.reference} is handed off Moved by Ines When" in read(lost)


def test_somebody_elses_press_is_named_and_led_to_the_row_itself(committed: str) -> None:
    walk = Walk()
    walk.record()
    lost = as_(walk.cast.nora).post(door_of(Record, "seal").action(walk.event()), {"outcome": "advised"})
    assert (lost.status_code, links(lost)) == (409, walk.event().page)
    assert "Moved by Will" in read(lost)


# What the database cannot do just now


def fails_with(state: str) -> Callable[[], Any]:
    """A page whose question the database answers with an error of this class."""

    def asked() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'so'; END $$")

    return asked


STATES = {
    "40P01": (409, "Press again."),
    "40001": (409, "Press again."),
    "55P03": (409, "Press again."),
    "57014": (503, "took too long over this"),
    "57P01": (503, "cannot be reached"),
    "57P03": (503, "cannot be reached"),
    "08006": (503, "cannot be reached"),
    "53300": (503, "cannot be reached"),
    "53100": (507, "The disk of this house is full"),
    "54001": (500, "This is our mistake"),
    "58030": (500, "This is our mistake"),
}


@pytest.mark.parametrize("state", STATES)
def test_what_the_database_cannot_do_is_told_apart(state: str, committed: str, monkeypatch: Any) -> None:
    status, words = STATES[state]
    monkeypatch.setattr("qtm.views.spine_table", fails_with(state))
    page = as_(Cast().ines).get("/spine/")
    assert (page.status_code, words in read(page)) == (status, True), read(page)
    assert page.headers.get("Retry-After", "") == ("5" if status == 503 else "")


def test_of_two_that_wait_for_each_other_one_is_asked_to_press_again(committed: str, monkeypatch: Any) -> None:
    barrier, order = Barrier(2), iter([(1, 2), (2, 1)])

    def crossed() -> list[Any]:
        locks = next(order)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks[0]])
            barrier.wait(30)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks[1]])
        return []

    monkeypatch.setattr("qtm.views.spine_table", crossed)
    clients = [as_(Cast().ines), as_(Cast().eve)]
    answers = together(*(lambda client=each: client.get("/spine/") for each in clients))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert "Somebody was doing the same" in read(lost)
    assert "Nothing was changed by your press." in read(lost)
    assert "It has moved on" not in read(lost)


def test_who_is_asked_to_press_again_is_given_back_what_was_written(committed: str, monkeypatch: Any) -> None:
    task, fails = Walk().task, fails_with("40P01")
    monkeypatch.setattr(Door, "enter", lambda *_, **__: fails())
    answer = as_(Cast().ines).post(door_of(Task, "hold").action(task), {"reason": "Twice the same."})
    assert answer.status_code == 409
    assert "Press again." in read(answer)
    assert "What you had written Why? Twice the same." in read(answer)


def test_a_connection_that_was_ended_is_away_and_comes_back(committed: str, monkeypatch: Any) -> None:
    def ended() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    client = as_(Cast().ines)
    with monkeypatch.context() as broken:
        broken.setattr("qtm.views.spine_table", ended)
        assert client.get("/spine/").status_code == 503
    connection.close()
    assert client.get("/spine/").status_code == 200


# A full disk


def full(monkeypatch: Any, tmp_path: Path) -> None:
    """From now on a file has no room: the kernel's own device for that stands in for it."""

    def made(**_: Any) -> tuple[int, str]:
        part = tmp_path / "evidence.part"
        part.touch()
        return os.open("/dev/full", os.O_WRONLY), str(part)

    monkeypatch.setattr(storage, "mkstemp", made)


def stored() -> list[Path]:
    """Every file below the place of evidence."""
    return [path for path in Path(settings.EVIDENCE_ROOT).rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_while_the_disk_is_full_evidence_is_refused_in_plain_words_and_nothing_is_half_done(
    cast: Cast, monkeypatch: Any, tmp_path: Path
) -> None:
    event = Walk(surface="auto-detailing", asked=DETAILING).started()
    with monkeypatch.context() as broken:
        full(broken, tmp_path)
        page = press(cast.will, event, "capture", slot="arrival/photo/arrival", photos=[upload(), upload()])
    assert page.status_code == 507
    assert "The disk of this house is full" in read(page)
    assert (stored(), Evidence.objects.count()) == ([], 0)
    assert press(cast.will, event, "capture", slot="arrival/photo/arrival", photos=[upload()]).status_code == 302


@pytest.mark.django_db
def test_a_copy_that_has_no_room_is_no_missing_photo(cast: Cast, monkeypatch: Any, tmp_path: Path) -> None:
    event = Walk(surface="auto-detailing", asked=DETAILING).started()
    photo = SimpleUploadedFile("a.jpg", drawn())
    assert press(cast.will, event, "capture", slot="arrival/photo/arrival", photos=[photo]).status_code == 302
    address = f"/evidence/{Evidence.objects.get().pk}/"
    with monkeypatch.context() as broken:
        full(broken, tmp_path)
        copies_made()
        assert as_(cast.will).get(address).status_code == 503, "it is being prepared, as it will be tried again"
    copies_made()
    answer = as_(cast.will).get(address)
    assert (answer.status_code, answer.content[:2]) == (200, b"\xff\xd8")


@pytest.mark.django_db
def test_an_upload_that_finds_no_room_on_its_way_in_is_told_so(cast: Cast, monkeypatch: Any) -> None:
    def no_room(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    event = Walk(surface="auto-detailing", asked=DETAILING).started()
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(cast.will)
    client.cookies["csrftoken"] = key = "k" * 32
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", no_room)
    large = SimpleUploadedFile("a.jpg", drawn() + b"\0" * 1_100_000)
    typed = {"photos": large, "slot": "arrival/photo/arrival", "csrfmiddlewaretoken": key}
    assert client.post(f"/serviceevents/{event.pk}/capture", typed).status_code == 507
