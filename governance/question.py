"""Questions to the requester: asked from a case, answered on the tracking page, read by whoever governs it; they move nothing else."""

from typing import Any

from django.db import models

from intake.models import Request
from qtm.law import own_law
from qtm.models import Operator
from qtm.refusals import Conflict, Invalid
from qtm.spine import BornAmong, Room, Verb, birth, move

LONGEST_QUESTION, LONGEST_ANSWER = 1000, 2000
TURNED_AWAY = ("rejected", "cancelled")  # the states of a Task in which nothing is asked or answered any more
OVER = "This has ended, so nothing is asked or answered any more."
# The states in which a question lives, each with why no other is asked meanwhile.
LIVING = {
    "asked": "The next can be asked once this one is answered or taken back: one question at a time.",
    "answered": "Mark the answer as read first: one question at a time.",
}


class Question(Room):
    """One thing that the requester is asked, with the answer; whose move it is is its state."""

    first = "asked"
    read_with = ("request__intake__task",)
    letter = "K"
    zone = "governance"
    title = "Question"
    layer = "governor"
    seen_with = "governance.see_console"
    beside = True

    case_id = models.BigIntegerField(db_index=True)
    request = BornAmong(Request, ("received", "submitted"), same=["governor"], related_name="questions")
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    text = models.TextField(max_length=LONGEST_QUESTION)
    answer = models.TextField(max_length=LONGEST_ANSWER, blank=True)

    class Meta(Room.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["governor", "state", "since", "id"], name="governance_question_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(state__in=list(LIVING)),
                name="governance_question_one_living",
                violation_error_message="They were asked something already, and it is not answered or the answer not read yet: one question at a time.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["answered", "read"]) ^ models.Q(answer=""),
                name="governance_question_answered",
            ),
            own_law("governance_question_over_law", "governance/question.sql"),
        ]

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """Nothing is asked of whoever was turned away, nor answered; and nothing more is asked while a question lives."""
        request = row if isinstance(row, Request) else row.request
        if verb.name in {"ask", "say"} and turned_away(request):
            return OVER
        return LIVING.get(living(request), "") if verb.name == "ask" else ""

    @birth(
        Request,
        ("received", "submitted"),
        label="Ask the requester",
        says="They read it on their tracking page and answer there. It moves nothing else.",
        codename="ask_question",
        layer="governor",
    )
    def ask(cls, request: Request, *, text: str) -> "Question":  # noqa: N805
        """Ask the requester one thing, while it is not over; of two at once one is asked."""
        if shut := cls.shut(cls.verbs["ask"], request):
            raise Conflict(request, sentence=shut)
        return cls.born(request=request, text=text)

    @move(
        "asked",
        "answered",
        asker=True,
        label="Answer",
        button="Write down their answer",
        says="What they told you in another way stands as their answer, and that you wrote it down.",
        writes=("answer",),
    )
    def say(self, *, answer: str) -> None:
        """The requester answers, or somebody writes down what they said."""
        if shut := self.shut(self.verbs["say"], self):
            raise Conflict(self, sentence=shut)
        if not answer.strip():
            raise Invalid({"answer": "An answer says something."})
        self.answer = answer

    @move("answered", "read", label="Mark as read", says="It leaves the queue. The answer stays here.", primary=True)
    def mark_read(self) -> None:
        """Somebody who governs the case has read the answer."""

    @move(
        "asked",
        "withdrawn",
        no=True,
        label="Take the question back",
        says="The requester cannot answer it any more, and reads that it was taken back.",
    )
    def withdraw(self) -> None:
        """The answer is not needed any more."""


def turned_away(request: Request) -> bool:
    """Whether governance has ended the case, so that no answer changes anything: it was discarded, rejected or cancelled."""
    task = request.intake.task if hasattr(request, "intake") else None
    return request.state == "discarded" or bool(task and task.state in TURNED_AWAY)


def living(request: Any) -> str:
    """The state of the question that lives, empty where none does; asked of the database only where it did not come with the request."""
    came = vars(request).get("questioned")
    states = [each["state"] for each in came] if came is not None else request.questions.values_list("state", flat=True)
    return next((state for state in states if state in LIVING), "")
