"""The public page on which a business applies to work on the network: it is put on file, and a person takes it in or declines."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from intake import keys
from intake.forms import TRAPPED
from intake.limit import TooMany, count
from intake.offers import newest
from intake.questions import card
from qtm.acts import acting
from qtm.applications import Application
from qtm.doors import blame
from qtm.pages import posted
from qtm.refusals import Conflict, Invalid
from qtm.tries import place_of

FORM = "application"
LEAST = timedelta(seconds=2)


class ApplyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who applies, how they are reached, and what they say they can do."""

    use_required_attribute = False

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    surfaces = forms.MultipleChoiceField(
        label="What can you do?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
        help_text="What is only planned is not asked for yet.",
    )
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    class Meta:
        model = Application
        fields = ["name", "address", "contact", "phone", "email", "surfaces", "words"]
        labels = {
            "name": "Name of the business",
            "address": "Where you are",
            "contact": "Who to ask for",
            "email": "E-mail",
            "words": "In your own words",
        }
        help_texts = {"words": "How many you are, how far you go, what you are known for."}
        widgets = {"words": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Each surface stands with its honest status."""
        super().__init__(*args, **kwargs)
        self.initial["key"] = keys.issue(FORM)
        offered: Any = self.fields["surfaces"]
        offered.choices = [(each.surface.code, card(each.surface.name, each.status)) for each in newest(Q())]

    def clean(self) -> dict[str, Any]:
        """Somebody must be able to answer."""
        given: dict[str, Any] = super().clean() or {}
        if not {"phone", "email"} & self.errors.keys() and not (given.get("phone") or given.get("email")):
            self.add_error("phone", "Give a phone number or an e-mail address, so that somebody can answer.")
        return given

    def opened(self) -> str:
        """The key, where a person had the time to fill it in and left empty what no person sees."""
        if self.data.get("website"):
            self.renew(website="")
            raise Invalid({"": TRAPPED})
        signed = str(self.data.get("key") or "")
        try:
            key = keys.key_in(signed, FORM)
            if not Application.objects.filter(key=key).exists():
                keys.in_time(signed, FORM, LEAST)
        except keys.StaleKey:
            self.renew()
            raise
        return key

    def renew(self, **wiped: str) -> None:
        """Make it a new form with the same words in it, but for what is wiped."""
        anew: Any = self.data
        self.data = {**anew.dict(), "surfaces": anew.getlist("surfaces"), "key": keys.issue(FORM), **wiped}

    def file(self, place: str) -> Application:
        """Put it on file; the same form sent again is the same application."""
        key = self.opened()
        if first := Application.objects.filter(key=key).first():
            return first
        count(place)
        said = {name: self.cleaned_data[name] for name in self.Meta.fields}
        try:
            with acting(via="application form", authority="an open form"):
                return Application.born(key=key, **said)
        except Conflict:  # the same press, a moment sooner
            return Application.objects.get(key=key)


def apply(request: HttpRequest) -> HttpResponse:
    """GET draws the form, POST sends it, without an account."""
    form, status = ApplyForm(posted(request)), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                messages.success(request, f"Your application is on file as {form.file(place_of(request))}.")
                return redirect("applied")
            except Invalid as invalid:
                blame(form, invalid)
            except TooMany as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
    return render(request, "intake/apply.html", {"form": form}, status=status)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What happens now."""
    return render(request, "intake/applied.html")
