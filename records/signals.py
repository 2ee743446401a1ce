"""The ⭐ Signals as whoever oversees reads them: given and withheld side by side, each with its reason, and what people did later."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qtm.models import Transition
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in
from records.certificate import Certificate
from records.models import Record, Signal
from records.paging import before, page_of

# What is shown under each word: nothing is counted, and nothing ordered but by when it was sealed.
SHOWN: Mapping[str, Q] = {
    "given": Q(signal__state="active"),
    "withheld": Q(signal=None),
    "suppressed": Q(signal__state="suppressed"),
    "revoked": Q(signal__state="revoked"),
}


@require_safe
@signed_in
def signals(request: Signed) -> HttpResponse:
    """The newest Records of one kind, fifty at a time."""
    standing = request.user.standing
    if not standing.holds("qtm.oversee"):
        raise Forbidden("The ⭐ of the whole network are read by those who oversee it; each Record says of its own.")
    kind = request.GET.get("is", "")
    kind = kind if kind in SHOWN else "given"
    rows, older = page_of(Record.objects.filter(SHOWN[kind], **before(request)).select_related("signal"))
    moved = last_moves([each.signal for each in rows]) if kind != "withheld" else {}
    shown = [(Certificate(each, standing), moved.get(each.pk)) for each in rows]
    return render(request, "records/signals.html", {"shown": shown, "older": older, "kinds": SHOWN, "kind": kind})


def last_moves(given: Sequence[Signal]) -> dict[int, Transition]:
    """What people did last with each of these, and why, by the Record it was read from; nothing for those as they were given."""
    record = {each.pk: each.record_id for each in given}
    lines = Transition.objects.filter(
        case_id__in={each.case_id for each in given}, room=Signal.label(), row_id__in=record
    )
    moved: Any = lines.exclude(was="").select_related("user").order_by("pk")
    return {record[line.row_id]: line for line in moved}
