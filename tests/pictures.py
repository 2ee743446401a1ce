"""Pictures drawn for the tests: each colour another picture."""

import io
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image, ImageDraw

from execution import files, renditions
from execution.models import Rendition

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


def place_of(sha256: str) -> Path:
    """Where a kept file lies in the folder of the tests."""
    return Path(files.store().path(files.place_of(sha256)))


def copies_made() -> None:
    """Whatever waits to be done in the background is done, in the transaction of the test."""
    with patch("django_tasks_db.management.commands.db_worker.close_old_connections"):
        call_command("background", "--once")


def copy_of(sha256: str, longest: int = renditions.LARGE) -> Rendition:
    """A copy that is shown, after the background has made it."""
    copies_made()
    made = renditions.latest(sha256, longest)
    assert made
    return made


def taken(upload: Any) -> files.Photo:
    """A photo that was checked and kept."""
    photo = files.check(upload)
    files.keep(photo)
    return photo
