"""What the requester is told of governance."""

from governance.models import Assignment, Task
from qtm.models import Transition
from qtm.tracking import STAGES, TOLD


def cancelled(line: Transition) -> str:
    """Whether they withdrew it themselves."""
    return "You withdrew it. It will not be done." if line.actor_id else "It was cancelled. It will not be done."


STAGES["governance"] = "Review"
TOLD |= {
    (Task.label(), "open"): "Your request has reached us. Somebody will look at it and decide.",
    (Task.label(), "held>open"): "The review goes on.",
    (Task.label(), "held"): "The review has to wait for something.",
    (Task.label(), "approved"): "It was approved. Next, somebody is chosen to do it.",
    (Task.label(), "assigned>approved"): "It is still approved, and somebody else will be chosen to do it.",
    (Task.label(), "rejected"): "It was looked at and turned down. It will not be done.",
    (Task.label(), "cancelled"): cancelled,
    (Assignment.label(), "active"): "Somebody was chosen to do it. The work has not been handed over yet.",
}
