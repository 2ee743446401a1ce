"""Refusals become pages: every no of the product with its status and a sentence in plain words."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from qtm import devices, errors
from qtm.blocked.noting import note_refused
from qtm.bodies import FORM_BYTES, is_chunked
from qtm.refusals import refusal_by, refused_in


class PlainRefusals:
    """Turns refusals into pages, and what is too large away before it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """As Django calls it."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what can be read; a NUL byte in an address or a cookie never is. What was refused is written down afterwards."""
        if _has_nul(request):
            return errors.unreadable()
        answer = self.get_response(request)
        note_refused(request)
        return answer

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Turn away what is larger than this page takes before any of it is read; pictures are for who is signed in."""
        said = request.META.get("CONTENT_LENGTH") or "0"
        size = int(said) if said.isdigit() else 0
        if size <= FORM_BYTES:
            return None
        if not getattr(view, "takes_uploads", False) or is_chunked(request.META):
            return errors.too_large()
        if not request.user.is_authenticated:
            return devices.signed_out() if devices.is_device(request) else redirect_to_login(request.path)
        return errors.too_large(_most_pictures()) if size > _most_bytes() else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal is a page with its own status; anything else is not ours to hide."""
        refused_in(request, exception)
        refusal = refusal_by(exception)
        if refusal is None:
            return None
        return errors.plain(refusal) if refusal.status >= 500 else errors.refused(request, refusal)


class WhoseDevice:
    """Says whose a page is, so that a phone keeps it for that person alone, and for nobody once it is read by another."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """As Django calls it."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A page names whoever is signed in, or says that nobody is; one's own lies in no cache that others might open."""
        page = self.get_response(request)
        if page.headers.get("Content-Type", "").startswith("text/html"):
            page.headers[devices.PERSON] = str(request.user.pk) if request.user.is_authenticated else devices.NOBODY
            if request.user.is_authenticated:
                page.headers.setdefault("Cache-Control", "private, no-store")
        return page


def _most_bytes() -> int:
    """How much is taken where pictures are: as many as may come at once, each as large as it may be, and the form beside them."""
    return settings.EVIDENCE_MAX_BYTES * settings.DATA_UPLOAD_MAX_NUMBER_FILES + FORM_BYTES


def _most_pictures() -> str:
    """How much that is, in words."""
    each = settings.EVIDENCE_MAX_BYTES // 1_000_000
    return f"At most {settings.DATA_UPLOAD_MAX_NUMBER_FILES} pictures at once, of at most {each} MB each: send fewer of them."


def _has_nul(request: HttpRequest) -> bool:
    """Whether the address, what is asked in it or a cookie holds a NUL byte, which no text of the database can."""
    asked = (value for _, values in request.GET.lists() for value in values)
    return any("\0" in text for text in (request.path_info, *asked, *request.COOKIES.values()))
