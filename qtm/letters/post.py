"""Sending letters: the task of the background that sends one, what a server's answer means, and when nothing is sent at all."""

import smtplib
import time
from contextlib import suppress
from datetime import timedelta
from typing import NoReturn

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.db import Error
from django.tasks import task

from qtm.background import Chore, register
from qtm.letters.model import Letter
from qtm.letters.written import address_of, line, message_of, row_of
from qtm.mailing import NOWHERE

GIVEN_UP = "Given up after {tries} tries. The last time: {why}"
BROKEN_OFF = "it was broken off in the middle."
NOBODY = "There is nobody to send it to any more: no e-mail address is known, or they may not have it now."
OVERTAKEN = "Not sent: before it could be, what it says was no longer so."
UNWRITTEN = "It could not be written: {why}"
UNFIT = "No mail server can be given it: {why}"
FOR_GOOD = 500  # from here on a server's answer is its last word


class Postponed(Exception):
    """It was not sent, and is tried again later."""


class Server:
    """The mail server as this process knows it: while it is away, not every letter is tried on it one after the other."""

    away_until = 0.0

    @classmethod
    def is_away(cls) -> bool:
        """Whether it was away a moment ago."""
        return time.monotonic() < cls.away_until

    @classmethod
    def went_away(cls) -> None:
        """It does not answer, or not as a server should: nothing is tried before the first pause is over."""
        cls.away_until = time.monotonic() + settings.MAIL_PAUSES[0]


def missing() -> list[str]:
    """The settings without which nothing is sent."""
    way_out = settings.MAILERS["default"]["BACKEND"] != NOWHERE
    wanted = {"EMAIL_URL": way_out, "MAIL_FROM": settings.MAIL_FROM, "SITE_URL": settings.SITE_URL}
    return [name for name, value in wanted.items() if not value]


def rests() -> bool:
    """Whether nothing is to be sent now: the house has no e-mail, or its server was away a moment ago."""
    return bool(missing()) or Server.is_away()


def deliver(pk: int) -> None:
    """Send a letter that waits. Whatever happens between the server's yes and our commit, it is sent again rather than not at all."""
    letter = Letter.objects.filter(pk=pk, state="waiting").first()
    if letter is None:
        return
    try:
        if not letter.declared.still(row_of(letter)):
            letter.end("failed", OVERTAKEN)
            return
        recipient = address_of(letter)
        message = message_of(letter, recipient) if recipient else None
    except Error:
        raise
    except Exception as error:  # whatever is wrong with it is its own, and is to be seen
        letter.end("failed", UNWRITTEN.format(why=said(error)))
        return
    if recipient is None or message is None:
        letter.end("failed", NOBODY)
    elif letter.begin(recipient):
        _send(letter, message)


def _send(letter: Letter, message: EmailMessage) -> None:
    """Hand it to the server, and note what that said: only what it says of this letter can be its last word on it."""
    try:
        _hand_over(message)
    except ValueError as error:
        letter.end("failed", UNFIT.format(why=said(error)))
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        if _answer(refusal)[0] >= FOR_GOOD:
            letter.end("failed", said(refusal))
        else:
            _postpone(letter, refusal)
    except OSError as error:  # what smtplib says of the server is one of these too
        Server.went_away()
        _postpone(letter, error)
    else:
        letter.end("sent")


def _postpone(letter: Letter, error: Exception) -> NoReturn:
    """It goes on waiting; what is kept with the task names nobody."""
    letter.wait(said(error))
    raise Postponed from None


def _hand_over(message: EmailMessage) -> None:
    """One message over one connection; once the server has said yes, how the connection ends is all the same."""
    mailer = mailers.default
    mailer.open()
    try:
        if not mailer.send_messages([message]):
            raise ValueError("it is to nobody")
    finally:
        with suppress(OSError):
            mailer.close()


def _answer(error: Exception) -> tuple[int, bytes | str]:
    """The code and the words with which a server refused."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, error.smtp_error
    return 0, ""


def said(error: Exception) -> str:
    """What went wrong in plain words: the server's own where it gave any."""
    code, words = _answer(error)
    if code:
        spoken = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return line(f"The mail server answered: {code} {spoken}")
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(error, OSError):
        return line(f"The mail server could not be reached, or was gone in the middle: {error.strerror or error}")
    return line(str(error) or type(error).__name__)


@task(queue_name="mail", priority=-10)
def send(pk: int) -> None:
    """Send a letter."""
    deliver(pk)


def _is_of_a_letter(*arguments: object) -> bool:
    """Whether it is ordered for the number of one letter."""
    return len(arguments) == 1 and type(arguments[0]) is int


def _given_up(pk: int) -> None:
    """Say of a letter that it is tried no more."""
    letter = Letter.objects.filter(pk=pk, state="waiting").first()
    if letter:
        letter.end("failed", GIVEN_UP.format(tries=letter.tries, why=letter.error or BROKEN_OFF))


POST = register(
    Chore(
        send,
        _is_of_a_letter,
        tuple(timedelta(seconds=pause) for pause in settings.MAIL_PAUSES),
        _given_up,
        rests,
    )
)
