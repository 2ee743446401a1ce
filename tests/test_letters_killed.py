"""Letters of many acts at once, and a background that is killed in the middle of a message: each is sent at least once."""

import os
import signal
import subprocess
import sys
import time

from django.conf import settings

from qtm.letters.model import Letter
from tests.browser import at
from tests.cast import Walk
from tests.post import FROM, SITE, Box, post_sent, sending_to, served
from tests.test_same_moment import together


def test_sixteen_acts_at_once_send_sixteen_letters(committed: str) -> None:
    box = Box()

    def ask() -> int:
        return int(Walk().task.pk)

    assert len(set(together(*[ask] * 16))) == 16
    with served(box) as controller, sending_to(controller.port):
        post_sent()
    assert len(box.got) == len({each["Message-ID"] for each in box.got}) == 16
    assert set(Letter.objects.values_list("state", "tries")) == {("sent", 1)}


def test_a_background_killed_in_the_middle_of_a_message_loses_none(committed: str) -> None:
    box, walks = Box(), [Walk() for _ in range(3)]
    assert all(each.task for each in walks)
    box.data += ["250 OK", "taken, then slow"]
    with served(box) as controller:
        urls = {name: at(os.environ[name], committed) for name in ("DATABASE_URL", "DATABASE_OMNI_URL")}
        told = {
            "EMAIL_URL": f"smtp://127.0.0.1:{controller.port}",
            "MAIL_FROM": FROM,
            "SITE_URL": SITE,
            "LOOPBACK": "1",
        }
        command = [sys.executable, "manage.py", "background", "--once"]
        worker = subprocess.Popen(command, env={**os.environ, **urls, **told}, cwd=settings.HERE)
        until = time.monotonic() + 60
        while len(box.got) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert sorted(Letter.objects.values_list("state", "tries")) == [("sent", 1), ("waiting", 0), ("waiting", 1)]
        with sending_to(controller.port):
            post_sent()
            post_sent()
    assert sorted(Letter.objects.values_list("state", "tries")) == [("sent", 1), ("sent", 1), ("sent", 2)]
    assert (len(box.got), len({each["Message-ID"] for each in box.got})) == (4, 3), (
        "one of them twice, as its yes was lost"
    )
