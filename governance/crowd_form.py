"""What Assign asks where one press is for many: who comes into question over all of them, and what stands against whoever is chosen."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.utils import timezone

from governance.crews import in_question, sought_by_many, with_people
from governance.crowd import Crowd, known_as
from governance.ranking import Suggested
from governance.windows import AGAIN, WindowForm

OPEN = 6  # so many operators stand open, and the others are folded


class CrowdForm(WindowForm):
    """The same form for many cases: what stands against it is said once, case by case, before it is done."""

    many_template: ClassVar[str] = "governance/_assign_many.html"

    @cached_property
    def crowd(self) -> Crowd:
        """The cases, and who comes into question for them; they are all of one layer."""
        return Crowd(sought_by_many(self.many), *with_people(in_question(self.task)), timezone.localdate())

    @property
    def open(self) -> Sequence[Suggested]:
        """The likeliest, which stand open, and whoever is chosen."""
        return [each for at, each in enumerate(self.crowd.suggested) if at < OPEN or each == self.picked]

    @property
    def folded(self) -> Sequence[Suggested]:
        """The others."""
        return [each for each in self.crowd.suggested if each not in self.open]

    @cached_property
    def picked(self) -> Suggested | None:
        """The operator that is chosen for all of them, if one is."""
        said = str(self["operator"].value() or "")
        return next((each for each in self.crowd.suggested if each.number == said), None)

    def warnings(self) -> Mapping[str, Sequence[int]]:
        """What stands against whoever is chosen, each sentence with the Tasks that it is about."""
        return self._warnings

    @cached_property
    def _warnings(self) -> Mapping[str, Sequence[int]]:
        """The same, found once."""
        if not self.many or self.picked is None:
            return {}
        people, person = self.crowd.members[self.picked.operator.pk], str(self["worker"].value() or "")
        member = next((each for each in people if str(each.user_id) == person), None)
        return self.crowd.against(self.picked.operator, member)

    @property
    def known_as(self) -> str:
        """A short name of what the page says against it, for the press that follows."""
        return known_as(self._warnings)

    def clean(self) -> dict[str, Any]:
        """Nothing stands against it in any case but what this person was told on the page."""
        given = super().clean()
        if not self.errors and self._warnings and self.data.get("known") != self.known_as:
            self.news = list(self._warnings)
            self.add_error(None, AGAIN)
        return given
