"""What the overview counts of governance."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from governance.models import BEFORE_ASSIGNED, Appointment, Correction, Task
from qtm.models import SurfaceVersion
from qtm.overview.declared import GAPS, PACES, Gap, Pace

GOVERNED = [*BEFORE_ASSIGNED, "assigned"]

PACES.append(Pace("Approved", Task, "open", "approved"))


def governed() -> QuerySet[Task]:
    """Tasks that governance still has in hand."""
    return Task.objects.filter(state__in=GOVERNED)


def _placed() -> QuerySet[Task]:
    """Those of surfaces that ask for a place."""
    return governed().filter(version__in=SurfaceVersion.objects.exclude(runtime__asks__place="no"))


def _without(rows: QuerySet[Task], *details: str) -> QuerySet[Task]:
    """Those whose intake says none of these details, corrections included."""
    for detail in details:
        rows = rows.annotate(
            **{f"now_{detail}": Coalesce(_corrected(detail), f"intake__{detail}", output_field=TextField())}
        )
    return rows.filter(**{f"now_{detail}": "" for detail in details})


def _corrected(detail: str) -> Any:
    """What the last correction of a detail made of it, if there is one."""
    corrections = Correction.objects.filter(task=OuterRef("pk"), field=detail).order_by("-pk")
    return Subquery(corrections.values("becomes")[:1])


def _wished() -> QuerySet[Task]:
    """Assigned tasks for which a day is wished for, corrections included."""
    now = Coalesce(_corrected("wished"), Cast("intake__wished", TextField()), Value(""), output_field=TextField())
    return Task.objects.filter(state="assigned").annotate(now_wished=now).exclude(now_wished="")


def _unappointed() -> QuerySet[Task]:
    """Those of them that have no appointment."""
    made = Appointment.objects.filter(assignment__task=OuterRef("pk"), assignment__state="active")
    return _wished().exclude(Exists(made))


GAPS += [
    Gap(
        "tasks-without-place",
        "Tasks with no place",
        "Their surface asks for one; whoever is to go there does not know where.",
        Task,
        lambda: _without(_placed(), "place"),
        _placed,
    ),
    Gap(
        "tasks-out-of-reach",
        "Tasks whose requester cannot be reached",
        "Neither a phone nor an e-mail address stands in the case.",
        Task,
        lambda: _without(governed(), "phone", "email"),
        governed,
    ),
    Gap(
        "tasks-without-appointment",
        "Assigned tasks with no appointment",
        "A day is wished for, and nobody has said when somebody comes.",
        Task,
        _unappointed,
        _wished,
    ),
]
