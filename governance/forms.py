"""What the doors of governance ask besides the press."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from governance.context import label_of, spoken, under
from governance.crews import in_question, with_people
from governance.crowd_form import OPEN, CrowdForm
from governance.details import ANSWER, correctable
from governance.models import Task
from governance.ranking import Suggested, people_of, ranked
from governance.roster import Member
from intake.asking import POSITION
from intake.questions import PLACE_ZONE
from qtm.doors import DoorForm
from qtm.models import Membership, Operator, User
from qtm.paging import number
from qtm.runtime import Choice, Runtime


class AssignForm(CrowdForm):
    """To whom, and if wished for when; for a task of an operator's own funnel nobody else comes into question."""

    template: ClassVar[str] = "governance/assign.html"
    prefilled: ClassVar[tuple[str, ...]] = ("operator", "worker", "note", "starts", "ends", "name")

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

    field_order = ("operator", "worker", "note", "starts", "ends", "known")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the active operators, or the one that governs the task, and the people of each; none of them is chosen."""
        super().__init__(*args, **kwargs)
        self.fields["operator"].queryset = in_question(self.row)  # type: ignore[attr-defined]
        self.fields["worker"].choices = self._choices  # type: ignore[attr-defined]

    def clean_worker(self) -> User | None:
        """The person; whether they work for that operator is asked by the verb."""
        chosen = self.people.get(self.cleaned_data["worker"])
        return chosen.user if chosen else None

    @cached_property
    def people(self) -> Mapping[str, Membership]:
        """Everybody who works for the operators that are offered, by id."""
        return {str(each.user_id): each for each in _people(in_question(self.row))}

    def _choices(self) -> list[tuple[str, Any]]:
        """Anybody, or one of an operator's people."""
        return [("", "Anybody of theirs"), *_grouped(self.people.values())]

    @cached_property
    def crews(self) -> tuple[list[Operator], dict[int, list[Member]]]:
        """The operator that is chosen with its people, or all of those in question."""
        offered, said = in_question(self.row), str(self["operator"].value() or "")
        chosen = with_people(offered.filter(pk=number(said))) if number(said) else None
        return chosen if chosen and chosen[0] else with_people(offered)

    @cached_property
    def suggested(self) -> list[Suggested]:
        """The operators that come into question, the likeliest first."""
        return ranked(self.roster, self.crews[0], self.sought)

    @property
    def chosen(self) -> Suggested | None:
        """The operator that is chosen, if one is."""
        said = str(self["operator"].value() or "")
        return next((each for each in self.suggested if str(each.operator.pk) == said), None)

    @property
    def refused(self) -> str:
        """Why nobody is chosen although the address names somebody; empty where it does not."""
        named = not self.is_bound and self["operator"].value() and not self.chosen
        return str(self.fields["operator"].error_messages["invalid_choice"]) if named else ""

    @property
    def name(self) -> str:
        """Which name is looked for."""
        return str(self.initial.get("name") or "").strip()[:80]

    @cached_property
    def found(self) -> list[Suggested]:
        """Those whose name was looked for."""
        return [each for each in self.suggested if self.name.casefold() in each.name.casefold()]

    @property
    def best(self) -> list[Suggested]:
        """The likeliest, which stand open; all that were found where a name is looked for."""
        return self.found if self.name else self.found[:OPEN]

    @property
    def others(self) -> list[Suggested]:
        """The others, which are folded."""
        return [] if self.name else self.found[OPEN:]

    @cached_property
    def crew(self) -> list[Suggested]:
        """The people of the chosen operator, the likeliest first."""
        return people_of(self.roster, self.chosen.operator, self.sought) if self.chosen else []

    @property
    def against(self) -> Sequence[str]:
        """What stands against the operator or the person that is chosen."""
        person = str(self["worker"].value() or "")
        of_one = next((each.conflicts for each in self.crew if each.number == person), None)
        return of_one if of_one is not None else self.chosen.conflicts if self.chosen else []

    @property
    def told(self) -> Sequence[str]:
        """All that the page says against anybody of the chosen operator."""
        return [sentence for each in (self.chosen, *self.crew) if each for sentence in each.conflicts]


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
    becomes = forms.CharField(label="What is right?", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    why = forms.CharField(
        label="Why?", max_length=1000, error_messages={"required": "Say why: the reason is kept with the correction."}
    )

    row: Task

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what the surface asks for, and what was said."""
        super().__init__(*args, **kwargs)
        runtime, stands = self.row.version.reads, self.row.stands()
        said = {name: spoken(runtime, name, stands.get(name)) for name in correctable(runtime)}
        offered = [name for name in said if said[name] or _asks(runtime, name)]
        choices = [(name, under(label_of(runtime, name), _short(said[name]))) for name in offered]
        self.fields["field"].choices = [("", "Choose a detail"), *choices]  # type: ignore[attr-defined]
        self.named = {name: _named(runtime, name) for name in offered if _named(runtime, name)}
        self.fields["becomes"].help_text = _hint({label_of(runtime, name): self.named[name] for name in self.named})

    def clean(self) -> dict[str, Any]:
        """What was chosen from a list may be given as the list names it."""
        given = super().clean() or {}
        codes = {label.casefold(): code for code, label in self.named.get(given.get("field", ""), {}).items()}
        typed = given.get("becomes", "")
        several = [codes.get(part.strip().casefold(), part) for part in typed.split(",")]
        given["becomes"] = codes.get(typed.casefold(), ",".join(several) if codes else typed)
        return given


def _asks(runtime: Runtime, name: str) -> bool:
    """Whether a surface knows such a detail."""
    if name in POSITION:
        return runtime.asks.position != "no"
    return bool(runtime.tiers) if name == "tier" else getattr(runtime.asks, name, "") != "no"


def _named(runtime: Runtime, name: str) -> dict[str, str]:
    """What a detail is chosen from, by code; empty where it is written freely."""
    listed = runtime.tiers if name == "tier" else _choices(runtime, name)
    return {each.code: each.label for each in listed}


def _choices(runtime: Runtime, name: str) -> tuple[Choice, ...]:
    """What the answer to a question of the surface's own is chosen from."""
    return runtime.field(name.removeprefix(ANSWER)).choices if name.startswith(ANSWER) else ()


def _short(text: str) -> str:
    """As much of a detail as a choice can hold."""
    line = " ".join(text.split())
    return f"{line[:60]}…" if len(line) > 60 else line or "nothing yet"


def _hint(lists: Mapping[str, Mapping[str, str]]) -> str:
    """How to write what cannot be guessed."""
    named = "".join(f" {under(label, '; '.join(names.values()))}." for label, names in lists.items())
    return f"Left empty, it is taken out. A time as 2026-11-24 09:00, {PLACE_ZONE} time.{named}"
