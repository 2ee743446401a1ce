"""A case as whoever governs it deals with it: its rows, the doors out of them, who is assigned, and what happened."""

from collections.abc import Iterable, Mapping
from typing import Any

from governance.appointments import telling
from governance.context import label_of, spoken, under
from governance.models import Assignment, Correction, Task
from governance.queues import with_beside
from qtm.case import Case, Line
from qtm.doors import Door, DrawnDoor, all_doors, doors_out_of
from qtm.models import User
from qtm.spine import Room


def rows_of(case: Case, known: Mapping[type[Room], Room | None]) -> list[Room]:
    """The newest row of each room out of which a door of governance leads; those downstream are known by declaration alone."""
    rooms = dict.fromkeys(door.pressed_on for door in all_doors() if governs(door))
    found = [known[room] if room in known else _row(case, room) for room in rooms]
    return [row for row in found if row is not None]


def _row(case: Case, room: type[Room]) -> Room | None:
    """The newest row of a room in a case."""
    pk = case.row_id(room)
    return with_beside(room._default_manager.filter(pk=pk), "operator", "version").first() if pk else None


def governs(door: Door) -> bool:
    """Whether a door is passed by whoever governs the case."""
    return (door.verb.layer or door.room.layer) == "governor"


def doors_of(rows: Iterable[Room], user: User, page: str) -> list[DrawnDoor]:
    """The doors of governance out of these rows for a person: open ones first, the next thing to do before all."""
    drawn = [each for row in rows for each in doors_out_of(row, user, page) if governs(each.door)]
    shown = [each for each in drawn if each.open or _lies_ahead(each)]
    return sorted(shown, key=lambda each: (not each.open, not each.primary))


def _lies_ahead(shut: DrawnDoor) -> bool:
    """Whether a row has yet to come to a shut door: from where it opens no way leads back to where the row is."""
    return not any(shut.row.state in type(shut.row).reachable(was) for was in shut.door.verb.was)


def assigned(case: Case) -> dict[str, Any]:
    """The Assignment that stands, and who made it, empty where there is none; the history then says of each to whom it was."""
    pk = case.row_id(Assignment) if case.state(Assignment) in {"active", "handed_off"} else None
    made = {line.row_id for line in case.lines if line.room == Assignment.label()}
    rows = telling(Assignment.objects.filter(pk__in=made)).select_related("operator", "worker") if made else []
    case.said |= {(Assignment.label(), each.pk): each.to_whom for each in rows}
    row = next((each for each in rows if each.pk == pk), None)
    line = next((line for line in case.lines if line.room == Assignment.label() and line.row_id == pk), None)
    return {"assignment": row, "assigned_by": line.user if line else None}


def history(case: Case, task: Task | None, plans: Iterable[Line] = ()) -> list[Line]:
    """What happened, newest first: the acts of the log, and the corrections and plans among them."""
    corrections = [_corrected(each) for each in task.corrections.all()] if task else []
    return sorted([*case.history(), *corrections, *plans], key=lambda line: line.when, reverse=True)


def _corrected(each: Correction) -> Line:
    """A correction as a line of the history."""
    runtime = each.task.version.reads
    was, becomes = (spoken(runtime, each.field, value) or "nothing" for value in (each.was, each.becomes))
    what = under(label_of(runtime, each.field), f"{was} → {becomes}")
    return Line(each.at, str(each.by), "Correct a detail", what, "", "", each.why)
