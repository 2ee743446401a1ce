"""Settlement: what waits to be settled, what is under way, and the page of each settlement."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qtm.case import Case
from qtm.models import Transition
from qtm.queues import MANY
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in
from records.models import Record
from settlement.models import Settlement
from settlement.queues import ELIGIBLE, FREE

PAGE = 50
TO_SETTLE, NO_PRICE = "to-settle", "no-price"
OF_RECORDS = {TO_SETTLE: ("Sealed, unsettled", ELIGIBLE), NO_PRICE: ("Sealed, no price", FREE)}
OVER = {NO_PRICE, "captured", "voided"}  # nothing here waits: the newest first, and no age
EMPTY = {
    TO_SETTLE: (
        "Nothing waits to be settled",
        "When work that has a price is completed its record is sealed and stands here, until somebody opens a settlement for it.",
    ),
    NO_PRICE: (
        "No record is without a price",
        "When work without a fixed price is completed its record stands here. It waits for nothing; where an amount was agreed, a settlement can be opened.",
    ),
    "open": ("Nothing is open", "A settlement that somebody opened stands here until it is authorized or voided."),
    "authorized": ("Nothing is authorized", "What may be captured stands here until the money was received."),
    "captured": ("Nothing is captured yet", "A settlement stands here once its money was received."),
    "voided": ("Nothing was voided", "A settlement that came to nothing stands here, with the reason."),
}


class History(Case):
    """The log of one settlement alone."""

    def __init__(self, settlement: Settlement) -> None:
        """`settlement`: whose lines."""
        super().__init__(settlement.case_id)
        self.row = settlement.pk

    @cached_property
    def lines(self) -> Sequence[Transition]:
        """Its lines, oldest first."""
        return list(
            Transition.objects.filter(case_id=self.case_id, room=Settlement.label(), row_id=self.row).select_related(
                "user"
            )
        )


@require_safe
@signed_in
def settlements(request: Signed, slug: str = TO_SETTLE) -> HttpResponse:
    """What waits to be settled, or the settlements of one state, fifty at a time."""
    if not request.user.standing.holds("settlement.see_settlements"):
        raise Forbidden("Settlements are for those who settle, and for those who read everything.")
    if slug not in EMPTY:
        raise Http404("There is no such list.")
    found = list(_listed(request, slug)[: PAGE + 1])
    further = found[PAGE - 1].pk if len(found) > PAGE else None
    said = {
        "slug": slug,
        "shown": found[:PAGE],
        "further": further,
        "after": _after(request),
        "empty": EMPTY[slug],
        "queues": _queues(request, slug),
        "of_records": slug in OF_RECORDS,
    }
    return render(request, "settlement/settlements.html", said)


def _listed(request: Signed, slug: str) -> QuerySet[Any]:
    """The rows of one list: what waits oldest first, what does not newest first."""
    after, over = _after(request), slug in OVER
    rows: QuerySet[Any] = _unsettled(request, slug) if slug in OF_RECORDS else _settled(request).filter(state=slug)
    if after:
        rows = rows.filter(**{"pk__lt" if over else "pk__gt": after})
    return rows.order_by("-pk" if over else "pk")


def _unsettled(request: Signed, slug: str) -> QuerySet[Record]:
    """Sealed Records that nothing living settles, with a price or without, as far as this person sees them."""
    return Record.objects.filter(request.user.standing.sight(Record), OF_RECORDS[slug][1])


def _settled(request: Signed) -> QuerySet[Settlement]:
    """Settlements as far as this person sees them, each with its Record."""
    return Settlement.objects.filter(request.user.standing.sight(Settlement)).select_related("record")


def _after(request: Signed) -> int:
    """Where a further page begins; a place that cannot be read is the beginning."""
    said = request.GET.get("after", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


def _queues(request: Signed, slug: str) -> list[dict[str, Any]]:
    """Every list with its count; what waits with the age of its oldest."""
    counted: dict[str, Any] = {
        each["state"]: each
        for each in _settled(request).order_by().values("state").annotate(count=Count("pk"), oldest=Min("since"))
    }
    for each in OF_RECORDS:
        first = _unsettled(request, each).order_by("since")[: MANY + 1]
        counted[each] = first.aggregate(count=Count("pk"), oldest=Min("since"))
    return [_queue(each, counted.get(each, {"count": 0, "oldest": None}), each == slug) for each in EMPTY]


def _queue(slug: str, found: dict[str, Any], current: bool) -> dict[str, Any]:
    """One list as the rail draws it."""
    label = OF_RECORDS[slug][0] if slug in OF_RECORDS else slug.capitalize()
    url = reverse("settlements") if slug == TO_SETTLE else reverse("settlements-in", args=[slug])
    oldest: datetime | None = None if slug in OVER else found["oldest"]
    count = found["count"] if slug not in OF_RECORDS or found["count"] <= MANY else f"{MANY:,}+"
    return {"label": label, "url": url, "count": count, "oldest": oldest, "current": current}


@require_safe
@signed_in
def settlement(request: Signed, pk: int) -> HttpResponse:
    """One settlement: its Record, its amounts, what happened, and what this person may do."""
    row = get_object_or_404(_settled(request), pk=pk)
    others = _settled(request).filter(record=row.record).exclude(pk=pk).order_by("pk")
    said = {"settlement": row, "facts": row.record.facts, "log": History(row).history(), "others": others}
    return render(request, "settlement/settlement.html", {**said, "queues": _queues(request, row.state)})
