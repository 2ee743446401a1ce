"""The Records as a workplace, and the ⭐ that the Desk shows."""

from typing import Any

from django.db.models import Count

from qtm.panels import PANELS
from qtm.queues import WORKPLACES, Workplace
from qtm.roles import Standing
from qtm.signed import Signed
from records.models import Record, Signal


def reads_records(standing: Standing) -> bool:
    """Whether there is a list of Records for this person: all, or their own operator's."""
    return bool(standing.holds("records.see_records") or standing.working)


def stars(request: Signed, *rows: Any) -> tuple[str, dict[str, Any]] | None:
    """How many ⭐ were read from this operator's Records, and the newest; a count and nothing that ranks."""
    operator = request.user.standing.operator
    if operator is None:
        return None
    signals = Signal.objects.filter(record__operator=operator, state="active")
    return "records/_stars.html", {
        "count": signals.aggregate(count=Count("pk"))["count"],
        "newest": signals.select_related("record").order_by("-pk").first(),
    }


def of_job(request: Signed, job: Any) -> tuple[str, dict[str, Any]] | None:
    """The Records of a Job, once there are any: one of each part that was completed."""
    records = Record.objects.filter(request.user.standing.sight(Record), event__job=job).order_by("-pk")
    return ("records/_of_job.html", {"records": list(records)}) if records else None


WORKPLACES.append(Workplace("Records", "records", reads_records, home=7))
PANELS["desk"].append(stars)
PANELS["job"].append(of_job)
