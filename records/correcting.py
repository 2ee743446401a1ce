"""The pages on which a correction of a Record is asked for: by admins and the operator's owners, and by the requester with their link."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from governance.tracking import LINK
from governance.tracking import VIA as TRACKING
from intake.models import Request
from intake.views import asked_with, private
from qtm.pages import posted
from qtm.refusals import Forbidden, Refusal
from qtm.signed import Signed
from qtm.tries import place_of
from qtm.typed import signed_in, typed_before
from records.addendum import ask_correction, asks_by
from records.certificate import Certificate
from records.forms import AddendumForm
from records.models import Record
from records.public import Told

NOT_YOURS = "A correction is asked for by admins, by the owners of the operator that did the work, and by the requester with their link."


@signed_in
def correct(request: Signed, pk: int) -> HttpResponse:
    """Somebody of the house asks: GET draws the form, POST sends it the way that every request goes."""
    standing = request.user.standing
    record = get_object_or_404(Record.objects.filter(standing.sight(Record)), pk=pk)
    authority = asks_by(standing, record)
    if not authority:
        raise Forbidden(NOT_YOURS)
    form = AddendumForm(posted(request), initial=typed_before(request))
    made, status = _asked(form, record, via="records", authority=authority, user=request.user)
    if made is None:
        return _form(request, form, Certificate(record, standing), status)
    messages.success(request, f"{made.reference} is asked for. Whether it is done is decided as for every request.")
    return redirect(record.page)


def correct_told(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """The requester asks, with their link: the same form, and then the tracking page of what they asked."""
    asked = asked_with(token)
    record = get_object_or_404(Record, pk=pk, case_id=asked.pk)
    form = AddendumForm(posted(request))
    made, status = _asked(form, record, via=TRACKING, authority=LINK, place=place_of(request))
    if made is None:
        return private(_form(request, form, Told(record, asked), status))
    return redirect("track", made.token)


def _asked(form: AddendumForm, record: Record, **how: Any) -> tuple[Request | None, int]:
    """What came of a form that was sent, and the status of the page that says why nothing did."""
    if not form.is_valid():
        return None, 422 if form.is_bound else 200
    try:
        return ask_correction(record, form.cleaned_data["words"], **how), 302
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return None, refusal.status


def _form(request: HttpRequest, form: AddendumForm, said: Certificate, status: int) -> HttpResponse:
    """The form, empty or with what was typed."""
    return render(request, "records/correct.html", {"form": form, "said": said, "record": said.record}, status=status)
