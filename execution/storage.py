"""Where evidence lies by default: a folder of this machine, private, in which a file is there whole or not at all, through a power cut too."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Any

from django.core.files.storage import FileSystemStorage


class Folder(FileSystemStorage):
    """A local folder for files that are named by what they hold: a second one of the same name is the same file."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself, as another would not be the file's digest."""
        return name

    def _save(self, name: str, content: Any) -> str:
        """Write beside the place, and link there in one step; what is there already is only made fresh, so that no sweep takes it."""
        place = Path(self.path(name))
        if not _freshen(place):
            _make(place.parent)
            _write(place, content)
        return name


def _freshen(place: Path) -> bool:
    """Whether a file is there already; its time is set to now."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def _make(folder: Path) -> None:
    """Make a folder that is nobody else's, and those above it."""
    if not folder.is_dir():
        _make(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)


def _write(place: Path, content: Any) -> None:
    """Have a file on the disk before it has its name; somebody who was quicker wrote the same."""
    number, part = mkstemp(suffix=".part", dir=place.parent)
    try:
        with os.fdopen(number, "wb") as out:
            _copy(content, out)
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(part, place)
        _settle(place.parent)
    finally:
        os.unlink(part)


def _copy(content: Any, out: IO[bytes]) -> None:
    """Copy in blocks."""
    for block in content.chunks():
        out.write(block)
    out.flush()


def _settle(folder: Path) -> None:
    """Have the folder's entries written to the disk, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
