"""What is told of a Record after its seal: which Records correct it, what became of its ⭐, and what of it was erased. Nothing of it is in the seal."""

from collections.abc import Sequence
from functools import cached_property

from django.urls import reverse

from execution.emptying import Removed
from qtm.models import Transition
from qtm.standing import Standing
from records import erasing
from records.addendum import asks_by, linked
from records.agreement import differences
from records.models import Erasure, Record, Signal


class Afterwards:
    """What one person reads of a Record as it stands today."""

    def __init__(self, record: Record, standing: Standing) -> None:
        """`standing`: whose eyes it is for."""
        self.record, self.standing = record, standing

    def page_of(self, other: Record) -> str:
        """Where this person reads another Record; empty where they may not."""
        return str(other.page) if self._of_own(other) or any(map(self.standing.holds, Record.open_to)) else ""

    def _of_own(self, record: Record) -> bool:
        """Whether the operator that did the work is this person's."""
        return bool(self.standing.working) and self.standing.membership.operator_id == record.operator_id

    @cached_property
    def _linked(self) -> tuple[Record | None, Sequence[Record]]:
        """The Record that this one corrects, and those that correct it."""
        return linked(self.record)

    @property
    def corrects(self) -> tuple[Record, str] | None:
        """The Record that this one corrects, and where this person reads it."""
        found = self._linked[0]
        return (found, self.page_of(found)) if found else None

    @property
    def corrected(self) -> list[tuple[Record, str]]:
        """The Records that correct it, each with where this person reads it."""
        return [(each, self.page_of(each)) for each in self._linked[1]]

    @property
    def may_ask(self) -> str:
        """Where this person asks for a correction; empty where they may not."""
        return reverse("correct", args=[self.record.pk]) if asks_by(self.standing, self.record) else ""

    @cached_property
    def differences(self) -> list[str]:
        """What the rows of the house say otherwise today."""
        return differences(self.record)

    @cached_property
    def erasures(self) -> Sequence[erasing.Told]:
        """What of it was erased, by whom, when and why."""
        return erasing.told_of(self.record, self._later) if self._was_erased else []

    @cached_property
    def files_erased(self) -> bool:
        """Whether the files of its evidence were erased; their digests stand in the Record."""
        return self._was_erased and "files" in erasing.gone_of(self.record)

    @property
    def _was_erased(self) -> bool:
        """Whether anything was, by the log."""
        return any(each.room == Erasure.label() for each in self._later)

    @property
    def removed(self) -> Removed | None:
        """What became of the files that were erased, once they are gone from where they were kept."""
        return Removed.objects.filter(event=self.record.event_id).first() if self.files_erased else None

    @property
    def signal(self) -> Signal | None:
        """The ⭐ that was given, whatever became of it; None where it was withheld."""
        return getattr(self.record, "signal", None)

    @property
    def starred(self) -> bool:
        """Whether a ⭐ stands: it was given, and is neither suppressed nor revoked."""
        return bool(self.signal and self.signal.state == Signal.first)

    @cached_property
    def signal_moves(self) -> Sequence[Transition]:
        """What people did with the ⭐ since it was given, each with its reason."""
        mine = self.signal.pk if self.signal else None
        return [each for each in self._later if each.room == Signal.label() and each.row_id == mine and each.was]

    @cached_property
    def _later(self) -> list[Transition]:
        """What the log says of ⭐ and erasures of the case: one query for both."""
        lines = Transition.objects.filter(case_id=self.record.case_id, room__in=[Signal.label(), Erasure.label()])
        return list(lines.select_related("user").order_by("pk"))
