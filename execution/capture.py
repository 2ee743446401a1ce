"""Capturing: what is asked of a note or a photo before it becomes evidence."""

from collections.abc import Sequence
from typing import Any

from execution import files
from qtm.refusals import Invalid


def note_for(text: str) -> dict[str, Any]:
    """A note, unless it says nothing."""
    said = text.strip()
    if not said:
        raise Invalid({"text": "Write the note first."})
    return {"text": said}


def photos_for(there: Any, photos: Sequence[files.Photo]) -> list[dict[str, Any]]:
    """Photos for a job, unless one of them is in it already; they are kept before they are noted."""
    if not photos:
        raise Invalid({"photos": "Choose at least one picture."})
    seen = set(there.filter(sha256__in=[photo.sha256 for photo in photos]).values_list("sha256", flat=True))
    for photo in photos:
        if photo.sha256 in seen:
            raise Invalid(
                {"photos": f"“{photo.name}” is in this job already: each picture shows something of its own."}
            )
        seen.add(photo.sha256)
    files.held([photo.sha256 for photo in photos])
    for photo in photos:
        files.keep(photo)
    return [photo.columns() for photo in photos]
