"""Capturing: what every kind of evidence passes before it is noted."""

from collections.abc import Sequence
from typing import Any

from execution import files
from execution.kinds import Piece
from qtm.refusals import Conflict, Invalid


def keep(there: Any, pieces: Sequence[Piece]) -> None:
    """Keep the files of pieces, unless one of them is in the job already; they are kept before they are noted."""
    sent = [piece.file for piece in pieces if piece.file]
    seen = (
        set(there.filter(sha256__in=[file.sha256 for file in sent]).values_list("sha256", flat=True)) if sent else set()
    )
    for file in sent:
        if file.sha256 in seen:
            raise Invalid({"slot": f"“{file.name}” is in this job already: each shows something of its own."})
        seen.add(file.sha256)
    if sent:
        files.held([file.sha256 for file in sent])
    for file in sent:
        files.keep(file)


def refuse_again(newest: Any, piece: Piece) -> None:
    """A piece that stands for those before it says something else than the newest; the database refuses it too."""
    if newest and not piece.file and (newest.value, newest.text) == (piece.value, piece.text):
        raise Conflict(sentence="That is what stands there already.", heading="It is there already")
