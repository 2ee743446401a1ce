"""The kinds of evidence by their code: what each asks, checks, notes and tells. Adding a kind is adding one class."""

from execution.kinds.base import Kind, Piece
from execution.kinds.checklist import Checklist
from execution.kinds.document import Document
from execution.kinds.measurement import Measurement
from execution.kinds.note import Note
from execution.kinds.photo import Photo
from execution.kinds.signature import Signature

__all__ = ["KINDS", "Kind", "Piece"]

KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (Photo(), Note(), Measurement(), Checklist(), Signature(), Document())
}
