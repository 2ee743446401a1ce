"""The forms of intake: what is asked, by whom, and what an owner keeps of a funnel."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from intake import keys
from intake.language import choices
from intake.models import Funnel, Request, own_language
from intake.offers import Offer, newest
from intake.questions import card, only_tier, questions
from qtm.models import SurfaceVersion
from qtm.positions import spread
from qtm.refusals import Invalid

GROUPS = [
    ("What is to be done?", ("tier", "answers.", "description")),
    ("Where and when?", ("place", "latitude", "longitude", "wished")),
    ("Who asks?", ("name", "phone", "email")),
]
CHANNELS = [("phone", card("By phone")), ("in_person", card("In person"))]
TRAPPED = "One field of this form is there to be left empty, and was filled in. It is empty again: send it once more."


class Questions(forms.Form):
    """What a version of a surface asks."""

    use_required_attribute = False
    version: SurfaceVersion
    names: tuple[str, ...] = ()

    def put(self, version: SurfaceVersion) -> None:
        """Put the questions of a version into the form."""
        self.version, asked = version, questions(version.reads)
        self.names, self.fields = tuple(asked), {**asked, **self.fields}
        if self.is_bound and "latitude" in asked:
            self.data = spread(self.data)  # type: ignore[arg-type]

    def asked(self) -> dict[str, Any]:
        """What was typed, as it was typed; what was left empty is left out."""
        said = {name: self.cleaned_data[name] for name in self.names if self.cleaned_data.get(name)}
        answers = {
            name.removeprefix("answers."): said.pop(name)
            for name in self.names
            if name in said and name.startswith("answers.")
        }
        return {**said, "answers": answers} if answers else said

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The questions in their groups, as the page draws them."""
        for legend, names in GROUPS:
            if fields := [self[each] for each in self.names if each.startswith(names)]:
                yield legend, fields


class KeyedForm(Questions):
    """A form with a key of its own, by which one form makes one Request."""

    least: ClassVar[timedelta] = timedelta(0)

    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, offer: Offer, about: str = "", **kwargs: Any) -> None:
        """`offer`: the surface that is asked for, and the funnel it comes through; `about`: what the form is for, where that is not all."""
        super().__init__(*args, **kwargs)
        self.put(offer.version)
        self.offer, self.about = offer, about or f"{offer.funnel.slug}/{offer.surface.code}"
        self.initial = {"key": keys.issue(self.about), **only_tier(offer.reads), **self.initial}

    def opened(self) -> str:
        """The key; a form that is sent too soon, too late or from elsewhere is refused, and gets a new one where it needs one."""
        signed = str(self.data.get("key") or "")
        try:
            key = keys.key_in(signed, self.about)
            if not Request.objects.filter(key=key).exists():
                keys.in_time(signed, self.about, self.least)
        except keys.StaleKey:
            self.renew()
            raise
        return key

    def renew(self, **wiped: str) -> None:
        """Make it a new form with the same words in it, but for what is wiped."""
        self.data = {**self.data.dict(), "key": keys.issue(self.about), **wiped}  # type: ignore[attr-defined]


class PublicForm(KeyedForm):
    """The public form: a robot fills every field, and does it in no time."""

    least = timedelta(seconds=2)

    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def opened(self) -> str:
        """The key, if the field that no person sees was left empty."""
        if self.data.get("website"):
            self.renew(website="")
            raise Invalid({"": TRAPPED})
        return super().opened()


class TakeForm(KeyedForm):
    """What staff fill in for somebody on the phone or in front of them."""

    channel = forms.ChoiceField(label="How do they ask?", choices=CHANNELS, initial="phone", widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label="In which language are they written to?",
        choices=choices,
        initial=own_language,
        required=False,
        widget=forms.RadioSelect,
    )


class WithdrawForm(forms.Form):
    """Why the requester withdraws, if they like to say."""

    reason = forms.CharField(label="Why?", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class FunnelForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an owner keeps of a funnel: its name and words, what it offers, and whether it is open."""

    use_required_attribute = False

    class Meta:
        model = Funnel
        fields = ["name", "words", "surfaces", "is_open"]
        labels = {
            "words": "Words above the form",
            "surfaces": "What it offers",
            "is_open": "Open: people can send requests",
        }
        help_texts = {"words": "", "surfaces": "Planned ones are described on the public page and take no requests."}
        widgets = {"words": forms.Textarea(attrs={"rows": 4}), "surfaces": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Each surface stands with its honest status."""
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["surfaces"]
        offered.choices = [(each.surface_id, card(each.surface.name, each.status)) for each in newest(Q())]


class NewFunnelForm(FunnelForm):
    """A funnel that is made: besides, the address under which it is found."""

    class Meta(FunnelForm.Meta):
        fields = ["name", "slug", "words", "surfaces", "is_open"]
        labels = {**FunnelForm.Meta.labels, "slug": "Address"}
        help_texts = {
            **FunnelForm.Meta.help_texts,
            "slug": "The end of its public link: letters, digits and hyphens. It stays as it is.",
        }
