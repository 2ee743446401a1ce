"""The forms of how people work: what they can do, a week as people write it, and days off."""

import re
from collections.abc import Iterator
from datetime import date, time
from itertools import pairwise
from typing import Any

from django import forms

from qtm.picture import surfaces
from qtm.workforce_keeping import Kept, Opening
from qtm.working import Capability, DayOff, Hours

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
READABLE = "Write it as 9-17, or 9:00-12:30, 13:15-18 where there is a break."


class KeptForm(forms.Form):
    """What is said of somebody, with what stood when the form was drawn: whoever was quicker is not overwritten unseen."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class SurfacesForm(KeptForm):
    """What somebody can do, each surface with its honest status."""

    surfaces = forms.TypedMultipleChoiceField(
        label="What they can do", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kept: Kept, **kwargs: Any) -> None:
        """`kept`: of whom it is said."""
        super().__init__(*args, **kwargs)
        offered = list(surfaces())
        self.rows = {version.surface_id: version.surface for version in offered}
        field: Any = self.fields["surfaces"]
        field.choices = [(each.surface_id, f"{each.surface}\n{each.status}") for each in offered]
        field.help_text = f"Choose none, and it is what {kept.operator} says of itself." if kept.user else ""
        stand = [each.surface_id for each in kept.said(Capability)]
        self.initial = {"surfaces": stand, "seen": kept.stamp(Capability), **self.initial}


class WeekForm(KeptForm):
    """A week as people write it: each day a line of spans."""

    def __init__(self, *args: Any, kept: Kept, **kwargs: Any) -> None:
        """`kept`: whose week it is."""
        super().__init__(*args, **kwargs)
        for number, day in enumerate(WEEKDAYS):
            self.fields[f"day{number}"] = DayField(label=day, required=False, max_length=120)
        written: dict[str, list[str]] = {f"day{number}": [] for number in range(7)}
        for row in kept.said(Hours):
            written[f"day{row.weekday}"].append(str(row).replace(" to ", "-"))
        stand = {name: ", ".join(spans) for name, spans in written.items()}
        self.initial = {**stand, "seen": kept.stamp(Hours), **self.initial}

    def week(self) -> Iterator[Opening]:
        """The spans that were typed."""
        for number in range(7):
            for opens, closes in self.cleaned_data[f"day{number}"]:
                yield number, opens, closes

    def copied(self) -> dict[str, str]:
        """What was typed, with Monday's line on every day to Friday."""
        typed = {name: str(self.data.get(name, "")) for name in self.fields}
        return {**typed, **{f"day{number}": typed["day0"] for number in range(1, 5)}}


class DayField(forms.CharField):
    """One day's spans, as people write them: 9-12, 13:30-17."""

    def clean(self, value: Any) -> list[tuple[time, time]]:
        """The spans in order; what cannot be read, or overlaps, is said."""
        said = str(super().clean(value)).strip()
        spans = [_span(part.strip()) for part in re.split(r"[,;]|\band\b", said) if part.strip()]
        spans.sort()
        for (_, ends), (begins, _) in pairwise(spans):
            if ends == time(0) or begins < ends:
                raise forms.ValidationError("Two of these spans overlap.")
        return spans


def _span(said: str) -> tuple[time, time]:
    """One span; 24 is the day's end."""
    found = SPAN.fullmatch(said)
    if found is None:
        raise forms.ValidationError(f"“{said}” cannot be read. {READABLE}")
    opens, closes = (int(hour) * 60 + int(minute or 0) for hour, minute in (found.group(1, 2), found.group(3, 4)))
    if any(int(minute or 0) > 59 for minute in found.group(2, 4)) or closes > 24 * 60 or opens >= 24 * 60:
        raise forms.ValidationError(f"“{said}” is no time of a day.")
    if closes <= opens:
        raise forms.ValidationError(
            f"“{said}” ends before it begins. Work that goes on after midnight is two lines: until 24 here, and from 0 on the next day."
        )
    return time(*divmod(opens, 60)), time(*divmod(closes % (24 * 60), 60))


class DayOffForm(forms.ModelForm):  # type: ignore[type-arg]
    """The first and the last of some days off, and why, if they like to say."""

    use_required_attribute = False

    last = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Empty: the one day alone."
    )

    class Meta:
        model = DayOff
        fields = ["first", "last", "why"]
        labels = {"first": "From", "last": "To", "why": "Why?"}
        widgets = {"first": forms.DateInput(attrs={"type": "date"})}
        help_texts = {"why": "Whoever keeps these people reads it, and nobody else."}

    def clean(self) -> dict[str, Any]:
        """In order, and not longer than a year."""
        given: dict[str, Any] = super().clean() or {}
        first: date | None = given.get("first")
        if first and "last" not in self.errors:
            last = given["last"] = given.get("last") or first
            if last < first:
                self.add_error("last", "The last day comes before the first.")
            elif (last - first).days >= 366:
                self.add_error("last", "That is more than a year. Who is away for longer is better ended as a member.")
        return given
