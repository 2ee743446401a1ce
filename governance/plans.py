"""How pressing a case is and by when it is due, as its page says it, read along with the case itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, JSONField, OuterRef
from django.db.models.expressions import RawSQL
from django.utils import timezone

from governance.models import PRIORITIES
from intake.models import Request
from qtm.case import Line
from qtm.models import called
from qtm.queues import QUEUES
from qtm.waits import NORMAL, Wait
from qtm.words import moment

# Everything that was said of it, with the Request itself, as the page of a case asks the database no further question.
SAID = RawSQL(
    """SELECT coalesce(jsonb_agg(jsonb_build_object('priority', p.priority, 'due', p.due, 'at', p.at, 'by', jsonb_build_object(
      'first_name', u.first_name, 'last_name', u.last_name, 'username', u.username)) ORDER BY p.id), '[]')
    FROM governance_task t JOIN governance_plan p ON p.task_id = t.id JOIN qtm_user u ON u.id = p.by_id
    WHERE t.case_id = intake_request.id""",
    [],
    output_field=JSONField(),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """What stands now: the priority, empty where it is as usual; the due date, if there is one; and whether it has passed with the work undone."""

    priority: str
    due: datetime | None
    overdue: bool


def undone() -> Exists:
    """Whether the work of a case is still to be done: it waits where its due date counts."""
    slugs = [queue.slug for queue in QUEUES if queue.by_due]
    return Exists(Wait.objects.filter(case_id=OuterRef("pk"), queue__in=slugs))


def plan_of(request: Any) -> Planned:
    """How pressing a case is, and by when it is due; of a Request that was read with `undone`."""
    said = request.listing
    priority = "" if said.priority == NORMAL else dict(PRIORITIES)[said.priority]
    return Planned(priority, said.due, bool(request.undone and said.due and said.due < timezone.now()))


def plan_lines(request: Request) -> list[Line]:
    """What was said of it, as lines of the history; of a Request that was read with `plans_said`."""
    return [_line(**each) for each in getattr(request, "plans_said", ())]


def _line(priority: int, due: str | None, at: str, by: dict[str, str]) -> Line:
    """One of them in words."""
    now, zone = timezone.now(), timezone.get_current_timezone()
    said = f"due {moment(datetime.fromisoformat(due), now, zone)}" if due else "no due date"
    what = f"{dict(PRIORITIES)[priority].capitalize()} priority, {said}"
    return Line(datetime.fromisoformat(at), called(**by), "Set priority and due date", what, "", "", "")
