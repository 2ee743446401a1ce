"""Pages for people who are signed in and hold a permission, on the network or within their own operator."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in

TAKE, KEEP = "intake.take_request", "intake.keep_funnel"
NOT_YOURS = {
    TAKE: "Requests are taken by admins, and by the members of an operator.",
    KEEP: "Funnels are kept by admins, and by the owners of an operator.",
}

type View = Callable[..., HttpResponse]


def staff(permission: str) -> Callable[[View], View]:
    """Let in who holds the permission; what others had typed is kept until they signed in."""

    def guard(view: View) -> View:
        """Guard one view."""

        @wraps(view)
        def guarded(request: Signed, *args: Any, **kwargs: Any) -> HttpResponse:
            """Ask for the permission, then go on."""
            if not request.user.standing.anywhere(permission):
                raise Forbidden(NOT_YOURS[permission])
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return guard
