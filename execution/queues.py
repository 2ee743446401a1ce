"""What waits in execution, and the two places where it is worked on."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from execution.job import ENDED
from execution.models import UNDER_WAY, Job, ServiceEvent
from governance.finding import FILTERS, Filter
from governance.models import Task
from qtm.queues import OPERATOR, QUEUES, WORKPLACES, Queue, Workplace

# A Task says nothing of its Job. But while the Job is under way the case waits there; afterwards it waits for governance alone.
UNCLOSED = Exists(Task.objects.filter(pk=OuterRef("assignment__task_id"), state="handed_off"))
# Once a part is completed, its Job waits for its operator's next move since then: for the next part, where nobody has opened one, or for the end.
RECORDED = Q(state="completed", job__state="claimed")
UNFOLLOWED = ~Exists(ServiceEvent.objects.filter(job=OuterRef("job"), pk__gt=OuterRef("pk")))

QUEUES += [
    Queue(
        "waiting-for-claim",
        "Waiting for claim",
        Job,
        Q(state="queued"),
        "A job waits here until somebody of its operator claims it.",
        next="To be claimed by {row.operator}",
        whose=OPERATOR,
    ),
    Queue(
        "in-work",
        "In work",
        ServiceEvent,
        Q(state__in=UNDER_WAY),
        "Claimed jobs stand here until they are completed, with whatever outcome.",
        next="With {row.operator}",
        whose=OPERATOR,
        governor="job__governor",
    ),
    Queue(
        "next-part",
        "Next part to open",
        ServiceEvent,
        RECORDED & Q(final=False) & Q(UNFOLLOWED),
        "Where the work has several parts, a job stands here once one is recorded, until its operator opens the next. It does not open by itself.",
        next="Next part, to be opened by {row.operator}",
        whose=OPERATOR,
        governor="job__governor",
    ),
    Queue(
        "job-to-complete",
        "Job to complete",
        ServiceEvent,
        RECORDED & Q(final=True),
        "Once all its work is recorded a job stands here, until its operator says that it is completed. Neither follows from the other.",
        next="To be completed by {row.operator}",
        whose=OPERATOR,
        governor="job__governor",
        by_due=False,
    ),
    Queue(
        "to-close",
        "To close",
        Job,
        Q(state__in=ENDED) & Q(UNCLOSED),
        "A task whose job was completed or cancelled stands here until governance closes it. It does not close by itself.",
        next="Close the task",
        late_after=timedelta(days=7),
        by_due=False,
        door=(Task, "close"),
    ),
]

WORKPLACES += [
    Workplace("Desk", "desk", lambda standing: bool(standing.membership), home=1),
    Workplace("Jobs", "jobs", lambda standing: standing.working, home=0),
]

FILTERS.append(
    Filter(
        "evidence",
        "Evidence",
        lambda found: [("yes", "Has evidence"), ("no", "Has none")],
        lambda value, found: Q(proven=value == "yes"),
    )
)
