"""Evidence files: taken only when they are what they claim, kept once under their SHA-256, never replaced.

A photo is checked before anything is stored, stored before anything is noted, and shown only as a clean copy of its pixels.
"""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from execution.jpeg import too_many
from qtm.refusals import Invalid

JPEG = ("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
# MPO is the JPEG of many phones: the picture, and behind it a smaller one or a map of its brightness.
FORMATS = {"JPEG": JPEG, "MPO": JPEG, "PNG": ("image/png", (".png",)), "WEBP": ("image/webp", (".webp",))}
OPENED = ("JPEG", "PNG", "WEBP")
LARGE, SMALL = 1600, 360  # the longest side of a copy that is shown
BLOCK = 1 << 20
DIGEST = re.compile(r"[0-9a-f]{64}")
_one_at_a_time = Lock()  # a large picture takes up to 400 MB while it is decoded; a worker has room for one


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that was checked: its digest in hexadecimal, size in bytes, media type, width and height in pixels."""

    file: IO[bytes]
    sha256: str
    size_bytes: int
    media_type: str
    width: int
    height: int
    name: str

    def columns(self) -> dict[str, Any]:
        """What is noted of it."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "file"}


def check(upload: "UploadedFile[Any]") -> Photo:
    """Check a photo by decoding it whole; `Invalid` (422) says which file and why. Nothing is stored."""
    name = (upload.name or "photo")[-200:]
    file: Any = upload.file
    if not upload.size:
        raise _no(name, "is empty.")
    if upload.size > settings.EVIDENCE_MAX_BYTES:
        raise _no(name, f"is larger than {settings.EVIDENCE_MAX_BYTES // 1_000_000} MB.")
    if many := _too_many(file):
        raise _no(name, f"has {many}. No camera makes that; save it anew with a picture editor.")
    format_, width, height = _decode(file, name)
    media_type, endings = FORMATS[format_]
    if not name.lower().endswith(endings):
        raise _no(name, f"is a {media_type.removeprefix('image/').upper()} inside, and its name says otherwise.")
    file.seek(0)
    return Photo(file, hashlib.file_digest(file, "sha256").hexdigest(), upload.size, media_type, width, height, name)


def keep(photo: Photo) -> None:
    """Keep a photo under its digest, whole or not at all, and through a power cut; there already, it is only seen to be fresh."""
    kept = place_of(photo.sha256)
    if not _freshen(kept):
        photo.file.seek(0)
        _write(kept, lambda out: _copy(photo.file, out), lasting=True)


def place_of(sha256: str) -> Path:
    """Where a file lies: two levels, so that no folder grows without bound; `ValueError` for what is no digest, and so names no place."""
    if not DIGEST.fullmatch(sha256):
        raise ValueError("no SHA-256 in hexadecimal")
    return Path(storages["evidence"].path(f"{sha256[:2]}/{sha256[2:4]}/{sha256}"))


def intact(sha256: str, size_bytes: int) -> bool:
    """Whether the kept bytes are there and still have the digest they are named by."""
    try:
        with place_of(sha256).open("rb") as kept:
            return (
                os.fstat(kept.fileno()).st_size == size_bytes
                and hashlib.file_digest(kept, "sha256").hexdigest() == sha256
            )
    except FileNotFoundError:
        return False


def shown(sha256: str, longest: int = LARGE) -> Path:
    """An upright JPEG copy of a kept photo, its pixels alone: no metadata and nothing hidden behind them. Made when it is first wanted."""
    copy = copy_of(sha256, longest)
    if not copy.exists():
        with _one_at_a_time:
            clean = _clean(place_of(sha256), longest)
        _write(copy, lambda out: clean.save(out, "JPEG", quality=82, progressive=True))
    return copy


def copy_of(sha256: str, longest: int) -> Path:
    """Where the copy that is shown lies; it can be made again at any time."""
    return Path(storages["evidence"].path(f"shown/{sha256[:2]}/{sha256}-{longest}.jpg"))


def _clean(kept: Path, longest: int) -> Image.Image:
    """The pixels, upright and on white, in a picture that has never been anything else."""
    with Image.open(kept, formats=OPENED) as image:
        image.draft("RGB", (longest, longest))  # a JPEG is made smaller while it is read
        small = image.convert("RGBA") if image.mode == "P" else image
        small.thumbnail((longest, longest))
        with suppress(Exception):  # a turn that cannot be read is no turn
            ImageOps.exif_transpose(small, in_place=True)
        opaque = _opaque(small)
    clean = Image.new("RGB", opaque.size)
    clean.paste(opaque)
    return clean


def _opaque(image: Image.Image) -> Image.Image:
    """As colours of eight bits, what is transparent on white."""
    if image.mode.startswith("I"):
        image = image.convert("F").point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    white.alpha_composite(coloured)
    return white.convert("RGB")


def _too_many(file: Any) -> str:
    """What a picture has more of than it needs: each costs the decoder its time, and hardly any bytes."""
    file.seek(0)
    return too_many(file.read())


def _decode(file: Any, name: str) -> tuple[str, int, int]:
    """Format, width and height of a picture that was decoded to its last pixel."""
    try:
        with _one_at_a_time:
            file.seek(0)
            return _pixels(file, name)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(name, settings.EVIDENCE_MAX_PIXELS) from None
    except Invalid:
        raise
    except Exception:  # a broken file can break a decoder in any way, and whichever it is, this is no picture
        raise _no(name, _why_not(file)) from None


def _pixels(file: Any, name: str) -> tuple[str, int, int]:
    """Open with the allowed formats alone, look at the size before decoding, then decode."""
    with Image.open(file, formats=OPENED) as image:
        most = settings.EVIDENCE_MAX_PIXELS // (2 if image.format == "WEBP" else 1)  # its decoder takes twice the room
        if image.width * image.height > most:
            raise _too_large(name, most)
        if image.format != "MPO" and getattr(image, "is_animated", False):
            raise _no(name, "moves. Only still pictures are taken.")
        image.load()
        return str(image.format), image.width, image.height


def _why_not(file: Any) -> str:
    """What a file that did not open looks like."""
    file.seek(0)
    start = file.read(32)
    if start[4:8] == b"ftyp" and start[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"}:
        return "is a HEIC picture, which is not taken yet. Set the camera to “most compatible”, or send it as JPEG."
    known = start.startswith((b"\xff\xd8\xff", b"\x89PNG")) or (start.startswith(b"RIFF") and start[8:12] == b"WEBP")
    return "is cut off or damaged: it could not be read to its end." if known else "is no JPEG, PNG or WebP picture."


def _too_large(name: str, most: int) -> Invalid:
    """The refusal of a picture with too many pixels."""
    return _no(name, f"has more than {most // 1_000_000} million pixels.")


def _no(name: str, why: str) -> Invalid:
    """A refusal that names the file."""
    return Invalid({"photos": f"“{name}” {why}"})


def _freshen(kept: Path) -> bool:
    """Whether a file is there already; its time is set to now, so that no sweep takes it before it is noted."""
    try:
        os.utime(kept)
    except FileNotFoundError:
        return False
    return True


def _copy(file: IO[bytes], out: IO[bytes]) -> None:
    """Copy in blocks."""
    while block := file.read(BLOCK):
        out.write(block)


def _write(to: Path, fill: Callable[[IO[bytes]], Any], *, lasting: bool = False) -> None:
    """Write a file beside its place and link it there in one step; somebody who was quicker wrote the same."""
    _make(to.parent)
    number, part = mkstemp(suffix=".part", dir=to.parent)
    try:
        with os.fdopen(number, "wb") as out:
            fill(out)
            out.flush()
            if lasting:
                os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(part, to)
        if lasting:
            _settle(to.parent)
    finally:
        os.unlink(part)


def _make(folder: Path) -> None:
    """Make a folder that is nobody else's, and those above it."""
    if not folder.is_dir():
        _make(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)


def _settle(folder: Path) -> None:
    """Have the folder's entries written to the disk, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
