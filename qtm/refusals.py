"""Refusals: every no that the product says, each with its HTTP status and a sentence a person can act on."""

import errno
from typing import Any

from django.apps import apps
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import BaseConstraint
from django.http import Http404, HttpRequest


class Refusal(Exception):
    """Something was not done, and here is why."""

    status = 409
    heading = "This cannot be done"
    law = ""  # by which it was refused; empty where only what was typed was wrong

    def __init__(self, sentence: str) -> None:
        """Keep the sentence that people read."""
        super().__init__(sentence)
        self.sentence = sentence


class Conflict(Refusal):
    """409: the row is not where the verb starts from; usually somebody was first."""

    heading = "It has moved on"
    law = "conflict"

    def __init__(self, row: Any = None, verb: Any = None, sentence: str = "", heading: str = "") -> None:
        """`row`: the row as it was read, `verb`: what was tried; the page adds who moved it and when."""
        self.heading = heading or self.heading
        tried = (
            f"“{verb.label}” starts from {' or '.join(was.replace('_', ' ') for was in verb.was)}."
            if verb and verb.was
            else ""
        )
        super().__init__(sentence or f"This has moved on since you looked. {tried}".strip())
        self.row = row
        if verb:
            self.law = "born" if verb.of else "fence"


class Lawless(Refusal):
    """409: the law does not know this step, whoever asks and whenever."""

    law = "lawless"


class Forbidden(Refusal):
    """403: it can be done, but not by this person."""

    status = 403
    law = "authority"


class Invalid(Refusal):
    """422: what was given is missing something or holds something impossible; each error is named by its field."""

    status = 422

    def __init__(self, errors: dict[str, str]) -> None:
        """`errors`: field → sentence."""
        super().__init__(" ".join(errors.values()))
        self.errors = errors
        self.law = next((name for name in errors if name in SENTENCES), "")


class Busy(Refusal):
    """409: two presses stood in each other's way, and the database let one of them pass."""

    heading = "Somebody was doing the same"

    def __init__(self) -> None:
        """What to do now."""
        super().__init__("Two presses came at the same moment and stood in each other's way. Press again.")


class Closed(Refusal):
    """503: the house cannot serve just now."""

    status = 503
    heading = "The house is closed for a moment"


class NoRoom(Refusal):
    """507: the disk is full."""

    status = 507
    heading = "There is no room left"

    def __init__(self) -> None:
        """What to do now."""
        super().__init__("The disk of this house is full, so nothing can be stored. Tell whoever runs it.")


AWAY = "The database cannot be reached, so nothing can be read or written just now."
STOPPED = "The database took too long over this, and stopped it."
BUSY, CANCELLED, DISK_FULL = ("40P01", "40001", "55P03"), "57014", "53100"
NOT_THERE = ("08", "53", "57P0")  # no connection, no resources, being shut down or started


def refusal_by(error: BaseException | None) -> Refusal | None:
    """A refusal for what is no defect of ours: the database or the disk cannot just now; nothing for any other error."""
    if isinstance(error, Refusal):
        return error
    if is_full(error):
        return NoRoom()
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if state in BUSY:
        return Busy()
    if state == CANCELLED:
        return Closed(STOPPED)
    return Closed(AWAY) if not state or state.startswith(NOT_THERE) else None


def is_full(error: BaseException | None) -> bool:
    """Whether it is the disk that has no room, of this machine or of the database's."""
    of_database = getattr(getattr(error, "__cause__", None), "sqlstate", None) == DISK_FULL
    return of_database or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT))


# The laws of the database, as people read them; anything else that the database refuses is a defect of ours.
SENTENCES = {
    "born": "What this would be born of is not in the state for it.",
    "stands": "This cannot be done by half: the rows that belong together would not stand together.",
    "fence": "There is no such move.",
    "fixed": "What a row was born with never changes.",
    "written": "This move does not write that.",
    "still": "A row changes only by a move.",
    "stays": "What was noted stays.",
    "someone_acts": "Nobody acts: this takes a person.",
    "reason": "Say why: the reason is kept with the decision.",
    "access": "The operator's access does not allow this.",
    "at_sealing": "A ⭐ Signal is given at sealing or never.",
    "one_act": "An act is one person's, and over with its transaction.",
    "sequence": "The parts of a job follow one another; none is skipped, and none is done twice.",
    "last": "Only the record of a job's last part can be settled.",
    "worker": "The worker does not work for this operator.",
    "carried_on": "Somebody else claimed this; they carry it on, or an owner of the operator does.",
    "membership": "A membership begins and ends once, when it does.",
    "member": "Whoever this is said of does not belong to this operator.",
    "said": "What is said of somebody's work is ended once, and stays on file.",
    "noted": "Who says how somebody works is noted in the same act.",
    "qtm_hours_overlap": "Two spans of one day overlap.",
    "received": "A receipt is written with what came of it.",
    "surface": "The surface's version is not one that could be carried out.",
    "over": "This has ended, so nothing is asked or answered any more.",
    "same": "Two cases that are the same are governed by the same people, and are two.",
    "evidence": "Something required is still missing.",
    "erasing": "Only an admin erases, and what was erased stays so.",
    "own_work": "Whoever did the work cannot settle it.",
    "isolation": "The spine moves only under READ COMMITTED.",
    "signed": "A Record is sealed with a signature over its own bytes, by a key of the house.",
    "checkpoint": "A checkpoint of the log of records says what that is.",
    "keys": "A key that has signed stays on file.",
    "log": "The log is written by the law alone.",
}


def law_broken(error: BaseException) -> str:
    """The name of the law by which the database refused, or nothing."""
    diagnosis = getattr(error.__cause__ or error, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")


def refusal_of(error: IntegrityError) -> Exception:
    """A refusal for what the law of the database said; a defect of ours stays the error it is."""
    law = law_broken(error)
    refusal = _refusal_by_law(law, error)
    if refusal is None:
        return error
    refusal.law = law
    return refusal


def _refusal_by_law(law: str, error: IntegrityError) -> Refusal | None:
    """The refusal that a law comes to; nothing where it is none that people can meet."""
    if law in {"evidence", "reason"}:
        return Invalid({law: _said(error) if law == "evidence" else SENTENCES[law]})
    if law in {"own_work", "carried_on", "erasing"}:
        return Forbidden(SENTENCES[law])
    if law == "access":
        return Lawless(SENTENCES[law])
    if law in SENTENCES:
        return Conflict(sentence=SENTENCES[law])
    if law.endswith(("_key", "_one", "_one_living")):
        said = law_in_words(law) or "Somebody was first: there is one already."
        return Conflict(sentence=said, heading="It is there already")
    return None


def refused_in(request: HttpRequest, error: BaseException | None = None) -> None:
    """Remember by which law a press was refused, to be written down once its request is over; without an error nobody was signed in."""
    if request.method not in {"POST", "PUT", "PATCH", "DELETE"}:
        return
    if error is None:
        said = "signed_in", 401
    elif isinstance(error, Http404):
        said = "sight", 404
    else:
        said = getattr(error, "law", ""), getattr(error, "status", 0)
    setattr(request, "refused_by", said)  # noqa: B010


def law_in_words(law: str) -> str:
    """What the constraint of that name says of itself, if it says anything."""
    declared = (each for model in apps.get_models() for each in model._meta.constraints)
    return next((str(each.violation_error_message) for each in declared if _says(each, law)), "")


def _says(constraint: BaseConstraint, law: str) -> bool:
    """Whether it is the constraint of that name, and has words of its own."""
    return constraint.name == law and constraint.violation_error_message != constraint.default_violation_error_message


def _said(error: IntegrityError) -> str:
    """The database's own sentence, for the one law whose sentence is made of the case."""
    return str(getattr(getattr(error.__cause__, "diag", None), "message_primary", "") or SENTENCES["evidence"])
