"""The Records: their list, the certificate of each, and the bytes that were sealed."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in
from records.agreement import OF_EVENT
from records.certificate import Certificate
from records.export import download as exported
from records.models import Annex, Record
from records.paging import before, page_of
from records.pdf import pdf_of, works
from records.queues import reads_records
from records.shown import Seal

ANNEX = Subquery(Annex.objects.filter(record=OuterRef("pk")).values("content")[:1])


def _seen(request: Signed) -> QuerySet[Record]:
    """The Records that this person may see, each with its ⭐ if it has one."""
    return Record.objects.filter(request.user.standing.sight(Record)).select_related("signal")


@require_safe
@signed_in
def records(request: Signed) -> HttpResponse:
    """The newest Records, fifty at a time."""
    standing = request.user.standing
    if not reads_records(standing):
        raise Forbidden("The Records are for the operators that did the work, and for those who govern and settle it.")
    rows, older = page_of(_seen(request).filter(**before(request)))
    shown = [Certificate(each, standing) for each in rows]
    return render(
        request,
        "records/records.html",
        {
            "shown": shown,
            "older": older,
            "own": not standing.holds("records.see_records"),
            "oversees": standing.holds("qtm.oversee"),
        },
    )


def _read(request: Signed, pk: int) -> Record:
    """One of them, with all that a certificate reads of it."""
    read = _seen(request).select_related("leaf", *OF_EVENT).prefetch_related("erasures").annotate(annex_content=ANNEX)
    return get_object_or_404(read, pk=pk)


@require_safe
@signed_in
def record(request: Signed, pk: int) -> HttpResponse:
    """One Record, as a certificate."""
    return render(request, "records/record.html", _said(request, _read(request, pk)))


def _said(request: Signed, row: Record) -> dict[str, Any]:
    """All that a certificate shows to this person."""
    said = Certificate(row, request.user.standing)
    return {"record": row, "said": said, "seal": Seal(row, request), "has_pdf": works()}


@require_safe
@signed_in
def record_pdf(request: Signed, pk: int, name: str) -> HttpResponse:
    """The same certificate as a PDF, without its pictures; where none can be made, there is none."""
    row = _read(request, pk)
    if name != row.reference or not works():
        raise Http404("There is nothing here for you.")
    html = render_to_string("records/record.html", {**_said(request, row), "pictureless": True}, request)
    return _bytes(pdf_of(html, request.build_absolute_uri("/")), f"{row.reference}.pdf", "application/pdf")


@require_safe
@signed_in
def download(request: Signed, pk: int) -> HttpResponse:
    """The Record with all that it takes to check it, for whoever may read it."""
    row = get_object_or_404(_seen(request), pk=pk)
    return exported.as_file(exported.download(row), f"{row.reference}.zip")


@require_safe
@signed_in
def document(request: Signed, pk: int) -> HttpResponse:
    """The sealed bytes as they are."""
    row = get_object_or_404(_seen(request), pk=pk)
    return _bytes(row.document, f"{row.reference}.json")


@require_safe
@signed_in
def annex(request: Signed, pk: int) -> HttpResponse:
    """The annex as it was sealed, for whom it is."""
    row = get_object_or_404(_seen(request), pk=pk)
    found = row.annexes.first() if Certificate(row, request.user.standing).sees_annex else None
    if found is None:
        raise Http404("There is nothing here for you.")
    return _bytes(found.content, f"{row.reference}-annex.json")


def _bytes(content: bytes | memoryview, name: str, kind: str = "application/json") -> HttpResponse:
    """Bytes to keep: never shown in the page, never kept by a cache on the way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(bytes(content), content_type=kind, headers=headers)
