"""How the log stands, for its page: how long it is, what was signed, who vouches, and why it is not signed where it is not."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Max
from django.utils import timezone

from records.log import shelf
from records.log.asking import trouble
from records.log.memory import Rewound
from records.log.model import Cosigned, Leaf, Signed, size
from records.log.notes import Unfit
from records.log.published import newest_of_this_log
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
    """The log as it stands now."""

    @cached_property
    def size(self) -> int:
        """How many Records are in it."""
        return size()

    @cached_property
    def newest(self) -> Signed | None:
        """The newest checkpoint."""
        return newest_of_this_log()

    @property
    def waiting(self) -> int:
        """How many Records no checkpoint covers yet."""
        return self.size - (self.newest.size if self.newest else 0)

    @property
    def note(self) -> str:
        """The checkpoint as it is published."""
        return (shelf.read(shelf.CHECKPOINT) or b"").decode()

    @cached_property
    def vouching(self) -> list[Vouching]:
        """Every witness, and how far it has come."""
        named = _named()
        found = Cosigned.objects.filter(name__in=[each.name for each in named]).values_list("name")
        sizes = dict(found.annotate(Max("signed_id")).order_by()) if named else {}
        return [Vouching(each, sizes.get(each.name, 0), trouble(each)) for each in named]

    def trouble(self) -> str:
        """Why it is not signed, for those who can do something about it; nothing where all is well."""
        try:
            log_key()
            check(Signed.objects.last())
            witnesses()
        except (Rewound, ImproperlyConfigured, Unfit, OSError) as refusal:
            return str(refusal)
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
