"""What the overview counts of intake."""

from django.db.models import Q, QuerySet

from intake.models import Request
from qtm.overview.declared import GAPS, PACES, Gap, Pace

PACES.append(Pace("Asked", Request, "", "received"))


def incomplete() -> QuerySet[Request]:
    """Requests that wait to be completed."""
    return Request.objects.filter(state="received")


def _unreachable() -> QuerySet[Request]:
    """Those of them that name neither a phone nor an e-mail address."""
    named = ~Q(asked__phone="") & Q(asked__phone__isnull=False) | ~Q(asked__email="") & Q(asked__email__isnull=False)
    return incomplete().exclude(named)


GAPS.append(
    Gap(
        "requests-out-of-reach",
        "Incomplete requests that name no way to reach anybody",
        "What is missing cannot be asked for.",
        Request,
        _unreachable,
        incomplete,
    )
)
