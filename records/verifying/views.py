"""Where anybody checks a Record: on their own machine, with a download they have or by the digest that stands on a certificate."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from intake.views import private
from records.export import download as exported
from records.log.keys_shown import every_key
from records.log.proofs import place_of
from records.log.witnesses import witnesses
from records.models import Record
from records.verifying import verify_record


def known() -> dict[str, object]:
    """What a download is checked against: the keys of the house, and who vouches for its log."""
    return {"keys": every_key(), "witnesses": witnesses()}


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The page that checks a download in the browser."""
    return render(request, "records/verify.html", known())


@require_safe
def by_digest(request: HttpRequest, digest: str) -> HttpResponse:
    """The same page for one Record, found by the SHA-256 on its certificate: what it shows of it is its place in the log."""
    record = get_object_or_404(Record.objects.only("pk"), sha256=digest)
    shown = {**known(), "digest": digest, "place": place_of(record.pk)}
    return private(render(request, "records/verify.html", shown))


@require_safe
def receipt(request: HttpRequest, digest: str) -> HttpResponse:
    """The receipt of that Record, which shows nothing of it."""
    record = get_object_or_404(Record, sha256=digest)
    return private(exported.as_file(exported.receipt(record), "receipt.zip"))


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script that needs nothing of this house, byte for byte as it stands in the repository."""
    content = Path(verify_record.__file__).read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="verify_record.py"'}
    return HttpResponse(content, content_type="text/x-python; charset=utf-8", headers=headers)
