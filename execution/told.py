"""What the requester is told of execution."""

from collections.abc import Iterator

from execution.models import Job, ServiceEvent, Travel
from qtm.models import Transition
from qtm.tracking import NOTED, STAGES, TOLD, Told


def travelled(case_id: int) -> Iterator[Told]:
    """That somebody is on the way to them, and there."""
    for each in Travel.objects.filter(event__case_id=case_id):
        yield Told(each.at, "They have arrived." if each.arrived else "They are on their way.", "execution")


OPENED = f"execution.{ServiceEvent.permission(ServiceEvent.verbs['open_next'])} "


def taken_on(line: Transition) -> str:
    """That somebody has it in hand: all of it, or its next part, as the authority says by which it was opened."""
    if line.authority.startswith(OPENED):
        return "The next part of it was taken up. Its work has not begun yet."
    return "Somebody has taken it on. The work has not begun yet."


STAGES["execution"] = "Work"
TOLD |= {
    (Job.label(), "queued"): "It was handed over to those who will do it, and waits for its turn.",
    (Job.label(), "claimed>queued"): "It waits for its turn again. No work had begun.",
    (Job.label(), "cancelled"): "It was cancelled before any work began. It will not be done.",
    (ServiceEvent.label(), "ready"): taken_on,
    (ServiceEvent.label(), "in_progress"): "The work has begun.",
    (ServiceEvent.label(), "paused>in_progress"): "The work goes on.",
    (ServiceEvent.label(), "paused"): "The work rests for now.",
}
NOTED.append(travelled)
