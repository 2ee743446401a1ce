"""Days put together: what each period that can be chosen comes to."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from qtm.overview.declared import PACES, spell, terms
from qtm.overview.models import Day
from qtm.overview.steps import added

PERIODS = (7, 30, 90)  # days, today among them


def summed(today: date, first: date, counted_now: Sequence[date]) -> dict[str, Any]:
    """Every period, and the pace of each day: of days that are closed, and of those that were counted just now."""
    since = today - timedelta(days=max(PERIODS) - 1)
    kept = [
        row
        for row in Day.objects.filter(day__gte=since, day__lte=today, terms=terms()).order_by("day")
        if row.closed or row.day in counted_now
    ]
    periods = {
        str(length): _period(row.counted for row in kept if row.day > today - timedelta(days=length))
        for length in PERIODS
    }
    return {
        "today": today.isoformat(),
        "first": first.isoformat(),
        "periods": periods,
        "days": {row.day.isoformat(): _pace(row.counted["lines"]) for row in kept},
    }


def _pace(lines: dict[str, int]) -> list[int]:
    """What is counted day by day, of one day."""
    return [lines.get(spell((pace.room.label(), pace.was, pace.becomes)), 0) for pace in PACES]


def _period(each: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Several days as one."""
    lines: dict[str, int] = {}
    waits: dict[str, dict[int, int]] = {}
    tallies: dict[str, dict[tuple[Any, ...], int]] = {}
    for counted in each:
        for key, number in counted["lines"].items():
            lines[key] = lines.get(key, 0) + number
        for key, steps in counted["waits"].items():
            added(steps, waits.setdefault(key, {}))
        for name, rows in counted["tallies"].items():
            sums = tallies.setdefault(name, {})
            for *words, number in rows:
                sums[tuple(words)] = sums.get(tuple(words), 0) + number
    told = {name: [[*words, number] for words, number in sorted(sums.items())] for name, sums in tallies.items()}
    return {"lines": lines, "waits": waits, "tallies": told}
