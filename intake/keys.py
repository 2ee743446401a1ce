"""The key of a form: random, signed for one form when it is drawn, so that one form makes one Request and no robot makes its own."""

import secrets
from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from qtm.refusals import Invalid

MOST = timedelta(days=1)
UNKNOWN = "This form could not be recognised, so it was drawn anew. What you typed is still here: look it over and send it again."
EXPIRED = "This form lay open for more than a day, so it was drawn anew. What you typed is still here: look it over and send it again."
TOO_SOON = "That was quicker than a person types. What you typed is still here: send it again."


class StaleKey(Invalid):
    """422: the form is drawn anew, with a new key."""


def issue(form: str) -> str:
    """A new key, signed for one form."""
    return _signer(form).sign(secrets.token_urlsafe(16))


def key_in(signed: str, form: str) -> str:
    """The key that was issued for this form; `StaleKey` where it was not."""
    try:
        return _signer(form).unsign(signed)
    except BadSignature:
        raise StaleKey({"": UNKNOWN}) from None


def in_time(signed: str, form: str, least: timedelta) -> None:
    """Refuse a form that is sent sooner than a person can, or later than a day."""
    try:
        _signer(form).unsign(signed, max_age=MOST)
    except SignatureExpired:
        raise StaleKey({"": EXPIRED}) from None
    if least and _is_younger(signed, form, least):
        raise Invalid({"": TOO_SOON})


def _is_younger(signed: str, form: str, least: timedelta) -> bool:
    """Whether a key was issued less than this long ago."""
    try:
        _signer(form).unsign(signed, max_age=least)
    except SignatureExpired:
        return False
    return True


def _signer(form: str) -> TimestampSigner:
    """Signs for one form alone: a key of another one means nothing here."""
    return TimestampSigner(salt=f"intake.form:{form}")
