"""Verifying a Record: everything about it that can be recomputed, from the Record itself and the files it names."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import UnsupportedAlgorithm
from django.db import DEFAULT_DB_ALIAS

from execution.files import DIGEST, intact
from records.canonical import NotCanonical, canonical
from records.compose import FORM, priced
from records.erasing import gone_of
from records.models import Record
from records.policy import final, judge
from records.seal.leaf import leaf_of
from records.seal.statement import PREDICATE, STATEMENT, files, subjects

MALFORMED = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
    UnsupportedAlgorithm,
)  # whatever a document can be made to hold


def erased(record: Record, what: str) -> bool:
    """Whether its `annex` or its `files` were erased, as the law may demand: the Record holds without them."""
    return what in gone_of(record)


def every(alias: str = DEFAULT_DB_ALIAS) -> Iterator[Record]:
    """All Records in order, streamed by a cursor of the server's, however many there are; inside of a transaction."""
    rows = Record.objects.using(alias).select_related("signal").prefetch_related("annexes", "erasures")
    yield from rows.order_by("pk").iterator(chunk_size=100)


def broken(record: Record) -> str:
    """The first thing about the rows of a Record that does not hold; its files are not looked at."""
    document = bytes(record.document)
    if hashlib.sha256(document).hexdigest() != record.sha256:
        return "its document is not the one that was sealed: the SHA-256 differs."
    try:
        said = json.loads(document)
        is_canonical = _is_canonical(said, document)
    except RecursionError:
        return "its document is not whole: it is nested too deeply to be read."
    except ValueError:
        return "its document is not JSON."
    if not is_canonical:
        return "its document is not in canonical form (RFC 8785)."
    try:
        return unsealed(record, document) or _whole(record, said)
    except KeyError as lack:
        return f"its document is not whole: {lack} is not there."
    except MALFORMED as fault:
        return f"its document is not whole: {fault}."


def _is_canonical(said: Any, document: bytes) -> bool:
    """Whether a document is what RFC 8785 makes of what it says: by the quick encoder, and where that would not write it so by the library."""
    try:
        if canonical(said) == document:
            return True
    except NotCanonical:
        pass
    return rfc8785.dumps(said) == document


def unsealed(record: Record, document: bytes) -> str:
    """What is wrong with the signature and the leaf of sealed bytes."""
    try:
        leaf = leaf_of(bytes(record.body))
    except ValueError as fault:
        return f"its leaf cannot be read: {fault}."
    return "" if leaf.holds(document) else "its signature is not valid for what was sealed."


def _whole(record: Record, said: Mapping[str, Any]) -> str:
    """What the document says against its subjects, the row that holds it, its annex, its files and its ⭐."""
    facts = said["predicate"]
    if (said["_type"], said["predicateType"], said["subject"]) != (STATEMENT, PREDICATE, subjects(facts)):
        return "its subjects are not the annex and the files that it names."
    told = facts["form"], facts["case"], facts["event"], priced(facts), final(facts)
    if told != (FORM, f"Q-{record.case_id}", f"E-{record.event_id}", record.priced, record.final):
        return "its document tells of something else than the row that holds it."
    annexes = [hashlib.sha256(bytes(each.content)).hexdigest() for each in record.annexes.all()]
    if erased(record, "annex") and annexes:
        return "its annex was erased, and is there."
    if not annexes and not erased(record, "annex"):
        return "its annex is gone, and no erasure says who wanted that, and why."
    if annexes and annexes != [facts["annex_sha256"]]:
        return "its annex is not the one that was sealed."
    for _, piece in files(facts):
        if not DIGEST.fullmatch(piece["sha256"]) or not isinstance(piece["intact"], bool):
            raise ValueError(f"it names a file by {piece['sha256']!r}")
    if judge(facts).given is not hasattr(record, "signal"):
        return "its ⭐ Signal is not what the policy reads from it."
    return ""


def lost(record: Record) -> Iterator[str]:
    """The files of a Record that are gone, or no longer what was sealed, each in a sentence; those that were erased are not missed."""
    for _, piece in () if erased(record, "files") else files(record.facts):
        if piece["intact"] and not intact(piece["sha256"], piece["size_bytes"]):
            yield f"the file {piece['sha256']} ({piece['label']}) is missing or no longer what was sealed."
