"""What the requester is told of intake."""

from intake.models import Request
from qtm.models import Transition
from qtm.tracking import STAGES, TOLD


def discarded(line: Transition) -> str:
    """Whether they withdrew it themselves."""
    return (
        "You withdrew it. Nothing follows from it."
        if line.actor_id
        else "It was set aside, and nothing follows from it."
    )


STAGES["intake"] = "Asked"
TOLD |= {
    (
        Request.label(),
        "received",
    ): "Your request has reached us, but something is still missing. Whoever took it will complete it with you.",
    (Request.label(), "discarded"): discarded,
}
