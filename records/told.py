"""What the requester is told of records."""

from qtm.case import Case
from qtm.models import Transition
from qtm.tracking import REACHED, STAGES, TOLD
from records.models import Record


def sealed(line: Transition) -> str:
    """How the work ended, or a part of it: the outcome, and where it was not done the reason, as the Record says it."""
    record = _record_of(line)
    outcome, part = record.facts["outcome"], record.facts["part"]
    why = f" ({outcome['reason']})" if outcome["reason"] else ""
    following = record.event.version.reads.after(record.event.part)
    if following and not record.final:
        return f"{part['label']} is done: {outcome['label']}{why}. {following.label} is still to come."
    return f"The work has ended: {outcome['label']}{why}. What was done is recorded for good."


def all_of_it(case: Case) -> bool:
    """Whether all the work of a case is recorded, and not only a part of it."""
    return any(_record_of(line).final for line in case.lines if line.room == Record.label())


def _record_of(line: Transition) -> Record:
    """The Record that a line of the log is of, read once for a page."""
    read: Record | None = getattr(line, "read_record", None)
    record = read or Record.objects.select_related("event__version").get(pk=line.row_id)
    line.read_record = record  # type: ignore[attr-defined]
    return record


STAGES["records"] = "Recorded"
REACHED["records"] = all_of_it
TOLD[Record.label(), "sealed"] = sealed
