"""Where people work in intake. What waits here waits before a boundary of governance, which declares the queue."""

from intake.staff import KEEP, TAKE
from qtm.queues import WORKPLACES, Workplace

WORKPLACES += [
    Workplace("Intake", "intake", lambda standing: standing.anywhere(TAKE), home=6),
    Workplace("Funnels", "funnels", lambda standing: standing.anywhere(KEEP), home=0),
]
