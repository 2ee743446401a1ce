"""What a Record is composed of, read in one statement: the case, its log, and what was noted while the work was done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connections

from execution.models import ServiceEvent
from qtm.database import here
from qtm.models import called

STATEMENT = (Path(__file__).parent / "case.sql").read_text()
# The same of many at once, in the order in which they are named, as a cursor of Django's takes it.
_OF_ONE = STATEMENT.replace("%", "%%").replace("$1", "sought.of_case").replace("$2", "sought.of_event")
OF_MANY = (
    "SELECT one.* FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS sought (of_case, of_event, place),"  # noqa: S608
    f" LATERAL ({_OF_ONE}) AS one ORDER BY sought.place"
)

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """One case as the database holds it: rows as mappings, moments as ISO 8601, people by their ids."""

    request: Row
    lines: Sequence[Row]
    corrections: Sequence[Row]
    appointment: Row | None
    marks: Sequence[Row]
    evidence: Sequence[Row]
    travels: Sequence[Row]
    said: Mapping[str, str]
    people: Mapping[int, str]

    def name(self, person: int | None) -> str:
        """What a person is called; nobody has no name."""
        return self.people[person] if person else ""

    def said_at(self, act: str) -> str:
        """When the device says that something was pressed or captured, which it kept until it could send it; nothing where it kept nothing."""
        return stamp(self.said[act]) if act in self.said else ""


def read(event: ServiceEvent) -> Reading:
    """Read the case of a ServiceEvent and all that was noted of it."""
    found = here().run(STATEMENT, [event.case_id, event.pk])
    assert found
    return _as_read(found)


def read_many(events: Sequence[ServiceEvent], using: str = "default") -> Iterator[Reading]:
    """The same of many ServiceEvents, in their order and in one statement."""
    with connections[using].cursor() as cursor:
        cursor.execute(OF_MANY, [[each.case_id for each in events], [each.pk for each in events]])
        yield from map(_as_read, cursor.fetchall())


def _as_read(found: Sequence[Any]) -> Reading:
    """One row of the statement."""
    request, lines, corrections, appointment, marks, evidence, travels, said, people = found
    named = {int(pk): called(**words) for pk, words in people.items()}
    marks, evidence, travels = (each or [] for each in (marks, evidence, travels))
    return Reading(request, lines, corrections or [], appointment, marks, evidence, travels, said or {}, named)


def stamp(moment: datetime | str) -> str:
    """A moment as RFC 3339 in UTC, to the microsecond."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
