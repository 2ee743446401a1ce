"""Agreement: whether the rows of the house still say what a Record says. The Record stays the truth; each difference is named.

It is asked of the rows by the very functions that told of them when the Record was sealed. Names may change since, and do not count;
nor does what may lawfully be set anew later. Whether files are whole is asked elsewhere.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet

from execution.models import ServiceEvent
from qtm.spine import rooms
from records.compose import told
from records.models import Record
from records.reading import Reading, read_many

# Names, which the house may change, an appointment, which the next part of a Job may move, and whether a file is whole.
ASIDE = {"by", "done_by", "worker", "name", "owner", "layer", "funnel", "appointment", "intact"}
WORDS = {"sha256": "SHA-256", "size_bytes": "size in bytes", "done_at": "done at", "event": "ServiceEvent"}
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)  # whatever rows can be made to hold
NOTHING = "nothing"
OF_EVENT = ("event__job", "event__operator", "event__version")  # what a ServiceEvent is read with


def differences(record: Record) -> list[str]:
    """What the rows say otherwise than a Record, in sentences; one query for a Record that was read with `OF_EVENT`."""
    (reading,) = read_many([record.event], "default")
    return list(_differences(record.facts, record.event, reading))


def disagreements(records: Sequence[Record], using: str = "default") -> Iterator[tuple[Record, list[str]]]:
    """The same of many Records, in their order; two queries for all of them."""
    events = {each.pk: each for each in _events(using).filter(pk__in=[each.event_id for each in records])}
    readings = dict(zip(events, read_many(list(events.values()), using), strict=True))
    for record in records:
        event = events.get(record.event_id)
        if event is None:
            yield record, ["Its ServiceEvent is not there any more."]
        else:
            yield record, list(_differences(record.facts, event, readings[event.pk]))


def _events(using: str) -> QuerySet[ServiceEvent]:
    """ServiceEvents with all that a Record tells of them."""
    return ServiceEvent.objects.using(using).select_related("job", "operator", "version")


def _differences(sealed: Mapping[str, Any], event: ServiceEvent, there: Reading) -> Iterator[str]:
    """One Record against its rows."""
    if event.state != "completed":
        yield _said("The state of its ServiceEvent", event.state, "completed")
    if event.outcome != sealed["outcome"]["code"]:
        yield _said("Outcome › code", event.outcome, sealed["outcome"]["code"])
    try:
        now = told(event, _until_the_seal(event, there), lambda *_: True)
        yield from _between(_named(now), _named({name: sealed[name] for name in now}))
    except UNREADABLE as fault:
        yield f"The rows cannot be read as what was sealed: {type(fault).__name__}, {fault}."


def _until_the_seal(event: ServiceEvent, there: Reading) -> Reading:
    """What was to be read when it was sealed: the log of the spine until the ServiceEvent was completed."""
    aside = {room.label() for room in rooms() if room.beside}
    last = (ServiceEvent.label(), event.pk, "completed")
    ends = [place for place, each in enumerate(there.lines) if (each["room"], each["row"], each["becomes"]) == last]
    until = there.lines[: ends[0] + 1] if ends else there.lines
    return replace(there, lines=[each for each in until if each["room"] not in aside])


def _named(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with their crossings and stages by name, so that one that is missing shifts no other."""
    aside = {room.__name__ for room in rooms() if room.beside}
    seen: Counter[str] = Counter()
    crossings = {}
    for each in facts["crossings"]:
        if each["room"] not in aside:
            name = f"{each['room']} {each['row']} {each['was'] or 'born'} → {each['becomes']}"
            seen[name] += 1
            crossings[name if seen[name] == 1 else f"{name}, {seen[name]}"] = each
    stages = {each["label"]: each for each in facts["stages"]}
    outcome = {name: value for name, value in facts["outcome"].items() if name != "code"}
    return {**facts, "crossings": crossings, "stages": stages, "outcome": outcome}


def _between(row: Any, sealed: Any, where: tuple[str, ...] = ()) -> Iterator[str]:
    """Every difference between what two say of the same, each with its place."""
    if isinstance(row, dict) and isinstance(sealed, dict):
        for name in [*sealed, *(each for each in row if each not in sealed)]:
            if name not in ASIDE:
                yield from _between(row.get(name), sealed.get(name), (*where, name))
    elif isinstance(row, list) and isinstance(sealed, list):
        for number, pair in enumerate(zip_longest(row, sealed), 1):
            yield from _between(*pair, (*where, str(number)))
    elif row != sealed:
        yield _said(" › ".join(WORDS.get(each, each.replace("_", " ")) for each in where), row, sealed)


def _said(what: str, row: Any, sealed: Any) -> str:
    """One difference in words."""
    return f"{what[:1].upper()}{what[1:]}: the row says {_in_words(row)}, the Record says {_in_words(sealed)}."


def _in_words(value: Any) -> str:
    """A value in short; of a whole piece or crossing, what tells it from others."""
    if isinstance(value, dict):
        told = (value.get(name) for name in ("label", "text", "sha256", "becomes", "at"))
        return ", ".join(str(each) for each in told if each) or "something"
    return f"“{value}”" if value not in (None, "") else NOTHING
