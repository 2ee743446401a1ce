"""What Omni finds in governance: the tasks that are overdue or wait longest to be assigned, who could do them, and what stands in the way of knowing.

It reads through its own role: no memberships, no places and no words of anybody. So it tells of operators and not of their people, and
says nothing of distances.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, Q, When
from django.utils import timezone

from governance.conflicts import day_words
from governance.models import Task
from governance.ranking import Sought, Suggested, ranked
from governance.roster import Member, Roster
from qtm import words
from qtm.models import Operator
from qtm.omni import ALIAS, FINDERS, Found, Suggestion, rows_of
from qtm.spine import case_named
from qtm.waits import Wait
from qtm.workforce import Capability, Hours

OLDEST, NAMED, AHEAD = 5, 3, 28  # tasks, operators for each, and days of which hours are read
SHOWN = 8
NOBODY = 2  # the weight of nobody working that day
BLIND = "How far each operator is: where work is done, and where operators are, is not for Omni to read."


def to_assign(now: datetime, governor: int | None) -> Found:
    """The tasks that wait to be assigned, what is overdue first, and who comes into question: seven queries."""
    tasks = _waiting(now, governor)
    if not tasks:
        return Found()
    operators = _operators(governor)
    today = timezone.localdate(now)
    roster = Roster({each.pk: _members(each) for each in operators}, today, AHEAD, ALIAS)
    found = [(task, _ranked(roster, operators, task, today)) for task in tasks]
    facts = [
        f"Active operators: {len(operators)}. What waits to be assigned, past its due date first and then the oldest; looked at here: {len(tasks)}."
    ]
    suggests = [_suggestion(task, sought, best, now) for task, (sought, best) in found]
    gaps = [gap for task, (sought, best) in found for gap in _gaps(task, sought, best)]
    return Found(facts, suggests, [*gaps, *_unsaid(roster, operators, today), BLIND])


def _waiting(now: datetime, governor: int | None) -> list[dict[str, Any]]:
    """The tasks that are looked at: those past their due date first, then those that wait longest."""
    late = Case(When(due__lt=now, then=0), default=1)
    waits = rows_of(Wait).filter(queue="to-assign", governor=governor).order_by(late, "since", "row_id")
    due = dict(waits.values_list("row_id", "due")[:OLDEST])
    asked = ("pk", "case_id", "since", "governor", "version__surface", "version__surface__name", "intake__wished")
    found = {each["pk"]: each for each in rows_of(Task).filter(pk__in=due).values(*asked)}
    return [found[pk] | {"due": due[pk]} for pk in due]


def _operators(governor: int | None) -> list[Any]:
    """The active operators that may be assigned to, of an operator's own cases itself alone, each with those of whom something of their own is said."""
    said = [
        kind.objects.filter(operator=OuterRef("pk"), until=None).exclude(user=None).order_by("user")
        for kind in (Hours, Capability)
    ]
    hours, surfaces = (ArraySubquery(rows.values("user").distinct()) for rows in said)
    theirs = Q() if governor is None else Q(pk=governor)
    active = rows_of(Operator).filter(theirs, state="active").order_by("name").only("name", "state")
    return list(active.annotate(with_hours=hours, with_surfaces=surfaces))


def _members(operator: Any) -> list[Member]:
    """Those of whom something is said, without their names, and the operator itself for all others."""
    return [Member(each, "", "") for each in sorted({*operator.with_hours, *operator.with_surfaces})]


def _ranked(
    roster: Roster, operators: Sequence[Operator], task: dict[str, Any], today: date
) -> tuple[Sought, list[Suggested]]:
    """What a Task asks, and who comes into question for it, the likeliest first."""
    day = timezone.localdate(task["intake__wished"]) if task["intake__wished"] else None
    near = day if day and today <= day < today + timedelta(AHEAD) else None
    sought = Sought(task["version__surface"], task["version__surface__name"], None, near)
    own = [each for each in operators if task["governor"] in (None, each.pk)]
    return sought, ranked(roster, own, sought)


def _suggestion(task: dict[str, Any], sought: Sought, best: Sequence[Suggested], now: datetime) -> Suggestion:
    """Who comes into question for one Task, in words."""
    when = f", wished for {day_words(sought.day)}" if sought.day else ""
    late = f", was due {words.span(now - task['due'])} ago" if task["due"] and task["due"] < now else ""
    about = f"{case_named(task['case_id'])}, {sought.surface}{when}{late}, waits {words.span(now - task['since'])}"
    return Suggestion(
        task["case_id"],
        about,
        [f"{each.name}: {'. '.join(reason.words for reason in each.reasons)}." for each in _able(best)[:NAMED]],
    )


def _able(best: Sequence[Suggested]) -> list[Suggested]:
    """Those that have said to do such work: nobody else is suggested."""
    return [each for each in best if not each.reasons[0].weight]


def _gaps(task: dict[str, Any], sought: Sought, best: Sequence[Suggested]) -> Iterator[str]:
    """What is missing to decide on one Task."""
    able = _able(best)
    if not best:
        yield f"{case_named(task['case_id'])}: no operator that could take it is active."
    elif not able:
        yield f"{case_named(task['case_id'])}: no operator has said to do {sought.surface}."
    if sought.day and best and all(each.reasons[1].weight == NOBODY for each in able or best):
        yield f"{case_named(task['case_id'])}: nobody works on {day_words(sought.day)}."
    if not sought.day:
        yield f"{case_named(task['case_id'])}: no day within the next {AHEAD} days is wished for, so hours and load are not compared."


def _unsaid(roster: Roster, operators: Sequence[Operator], today: date) -> Iterator[str]:
    """The operators of whom nobody knows when they work."""
    silent = [
        str(each)
        for each in operators
        if all(roster.hours(each.pk, person, today) is None for person in roster.people(each.pk))
    ]
    if silent:
        more = f" and {len(silent) - SHOWN} more" if len(silent) > SHOWN else ""
        yield f"{', '.join(silent[:SHOWN])}{more}: no hours are said, so nobody knows when they work."


FINDERS.append(to_assign)
