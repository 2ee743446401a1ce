"""What is lacking of the operators themselves."""

from django.db.models import Exists, OuterRef, QuerySet

from qtm.models import Membership, Operator
from qtm.overview.declared import GAPS, Gap


def working() -> QuerySet[Operator]:
    """Operators that can be given work."""
    return Operator.objects.filter(state="active").order_by()


GAPS.append(
    Gap(
        "operators-without-people",
        "Operators with nobody who could claim",
        "A job that is created for them waits for good.",
        Operator,
        lambda: working().exclude(Exists(Membership.objects.filter(operator=OuterRef("pk"), left_at=None))),
        working,
    )
)
