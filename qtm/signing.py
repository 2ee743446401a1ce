"""Signing in and out, and passwords: Django's own views in the words of the house, with a limit on guessing."""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from qtm.forms import SignInForm
from qtm.models import FailedSignIn
from qtm.tokens import standing_token

REMEMBERED = timedelta(minutes=15)
TRIES_OF_A_NAME, TRIES_FROM_A_PLACE = 10, 100
TOO_MANY = "Too many tries. Wait a quarter of an hour, or ask for a one-time link."


class Wrong422:
    """What was typed wrong is answered with its proper status."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The same page, with what is wrong: 422."""
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response  # type: ignore[no-any-return]


class SignIn(Wrong422, auth.LoginView):
    """Sign in, unless there was too much guessing."""

    form_class = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The password is not even looked at after too many tries: 429."""
        if too_many(name_of(request), place_of(request)):
            form = SignInForm(request, initial={"username": request.POST.get("username", "")[:150]})
            return self.render_to_response(self.get_context_data(form=form, too_many=TOO_MANY), status=429)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        """A failure is counted."""
        FailedSignIn.objects.create(name_sha256=name_of(self.request), place=place_of(self.request))
        return super().form_invalid(form)


class SignOut(auth.LogoutView):
    """Sign out, and say so."""

    template_name = "registration/logged_out.html"

    def get_default_redirect_url(self) -> str:
        """Here: the page that says so is enough."""
        return self.request.path


class ChangePassword(Wrong422, auth.PasswordChangeView):
    """A new password for oneself."""


class NewPassword(Wrong422, auth.PasswordResetConfirmView):
    """A new password by a one-time link."""

    token_generator = standing_token

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """A link that was used or is too old is gone: 410."""
        return super().render_to_response(context, **(kwargs if self.validlink else {"status": 410}))


def name_of(request: HttpRequest) -> str:
    """Whose door is tried, as a digest: people type passwords into this field by mistake."""
    return hashlib.sha256(request.POST.get("username", "").casefold().encode(errors="replace")).hexdigest()


def place_of(request: HttpRequest) -> str:
    """From where: the address, or the last that a proxy of ours has seen."""
    seen = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip() if settings.BEHIND_PROXY else ""
    return (seen or str(request.META.get("REMOTE_ADDR", "")))[:45]


def too_many(name: str, place: str) -> bool:
    """Whether this name was tried too often from there, or too many names were; what is old is forgotten."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()
    found = FailedSignIn.objects.filter(place=place).aggregate(
        all=Count("pk"), name=Count("pk", filter=Q(name_sha256=name))
    )
    return bool(found["name"] >= TRIES_OF_A_NAME or found["all"] >= TRIES_FROM_A_PLACE)
