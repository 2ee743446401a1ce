"""The folder in which the log is published: files that any static server can hand out, written whole, and never with something else in them."""

import os
import shutil
from pathlib import Path

from django.conf import settings

from qtm.processes import settled
from records.log.memory import Rewound
from records.log.notes import Checkpoint, checkpoint_of

CHECKPOINT = "checkpoint"


def read(place: str) -> bytes | None:
    """What is published there, if anything is."""
    try:
        return _path(place).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def published() -> Checkpoint | None:
    """The checkpoint that was published last."""
    note = read(CHECKPOINT)
    try:
        return checkpoint_of(note.decode()) if note is not None else None
    except ValueError as error:
        raise Rewound(f"What was published as “{CHECKPOINT}” cannot be read: {error}.") from error


def put(place: str, content: bytes) -> bool:
    """Publish a file that stays for ever; whether it was not there. One that holds something else is left alone, loudly."""
    there = read(place)
    if there is None:
        replace(place, content)
    elif there != content:
        raise Rewound(f"{place} was published, and the log no longer holds what stands there.")
    return there is None


def replace(place: str, content: bytes) -> None:
    """Publish a file, whole or not at all."""
    path = _path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.write_bytes(content)
    making.chmod(0o644)
    settled(making)
    making.replace(path)
    settled(path.parent)


def clear(place: str) -> None:
    """Take away a folder that nobody needs any more."""
    shutil.rmtree(_path(place), ignore_errors=True)


def _path(place: str) -> Path:
    """The file of a place."""
    return Path(settings.LOG_ROOT) / place
