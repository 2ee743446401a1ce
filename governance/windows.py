"""The appointment on a form: from when to when, and what stands against it, which is said before it is done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from governance.appointed import wrong_with
from governance.conflicts import Window, conflicts, day_words, known
from governance.crews import as_member, sought_by, with_people
from governance.models import Assignment, Task
from governance.ranking import Sought
from governance.roster import Member, Roster
from intake.questions import PLACE_ZONE
from qtm.doors import DoorForm
from qtm.models import Operator

AGAIN = "Nothing was done yet. Press again to do it all the same."


class MomentField(forms.DateTimeField):
    """A date and a time of the clock at the place."""

    def __init__(self, **kwargs: Any) -> None:
        """With the browser's own picker."""
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M")
        widget.input_type = "datetime-local"
        wrong = {"invalid": "This is no date and time."}
        super().__init__(widget=widget, error_messages=wrong, **kwargs)


class WindowForm(DoorForm):
    """From when to when. What stands against it comes back once as errors, and is no error any more for who has read it."""

    prefilled: ClassVar[tuple[str, ...]] = ("starts", "ends")
    of_one: ClassVar[tuple[str, ...]] = ("starts", "ends", "known")  # nobody is in many places at one hour

    starts = MomentField(label="Begins", help_text=f"{PLACE_ZONE} time.", required=False)
    ends = MomentField(label="Ends", required=False)
    known = forms.CharField(widget=forms.HiddenInput, required=False)
    news: Sequence[str] = ()  # what stands against it and was not said before: all that keeps the press from being done

    def clean(self) -> dict[str, Any]:
        """A window that can be meant; and nothing stands against it but what this person was told on the page."""
        given = super().clean() or {}
        if "starts" in self.errors or "ends" in self.errors:
            return given
        for name, sentence in wrong_with(given["starts"], given["ends"], timezone.now()).items():
            self.add_error(name, sentence)
        if not self.errors and (news := self._news(given.get("known", ""))):
            self.news = news
            self.add_error(None, AGAIN)
        return given

    def _news(self, said: str) -> list[str]:
        """What stands against it, if anything of that is new to whoever presses."""
        against = self.against if self.window else []
        return list(against) if known(against) - set(said.split()) else []

    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: value for name, value in super().given().items() if name != "known"}

    @property
    def task(self) -> Task:
        """The Task that it is about."""
        row: Any = self.row
        return row.task if isinstance(row, Assignment) else row  # type: ignore[no-any-return]

    @property
    def against(self) -> Sequence[str]:
        """What stands against what is chosen."""
        raise NotImplementedError

    @property
    def said(self) -> str:
        """The short names of all that the page says against anything, for the press that follows."""
        return " ".join(sorted(known(self.told)))

    @property
    def told(self) -> Sequence[str]:
        """All that the page says against anything."""
        return self.against

    @cached_property
    def window(self) -> Window | None:
        """The window that stands in the form, if it is whole and right."""
        starts, ends = self._moment("starts"), self._moment("ends")
        return Window(starts, ends) if starts and ends and not self.wrong else None

    @cached_property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong with the window that stands in the form; the page says it also of one that an address names."""
        return wrong_with(self._moment("starts"), self._moment("ends"), timezone.now())

    @property
    def warned(self) -> Sequence[str]:
        """What is wrong with a window that the address names."""
        named = not self.is_bound and any(name in self.initial for name in ("starts", "ends"))
        return list(self.wrong.values()) if named else []

    @property
    def day_words(self) -> str:
        """The day that counts, in words."""
        return day_words(self.sought.day) if self.sought.day else ""

    @property
    def carried(self) -> str:
        """The window and the note as they stand, for an address of the same page."""
        said: dict[str, Any] = {
            name: self[name].value() or "" for name in ("starts", "ends", "note") if name in self.fields
        }
        typed = {name: f"{each:%Y-%m-%dT%H:%M}" if isinstance(each, datetime) else each for name, each in said.items()}
        return f"&{urlencode(given)}" if (given := {name: each for name, each in typed.items() if each}) else ""

    def _moment(self, name: str) -> datetime | None:
        """A moment as it stands in the form."""
        try:
            return self.fields[name].clean(self[name].value())  # type: ignore[no-any-return]
        except ValidationError:
            return None

    @cached_property
    def sought(self) -> Sought:
        """What is to be done."""
        return sought_by(self.task, self.window, self._but)

    @property
    def _but(self) -> int | None:
        """The Assignment that is moved, if one is."""
        return self.row.pk if isinstance(self.row, Assignment) else None

    @cached_property
    def crews(self) -> tuple[list[Operator], dict[int, list[Member]]]:
        """The operators that the page tells of, with their people."""
        raise NotImplementedError

    @cached_property
    def roster(self) -> Roster:
        """Their times on the days of the window, or on the day that is wished for."""
        days = self.window.days if self.window else [self.sought.day or timezone.localdate()]
        return Roster(self.crews[1], days[0], len(days))


class AppointmentForm(WindowForm):
    """When it is to be done instead, and why."""

    template: ClassVar[str] = "governance/appoint.html"

    why = forms.CharField(label="Why?", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    row: Assignment

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Both moments are needed."""
        super().__init__(*args, **kwargs)
        for name in ("starts", "ends"):
            self.fields[name].required = True

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """The appointment as it stands, unless the address says another."""
        present = self.row.appointment if field_name in self.prefilled and "starts" not in self.initial else None
        return getattr(present, field_name) if present else super().get_initial_for_field(field, field_name)

    @cached_property
    def crews(self) -> tuple[list[Operator], dict[int, list[Member]]]:
        """The operator of the Assignment."""
        return with_people(Operator.objects.filter(pk=self.row.operator_id))

    @property
    def against(self) -> Sequence[str]:
        """What stands against the window for whoever it is assigned to."""
        if self.window is None:
            return []
        return conflicts(self.roster, self.crews[0][0], as_member(self.row.worker), self.window, self.row.pk)
