"""What nobody has said yet of who is let in: operators and members without hours, without surfaces, without a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window

from qtm.models import Membership, Operator
from qtm.spine import WORKING
from qtm.working import Capability, Hours, Said

NAMED = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: of how many, and the first few of them by name with their page."""

    slug: str
    words: str
    count: int
    first: Sequence[tuple[str, str]]


def gaps() -> list[Gap]:
    """What is missing of the operators that are let in, and of their members; one query each."""
    operators = Operator.objects.filter(state__in=WORKING).order_by("name")
    members = (
        Membership.objects.filter(left_at=None, operator__state__in=WORKING)
        .select_related("user", "operator")
        .order_by("operator__name", "pk")
    )
    return [
        _gap("operators-hours", "operators with no hours said", operators.filter(~said_itself(Hours))),
        _gap("operators-surfaces", "operators with no surfaces said", operators.filter(~said_itself(Capability))),
        _gap("operators-place", "operators with no position", operators.filter(latitude=None)),
        _gap("members-hours", "members with no hours, nor their operator", members.filter(_of_neither(Hours))),
        _gap(
            "members-surfaces", "members with no surfaces, nor their operator", members.filter(_of_neither(Capability))
        ),
    ]


def said_itself(kind: type[Said], operator: str = "pk", user: Any = None) -> Exists:
    """That something of a kind stands of an operator itself, or of somebody."""
    return Exists(kind._default_manager.filter(operator=OuterRef(operator), user=user, until=None))


def _of_neither(kind: type[Said]) -> Q:
    """That nothing of a kind stands, of a member or of the operator."""
    return ~Q(said_itself(kind, "operator")) & ~Q(said_itself(kind, "operator", OuterRef("user")))


def _gap(slug: str, words: str, rows: QuerySet[Any]) -> Gap:
    """Count what matches, and name the first few."""
    few = list(rows.annotate(number=Window(Count(F("pk"))))[:NAMED])
    named = [(str(getattr(each, "user", each)), each.page) for each in few]
    return Gap(slug, words, few[0].number if few else 0, named)
