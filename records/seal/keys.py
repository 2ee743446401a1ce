"""The keys of the house: one that signs Records (ECDSA P-256), one that signs the log (Ed25519).

The private parts are made at the first start and lie outside the database, each in a file that only its owner can read, or come from the
environment. The public parts stand in `Key` for ever, and are published.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from qtm.processes import settled, write_private

RECORD, LOG = "record", "log"  # what a key is used for
TIGHT = 0o077  # what nobody but the owner may do with the file of a private key


@dataclass(frozen=True)
class RecordKey:
    """The key that signs Records."""

    private: EllipticCurvePrivateKey

    @cached_property
    def public(self) -> bytes:
        """Its public part as DER (SubjectPublicKeyInfo)."""
        return _public(self.private)

    def sign(self, data: bytes) -> bytes:
        """An ECDSA signature with SHA-256, as DER."""
        return self.private.sign(data, ECDSA(SHA256()))


@dataclass(frozen=True)
class LogKey:
    """The key that signs checkpoints."""

    private: Ed25519PrivateKey

    @cached_property
    def public(self) -> bytes:
        """Its public part as DER (SubjectPublicKeyInfo)."""
        return _public(self.private)


def _public(key: Any) -> bytes:
    """The public part of a private key as DER."""
    return bytes(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


MADE: dict[str, Callable[[], Any]] = {
    RECORD: lambda: generate_private_key(SECP256R1()),
    LOG: Ed25519PrivateKey.generate,
}
KINDS: dict[str, tuple[type[Any], type[Any]]] = {
    RECORD: (EllipticCurvePrivateKey, RecordKey),
    LOG: (Ed25519PrivateKey, LogKey),
}


def place_of(use: str) -> Path:
    """The file of a private key."""
    return Path(settings.KEYS_ROOT) / f"{use}.pem"


def record_key() -> RecordKey:
    """The key that signs Records now."""
    return _key(RECORD)  # type: ignore[no-any-return]


def log_key() -> LogKey:
    """The key that signs checkpoints now."""
    return _key(LOG)  # type: ignore[no-any-return]


def _key(use: str) -> Any:
    """A private key from the environment, or from its file as that is now; another process may have put a new one there."""
    if given := settings.GIVEN_KEYS[use]:
        return _read(use, given.encode())
    place = place_of(use)
    try:
        found = place.stat()
    except OSError as error:
        raise ImproperlyConfigured(
            f"the {use} key is not at {place}: `manage.py prepare` makes it, or restore it from its backup."
        ) from error
    if found.st_mode & TIGHT:
        raise ImproperlyConfigured(f"others may read the {use} key: chmod 600 {place}")
    return _kept(use, place, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=4)
def _kept(use: str, place: Path, changed_ns: int, inode: int) -> Any:
    """A key as its file was at that moment."""
    return _read(use, place.read_bytes())


@lru_cache(maxsize=4)
def _read(use: str, pem: bytes) -> Any:
    """A private key from PEM; refused where it is none of its use."""
    kind, made = KINDS[use]
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"the {use} key cannot be read: {error}") from error
    if not isinstance(key, kind) or (use == RECORD and getattr(key.curve, "name", "") != "secp256r1"):
        raise ImproperlyConfigured(f"the {use} key is of another kind: Records take P-256, the log takes Ed25519.")
    return made(key)


def make(use: str) -> bool:
    """Make a key where there is none yet; whether one was made."""
    if settings.GIVEN_KEYS[use] or place_of(use).exists():
        return False
    put(use, fresh(use)[1])
    return True


def fresh(use: str) -> tuple[bytes, str]:
    """A new key: its public part as DER, and the private one as PEM."""
    key = MADE[use]()
    return _public(key), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def put(use: str, private: str) -> None:
    """Put a private key in the place of whichever was there."""
    announce(use, private)
    take(use)


def announce(use: str, private: str) -> None:
    """Have a private key on the disk, beside the one that signs."""
    coming_of(use).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(coming_of(use), private)


def announced(use: str) -> bytes | None:
    """The public part of the key that is to take the place of another, as DER; nothing where none is."""
    place = coming_of(use)
    return bytes(_read(use, place.read_bytes()).public) if place.exists() else None


def take(use: str) -> None:
    """Have that key sign from now on."""
    coming_of(use).replace(place_of(use))
    settled(place_of(use).parent)


def coming_of(use: str) -> Path:
    """The file of a private key that is to take the place of another."""
    return place_of(use).with_suffix(".coming.pem")


def text(public: bytes) -> str:
    """A public part as base64, as it stands in a leaf and in the list of keys."""
    return b64encode(public).decode()


def pem(public: str) -> str:
    """A public part as PEM, as openssl reads it."""
    lines = [public[start : start + 64] for start in range(0, len(public), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def raw_of(public: str) -> bytes:
    """The 32 bytes of an Ed25519 key in DER."""
    return b64decode(public)[-32:]
