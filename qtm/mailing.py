"""How e-mail leaves the house, from the environment: through a mail server, or into a folder where letters can be read."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dj_email_url  # type: ignore[import-untyped]
from django.core.mail import EmailMessage
from django.core.mail.backends import filebased
from django.core.mail.backends.base import BaseEmailBackend
from environs import Env, ValidationError

NOWHERE, FOLDER = "qtm.mailing.Nowhere", "qtm.mailing.Folder"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
TIMEOUT_SECONDS = 20
OPTIONS = {
    "host": "EMAIL_HOST",
    "port": "EMAIL_PORT",
    "username": "EMAIL_HOST_USER",
    "password": "EMAIL_HOST_PASSWORD",
    "use_tls": "EMAIL_USE_TLS",
    "use_ssl": "EMAIL_USE_SSL",
    "timeout": "EMAIL_TIMEOUT",
}


class Folder(filebased.EmailBackend):
    """Django's, but for one file for each letter, under a name and in a form that a mail program opens."""

    def write_message(self, message: Any) -> None:
        """The letter as it would be sent, and nothing else."""
        self.stream.write(message.message().as_bytes())

    def _get_filename(self) -> str:
        """A name that is new, as the file is opened once for each letter."""
        return str(Path(self.file_path) / f"{uuid.uuid4()}.eml")


class Nowhere(BaseEmailBackend):
    """Of a house that sends no e-mail: whoever tries all the same is told."""

    def open(self) -> bool:
        """There is no way out."""
        raise OSError("EMAIL_URL is not set, so this house sends no e-mail")

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """There is no way out."""
        return int(self.open())


def mailers(env: Env) -> dict[str, dict[str, Any]]:
    """Django's MAILERS, as EMAIL_URL says; what is malformed is said with all the rest."""
    address = env.str("EMAIL_URL", "", validate=_a_way_out)
    said = dj_email_url.parse(address) if address else {}
    if not said:
        return {"default": {"BACKEND": NOWHERE}}
    if said["EMAIL_BACKEND"] != SMTP:
        return {"default": {"BACKEND": FOLDER, "OPTIONS": {"file_path": f"/{said['EMAIL_FILE_PATH'].lstrip('/')}"}}}
    options = {name: said[key] for name, key in OPTIONS.items()}
    return {"default": {"BACKEND": SMTP, "OPTIONS": {**options, "timeout": options["timeout"] or TIMEOUT_SECONDS}}}


def _a_way_out(address: str) -> None:
    """Refuse what names neither a mail server nor a folder."""
    try:
        said = dj_email_url.parse(address) if address else {"EMAIL_BACKEND": NOWHERE}
    except ValueError:
        said = {}
    smtp, folder = said.get("EMAIL_BACKEND") == SMTP, address.startswith("file:///")
    if not (
        said.get("EMAIL_BACKEND") == NOWHERE or (smtp and said["EMAIL_HOST"]) or (folder and said["EMAIL_FILE_PATH"])
    ):
        raise ValidationError("Not like smtp://name:word@host:587?tls=1 or file:///folder.")
