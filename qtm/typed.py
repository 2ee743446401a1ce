"""What somebody typed while their session ran out: kept for half an hour, and given back after they signed in again."""

from collections.abc import Callable, Sequence
from functools import wraps
from time import time
from typing import Any, Concatenate
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from qtm.refusals import refused_in
from qtm.signed import Signed

NOT_KEPT = {"csrfmiddlewaretoken", "password"}
MOST_KEPT = 16_000  # characters as they lie in the database: whoever is not signed in may fill no more
HALF_AN_HOUR = 1800
WRITTEN = "qtm.written"  # beside what the server says of a request, where no client can put anything


def keep_typed(request: HttpRequest, page: str = "") -> HttpResponse:
    """Keep the text of a form in the nameless session, for the page it is offered on, and ask to sign in."""
    refused_in(request)
    sweep(request)
    back = page or request.path
    typed = ((name, request.POST.getlist(name)) for name in request.POST if name not in NOT_KEPT)
    text = {name: several if len(several) > 1 else several[0] for name, several in typed if several}
    kept = {"path": urlsplit(back).path, "pressed": request.path, "text": text, "until": time() + HALF_AN_HOUR}
    if len(request.session.encode({"typed": kept})) <= MOST_KEPT:
        request.session["typed"] = kept
        request.session.set_expiry(HALF_AN_HOUR)
    else:
        messages.warning(
            request, "Your session had ended, and what you sent is too long to be kept here. Nothing was done."
        )
    return redirect_to_login(back)


def typed_before(request: HttpRequest, pressed: str = "") -> dict[str, Any]:
    """What was typed on this page before signing in, once; where it has several forms, into the one that was pressed."""
    kept = request.session.get("typed")
    if not kept or (kept["path"], kept["pressed"]) != (request.path, pressed or request.path):
        return {}
    del request.session["typed"]
    return dict(kept["text"]) if kept["until"] > time() else {}


def hold_written(request: HttpRequest, written: Sequence[tuple[str, str]]) -> None:
    """Hold what was written into a form, each by its label, for the page that says that the press came to nothing."""
    request.META[WRITTEN] = written


def written_in(request: HttpRequest) -> Sequence[tuple[str, str]]:
    """What was held of this very press."""
    held: Sequence[tuple[str, str]] = request.META.get(WRITTEN, ())
    return held


def back_again(request: HttpRequest) -> None:
    """Somebody signed in: their session lasts as any other, and what they had pressed in vain is said."""
    sweep(request)
    request.session.set_expiry(None)
    if "typed" in request.session:
        messages.info(request, "Your session had ended, so nothing was done yet. Look at it and press again.")


def sweep(request: HttpRequest) -> None:
    """Forget the sessions that have ended: whoever adds to them sweeps."""
    request.session.clear_expired()


def came_from(request: HttpRequest) -> str:
    """The page of the house on which something was pressed, or one's own workplace."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return urlsplit(page)._replace(scheme="", netloc="").geturl() if ours else reverse("home")


def signed_in[**P](
    view: Callable[Concatenate[Signed, P], HttpResponse],
) -> Callable[Concatenate[Signed, P], HttpResponse]:
    """Only for who is signed in; what others had typed is kept for them."""

    @wraps(view)
    def guarded(request: Signed, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return keep_typed(request) if request.method == "POST" else redirect_to_login(request.get_full_path())

    return guarded


def pressed[**P](
    view: Callable[Concatenate[Signed, P], HttpResponse],
) -> Callable[Concatenate[Signed, P], HttpResponse]:
    """A button that is no page of its own: whose session ended meanwhile comes back to where it was pressed."""

    @require_POST
    @wraps(view)
    def guarded(request: Signed, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return keep_typed(request, came_from(request))

    return guarded
