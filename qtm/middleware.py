"""Refusals become pages: every no of the product with its status and a sentence in plain words."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from qtm import errors
from qtm.refusals import Refusal

FORM_BYTES = 1_000_000


class PlainRefusals:
    """Turns refusals into pages, and what is too large away before it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """As Django calls it."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what can be read; a NUL byte in an address or a cookie never is."""
        return errors.unreadable() if _has_nul(request) else self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """413 for a body larger than this page takes: more than a form's only where files are uploaded."""
        files = settings.EVIDENCE_MAX_BYTES * settings.DATA_UPLOAD_MAX_NUMBER_FILES
        most = files if getattr(view, "takes_uploads", False) else FORM_BYTES
        size = request.META.get("CONTENT_LENGTH") or "0"
        return errors.too_large(request) if size.isdigit() and int(size) > most else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal is a page with its own status; anything else is not ours to hide."""
        return errors.refused(request, exception) if isinstance(exception, Refusal) else None


def _has_nul(request: HttpRequest) -> bool:
    """Whether the address, what is asked in it or a cookie holds a NUL byte, which no text of the database can."""
    asked = (value for _, values in request.GET.lists() for value in values)
    return any("\0" in text for text in (request.path_info, *asked, *request.COOKIES.values()))
