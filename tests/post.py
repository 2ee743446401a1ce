"""A real mail server on the loopback, which does what a test wants of it; and the post sent in the transaction of the test."""

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from qtm.background import take_up_again
from qtm.letters.post import Server
from tests.pictures import copies_made

SITE = "https://qtm.example"
FROM = "Kännchen House <house@qtm.example>"
TIMEOUT = 2


class Box:
    """What arrived, and how the server answers: `answers` are used up in turn, and then all is well."""

    def __init__(self) -> None:
        """Empty."""
        self.got: list[EmailMessage] = []
        self.envelopes: list[Any] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take a recipient, or do not."""
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Take a message, refuse it, keep it without a word, or fall silent before it is kept."""
        said = self.data.pop(0) if self.data else "250 OK"
        if said == "hang":
            await asyncio.sleep(TIMEOUT + 2)
            return "451 too late"
        if said.startswith("250") or said == "taken, then gone":
            self.got.append(email.message_from_bytes(envelope.content, policy=default))
            self.envelopes.append(envelope)
        if said in {"gone", "taken, then gone"}:
            server.transport.abort()
        if said == "taken, then slow":
            self.got.append(email.message_from_bytes(envelope.content, policy=default))
            await asyncio.sleep(30)
        return said


@contextmanager
def served(box: Box, port: int = 0) -> Iterator[Controller]:
    """The server on a free port, or again on the same."""
    controller = Controller(box, hostname="127.0.0.1", port=port or _free())
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def _free() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sending_to(port: int) -> Iterator[None]:
    """The house sends to a port of the loopback."""
    options = {"host": "127.0.0.1", "port": port, "timeout": TIMEOUT}
    mailers = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    with override_settings(MAILERS=mailers, MAIL_FROM=FROM, SITE_URL=SITE):
        Server.away_until = 0.0
        yield
    Server.away_until = 0.0


def post_sent() -> None:
    """Whatever is to be sent is sent or tried once more, as if the pauses were over."""
    Server.away_until = 0.0
    take_up_again("somebody else")
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now() - timedelta(minutes=1))
    copies_made()
