"""What somebody typed while their session ran out: kept for half an hour, and given back after they signed in again."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from qtm.signed import Signed

NOT_KEPT = {"csrfmiddlewaretoken", "password"}


def keep_typed(request: HttpRequest) -> HttpResponse:
    """Keep the text of a form in the nameless session, and ask to sign in."""
    typed = {name: request.POST.get(name, "")[:4000] for name in list(request.POST)[:60] if name not in NOT_KEPT}
    request.session["typed"] = {"path": request.path, "text": typed}
    request.session.set_expiry(1800)
    return redirect_to_login(request.path)


def typed_before(request: HttpRequest) -> dict[str, Any]:
    """What was typed on this page before signing in, once."""
    kept = request.session.get("typed")
    if not kept or kept["path"] != request.path:
        return {}
    del request.session["typed"]
    request.session.set_expiry(None)
    return dict(kept["text"])


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
