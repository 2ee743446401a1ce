"""How the log stands, for its page: how long it is, what was signed, who vouches, and why it is not signed where it is not."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from records.log import checkpoints, shelf
from records.log.asking import last_size, trouble
from records.log.memory import Rewound
from records.log.model import Leaf, Signed, size
from records.log.notes import Unfit
from records.log.signing import check
from records.log.witnesses import Witness, witnesses
from records.seal.keys import log_key

SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Vouching:
    """A witness, how much of the log it has vouched for, and what stood in its way at last."""

    witness: Witness
    size: int
    trouble: str


class Standing:
    """The log as it stands now, for anybody or for whoever oversees it."""

    def __init__(self, *, oversees: bool) -> None:
        """Whether the reader is told what is amiss."""
        self.oversees = oversees

    @cached_property
    def name(self) -> str:
        """What it is called."""
        return self.newest.log if self.newest else checkpoints.name()

    @cached_property
    def size(self) -> int | None:
        """How many Records are in it, where that can be read."""
        try:
            return size()
        except Rewound:
            return None

    @cached_property
    def newest(self) -> Signed | None:
        """The newest checkpoint."""
        return checkpoints.newest()

    @property
    def waiting(self) -> int:
        """How many Records no checkpoint covers yet."""
        return (self.size or 0) - (self.newest.size if self.newest else 0)

    @property
    def note(self) -> str:
        """The checkpoint as it is published."""
        return (shelf.read(shelf.CHECKPOINT) or b"").decode(errors="replace")

    @cached_property
    def vouching(self) -> list[Vouching]:
        """Every witness, and how far it has come."""
        most = self.newest.size if self.newest else 0
        return [Vouching(each, last_size(each, most), trouble(each) if self.oversees else "") for each in _named()]

    @cached_property
    def trouble(self) -> str:
        """Why it is not signed, for those who can do something about it; nothing for others, and where all is well."""
        return self._trouble() if self.oversees else ""

    def _trouble(self) -> str:
        """Why it is not signed."""
        try:
            log_key()
            check()
            witnesses()
        except (Rewound, ImproperlyConfigured, Unfit, OSError) as refusal:
            return str(refusal)
        if not self.waiting:
            return ""
        covered = self.newest.size if self.newest else 0
        first = Leaf.objects.select_related("record").only("record__since").filter(number=covered).first()
        if first and first.record.since < timezone.now() - SOON:
            return "Records have waited for more than a minute. `manage.py background` signs the log: does it run, and has it the keys and the folders?"
        return ""


def _named() -> list[Witness]:
    """The witnesses, as far as they can be read."""
    try:
        return witnesses()
    except Unfit:
        return []
