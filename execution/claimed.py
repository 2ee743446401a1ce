"""What a phone's own clock says of the time that the work took: told beside the server's, never instead of it.

A moment of the device counts where it gave one, the server's where it did not. Such a clock may be set wrong: what cannot be so is
not bent until it fits, it is not counted at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, pairwise

from django.utils import timezone

from execution.clock import LABELS, Clock, Course, Moved, Said, Went, clock_of, course_of

AHEAD = timedelta(minutes=1)  # nobody presses after it has arrived; so far a clock that is right enough may be out
WORTH_SAYING = 60  # seconds

type Told = tuple[Sequence[Moved], Sequence[Went]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """The clock as a device would have it; none where its moments cannot be so."""

    clock: Clock | None

    def differs(self, clock: Clock) -> bool:
        """Whether it has to be said beside the server's: by a minute or more, or because it cannot be so."""
        return self.clock is None or any(
            abs(self.clock.seconds(counts) - clock.seconds(counts)) >= WORTH_SAYING for counts in LABELS
        )


def claimed_of(events: Iterable[Told], said: Said, now: datetime | None = None) -> Claimed | None:
    """What devices claim of some ServiceEvents, each given by its lines and its travel; None where no device said anything of them."""
    events, now = list(events), now or timezone.now()
    told = chain.from_iterable(chain[Moved | Went](lines, travels) for lines, travels in events)
    presses = [(said[str(each.act)], each.at) for each in told if str(each.act) in said]
    if not presses:
        return None
    courses = [course_of(lines, travels, said) for lines, travels in events]
    ahead = any(moment - arrived > AHEAD for moment, arrived in presses)
    return Claimed(None if ahead or any(map(_runs_back, courses)) else clock_of(courses, now))


def _runs_back(course: Course) -> bool:
    """Whether something in it comes before what it follows."""
    return any(later < earlier for (_, earlier), (_, later) in pairwise(course))
