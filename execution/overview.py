"""What the overview counts of execution."""

from execution.models import Job, ServiceEvent
from governance.models import Task
from qtm.overview.declared import BEGINS, PACES, Pace

# A claimed Job waits for no word of its operator, and a Task for no closure, before the work is over.
BEGINS[Job, "claimed"] = [(ServiceEvent, "completed")]
BEGINS[Task, "handed_off"] = [(Job, "completed"), (Job, "cancelled")]
PACES.append(Pace("Jobs created", Job, "", "queued"))
