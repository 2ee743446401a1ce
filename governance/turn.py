"""Whose move it is, as the requester reads it: theirs while a question waits for them, ours once they have answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.question import Question, turned_away
from intake.models import Request

YOURS = "It is your move: we need to know something from you"
OURS = "Thank you, your answer has reached us"
GOES_ON = "It goes on once you have answered. You can do that right here."
NEXT = {
    "received": "Somebody reads it next, and completes your request with it. You need not do anything.",
    "open": "Somebody reads it next, and then decides. You need not do anything; what was decided stands here then.",
    "held": "Somebody reads it next, and then goes on with the review. You need not do anything.",
    "approved": "Somebody reads it next, and then chooses who is to do it. You need not do anything.",
}
READ = "Somebody reads it next. You need not do anything."


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose move it is: the heading of the page, what happens next, and since when."""

    heading: str
    next: str
    since: datetime


def turn_of(questions: Sequence[Question]) -> Turn | None:
    """Whose move it is by what was asked and answered; nothing where no question waits, or where nothing comes of it any more."""
    living = next((each for each in questions if each.state in {"asked", "answered"}), None)
    if living is None or turned_away(living.request):
        return None
    if living.state == "asked":
        return Turn(YOURS, GOES_ON, living.since)
    return Turn(OURS, NEXT.get(_stands(living.request), READ), living.since)


def _stands(asked: Request) -> str:
    """Where governance stands with it."""
    return str(asked.intake.task.state if hasattr(asked, "intake") else asked.state)
