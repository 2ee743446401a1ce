"""The questions of a surface as form fields; whether an answer is right is said in one place, `intake.asking.read`."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from qtm.runtime import FACTS, Field, Runtime, Tier
from qtm.words import money

MOST_CARDS = 6


class Words(forms.CharField):
    """Something typed, taken as it is, so that nothing is checked twice."""

    def clean(self, value: Any) -> str:
        """As it was typed."""
        return value or ""


class Choice(forms.ChoiceField):
    """Something chosen, taken as it is, for the same reason."""

    def clean(self, value: Any) -> str:
        """As it was sent."""
        return value or ""


class Choices(forms.MultipleChoiceField):
    """Several things chosen, taken as they are, for the same reason."""

    def clean(self, value: Any) -> list[str]:
        """As they were sent."""
        return list(value or [])


def questions(runtime: Runtime) -> dict[str, forms.Field]:
    """The questions of a runtime, by the names under which what was asked is stored."""
    asked: dict[str, forms.Field] = {}
    if runtime.tiers:
        asked["tier"] = Choice(
            label="Service", choices=[(tier.code, tier_card(tier)) for tier in runtime.tiers], widget=forms.RadioSelect
        )
    asked |= {f"answers.{field.code}": question(field) for field in runtime.fields}
    for fact in FACTS:
        if (wanted := getattr(runtime.asks, fact)) != "no":
            asked |= facts_asked(fact, wanted == "required")
    return asked


def tier_card(tier: Tier) -> SafeString:
    """What a service is called, what it costs, and what it is."""
    return card(tier.label, money(tier.price.amount_minor, tier.price.currency) if tier.price else "", tier.help)


def card(name: str, *more: str) -> SafeString:
    """The words on a card: its name, and what else is to be said, each on a line of its own."""
    return format_html("<b>{}</b>{}", name, format_html_join("", "\n{}", ((words,) for words in more if words)))


def only_tier(runtime: Runtime) -> dict[str, str]:
    """The service that is chosen already, where there is but one."""
    return {"tier": runtime.tiers[0].code} if len(runtime.tiers) == 1 else {}


def question(field: Field) -> forms.Field:
    """A question of the surface's own."""
    said: dict[str, Any] = {"label": field.label, "help_text": field.help, "required": field.required}
    if field.kind == "yesno":
        return _cards([("yes", "Yes"), ("no", "No")], said)
    if field.kind == "choices":
        ticked = [(each.code, card(each.label)) for each in field.choices]
        return Choices(choices=ticked, widget=forms.CheckboxSelectMultiple, **said)
    if field.kind == "choice":
        offered = [(each.code, each.label) for each in field.choices]
        return (
            _cards(offered, said)
            if len(offered) <= MOST_CARDS
            else Choice(choices=[("", "Choose one"), *offered], **said)
        )
    return Words(widget=WIDGETS[field.kind](), **said)


def _cards(offered: list[tuple[str, str]], said: dict[str, Any]) -> Choice:
    """A few answers side by side; where none is needed, none can be chosen."""
    none = [] if said["required"] else [("", "Not said")]
    cards = [(code, card(label)) for code, label in (*offered, *none)]
    return Choice(choices=cards, initial="" if none else None, widget=forms.RadioSelect, **said)


def facts_asked(fact: str, required: bool) -> dict[str, forms.Field]:
    """A question that every surface may ask, with the help that a browser gives."""
    if fact == "position":
        return {
            name: Words(
                label=label, help_text=PASTED[name], required=required, widget=_input("text", autocomplete="off")
            )
            for name, label in POSITION.items()
        }
    label, help_text, widget = FACT_WORDS[fact]
    return {fact: Words(label=label, help_text=help_text, required=required, widget=widget())}


def _input(kind: str, **attrs: str) -> forms.Widget:
    """A line of input of one of the browser's kinds."""
    widget = forms.TextInput(attrs=attrs)
    widget.input_type = kind
    return widget


WIDGETS: dict[str, Any] = {
    "text": lambda: _input("text"),
    "longtext": lambda: forms.Textarea(attrs={"rows": 4}),
    "number": lambda: _input("text", inputmode="numeric"),
    "date": lambda: _input("date"),
}
POSITION = {"latitude": "Latitude, in degrees", "longitude": "Longitude, in degrees"}
PASTED = {
    "latitude": "Or the whole position as your map gives it: 52.5200, 13.4050, degrees with minutes, a geo: address or a link that holds it.",
    "longitude": "Left empty where the whole position stands above.",
}
PLACE_ZONE = settings.TIME_ZONE.split("/")[-1].replace("_", " ")
FACT_WORDS: dict[str, tuple[str, str, Any]] = {
    "name": ("Name", "", lambda: _input("text", autocomplete="name")),
    "phone": ("Phone", "", lambda: _input("tel", autocomplete="tel")),
    "email": ("E-mail", "", lambda: _input("email", autocomplete="email", spellcheck="false")),
    "place": ("Place", "Street and number, and how to find it.", lambda: _input("text", autocomplete="street-address")),
    "wished": (
        "When would suit you?",
        f"A wish, not an appointment; {PLACE_ZONE} time.",
        lambda: _input("datetime-local"),
    ),
    "description": ("What should we know?", "In your own words.", lambda: forms.Textarea(attrs={"rows": 5})),
}


def typed_as(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, as the fields of a form hold it."""
    answers = {f"answers.{code}": _said(value) for code, value in (asked.get("answers") or {}).items()}
    return {name: value for name, value in asked.items() if not isinstance(value, dict)} | answers


def _said(answer: Any) -> Any:
    """A yes or a no as its card holds it."""
    return ("yes" if answer else "no") if isinstance(answer, bool) else answer
