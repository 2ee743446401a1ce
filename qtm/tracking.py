"""What the requester is told: each zone puts its own words beside its rooms and states; what has no words is internal and stays so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from qtm.case import Case, Stop
from qtm.models import Transition
from qtm.spine import rooms

type Words = str | Callable[[Transition], str]

# By the label of a room and the state it comes to, or by `was>becomes` where the way there matters.
TOLD: dict[tuple[str, str], Words] = {}
# The stages as the requester knows them, by zone, in the order of the spine.
STAGES: dict[str, str] = {}
# Whether a case has really come to the stage of a zone, where a row there alone does not say so.
REACHED: dict[str, Callable[[Case], bool]] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened, as the requester reads it."""

    when: datetime
    sentence: str
    zone: str


# What was noted beside the log, and is told as well: by zone, for a case.
NOTED: list[Callable[[int], Iterable["Told"]]] = []


def told(case: Case) -> list[Told]:
    """What really happened, newest first: one sentence for each act, its last word, and what was noted between."""
    zones = {room.label(): room.zone for room in rooms()}
    by_act = {
        line.act: Told(line.at, sentence, zones.get(line.room, ""))
        for line in case.lines
        if (sentence := sentence_of(line))
    }
    noted = [each for notes in NOTED for each in notes(case.case_id)]
    return sorted([*by_act.values(), *noted], key=lambda each: each.when)[::-1]


def newest(news: list[Told]) -> Told | None:
    """Where it stands: the newest of one of the stages; money says nothing of the work, nor does what was said beside it."""
    return next((each for each in news if each.zone in STAGES), None)


def sentence_of(line: Transition) -> str:
    """A line of the log in the words of its zone; empty where it is internal."""
    words = TOLD.get((line.room, f"{line.was}>{line.becomes}")) or TOLD.get((line.room, line.becomes)) or ""
    return words(line) if callable(words) else words


def stages(case: Case) -> list[Stop]:
    """How far it has come, as a line of a few stages."""
    entered = dict.fromkeys(room.zone for room in rooms() if room.label() in case.newest and room.zone in STAGES)
    reached = [zone for zone in entered if zone not in REACHED or REACHED[zone](case)]
    last = reached[-1] if reached else ""
    return [Stop(word, zone, _mark(zone, last, reached)) for zone, word in STAGES.items()]


def _mark(zone: str, last: str, reached: list[str]) -> str:
    """Whether a stage is done, is where the case stands, or lies ahead; the last of all is done when it is reached."""
    is_end = zone == list(STAGES)[-1]
    return "here" if zone == last and not is_end else "done" if zone in reached else ""


def over(case: Case, line: list[Stop]) -> bool:
    """Whether nothing more comes of it: it has come to the last stage of its line, or a no has ended it."""
    return line[-1].mark == "done" or case.refused()


def may_withdraw(case: Case) -> bool:
    """Whether the requester may still end it: some room stands where the asker has a door."""
    ends = ((room, verb) for room in rooms() for verb in room.moves() if verb.asker and verb.own_door)
    return any(case.state(room) in verb.was for room, verb in ends)
