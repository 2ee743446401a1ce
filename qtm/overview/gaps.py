"""What is lacking of the operators themselves."""

from django.db.models import Exists, OuterRef, QuerySet

from qtm.models import Membership, Operator
from qtm.overview.declared import GAPS, Gap
from qtm.working import Capability, Hours, said_itself


def working() -> QuerySet[Operator]:
    """Operators that can be given work."""
    return Operator.objects.filter(state="active").order_by()


GAPS += [
    Gap(
        "operators-without-hours",
        "Operators with no hours",
        "Nobody knows when they work, and no plan can say that they are full.",
        Operator,
        lambda: working().exclude(said_itself(Hours)),
        working,
    ),
    Gap(
        "operators-without-surfaces",
        "Operators with no surfaces",
        "Nobody knows what work they can do.",
        Operator,
        lambda: working().exclude(said_itself(Capability)),
        working,
    ),
    Gap(
        "operators-without-position",
        "Operators with no position",
        "How far they are from the work is not told.",
        Operator,
        lambda: working().filter(latitude=None),
        working,
    ),
    Gap(
        "operators-without-people",
        "Operators with nobody who could claim",
        "A job that is created for them waits for good.",
        Operator,
        lambda: working().exclude(Exists(Membership.objects.filter(operator=OuterRef("pk"), left_at=None))),
        working,
    ),
]
