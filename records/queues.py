"""The Records as a workplace, and the ⭐ that the Desk shows."""

from typing import Any

from django.db.models import Count, Subquery

from qtm.panels import PANELS
from qtm.queues import WORKPLACES, Workplace
from qtm.signed import Signed
from qtm.standing import Standing
from records.models import Record, Signal

MANY = 1000  # beyond it the Desk counts no further, as each is counted anew


def reads_records(standing: Standing) -> bool:
    """Whether there is a list of Records for this person: all, or their own operator's."""
    return bool(standing.holds("records.see_records") or standing.working)


def stars(request: Signed, *rows: Any) -> tuple[str, dict[str, Any]] | None:
    """How many ⭐ of this operator's Records stand, the newest, and how many do not stand any longer; a count and nothing that ranks."""
    operator = request.user.standing.operator
    if operator is None:
        return None
    mine = Signal.objects.filter(record__operator=operator)
    signals = mine.filter(state=Signal.first).order_by("-record")  # along the operator's own Records by their index
    hidden = mine.exclude(state=Signal.first).order_by()
    uncounted = Subquery(hidden.values("record__operator").annotate(number=Count("pk")).values("number"))
    newest: Any = signals.select_related("record").annotate(uncounted=uncounted).first()
    count = signals[: MANY + 1].count() if newest else 0
    return "records/_stars.html", {
        "count": min(count, MANY),
        "more": count > MANY,
        "newest": newest,
        "uncounted": newest.uncounted if newest else hidden.count(),
    }


def of_job(request: Signed, job: Any) -> tuple[str, dict[str, Any]] | None:
    """The Records of a Job, once there are any: one of each part that was completed."""
    if not any(event.state == "completed" for event in job.parts):
        return None
    records = Record.objects.filter(request.user.standing.sight(Record), event__job=job).order_by("-pk")
    return ("records/_of_job.html", {"records": list(records)}) if records else None


WORKPLACES.append(Workplace("Records", "records", reads_records, home=7))
WORKPLACES.append(Workplace("Audit", "audit", lambda standing: bool(standing.holds("qtm.oversee")), home=0))
PANELS["desk"].append(stars)
PANELS["job"].append(of_job)
