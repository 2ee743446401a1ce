"""The queue before settlement, and the place where people settle."""

from django.db.models import Exists, OuterRef, Q

from qtm.queues import COMMERCE, QUEUES, WORKPLACES, Queue, Workplace
from records.models import Record
from settlement.models import LIVING, Settlement

# Eligible is a query and no row: sealed, the last of its Job, and nothing living settles it. Where the Record names no price, nothing waits for it.
UNSETTLED_YET = Q(state="sealed", final=True) & ~Q(Exists(Settlement.objects.filter(LIVING, record=OuterRef("pk"))))
ELIGIBLE, FREE = UNSETTLED_YET & Q(priced=True), UNSETTLED_YET & Q(priced=False)
UNSETTLED = Queue(
    "sealed-unsettled",
    "Sealed, unsettled",
    Record,
    ELIGIBLE,
    "A record that names a price stands here until somebody opens its settlement; one without a price waits for none. Nothing is owed by itself.",
    permission="records.see_records",
    next="Waits for commerce to open a settlement",
    whose=COMMERCE,
    governor="event__job__governor",
    by_due=False,
)

QUEUES.append(UNSETTLED)
WORKPLACES.append(
    Workplace("Settlement", "settlements", lambda standing: bool(standing.holds("settlement.see_settlements")), home=6)
)
