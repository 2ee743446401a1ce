"""The background: a process of its own that does its work, is started again, takes up what was left, and outlives nobody."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django_tasks_db.models import DBTaskResult

from execution import renditions, tasks
from execution.models import Evidence, Rendition
from qtm import server
from qtm.letters.post import POST
from qtm.postgres.roles import ROLES
from qtm.server import Background
from tests.browser import at
from tests.test_records import detailing, photographed


@pytest.fixture
def background(committed: str, tmp_path: Path) -> Iterator[Background]:
    """The background of a house, as `make run` starts it."""
    urls = {name: at(os.environ[name], committed) for name in ROLES}
    environment = {**os.environ, **urls, "EVIDENCE_ROOT": str(settings.EVIDENCE_ROOT), "LOOPBACK": "1"}
    with (tmp_path / "lock").open("w") as lock, Background(environment, lock) as child:
        yield child


def until(what: Callable[[], Any]) -> Any:
    """Wait for something to become true."""
    for _ in range(300):
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


def made(sha256: str) -> Rendition | None:
    """A copy that is there."""
    return renditions.latest(sha256, renditions.SMALL)


def captured() -> str:
    """The digest of a photo that was captured, with which its copies were ordered."""
    event = photographed(detailing()).event()
    return str(Evidence.objects.filter(event=event, kind="photo").earliest("pk").sha256)


def test_a_copy_is_made_by_another_process_which_knows_no_owner(background: Background) -> None:
    sha256 = captured()
    assert until(lambda: made(sha256)).content
    environment = Path(f"/proc/{background.process.pid}/environ").read_bytes()
    assert b"DATABASE_URL=" in environment
    assert b"OWNER_URL" not in environment


@pytest.mark.django_db
def test_the_house_orders_a_task_as_django_would() -> None:
    number = 7
    POST.task.enqueue(number)
    POST.order(number)
    django_s, ours = (
        {**vars(each), "id": type(each.id), "enqueued_at": each.enqueued_at.date(), "_state": None}
        for each in DBTaskResult.objects.order_by("enqueued_at")
    )
    assert ours == django_s


def test_a_background_that_was_killed_is_started_again_and_does_what_it_had_in_hand(
    background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    background.process.kill()
    until(background.ended)
    assert not background.look(), "not more often than every few seconds"
    sha256 = captured()
    left = tasks.COPIES.of(sha256).get()
    left.claim(f"{gethostname()[:50]}/{background.process.pid}")
    monkeypatch.setattr(server, "RESTS", 0)
    assert background.look()
    assert until(lambda: made(sha256)).content


def test_the_background_ends_with_who_looks_after_it(background: Background) -> None:
    os.close(background.lifeline)
    background.lifeline = os.open(os.devnull, os.O_RDONLY)
    until(background.ended)


def test_the_background_ends_when_it_is_told_to(background: Background) -> None:
    sha256 = captured()
    until(lambda: made(sha256))
    background.process.send_signal(signal.SIGTERM)
    until(background.ended)
    assert background.process.returncode == 0
    connections.close_all()


@pytest.mark.parametrize(
    ("path", "given"),
    [("this.s", []), ("execution.tasks.make_copies", []), ("execution.tasks.make_copies", ["../../etc/passwd"])],
)
def test_what_is_no_task_of_the_house_is_set_aside_unread_and_stops_nothing(
    committed: str, path: str, given: list[str]
) -> None:
    poison = DBTaskResult.objects.create(
        task_path=path, args_kwargs={"args": given, "kwargs": {}}, backend_name="default", queue_name="default"
    )
    for _ in range(tasks.COPIES.tries + 1):
        call_command("background", "--once")
    poison.refresh_from_db()
    assert (poison.status, "this" in sys.modules) == ("FAILED", False)
