"""The forms of the house: people, operators and signing in."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.http import HttpRequest

from qtm.models import Operator, User
from qtm.positions import Unread, degrees_in, spread
from qtm.roles import NETWORK

ROLE_WORDS = {
    "owner": "Owner\nGoverns the operator's own tasks, works, and keeps its people.",
    "worker": "Worker\nTakes requests, claims jobs and carries them out.",
    "admin": "Admin\nReviews, assigns, creates jobs, keeps access and roles.",
    "workforce": "Workforce\nKeeps people, operators and their hours, and takes in who applies.",
    "commerce": "Commerce\nSettles what was recorded.",
    "executive": "Executive\nReads every case, record and settlement, and the oversight. Does nothing.",
}


class SignInForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": "These two do not belong together. Look at both; capitals count.",
        "inactive": "This account is closed. Ask whoever keeps your people.",
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        """In the words of the house."""
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "User name"


class ComeInForm(UserCreationForm):  # type: ignore[type-arg]
    """Who comes in by an invitation: a name, a user name, a password."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "username"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The first name is asked for, as people read it beside what was done."""
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = True
        self.fields["username"].label = "User name"
        self.fields["username"].help_text = "What you sign in with: letters, digits and @ . + - _"
        self.fields["username"].widget.attrs.pop("autofocus", None)
        self.fields["password2"].help_text = ""


class DegreesField(forms.Field):
    """Degrees of one axis, as people write them."""

    def __init__(self, axis: str, **kwargs: Any) -> None:
        """`axis`: latitude or longitude."""
        super().__init__(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)
        self.axis = axis

    def to_python(self, value: Any) -> Decimal | None:
        """As a decimal number, if anything was typed."""
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return degrees_in(str(value), self.axis)
        except Unread as unread:
            raise forms.ValidationError(str(unread)) from None


class OperatorForm(forms.ModelForm):  # type: ignore[type-arg]
    """An operator's name and contact."""

    latitude = DegreesField(
        "latitude",
        label="Latitude",
        help_text="Where they start from; with it, distances can be told. Or the whole position as a map gives it: 52.5200, 13.4050, degrees with minutes, a geo: address or a link that holds it.",
    )
    longitude = DegreesField(
        "longitude", label="Longitude", help_text="Left empty where the whole position stands above."
    )

    class Meta:
        model = Operator
        fields = ["name", "phone", "email", "address", "latitude", "longitude", "about"]
        labels = {"email": "E-mail", "about": "What they do"}
        widgets = {"about": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, named: bool = True, **kwargs: Any) -> None:
        """`named`: whether the name may be changed too."""
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = spread(self.data)  # type: ignore[arg-type]
        if not named:
            del self.fields["name"]


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    name = forms.CharField(
        label="Who is it for?", max_length=120, help_text="For your own list. They say their name themselves."
    )
    role = forms.ChoiceField(label="As what?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        """`roles`: those that whoever invites may give there."""
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, ROLE_WORDS[role]) for role in roles]  # type: ignore[attr-defined]


class GiveForm(forms.Form):
    """Which role on the network to give."""

    role = forms.ChoiceField(
        label="Which one?",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "There is no such role to give."},
    )

    def __init__(self, *args: Any, held: list[str], **kwargs: Any) -> None:
        """Those that are not held yet."""
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, ROLE_WORDS[role]) for role in NETWORK if role not in held]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """One role, named by a button."""

    role = forms.CharField(max_length=20)
