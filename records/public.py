"""The Record as the requester reads it by their tracking link: what was done for them, and nothing of how the house came to it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from intake.models import Request
from intake.views import asked_with, private
from qtm.panels import PANELS
from qtm.roles import NOBODY
from records.certificate import Certificate
from records.export import download as exported
from records.models import Record


class Told(Certificate):
    """What a Record says to whoever asked: the work and its operator, and nobody's name of the house."""

    def __init__(self, record: Record) -> None:
        """Whoever holds the link is nobody here: they see no annex, no case and no file."""
        super().__init__(record, NOBODY)

    @cached_property
    def pictures(self) -> dict[str, int]:
        """No picture is shown by a link that may be passed on."""
        return {}

    def _shown(self, place: str, piece: Mapping[str, Any]) -> dict[str, Any]:
        """One piece, captured by the operator: by whom of theirs is theirs to know."""
        return {**super()._shown(place, piece), "by": self.facts["operator"]["name"]}


@require_safe
def told(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """One Record of what was asked, for whoever holds the link."""
    asked, record = _asked(token, pk)
    return private(render(request, "records/told.html", {"asked": asked, "record": record, "said": Told(record)}))


@require_safe
def receipt(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """The proof that it is in the log, for whoever holds the link: nothing of what is not theirs, as it shows nothing."""
    _, record = _asked(token, pk)
    return private(exported.as_file(exported.receipt(record), f"{record.reference}-receipt.zip"))


def _asked(token: str, pk: int) -> tuple[Request, Record]:
    """What was asked by that link, and one of its Records."""
    asked = asked_with(token)
    return asked, get_object_or_404(
        Record.objects.select_related("signal").prefetch_related("erasures"), pk=pk, case_id=asked.pk
    )


def of_request(request: HttpRequest, asked: Request) -> tuple[str, dict[str, Any]] | None:
    """The Records of what was asked, once there are any."""
    records = list(Record.objects.filter(case_id=asked.pk).order_by("pk"))
    return ("records/_of_request.html", {"asked": asked, "records": records}) if records else None


PANELS["tracking"].append(of_request)
