"""Pictures drawn for the tests: each colour another picture."""

import io
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from execution import files

_numbers = count(1)


def drawn(size: tuple[int, int] = (320, 240), format_: str = "JPEG") -> bytes:
    """A small picture unlike every other one of this run."""
    number = next(_numbers)
    image = Image.new("RGB", size, ((number * 53) % 256, (number * 97) % 256, (number * 193) % 256))
    ImageDraw.Draw(image).text((20, 20), f"picture {number}", fill="white")
    out = io.BytesIO()
    image.save(out, format_)
    return out.getvalue()


def upload(name: str = "before.jpg") -> SimpleUploadedFile:
    """A picture as a form brings it."""
    return SimpleUploadedFile(name, drawn(), content_type="image/jpeg")


def taken(upload: Any) -> files.Photo:
    """A photo that was checked and kept."""
    photo = files.check(upload)
    files.keep(photo)
    return photo
