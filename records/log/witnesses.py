"""Who vouches for the log: witnesses as they are named in the settings, each by its key and its address."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from records.log.notes import COSIGNATURE, Unfit, Verifier, verifier_of


@dataclass(frozen=True, slots=True)
class Witness:
    """One who keeps what they saw of the log, and signs only what goes on from there."""

    verifier: Verifier
    address: str

    @property
    def name(self) -> str:
        """What it is called in its signatures."""
        return self.verifier.name


def witnesses() -> list[Witness]:
    """Everybody named in the settings; Unfit where one is not so written."""
    return list(_read(tuple(settings.WITNESSES)))


@lru_cache(maxsize=4)
def _read(said: tuple[str, ...]) -> tuple[Witness, ...]:
    """As they are written."""
    return tuple(map(_one, said))


def _one(said: str) -> Witness:
    """A key, a space, and an address."""
    key, _, address = said.strip().partition(" ")
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Unfit(f"“{said}” names no address of a witness")
    found = verifier_of(key)
    if found.kind != COSIGNATURE:
        raise Unfit(f"“{key}” is no key of a witness")
    return Witness(found, address.strip().rstrip("/"))


def vouched(note: str, line: str) -> bool:
    """Whether a line under a checkpoint is the valid signature of one of them."""
    try:
        return any(each.verifier.holds(note + line) for each in witnesses())
    except Unfit:
        return False


@register()
def witnesses_are_named(**_: object) -> list[CheckMessage]:
    """What is wrong with the setting."""
    try:
        witnesses()
    except Unfit as fault:
        return [Error(f"WITNESSES: {fault}.", hint="Of each its key, a space, and its address.", id="records.E001")]
    return []
