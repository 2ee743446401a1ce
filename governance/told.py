"""What the requester is told of governance."""

from governance.models import Assignment, Task
from governance.question import Question
from qtm.models import Transition
from qtm.tracking import STAGES, TOLD


def cancelled(line: Transition) -> str:
    """Whether they withdrew it themselves."""
    return "You withdrew it. It will not be done." if line.actor_id else "It was cancelled. It will not be done."


def answered(line: Transition) -> str:
    """Whether they answered here, or told somebody who wrote it down."""
    return "You answered." if line.actor_id else "Your answer was written down for you."


STAGES["governance"] = "Review"
TOLD |= {
    (Task.label(), "open"): "Your request has reached us. Somebody will look at it and decide.",
    (Task.label(), "held>open"): "The review goes on.",
    (Task.label(), "held"): "The review has to wait for something.",
    (Task.label(), "approved"): "It was approved. Next, somebody is chosen to do it.",
    (Task.label(), "assigned>approved"): "It is still approved, and somebody else will be chosen to do it.",
    (Task.label(), "rejected"): "It was looked at and turned down. It will not be done.",
    (Task.label(), "cancelled"): cancelled,
    (Question.label(), "asked"): "You were asked something.",
    (Question.label(), "answered"): answered,
    (Question.label(), "read"): "Your answer was read.",
    (Question.label(), "withdrawn"): "The question was taken back.",
    (Assignment.label(), "active"): "Somebody was chosen to do it. The work has not been handed over yet.",
}
