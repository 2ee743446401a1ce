"""Evidence files: taken only when they are what they claim, kept once under their SHA-256, never replaced."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from qtm.refusals import Invalid

FORMATS = {"JPEG": ("image/jpeg", (".jpg", ".jpeg")), "PNG": ("image/png", (".png",)), "WEBP": ("image/webp", (".webp",))}
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file that was kept: digest in hexadecimal, size in bytes, media type, width and height in pixels."""

    sha256: str
    size_bytes: int
    media_type: str
    width: int
    height: int
    name: str


def path_of(sha256: str) -> str:
    """Where a file lies in the storage: two levels, so that no folder grows without bound."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def take(upload: UploadedFile) -> Kept:
    """Check a photo by decoding it whole, and keep its bytes; `Invalid` (422) says which file and why."""
    name = (upload.name or "photo")[-200:]
    data = _read(upload, name)
    format_, width, height = _decode(data, name)
    media_type, endings = FORMATS[format_]
    if not name.lower().endswith(endings):
        raise Invalid({"photo": f"“{name}” is a {format_} inside, and its name says otherwise."})
    sha256 = hashlib.sha256(data).hexdigest()
    keep(sha256, data)
    return Kept(sha256, len(data), media_type, width, height, name)


def keep(sha256: str, data: bytes) -> None:
    """Keep bytes under their digest, unless they are kept already."""
    storage = storages["evidence"]
    if not storage.exists(path_of(sha256)):
        storage.save(path_of(sha256), ContentFile(data))


def intact(sha256: str, size_bytes: int) -> bool:
    """Whether the kept bytes are there and still have the digest they are named by."""
    try:
        with storages["evidence"].open(path_of(sha256)) as kept:
            data = kept.read(size_bytes + 1)
    except FileNotFoundError:
        return False
    return len(data) == size_bytes and hashlib.sha256(data).hexdigest() == sha256


def shown(sha256: str, longest: int = 1600) -> bytes:
    """An upright JPEG copy of a kept photo, its pixels alone: no metadata and nothing hidden behind them."""
    with storages["evidence"].open(path_of(sha256)) as kept, Image.open(kept, formats=tuple(FORMATS)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((longest, longest))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82)
    return out.getvalue()


def _read(upload: UploadedFile, name: str) -> bytes:
    """The bytes of an upload within the limit."""
    limit = settings.EVIDENCE_MAX_BYTES
    if not upload.size:
        raise Invalid({"photo": f"“{name}” is empty."})
    if upload.size > limit:
        raise Invalid({"photo": f"“{name}” is larger than {limit // 1_000_000} MB."})
    return upload.read()


def _decode(data: bytes, name: str) -> tuple[str, int, int]:
    """Format, width and height of a picture that was decoded to its last pixel."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _pixels(io.BytesIO(data), name)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(name) from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, MemoryError, OverflowError, TypeError, AttributeError):
        raise Invalid({"photo": f"“{name}” cannot be opened as a JPEG, PNG or WebP picture. It may be cut off or damaged."}) from None


def _pixels(file: IO[bytes], name: str) -> tuple[str, int, int]:
    """Open with the allowed formats alone, look at the size before decoding, then decode."""
    with Image.open(file, formats=tuple(FORMATS)) as image:
        if image.width * image.height > settings.EVIDENCE_MAX_PIXELS or getattr(image, "n_frames", 1) > 1:
            raise _too_large(name)
        image.load()
        return str(image.format), image.width, image.height


def _too_large(name: str) -> Invalid:
    """The refusal of a picture with too many pixels."""
    return Invalid({"photo": f"“{name}” has more than {settings.EVIDENCE_MAX_PIXELS // 1_000_000} million pixels, or moves."})
