"""Ordering letters: at the end of an act what it wants is written down in its own transaction, and with it the task that sends it."""

import logging
from contextlib import suppress
from typing import Any

from django.db import transaction

from qtm.acts import ENDINGS, Act
from qtm.letters.declared import Kind, Recipient
from qtm.letters.model import MOST_SAID, Letter
from qtm.letters.post import POST, UNWRITTEN, said
from qtm.refusals import law_broken
from qtm.rows import insert

ONCE = "qtm_letter_once_key"
log = logging.getLogger(__name__)


def write(act: Act) -> None:
    """Write what an act wants; what is wrong with a letter never stands in the way of the act or of another, and is shown as failed."""
    try:
        with transaction.atomic():
            for kind, row in act.wanted:
                _write(kind, row)
    except Exception:  # which of them it was is seen where each is written by itself
        for kind, row in act.wanted:
            _write_alone(kind, row)


def _write_alone(kind: Kind, row: Any) -> None:
    """Write what is wanted about one row, or show that it cannot be."""
    try:
        with transaction.atomic():
            _write(kind, row)
    except Exception as error:
        if law_broken(error) != ONCE:
            _show_broken(kind, row, error)


def _write(kind: Kind, row: Any) -> None:
    """The letters of one kind about a row, if it is to be written about."""
    for recipient in kind.to(row) if kind.when(row) else ():
        _write_to(kind, row, recipient)


def _show_broken(kind: Kind, row: Any, error: Exception) -> None:
    """Show that a letter could not be written, as far as even that can be."""
    log.error("A letter could not be written: %s about %s %s", kind.name, row._meta.label, row.pk, exc_info=error)
    failed = {"state": "failed", "error": UNWRITTEN.format(why=said(error))[:MOST_SAID]}
    with suppress(Exception), transaction.atomic():
        for who in kind.who:
            _write_to(kind, row, Recipient(who, "", ""), **failed)


def _write_to(kind: Kind, row: Any, recipient: Recipient, **what: Any) -> None:
    """One letter, and its task."""
    case = kind.case(row)
    letter = Letter(
        case_id=case.case_id,
        governor_id=case.governor_id,
        kind=kind.name,
        room=row._meta.label,
        row_id=row.pk,
        who=recipient.who,
        address=recipient.address,
        language=recipient.language,
        **what,
    )
    insert(letter)
    if letter.state == "waiting":
        POST.order(letter.pk)


ENDINGS.append(write)
