"""Photos: each shows something of its own, so each of them counts."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from execution import files
from execution.kinds.base import Kind, Piece, said
from qtm.refusals import Invalid
from qtm.runtime import Evidence


class SeveralFiles(forms.ClearableFileInput):
    """A chooser that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files, each checked whole before any of them is stored."""

    check: Callable[["UploadedFile[Any]"], files.Photo]

    def __init__(self, check: Callable[["UploadedFile[Any]"], files.Photo], **kwargs: Any) -> None:
        """`check`: what a file must pass."""
        super().__init__(**kwargs)
        self.check = check

    def clean(self, data: Any, initial: Any = None) -> list[files.Photo]:
        """Each file checked; what is wrong is said of each by its name."""
        checked: list[files.Photo] = []
        wrong: list[str] = []
        for upload in data or []:
            try:
                checked.append(self.check(upload))
            except Invalid as invalid:
                wrong += invalid.errors.values()
        if wrong:
            raise forms.ValidationError(wrong)
        return checked


def checked_photo(upload: "UploadedFile[Any]") -> files.Photo:
    """A photo that was decoded whole."""
    return files.check(upload)


class Photo(Kind):
    """Pictures, each decoded whole before any is stored."""

    code = "photo"
    todo = "add a photo"
    button, first, again = "Send", "Add photos", "Add more"

    def own_fields(self, slot: Evidence) -> dict[str, forms.Field]:
        """Several at once."""
        return {
            "photos": FilesField(checked_photo, label="Photos", widget=SeveralFiles(attrs={"accept": files.ACCEPTED}))
        }

    def pieces(self, slot: Evidence, *, text: str = "", photos: Sequence[files.Photo] = ()) -> list[Piece]:
        """A piece for each, all with the same words."""
        if not photos:
            raise Invalid({"photos": "Choose at least one picture."})
        words = said(text)
        return [Piece(words, file=photo) for photo in photos]
