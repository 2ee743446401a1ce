"""Originals: what was captured as it was, for the few who may take it out of the house; every time is noted first."""

from typing import Any

from django.core.files import File
from django.db import models

from execution import files
from qtm.acts import acting
from qtm.spine import Fact

MAY = "execution.take_originals"


class Download(Fact):
    """The original file of a photo was taken out of the house: by whom and when, noted before a byte of it was sent."""

    evidence = models.ForeignKey("execution.Evidence", models.PROTECT, related_name="downloads")

    class Meta(Fact.Meta):
        app_label = "execution"
        ordering = ["id"]


def take(piece: Any, user: Any, authority: str) -> "File[bytes]":
    """Note that somebody takes the original, and give it out; `FileNotFoundError` where it is not there, and then nothing is noted."""
    original: File[bytes] = files.store().open(files.place_of(piece.sha256))
    with acting(user, via="original", authority=authority):
        Download.noted(evidence=piece)
    return original
