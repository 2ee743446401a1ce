"""A row of every room in every state, each reached through the doors: what the generated tests are generated from."""

from collections.abc import Callable
from typing import Any

from execution.models import Job, ServiceEvent
from governance.models import Assignment, Task
from governance.question import Question
from governance.submit import Asking, ask
from intake.models import Funnel, Intake, Request
from qtm.acts import acting
from qtm.applications import Application
from qtm.doors import Door
from qtm.models import Operator, Surface
from records.models import Erasure, Record, Signal
from settlement.models import Settlement
from tests.cast import PARTY, Cast, Walk, enter

WHY = {"reason": "for the test"}


def _received() -> Request:
    """A Request that waits to be completed."""
    funnel, surface = Funnel.objects.get(slug="network"), Surface.objects.get(code="automotive-advisory")
    asked = {"name": "Maren Holt"}
    return ask(
        Asking(
            funnel,
            surface,
            "phone",
            asked,
            f"test:{id(asked)}:{Request.objects.count()}",
            "intake page",
            user=Cast().ines,
            authority="x",
            incomplete=True,
        )
    )[0]


def _after(room: Any, verb: str, make: Callable[[], Any], who: str = "ines", **given: Any) -> Callable[[], Any]:
    """The row that `make` gives, after one more press."""

    def walk() -> Any:
        row = make()
        enter(getattr(Cast(), who), room, verb, row, **given)
        return type(row).objects.get(pk=row.pk)

    return walk


def _job(walk: Walk) -> Job:
    """A completed Job."""
    walk.record()
    enter(Cast().will, Job, "complete", walk.job())
    return walk.job()


def _upstream(make: Callable[[Walk], Any], get: Callable[[Walk], Any]) -> Callable[[], Any]:
    """Walk a case somewhere, then take a row of it."""

    def walk() -> Any:
        case = Walk()
        make(case)
        return get(case)

    return walk


def _operator(name: str, *steps: str) -> Callable[[], Operator]:
    """An operator in one access state."""

    def made() -> Operator:
        for step in steps:
            if (
                step in {"accept", "activate"}
                and Operator.objects.get(name=name).state
                != {"accept": "pending_review", "activate": "pending_activation"}[step]
            ):
                continue
            enter(
                Cast().ines,
                Operator,
                step,
                Operator.objects.get(name=name),
                **(WHY if step in {"suspend", "limit"} else {}),
            )
        return Operator.objects.get(name=name)

    return made


def _answered() -> Question:
    """An answer that nobody has read yet, as somebody wrote it down."""
    row = asked(Walk())
    enter(Cast().ines, Question, "say", row, answer="At nine.")
    return Question.objects.get(pk=row.pk)


def applied(**said: Any) -> Application:
    """A business that has applied on the public page."""
    number = Application.objects.count()
    given = {
        "name": f"Applicant {number}",
        "contact": "Ida Applicant",
        "phone": "+49 30 1234 5678",
        "address": "5 Chapel Court",
        "surfaces": ["auto-detailing"],
        "words": "Nine years at a dealer's.",
        "key": f"test:{number}",
    }
    with acting(via="application form", authority="an open form"):
        return Application.born(**{**given, **said})


def _taken_in() -> Application:
    """An application that became an operator."""
    row = applied()
    enter(Cast().wim, Operator, "take_in", row, name=row.name)
    return Application.objects.get(pk=row.pk)


NEWEST: dict[Any, Callable[[Walk], Any]] = {
    Job: lambda walk: Job.objects.get(case_id=walk.request.pk),
    ServiceEvent: lambda walk: ServiceEvent.objects.filter(case_id=walk.request.pk).latest("pk"),
    Assignment: lambda walk: Assignment.objects.filter(case_id=walk.request.pk).latest("pk"),
    Task: lambda walk: walk.task,
    Signal: lambda walk: Signal.objects.get(case_id=walk.request.pk),
}

REACH: dict[tuple[Any, str], Callable[[], Any]] = {
    (Request, "received"): _received,
    (Request, "submitted"): lambda: Walk().request,
    (Request, "discarded"): _after(Request, "discard", _received, **WHY),
    (Intake, "stored"): lambda: Walk().intake,
    (Task, "open"): lambda: Walk().task,
    (Task, "held"): _after(Task, "hold", lambda: Walk().task, **WHY),
    (Task, "approved"): lambda: Walk().approved(),
    (Task, "rejected"): _after(Task, "reject", lambda: Walk().task, **WHY),
    (Task, "cancelled"): _after(Task, "cancel", lambda: Walk().task, **WHY),
    (Task, "assigned"): _upstream(Walk.assignment, NEWEST[Task]),
    (Task, "handed_off"): _upstream(Walk.job, NEWEST[Task]),
    (Task, "closed"): _after(Task, "close", _upstream(Walk.job, NEWEST[Task])),
    (Assignment, "active"): lambda: Walk().assignment(),
    (Assignment, "withdrawn"): _after(Assignment, "withdraw", lambda: Walk().assignment(), **WHY),
    (Assignment, "handed_off"): _upstream(Walk.job, NEWEST[Assignment]),
    (Question, "asked"): lambda: asked(Walk()),
    (Question, "answered"): _answered,
    (Question, "read"): _after(Question, "mark_read", _answered),
    (Question, "withdrawn"): _after(Question, "withdraw", lambda: asked(Walk()), **WHY),
    (Job, "queued"): lambda: Walk().job(),
    (Job, "claimed"): _upstream(Walk.event, NEWEST[Job]),
    (Job, "completed"): lambda: _job(Walk()),
    (Job, "cancelled"): _after(Job, "cancel", lambda: Walk().job(), **WHY),
    (ServiceEvent, "ready"): lambda: Walk().event(),
    (ServiceEvent, "in_progress"): lambda: Walk().filled(),
    (ServiceEvent, "paused"): _after(ServiceEvent, "pause", lambda: Walk().started(), who="will"),
    (ServiceEvent, "completed"): _upstream(Walk.record, NEWEST[ServiceEvent]),
    (ServiceEvent, "abandoned"): lambda: _abandoned(Walk()),
    (Record, "sealed"): lambda: Walk().record(),
    (Signal, "active"): _upstream(Walk.record, NEWEST[Signal]),
    (Signal, "suppressed"): _after(Signal, "suppress", _upstream(Walk.record, NEWEST[Signal]), **WHY),
    (Signal, "revoked"): _after(Signal, "revoke", _upstream(Walk.record, NEWEST[Signal]), **WHY),
    (Erasure, "erased"): lambda: erased(Walk().record()),
    (Settlement, "open"): lambda: Walk().settlement(),
    (Settlement, "authorized"): lambda: Walk().authorized(),
    (Settlement, "captured"): lambda: Walk().captured(),
    (Settlement, "voided"): _after(Settlement, "void", lambda: Walk().settlement(), who="cora", **WHY),
    (Application, "received"): applied,
    (Application, "taken_in"): _taken_in,
    (Application, "declined"): _after(Application, "decline", applied, "wim", **WHY),
    (Operator, "pending_review"): _operator("Pending"),
    (Operator, "pending_activation"): _operator("Pending", "accept"),
    (Operator, "active"): _operator("Pending", "accept", "activate"),
    (Operator, "limited"): _operator("Limited"),
    (Operator, "suspended"): _operator("Suspended"),
}


def erased(record: Record, *, annex: bool = True, files: bool = False) -> Erasure:
    """Something of a Record was erased."""
    return enter(Cast().ines, Erasure, "erase", record, annex=annex, files=files, **WHY)  # type: ignore[no-any-return]


def asked(walk: Walk, text: str = "When are you at home?") -> Question:
    """A question that waits for the requester."""
    return enter(walk.governor, Question, "ask", walk.request, text=text)  # type: ignore[no-any-return]


def between() -> Walk:
    """A case whose plan is sealed, and whose day nobody has opened yet."""
    walk = Walk(surface="event-coordination", asked=PARTY, outcome="plan-agreed")
    walk.record()
    return walk


# Where a state alone does not open a door, what else it takes.
OPEN: dict[str, Callable[[str], Any]] = {
    "Job.complete": lambda _: _upstream(Walk.record, NEWEST[Job])(),
    "ServiceEvent.mark": lambda _: Walk().started(),
    "ServiceEvent.open_next": lambda _: between().job(),
    "ServiceEvent.arrive": lambda state: (
        enter(Cast().will, ServiceEvent, "set_off", REACH[ServiceEvent, state]()).event
    ),
}


def before(door: Door, state: str = "") -> Any:
    """A row in a state, or in the first that the door has, before a door that stands open."""
    state = state or door.verb.was[0]
    opened = OPEN.get(f"{door.room.__name__}.{door.verb.name}")
    return opened(state) if opened else REACH[door.pressed_on, state]()


def _abandoned(walk: Walk) -> ServiceEvent:
    """A ServiceEvent whose Job was released."""
    event = walk.event()
    enter(Cast().will, Job, "release", walk.job(), **WHY)
    return ServiceEvent.objects.get(pk=event.pk)
