"""The Record as the requester reads it by their tracking link: what was done for them, and nothing of how the house came to it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from intake.models import Request
from intake.views import asked_with, private
from qtm.panels import PANELS
from qtm.standing import NOBODY
from records.addendum import around
from records.agreement import OF_EVENT
from records.certificate import Certificate
from records.export import download as exported
from records.models import Record
from records.shown import Seal


class Told(Certificate):
    """What a Record says to whoever asked: the work and its operator, and nobody's name of the house."""

    def __init__(self, record: Record, asked: Request) -> None:
        """Whoever holds the link is nobody here: they see no annex, no case and no file. `asked`: what the link leads to."""
        super().__init__(record, NOBODY)
        self.asked = asked

    @property
    def page(self) -> str:
        """Where they read it, with their link."""
        return self.page_of(self.record)

    def page_of(self, other: Record) -> str:
        """Where they read one that corrects it, or is corrected by it: their link leads there too."""
        return reverse("told-record", args=[self.asked.token, other.pk])

    @property
    def may_ask(self) -> str:
        """Where they ask for a correction: of what was done for them, with the link that is of that."""
        own = self.record.case_id == self.asked.pk
        return reverse("correct-told", args=[self.asked.token, self.record.pk]) if own else ""

    @cached_property
    def pictures(self) -> dict[str, int]:
        """No picture is shown by a link that may be passed on."""
        return {}

    def _shown(self, place: str, piece: Mapping[str, Any]) -> dict[str, Any]:
        """One piece, captured by the operator: by whom of theirs is theirs to know."""
        return {**super()._shown(place, piece), "by": self.facts["operator"]["name"]}


@require_safe
def told(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """One Record of what was asked, or one that corrects it or is corrected by it, for whoever holds the link."""
    asked = asked_with(token)
    record = get_object_or_404(around(asked.pk).select_related("signal", "leaf", *OF_EVENT), pk=pk)
    said = {"asked": asked, "record": record, "said": Told(record, asked), "seal": Seal(record, request)}
    return private(render(request, "records/told.html", said))


@require_safe
def receipt(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """The proof that it is in the log, for whoever holds the link: nothing of what is not theirs, as it shows nothing."""
    _, record = _asked(token, pk)
    return private(exported.as_file(exported.receipt(record), f"{record.reference}-receipt.zip"))


def _asked(token: str, pk: int) -> tuple[Request, Record]:
    """What was asked by that link, and one of its Records."""
    asked = asked_with(token)
    return asked, get_object_or_404(Record.objects.select_related("signal"), pk=pk, case_id=asked.pk)


def of_request(request: HttpRequest, asked: Request) -> tuple[str, dict[str, Any]] | None:
    """The Records of what was asked, once there are any, with what corrects them; and the one that it is to correct."""
    found = list(around(asked.pk).order_by("pk"))
    if not found:
        return None
    said = {
        "records": [each for each in found if each.case_id == asked.pk],
        "corrects": [each for each in found if each.sha256 == asked.corrects],
        "addenda": [each for each in found if each.case_id != asked.pk and each.sha256 != asked.corrects],
    }
    return "records/_of_request.html", {"asked": asked, **said}


PANELS["tracking"].append(of_request)
