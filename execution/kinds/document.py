"""Files: PDF and plain text, taken by what they hold and never shown in a page."""

from collections.abc import Sequence

from django import forms

from execution import documents, files
from execution.kinds.base import Kind, Piece, said
from execution.kinds.photo import FilesField, SeveralFiles
from qtm.refusals import Invalid
from qtm.runtime import Evidence


class Document(Kind):
    """A paper that belongs to the job, such as a delivery note; each of them counts."""

    code = "file"
    todo = "add a file"
    button, first, again = "Send", "Add a file", "Another file"

    def own_fields(self, slot: Evidence) -> dict[str, forms.Field]:
        """Several at once."""
        chooser = SeveralFiles(attrs={"accept": documents.ACCEPT})
        told = "PDF, text or CSV."
        return {"files": FilesField(documents.check, label="Files", help_text=told, widget=chooser)}

    def pieces(self, slot: Evidence, *, text: str = "", files: Sequence[files.Photo] = ()) -> list[Piece]:
        """A piece for each, all with the same words."""
        if not files:
            raise Invalid({"files": "Choose at least one file."})
        words = said(text)
        return [Piece(words, file=each) for each in files]
