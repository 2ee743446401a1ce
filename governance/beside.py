"""What stands beside a case: corrections, notes, questions, letters, and the cases that are said to be the same; it comes with the Request, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import JSONObject

from governance.models import Assignment, Correction, Task
from governance.question import Question
from intake.models import Note, Request, SameAs
from qtm.letters.model import Letter, SentAgain
from qtm.models import User, called

NAMED = ("first_name", "last_name", "username")


@dataclass(frozen=True, slots=True)
class Said:
    """Something that somebody of those who govern the case has said: when, who, what, and of which other case."""

    when: datetime
    who: str
    text: str
    other: Request | None = None


def with_beside(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Requests with what stands beside them."""
    mine, two = OuterRef("pk"), Q(request=OuterRef("pk")) | Q(other=OuterRef("pk"))
    columns = {name: F(name) for name in ("pk", "state", "since", "case_id", "governor_id", "text", "answer")}
    letters = {name: F(name) for name in ("pk", "kind", "who", "address", "state", "tries", "error", "since")}
    put = {name: F(name) for name in ("pk", "field", "was", "becomes", "why")}
    other = Case(When(request=OuterRef("pk"), then=F("other_id")), default=F("request_id"))
    return requests.annotate(
        corrected=_rows(Correction.objects.filter(task__case_id=mine), **put, **_by()),
        noted=_rows(Note.objects.filter(request=mine), text=F("text"), **_by()),
        questioned=_rows(Question.objects.filter(request=mine), **columns),
        lettered=_rows(Letter.objects.filter(case_id=mine), **letters, **_by("again__")),
        unwritten=Subquery(_unwritten().values("operator__name")[:1]),
        same=_rows(SameAs.objects.filter(two), text=F("why"), other=other, **_by()),
    )


def _unwritten() -> QuerySet[Assignment]:
    """Who is to do a case and has no address, neither as an operator nor as the worker who is named: nobody there gets a letter of it."""
    standing = Assignment.objects.filter(case_id=OuterRef("pk"), state__in=["active", "handed_off"])
    return standing.filter(Q(worker=None) | Q(worker__email=""), operator__email="").order_by("-pk")


def _rows(found: QuerySet[Any], **columns: Any) -> ArraySubquery:
    """Rows as a column of another's, each an object of these columns, oldest first."""
    return ArraySubquery(found.order_by("pk").values(row=JSONObject(**columns)))


def _by(of: str = "") -> dict[str, F]:
    """Who noted it, and when; `of`: what of the row was noted, where that is not itself."""
    return {"at": F(f"{of}at"), **{name: F(f"{of}by__{name}") for name in NAMED}}


def lend_corrections(asked: Any) -> None:
    """Let the Task of a case know its corrections, oldest first, so that nobody asks for them a second time."""
    if hasattr(asked, "intake"):
        task = asked.intake.task
        task._prefetched_objects_cache = {"corrections": [_correction(task, **each) for each in asked.corrected]}


def _correction(task: Task, *, at: str, first_name: str, last_name: str, username: str, **row: Any) -> Correction:
    """A correction, and who put the detail right."""
    by = User(first_name=first_name, last_name=last_name, username=username)
    return Correction(task=task, **row, at=datetime.fromisoformat(at), by=by)


def notes_of(asked: Any) -> list[Said]:
    """The internal notes of a case, oldest first."""
    return [_said(each) for each in asked.noted]


def same_as(asked: Any) -> list[Said]:
    """The cases that are said to be the same, whichever of the two it was said of."""
    return [_said(each, Request(pk=each["other"])) for each in asked.same]


def questions_of(asked: Any) -> Sequence[Question]:
    """What the requester was asked, oldest first."""
    found = [Question(**{**each, "since": datetime.fromisoformat(each["since"])}) for each in asked.questioned]
    for each in found:
        each.request = asked
    return found


def letters_of(asked: Any) -> list[Letter]:
    """The letters about a case, newest first, each with who had it sent again."""
    return [_letter(**each) for each in reversed(asked.lettered)]


def _letter(*, since: str, at: str | None, first_name: str, last_name: str, username: str, **row: Any) -> Letter:
    """A letter, and who had it sent again if anybody did."""
    by = User(first_name=first_name, last_name=last_name, username=username) if at else None
    again = SentAgain(at=datetime.fromisoformat(at), by=by) if at else None
    return Letter(**row, since=datetime.fromisoformat(since), again=again)


def _said(row: dict[str, Any], other: Request | None = None) -> Said:
    """A row as it was said."""
    return Said(datetime.fromisoformat(row["at"]), called(**{name: row[name] for name in NAMED}), row["text"], other)
