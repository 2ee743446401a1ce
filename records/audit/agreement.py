"""Agreement: whether the ServiceEvent, its evidence and the log of the case still say what was sealed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from execution.models import Evidence, ServiceEvent, StageMark
from qtm.models import Transition
from records.models import Record
from records.reading import stamp

PIECE = ("stage", "kind", "category", "item", "text", "sha256")
LINE = ("room", "row", "was", "becomes", "by_user", "by_kind", "authority", "via", "act", "at")
FIELDS = ("room", "row_id", "was", "becomes", "user_id", "actor_id", "authority", "via", "act", "at", "case_id")

type Told = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside some Records in the tables of execution and on the log."""

    events: Mapping[int, ServiceEvent]
    pieces: Mapping[int, Sequence[Told]]
    marks: Mapping[int, Sequence[str]]
    lines: Mapping[int, Sequence[Told]]


def beside(records: Sequence[Record], alias: str = DEFAULT_DB_ALIAS) -> Beside:
    """Read it for all of them, in four queries."""
    events, cases = [each.event_id for each in records], [each.case_id for each in records]
    pieces: dict[int, list[Told]] = defaultdict(list)
    marks: dict[int, list[str]] = defaultdict(list)
    lines: dict[int, list[Told]] = defaultdict(list)
    of_events = {"event__in": events}
    for event, *piece in Evidence.objects.using(alias).filter(**of_events).values_list("event_id", *PIECE):
        pieces[event].append(tuple(piece))
    for event, stage in StageMark.objects.using(alias).filter(**of_events).values_list("event_id", "stage"):
        marks[event].append(stage)
    for line in Transition.objects.using(alias).filter(case_id__in=cases).values(*FIELDS).order_by("id"):
        lines[line["case_id"]].append(_line(line))
    return Beside(ServiceEvent.objects.using(alias).in_bulk(events), pieces, marks, lines)


def _line(line: Mapping[str, Any]) -> Told:
    """A line of the log as a Record tells it."""
    kind = "person" if line["user_id"] else "actor" if line["actor_id"] else "system"
    where = line["room"].split(".")[1], str(line["row_id"]), line["was"], line["becomes"]
    return *where, line["user_id"], kind, line["authority"], line["via"], str(line["act"]), stamp(line["at"])


def disagreements(records: Sequence[Record], using: str = DEFAULT_DB_ALIAS) -> Iterator[tuple[Record, list[str]]]:
    """Of each Record everything in which the rows are no longer what was sealed, in sentences."""
    there = beside(records, using)
    for record in records:
        yield record, list(_differences(record, there))


def _differences(record: Record, there: Beside) -> Iterable[str]:
    """The same of one, with what stands beside it."""
    facts, event = record.facts, there.events.get(record.event_id)
    if event is None:
        yield "its ServiceEvent is not there."
        return
    sealed = facts["outcome"]["code"], facts["outcome"]["remark"], facts["outcome"]["paid"], facts["job"]
    if sealed != (event.outcome, event.remark, event.get_paid_display(), f"J-{event.job_id}"):
        yield "its ServiceEvent says another outcome, remark, payment or Job than was sealed."
    if (facts["part"] or {"code": ""})["code"] != event.part or bool(facts["outcome"]["reason"]) != bool(event.reason):
        yield "its ServiceEvent says another part or reason than was sealed."
    told = sorted(
        (stage["code"], *(piece[name] for name in PIECE[1:-1]), piece.get("sha256", ""))
        for stage in facts["stages"]
        for piece in stage["evidence"]
    )
    if told != sorted(there.pieces.get(record.event_id, ())):
        yield "the evidence on file is not the evidence that was sealed."
    if {each["code"] for each in facts["stages"] if each["done"]} != set(there.marks.get(record.event_id, ())):
        yield "the stages marked as done are not those that were sealed."
    yield from _log(facts, there.lines.get(record.case_id, ()), str(record.event_id))


def _log(facts: Mapping[str, Any], lines: Sequence[Told], event: str) -> Iterable[str]:
    """Whether every crossing that was sealed stands on the log as it was, and of its ServiceEvent no other."""
    told = {tuple(each[name] for name in LINE) for each in facts["crossings"]}
    if told - set(lines):
        yield "a crossing that was sealed does not stand on the log, or not as it was."
    if any(line[:2] == ("ServiceEvent", event) and line not in told for line in lines):
        yield "the log tells of a crossing of its ServiceEvent that was not sealed."
