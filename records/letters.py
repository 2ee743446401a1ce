"""What the requester is written to about records: how the work ended, or a part of it."""

from collections.abc import Mapping
from typing import Any

from governance.letters import to_requester
from qtm.letters.declared import LETTERS
from records.models import Record


def _ended(record: Record) -> Mapping[str, Any]:
    """The outcome as the Record says it, and what is still to come where it tells of a part."""
    outcome, part = record.facts["outcome"], record.facts["part"]
    following = record.event.version.reads.after(record.event.part) if part and not record.final else None
    return {
        "outcome": outcome["label"],
        "reason": outcome["reason"] or "",
        "part": part["label"] if part else "",
        "following": following.label if following else "",
    }


def _of_job(record: Record) -> Any:
    """The Job whose work a Record tells of."""
    return record.event.job


DONE = to_requester("done", "Done", case=_of_job, says=_ended)
LETTERS[Record.label(), "sealed"] = [DONE]
