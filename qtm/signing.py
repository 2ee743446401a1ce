"""Signing in and out, and passwords: Django's own views in the words of the house, with a limit on guessing."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse

from qtm.forms import SignInForm
from qtm.tokens import standing_token
from qtm.tries import Budget, place_of
from qtm.typed import back_again

GUESSES = Budget("sign-in", timedelta(minutes=15), of_a_place=100, of_a_name_there=10, of_a_name=200)
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
        if GUESSES.spent(place_of(request), name_of(request)):
            form = SignInForm(request, initial={"username": request.POST.get("username", "")[:150]})
            return self.render_to_response(self.get_context_data(form=form, too_many=TOO_MANY), status=429)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        """A failure is counted."""
        GUESSES.count(place_of(self.request), name_of(self.request))
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in; what was pressed before the session ended was not done, and that is said."""
        response = super().form_valid(form)
        back_again(self.request)
        return response


class SignOut(auth.LogoutView):
    """Sign out, and say so."""

    template_name = "registration/logged_out.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Signed out; the browser forgets what it saw, for the next person at this device."""
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

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
    """Whose door is tried: the name as the form itself will read it, so that none has two spellings."""
    return str(SignInForm.base_fields["username"].to_python(request.POST.get("username", "")) or "")
