"""What the requester is told of execution."""

from collections.abc import Iterator

from execution.models import Job, ServiceEvent, Travel
from qtm.tracking import NOTED, STAGES, TOLD, Told


def travelled(case_id: int) -> Iterator[Told]:
    """That somebody is on the way to them, and there."""
    for each in Travel.objects.filter(event__case_id=case_id):
        yield Told(each.at, "They have arrived." if each.arrived else "They are on their way.", "execution")


STAGES["execution"] = "Work"
TOLD |= {
    (Job.label(), "queued"): "It was handed over to those who will do it, and waits for its turn.",
    (Job.label(), "claimed>queued"): "It waits for its turn again. No work had begun.",
    (Job.label(), "cancelled"): "It was cancelled before any work began. It will not be done.",
    (ServiceEvent.label(), "ready"): "Somebody has taken it on. The work has not begun yet.",
    (ServiceEvent.label(), "in_progress"): "The work has begun.",
    (ServiceEvent.label(), "paused>in_progress"): "The work goes on.",
    (ServiceEvent.label(), "paused"): "The work rests for now.",
}
NOTED.append(travelled)
