"""The log, day by day: how often each line was written, and how long each case had waited before each boundary that it crossed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from time import monotonic, sleep
from typing import Any

from django.db import connection
from django.utils import timezone

from qtm.overview.declared import TALLIES, crossings, spell, terms
from qtm.overview.models import Day
from qtm.overview.steps import STEP

WINDOW = 90
# A line is stamped a moment before its transaction has a number, and clocks are put back by a little.
MARGIN = timedelta(minutes=1)
PATIENCE_SECONDS = 3.0

# What comes to a boundary and crosses it in one act has not waited there.
COUNT = """
WITH begins (room, was, becomes, from_room, from_state, same_row) AS (VALUES {begins}),
line AS MATERIALIZED (
  SELECT id, case_id, room, row_id, was, becomes, at, act FROM qtm_transition WHERE at >= %s AND at < %s AND case_id IS NOT NULL),
waited AS (
  SELECT l.room, l.was, l.becomes, extract(epoch FROM l.at - max(p.at))::float8 AS seconds
  FROM line l
  JOIN begins b ON b.room = l.room AND b.was = l.was AND b.becomes = l.becomes
  JOIN qtm_transition p ON p.case_id = l.case_id AND p.id < l.id AND p.room = b.from_room AND p.becomes = b.from_state
    AND (NOT b.same_row OR p.row_id = l.row_id)
  GROUP BY l.id, l.room, l.was, l.becomes, l.at, l.act
  HAVING bool_and(p.act <> l.act))
SELECT room, was, becomes, NULL::int, count(*) FROM line GROUP BY room, was, becomes
UNION ALL
SELECT room, was, becomes, {step} AS step, count(*) FROM waited GROUP BY room, was, becomes, step
"""


def bounds(day: date) -> tuple[datetime, datetime]:
    """When a day begins and ends in the zone of the place, be it 23 hours long, 24 or 25."""
    zone = timezone.get_default_timezone()
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def count(day: date) -> dict[str, Any]:
    """What the log of one day comes to, as far as it is committed."""
    begins, ends = bounds(day)
    statement, values = _statement()
    lines: dict[str, int] = {}
    waits: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, begins, ends])
        for *edge, step, number in cursor.fetchall():
            key = spell((edge[0], edge[1], edge[2]))
            if step is None:
                lines[key] = number
            else:
                waits.setdefault(key, {})[str(step)] = number
    return {"lines": lines, "waits": waits, "tallies": {name: tally(begins, ends) for name, tally in TALLIES.items()}}


def _statement() -> tuple[str, list[Any]]:
    """The statement for a day, with the boundaries as they are declared."""
    rows = [(*each.edge, *begin, each.same_row) for each in crossings() for begin in each.begins]
    return COUNT.format(begins=", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows)), step=STEP), [
        value for row in rows for value in row
    ]


def keep(day: date, *, closed: bool) -> None:
    """Count a day and keep what it comes to."""
    Day.objects.update_or_create(
        pk=day, defaults={"terms": terms(), "closed": closed, "counted": count(day), "made_at": timezone.now()}
    )


def written_until() -> datetime | None:
    """The moment before which nothing can be written any more, as every transaction that was under way then is over; unknown while one goes on.

    Whoever writes has a number, and a number of our own is higher than all that were given before: it is waited until it is the lowest.
    A snapshot's xmax is not, as it counts only what has ended. Nothing of it is kept: in a restored database the numbers begin anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text, clock_timestamp()")
        ours, now = cursor.fetchone()
        began = monotonic()
        while True:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8", [ours])
            if cursor.fetchone()[0]:
                return now - MARGIN  # type: ignore[no-any-return]
            if monotonic() - began > PATIENCE_SECONDS:
                return None
            sleep(0.05)


def uncounted(today: date, first: date) -> Iterator[date]:
    """The days of the window that are not closed by the present terms, the newest first; none before the log begins."""
    begins = max(first, today - timedelta(days=WINDOW - 1))
    done = set(Day.objects.filter(day__gte=begins, terms=terms(), closed=True).values_list("day", flat=True))
    for back in range((today - begins).days + 1):
        if (day := today - timedelta(days=back)) not in done:
            yield day
