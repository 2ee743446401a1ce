"""Every key that the house signs with or once did, as it is shown to anybody."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from records.log.model import Key
from records.log.validity import FOR_EVER, GRACE, spans
from records.seal.keys import LOG, RECORD


@dataclass(frozen=True, slots=True)
class Shown:
    """A public key, what it signs, and from when to when it is the one that signs.

    `last`: the latest moment that may stand in what it signed; who had begun to sign as another came may end.
    """

    key: Key
    last: datetime

    @property
    def until(self) -> datetime | None:
        """When another came in its place, if one did."""
        return None if self.last == FOR_EVER else self.last - GRACE

    @property
    def first(self) -> datetime:
        """The earliest moment that may stand in what it signed: the moment was read before the key, and another key may have come between."""
        return self.key.since - GRACE

    def dates(self, moment: datetime) -> bool:
        """Whether this key may have signed what says that moment of itself."""
        return self.first <= moment <= self.last

    @property
    def sha256(self) -> str:
        """The digest of its DER form, by which people compare it."""
        return sha256(b64decode(self.key.public)).hexdigest()

    @property
    def verifier(self) -> str:
        """As verifiers of checkpoints read it, where it signs those."""
        return str(self.key.verifier) if self.key.use == LOG else ""

    def __str__(self) -> str:
        """As it stands in a file: what it signs and since when, and the key as those read it who check with it."""
        return f"# {self.key}\n{self.verifier or self.key.pem.strip()}\n"


def every_key() -> list[Shown]:
    """All of them, the newest first."""
    keys = [*Key.objects.order_by("pk")]
    lasting = {**spans(keys, RECORD), **spans(keys, LOG)}
    return [Shown(key, lasting[key][1]) for key in reversed(keys)]
