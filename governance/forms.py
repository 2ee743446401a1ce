"""What the doors of governance ask besides the press."""

from typing import Any

from django import forms

from governance.context import LABELS, spoken
from governance.models import Task
from qtm.doors import DoorForm
from qtm.models import Membership, Operator, User


class AssignForm(DoorForm):
    """To whom; for a task of an operator's own funnel nobody else comes into question."""

    operator = forms.ModelChoiceField(
        Operator.objects.none(),
        label="Operator",
        empty_label="Choose an operator",
        error_messages={
            "required": "Choose an operator.",
            "invalid_choice": "This operator takes no new work now. Choose another.",
        },
    )
    worker = forms.ChoiceField(
        label="One of its people",
        required=False,
        help_text="Only they, or an owner in their place, can then claim the job.",
        error_messages={"invalid_choice": "Nobody of that operator is called so."},
    )
    note = forms.CharField(
        label="Note for them", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the active operators, or the one that governs the task, and the people of each."""
        super().__init__(*args, **kwargs)
        own = {"pk": self.row.governor_id} if self.row.governor_id else {}  # type: ignore[attr-defined]
        offered = Operator.objects.filter(state="active", **own)
        self.fields["operator"].queryset = offered  # type: ignore[attr-defined]
        self.fields["operator"].initial = own.get("pk")
        self.people = {str(each.user_id): each for each in _people(offered)}
        self.fields["worker"].choices = [("", "Anybody of theirs"), *_grouped(self.people.values())]  # type: ignore[attr-defined]

    def clean_worker(self) -> User | None:
        """The person; whether they work for that operator is asked by the verb."""
        chosen = self.people.get(self.cleaned_data["worker"])
        return chosen.user if chosen else None


def _people(operators: Any) -> Any:
    """Everybody who works for these operators, by operator and name."""
    return (
        Membership.objects.filter(operator__in=operators, left_at=None)
        .select_related("user", "operator")
        .order_by("operator__name", "user__first_name", "user__username")
    )


def _grouped(people: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """People under the name of their operator."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in people:
        groups.setdefault(str(each.operator), []).append((str(each.user_id), f"{each.user}, {each.role}"))
    return list(groups.items())


class CorrectionForm(DoorForm):
    """Which detail, what is right, and why; each detail is offered with what it says now."""

    field = forms.ChoiceField(label="Which detail?", error_messages={"required": "Choose a detail."})
    becomes = forms.CharField(
        label="What is right?", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    why = forms.CharField(
        label="Why?", max_length=1000, error_messages={"required": "Say why: the reason is kept with the correction."}
    )

    row: Task

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what the surface asks for, and what was said."""
        super().__init__(*args, **kwargs)
        said = {name: spoken(self.runtime, name, detail) for name, detail in self.row.details().items()}
        offered = [name for name in LABELS if said[name] or self._asked(name)]
        choices = [(name, f"{LABELS[name]}: {_short(said[name])}") for name in offered]
        self.fields["field"].choices = [("", "Choose a detail"), *choices]  # type: ignore[attr-defined]
        self.fields["becomes"].help_text = _hint([each.label for each in self.runtime.tiers])

    @property
    def runtime(self) -> Any:
        """The version of the surface that the task is pinned to."""
        return self.row.version.reads

    def _asked(self, name: str) -> bool:
        """Whether the surface knows such a detail."""
        return bool(self.runtime.tiers) if name == "tier" else getattr(self.runtime.asks, name, "") != "no"

    def clean(self) -> dict[str, Any]:
        """A service may be given by its name."""
        given = super().clean() or {}
        if given.get("field") == "tier":
            named = {each.label.casefold(): each.code for each in self.runtime.tiers}
            given["becomes"] = named.get(given.get("becomes", "").casefold(), given.get("becomes", ""))
        return given


def _short(text: str) -> str:
    """As much of a detail as a choice can hold."""
    line = " ".join(text.split())
    return f"{line[:60]}…" if len(line) > 60 else line or "nothing yet"


def _hint(services: list[str]) -> str:
    """How to write what cannot be guessed."""
    named = f" A service by its name: {'; '.join(services)}." if services else ""
    return f"Left empty, it is taken out. A time as 2026-11-24 09:00.{named}"
