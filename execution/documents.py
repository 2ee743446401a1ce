"""Papers as evidence: PDF, plain text and CSV, told by what they hold; kept beside the photos and never shown in a page."""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from execution.files import Photo
from qtm.refusals import Invalid

ACCEPT = "application/pdf,text/plain,text/csv,.pdf,.txt,.csv"
ENDINGS = {"application/pdf": ".pdf", "text/plain": ".txt", "text/csv": ".csv"}
TAIL_BYTES = 1024  # how far before its end a PDF may say that it ends
UNPRINTED = re.compile(r"[\0-\x08\x0b\x0e-\x1f\x7f]")
MARKUP = re.compile(r"\s*<(!|\?|[a-z])", re.IGNORECASE)
MOST_NAME = 100


def check(upload: "UploadedFile[Any]") -> Photo:
    """Check a paper by what it holds; `Invalid` (422) says which file and why. Nothing is stored."""
    name = clean_name(upload.name or "file")
    if not upload.size:
        raise _no(name, "is empty.")
    if upload.size > settings.EVIDENCE_MAX_BYTES:
        raise _no(name, f"is larger than {settings.EVIDENCE_MAX_BYTES // 1_000_000} MB.")
    file: Any = upload.file
    file.seek(0)
    held: bytes = file.read()
    media_type = _pdf(held, name) or _text(held, name)
    return Photo(
        file=file,
        sha256=hashlib.sha256(held).hexdigest(),
        size_bytes=len(held),
        media_type=media_type,
        width=0,
        height=0,
        name=name,
    )


def clean_name(name: str) -> str:
    """A name that is a name on every machine: its last part, without what cannot be seen or has a meaning of its own."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(char if unicodedata.category(char)[0] in "LN" or char in " .-_()" else "_" for char in last)
    return plain.strip(" ._")[-MOST_NAME:] or "file"


def served_as(name: str, media_type: str) -> str:
    """The name under which a paper is handed out: it ends as what it holds says, whatever it was called."""
    ending = ENDINGS[media_type]
    return f"{clean_name(name).removesuffix(ending)}{ending}"


def _pdf(held: bytes, name: str) -> str:
    """The media type, if it begins as a PDF; it must then end as one too."""
    if not held.startswith(b"%PDF-"):
        return ""
    if b"%%EOF" not in held[-TAIL_BYTES:]:
        raise _no(name, "is a PDF that is cut off: its end is not there.")
    return "application/pdf"


def _text(held: bytes, name: str) -> str:
    """The media type, if it is text that can be read, and no page that could be run."""
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no(name, "is neither a PDF nor text in UTF-8.") from None
    if UNPRINTED.search(text):
        raise _no(name, "is neither a PDF nor text: it holds what cannot be printed.")
    if MARKUP.match(text):
        raise _no(name, "is a page of markup. Send it as PDF.")
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def _no(name: str, why: str) -> Invalid:
    """A refusal that names the file."""
    return Invalid({"files": f"“{name}” {why}"})
