"""What waits in execution, and the two places where it is worked on."""

from django.db.models import Q

from execution.models import UNDER_WAY, Job, ServiceEvent
from qtm.queues import QUEUES, WORKPLACES, Queue, Workplace

QUEUES += [
    Queue(
        "waiting-for-claim",
        "Waiting for claim",
        Job,
        Q(state="queued"),
        "A job waits here until somebody of its operator claims it.",
        next="To be claimed by {row.operator}",
    ),
    Queue(
        "in-work",
        "In work",
        ServiceEvent,
        Q(state__in=UNDER_WAY),
        "Claimed jobs stand here until they are completed, with whatever outcome.",
        next="With {row.operator}",
        governor="job__governor",
    ),
]

WORKPLACES += [
    Workplace("Desk", "desk", lambda standing: bool(standing.membership), home=1),
    Workplace("Jobs", "jobs", lambda standing: standing.working, home=0),
]
