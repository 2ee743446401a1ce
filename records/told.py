"""What the requester is told of records."""

from qtm.models import Transition
from qtm.tracking import STAGES, TOLD
from records.models import Record


def sealed(line: Transition) -> str:
    """How the work ended: the outcome, and where it was not done the reason, as the Record says it."""
    outcome = Record.objects.get(pk=line.row_id).facts["outcome"]
    why = f" ({outcome['reason']})" if outcome["reason"] else ""
    return f"The work has ended: {outcome['label']}{why}. What was done is recorded for good."


STAGES["records"] = "Recorded"
TOLD[Record.label(), "sealed"] = sealed
