"""Evidence files: taken only when they are what they claim, kept once under their SHA-256, never replaced.

A photo is checked before anything is stored, and stored before anything is noted. Which store that is, the settings say.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile

from execution import apart
from execution.jpeg import too_many
from qtm.database import here
from qtm.refusals import Closed, Invalid

JPEG = ("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
# MPO is the JPEG of many phones: the picture, and behind it a smaller one or a map of its brightness.
FORMATS = {
    "JPEG": JPEG,
    "MPO": JPEG,
    "PNG": ("image/png", (".png",)),
    "WEBP": ("image/webp", (".webp",)),
    "HEIC": ("image/heic", (".heic", ".heif")),
}
ACCEPTED = ",".join(dict.fromkeys([media_type for media_type, _ in FORMATS.values()] + list(FORMATS["HEIC"][1])))
LOCK = (
    "SELECT count(pg_advisory_xact_lock_shared(('x' || left(each, 16))::bit(64)::bigint)) FROM unnest($1::text[]) each"
)
DIGEST = re.compile(r"[0-9a-f]{64}")
WHY_NOT = {
    "unknown": "is no JPEG, PNG, WebP or HEIC picture.",
    "damaged": "is cut off or damaged: it could not be read to its end.",
    "moves": "moves. Only still pictures are taken.",
    "memory": "takes more memory to read than any picture should.",
    "slow": "takes longer to read than any picture should.",
    "crash": "broke what reads pictures: it is damaged, or was made to do harm.",
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that was checked: its digest in hexadecimal, size in bytes, media type, width and height in pixels, and what its device claims."""

    file: IO[bytes]
    sha256: str
    size_bytes: int
    media_type: str
    width: int
    height: int
    name: str
    claimed_at: str = ""
    claimed_latitude: Decimal | None = None
    claimed_longitude: Decimal | None = None

    def columns(self) -> dict[str, Any]:
        """What is noted of it."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "file"}


def check(upload: "UploadedFile[Any]") -> Photo:
    """Check a photo by having it decoded whole, apart; `Invalid` (422) says which file and why. Nothing is stored."""
    name = (upload.name or "photo")[-200:]
    file: Any = upload.file
    if not upload.size:
        raise _no(name, "is empty.")
    if upload.size > settings.EVIDENCE_MAX_BYTES:
        raise _no(name, f"is larger than {settings.EVIDENCE_MAX_BYTES // 1_000_000} MB.")
    file.seek(0)
    data = file.read()
    if many := too_many(data):
        raise _no(name, f"has {many}. No camera makes that; save it anew with a picture editor.")
    seen = _decode(data, name)
    media_type, endings = FORMATS[seen.format]
    if not name.lower().endswith(endings):
        raise _no(name, f"is a {media_type.removeprefix('image/').upper()} inside, and its name says otherwise.")
    digest, claims = hashlib.sha256(data).hexdigest(), seen.claims
    place = (Decimal(claims[each]) if each in claims else None for each in ("latitude", "longitude"))
    return Photo(
        file, digest, upload.size, media_type, seen.width, seen.height, name, seen.claims.get("at", ""), *place
    )


def keep(photo: Photo) -> None:
    """Keep a photo under its digest, whole or not at all; there already, it is only seen to be fresh."""
    photo.file.seek(0)
    store().save(place_of(photo.sha256), File(photo.file))


def store() -> Storage:
    """Where evidence is kept."""
    return storages["evidence"]


def place_of(sha256: str) -> str:
    """How a kept file is named: two levels, so that no folder grows without bound; `ValueError` for what is no digest, and so names no place."""
    if not DIGEST.fullmatch(sha256):
        raise ValueError("no SHA-256 in hexadecimal")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def held(digests: Sequence[str], *, alone: bool = False) -> None:
    """Until this transaction ends no sweep takes these files away; `alone`: until it ends, nobody keeps or notes them."""
    here().run(LOCK.replace("_shared", "") if alone else LOCK, ["{" + ",".join(digests) + "}"])


def intact(sha256: str, size_bytes: int) -> bool:
    """Whether the kept bytes are there and still have the digest they are named by."""
    try:
        with store().open(place_of(sha256)) as kept:
            return bool(kept.size == size_bytes and hashlib.file_digest(kept, "sha256").hexdigest() == sha256)
    except FileNotFoundError:
        return False


def all_kept(folder: str = "") -> Iterable[str]:
    """The name of every file that is kept under a digest or was about to be; the copies that are shown lie elsewhere."""
    folders, files = store().listdir(folder)
    yield from (f"{folder}/{name}" for name in files if folder)
    for name in sorted(folders):
        if folder or re.fullmatch(r"[0-9a-f]{2}", name):
            yield from all_kept(f"{folder}/{name}".lstrip("/"))


def _decode(data: bytes, name: str) -> apart.Read:
    """What was seen of a picture that was decoded to its last pixel."""
    try:
        return apart.read(data)
    except apart.OutOfTime:
        raise Closed(f"“{name}” could not be looked at in time, as this machine is busy. Send it again.") from None
    except apart.Unread as unread:
        if unread.word == "large":
            raise _no(name, f"has more than {unread.most_pixels // 1_000_000} million pixels.") from None
        raise _no(name, WHY_NOT.get(unread.word, WHY_NOT["crash"])) from None


def _no(name: str, why: str) -> Invalid:
    """A refusal that names the file."""
    return Invalid({"photos": f"“{name}” {why}"})
