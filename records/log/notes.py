"""Signed notes and checkpoints of C2SP (signed-note, tlog-checkpoint): text that names a tree, and the lines that vouch for it.

A verifier key is written `<name>+<8 hex digits>+<base64>`, and a signature `— <name> <base64>`, where the base64 begins with the key's
4-byte number.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519, COSIGNATURE = b"\x01", b"\x04"  # the kinds of key: of a log, of a witness
DASH = "— "


class Unfit(ValueError):
    """Text that is no such note, key or checkpoint; says why."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who vouches for notes: a name, an Ed25519 key of 32 bytes, and whether it is a log's or a witness's."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def number(self) -> bytes:
        """The 4 bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def __str__(self) -> str:
        """The key as it is published."""
        return f"{self.name}+{self.number.hex()}+{b64encode(self.kind + self.public).decode()}"

    def holds(self, note: str) -> bool:
        """Whether a note carries a signature of this key that is valid for its text."""
        text, signatures = opened(note)
        own = [signature[4:] for name, signature in signatures if (name, signature[:4]) == (self.name, self.number)]
        return bool(own) and all(self._valid(text, signature) for signature in own)

    def _valid(self, text: str, signature: bytes) -> bool:
        """Whether one signature is; a witness signs the time beside the text (C2SP tlog-cosignature)."""
        if self.kind == COSIGNATURE:
            text = f"cosignature/v1\ntime {int.from_bytes(signature[:8])}\n{text}"
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


def verifier_of(said: str) -> Verifier:
    """A verifier key as it is published."""
    name, _, rest = said.partition("+")
    number, _, coded = rest.partition("+")
    try:
        key = b64decode(coded, validate=True)
    except Error as error:
        raise Unfit(f"the key of {name} is not base64") from error
    found = Verifier(name, key[1:], key[:1])
    if len(key) != 33 or found.kind not in (ED25519, COSIGNATURE) or found.number.hex() != number or not name:
        raise Unfit(f"{said} is no verifier key of an Ed25519 key, or not that of this name")
    return found


def raw(key: Ed25519PublicKey) -> bytes:
    """A public key as its 32 bytes."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def signed(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """A note: the text and one line that vouches for it."""
    number = Verifier(name, raw(key.public_key())).number
    return f"{text}\n{DASH}{name} {b64encode(number + key.sign(text.encode())).decode()}\n"


def opened(note: str) -> tuple[str, Sequence[tuple[str, bytes]]]:
    """The text of a note, and who vouches for it with which bytes."""
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise Unfit("a note ends with an empty line and its signatures")
    return text + "\n", [_signature(line) for line in lines[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    """One line that vouches for a note."""
    name, _, said = line.removeprefix(DASH).partition(" ")
    try:
        signature = b64decode(said, validate=True)
    except Error as error:
        raise Unfit(f"a signature is not base64: {error}") from error
    if not line.startswith(DASH) or not name or len(signature) <= 4 or b64encode(signature).decode() != said:
        raise Unfit("a line under a note is no signature")
    return name, signature


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree at one size: whose, how many leaves, and its root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """The text of the note that says so."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def checkpoint_of(note: str) -> Checkpoint:
    """The checkpoint that a note says, signed by whomever."""
    text, _ = opened(note)
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0]:
        raise Unfit("a checkpoint says origin, size and root in three lines")
    try:
        found = Checkpoint(lines[0], int(lines[1]), b64decode(lines[2], validate=True))
    except ValueError as error:
        raise Unfit(f"the size or the root of a checkpoint is unreadable: {error}") from error
    if not text.startswith(str(found)) or found.size < 0 or len(found.root) != 32:
        raise Unfit("the size or the root of a checkpoint is not written as it must be")
    return found
