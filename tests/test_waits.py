"""Where cases wait: the law and the queues say the same, whose move it is, what is overdue, and that nobody else writes it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from execution.models import Job, ServiceEvent
from governance.models import Assignment, Plan, Task
from governance.question import Question
from governance.queues import console, inbox
from intake.models import Request
from qtm.models import Transition
from qtm.queues import QUEUES, Queue, waiting_in
from qtm.refusals import Conflict, Invalid
from qtm.waits import Wait
from settlement.models import Settlement
from tests.cast import Cast, Walk, enter
from tests.sql import DENIED, attempt
from tests.states import REACH, WHY, between
from tests.test_console import at, queue, text

pytestmark = pytest.mark.django_db
URGENT, LOW = 3, 0


def plan(task: Task, priority: int = 1, due: datetime | None = None) -> Plan:
    """Said of a case at the door."""
    return enter(Cast().ines, Task, "plan", task, priority=priority, due=due)  # type: ignore[no-any-return]


def overdue(slug: str, **changed: Any) -> int:
    """How many are overdue in a queue, if wished with another patience."""
    return waiting_in([replace(queue(slug), **changed)], None)[0].overdue


def agree() -> None:
    """What the law keeps is what the queues say, row by row."""
    for each in QUEUES:
        rows = each.room._default_manager.filter(each.waits).values_list("pk", "since", f"{each.governor}_id")
        kept = Wait.objects.filter(queue=each.slug).values_list("row_id", "since", "governor_id")
        assert sorted(rows) == sorted(kept), each.slug


def test_the_law_keeps_what_the_queues_say_wherever_a_case_stands() -> None:
    for reach in REACH.values():
        reach()
    between()
    between().opened()
    agree()
    assert {each.slug for each in QUEUES} == set(Wait.objects.values_list("queue", flat=True))


def test_the_law_keeps_what_the_queues_say_on_every_way_back(cast: Cast, walk: Walk) -> None:
    enter(cast.ines, Task, "hold", walk.task, **WHY)
    enter(cast.ines, Task, "resume", walk.task)
    enter(cast.ines, Assignment, "withdraw", walk.assignment(), **WHY)
    agree()
    walk.event()
    enter(cast.will, Job, "release", walk.job(), **WHY)
    agree()
    enter(cast.will, ServiceEvent, "claim", walk.job())
    enter(cast.will, ServiceEvent, "start", walk.event())
    enter(cast.will, ServiceEvent, "pause", walk.event())
    agree()
    enter(cast.will, ServiceEvent, "resume", walk.event())
    enter(cast.cora, Settlement, "void", walk.authorized(), **WHY)
    agree()
    assert Wait.objects.filter(case_id=walk.request.pk).count() == 2, "beside its way it waits to be settled again"


def test_a_case_has_waited_in_its_queue_since_the_act_that_brought_it_there() -> None:
    for reach in REACH.values():
        reach()
    between()
    spine = [each.label() for each in (Request, Task, Assignment, Job, ServiceEvent)]
    for wait in Wait.objects.filter(lane="way"):
        moves = Transition.objects.filter(case_id=wait.case_id, room__in=spine).exclude(becomes="closed")
        newest = moves.filter(act=moves.latest("pk").act).values_list("at", flat=True)
        assert wait.since in set(newest), wait.queue


def test_who_recorded_the_work_just_now_is_not_said_to_have_left_it_since_the_claim(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = Walk().record().event, between().event()
    for event, slug in zip(waiting, ("job-to-complete", "next-part"), strict=True):
        begun = event.job.since
        patience = event.since - begun - timedelta(microseconds=1)
        monkeypatch.setattr("qtm.queues.timezone.now", lambda event=event: event.since)
        stood = waiting_in([replace(queue(slug), late_after=patience)], None)[0]
        assert (stood.count, stood.oldest, stood.overdue) == (1, event.since, 0), slug


def test_a_task_that_is_closed_early_leaves_the_job_waiting_and_then_nothing_is_to_be_closed(walk: Walk) -> None:
    enter(walk.governor, Task, "close", walk.job().assignment.task)
    agree()
    assert Wait.objects.get().queue == "waiting-for-claim"
    enter(walk.governor, Job, "cancel", walk.job(), **WHY)
    agree()
    assert not Wait.objects.exists()


@pytest.mark.parametrize("table", ["qtm_wait", "governance_listing"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET priority = 0", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_but_the_law_writes_where_cases_wait_and_how_they_are_found(
    cast: Cast, walk: Walk, table: str, statement: str
) -> None:
    assert walk.task
    assert attempt(statement.format(table), user=cast.ines.pk) == DENIED
    assert attempt("SELECT law_waits(1, 'way', 'held', 1, now(), NULL)", user=cast.ines.pk) == DENIED


def test_every_queue_says_whose_move_it_is(cast: Cast) -> None:
    said = {each.slug: console(cast.ines.standing).mover(each) for each in QUEUES}
    assert said["to-review"] == "the network’s move"
    assert said["in-work"] == "the operator’s move"
    assert said["sealed-unsettled"] == "commerce’s move"
    assert inbox(cast.nora.standing).mover(queue("to-review")) == "your move"
    assert "The operator’s move" in text(at("ines").get("/console/in-work/"))


# Overdue


def test_without_a_due_date_a_case_is_overdue_once_it_has_waited_longer_than_its_queue_allows(walk: Walk) -> None:
    waited = timezone.now() - walk.task.since
    assert overdue("to-review") == 0
    assert overdue("to-review", late_after=waited / 2) == 1


def test_with_a_due_date_that_alone_says_whether_a_case_is_overdue(walk: Walk) -> None:
    plan(walk.task, due=timezone.now() + timedelta(days=1))
    assert overdue("to-review", late_after=timedelta()) == 0, "however long it waits"
    soon = timezone.now() + timedelta(milliseconds=400)
    plan(walk.task, due=soon)
    while timezone.now() <= soon:
        pass
    assert overdue("to-review") == 1
    walk.job()
    assert (overdue("to-review"), overdue("waiting-for-claim")) == (0, 1), "the due date goes with the case"


def past_its_due_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day later, and its due date has passed in between."""
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)


def said_overdue(walk: Walk) -> dict[str, bool]:
    """Where it is said to be overdue: on its page, in a search, and in each queue where it waits."""
    client = at("ines")
    page, found = client.get(walk.task.page), client.get("/console/find?q=Maren")
    said = {"page": "overdue</span>" in text(page), "search": found.context["entries"][0].overdue}
    found = client.get("/console/find?q=Maren&due=overdue")
    said["filter"] = bool(found.context["entries"])
    for wait in Wait.objects.filter(case_id=walk.request.pk):
        listed = client.get(f"/console/{wait.queue}/")
        said[wait.queue] = listed.context["entries"][0].overdue
        assert said[wait.queue] == bool(overdue(wait.queue)), "the count says what the row says"
        assert said[wait.queue] == bool(client.get(f"/console/{wait.queue}/?due=overdue").context["entries"])
    return said


def _complete(walk: Walk) -> Job:
    """All of its work, and its operator's word."""
    walk.record()
    enter(Cast().will, Job, "complete", walk.job())
    return walk.job()


@pytest.mark.parametrize(
    ("ends", "waits"),
    [
        (lambda walk: enter(walk.governor, Task, "reject", walk.task, **WHY), set()),
        (lambda walk: enter(walk.governor, Task, "cancel", walk.approved(), **WHY), set()),
        (lambda walk: walk.record(), {"job-to-complete", "sealed-unsettled"}),
        (_complete, {"to-close", "sealed-unsettled"}),
        (lambda walk: enter(walk.governor, Job, "cancel", walk.job(), **WHY), {"to-close"}),
        (lambda walk: enter(walk.governor, Task, "close", _complete(walk).assignment.task), {"sealed-unsettled"}),
    ],
    ids=["rejected", "cancelled", "sealed", "completed", "job cancelled", "closed"],
)
def test_what_was_over_before_its_due_date_is_not_overdue_once_that_passes(
    ends: Any, waits: set[str], walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(walk.task, due=timezone.now() + timedelta(hours=1))
    ends(walk)
    past_its_due_date(monkeypatch)
    said = said_overdue(walk)
    assert set(said) == {"page", "search", "filter", *waits}
    assert not any(said.values()), said


@pytest.mark.parametrize("reach", ["approved", "job", "event"])
def test_what_is_not_over_is_overdue_once_its_due_date_passes(
    reach: str, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(walk.task, due=timezone.now() + timedelta(hours=1))
    getattr(walk, reach)()
    past_its_due_date(monkeypatch)
    said = said_overdue(walk)
    assert len(said) == 4
    assert all(said.values()), said


def test_whatever_its_due_date_was_what_is_over_is_overdue_once_it_has_waited_too_long(walk: Walk) -> None:
    plan(walk.task, due=timezone.now() + timedelta(days=90))
    _complete(walk)
    assert (overdue("to-close"), overdue("to-close", late_after=timedelta())) == (0, 1)


def test_a_question_is_late_by_its_own_patience(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(walk.task, due=timezone.now() + timedelta(hours=1))
    walk.record()
    enter(walk.governor, Question, "ask", walk.request, text="Was it good?")
    past_its_due_date(monkeypatch)
    assert (overdue("waiting-for-requester"), overdue("waiting-for-requester", late_after=timedelta())) == (0, 1)


def test_a_boundary_is_stuck_where_half_of_what_waits_is_overdue() -> None:
    walks = [Walk() for _ in range(3)]
    since = [walk.task.since for walk in walks]

    def stuck(until: int) -> bool:
        """Whether it is stuck when the first so many are overdue."""
        late_after = timezone.now() - since[until - 1] - timedelta(microseconds=1)
        return waiting_in([replace(queue("to-review"), late_after=late_after)], None)[0].stuck

    assert not stuck(1)
    assert stuck(2)


def test_the_overview_marks_where_work_is_stuck(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert walk.task
    assert "Stuck here" not in text(at("ines").get("/console/"))
    hasty = [replace(each, late_after=timedelta()) for each in QUEUES]
    monkeypatch.setattr("governance.queues.QUEUES", hasty)
    page = text(at("ines").get("/console/"))
    assert page.count("Stuck here") == 1
    assert "1 overdue" in page


def test_a_case_that_waits_in_two_lanes_is_named_once_among_those_that_wait_longest(walk: Walk) -> None:
    enter(walk.governor, Question, "ask", walk.task.intake.request, text="Which car is it?")
    later = Walk().task
    assert Wait.objects.filter(case_id=walk.request.pk).count() == 2
    answer = at("ines").get("/console/")
    named = [(entry.about.case, entry.next) for entry in answer.context["entries"]]
    assert named == [(walk.request.pk, "To review"), (later.case_id, "To review")]
    assert text(answer).count(f'id="case-{walk.request.pk}"') == 1


# Priority and due date


def test_the_newest_plan_counts_and_stands_in_lists_and_on_the_case(walk: Walk) -> None:
    due = timezone.now() + timedelta(days=3)
    plan(walk.task, LOW)
    plan(walk.task, URGENT, due)
    entry = at("ines").get("/console/to-review/").context["entries"][0]
    assert (entry.priority, entry.about.due, entry.overdue) == ("urgent", due, False)
    answer = at("ines").get(walk.task.page)
    assert (answer.context["plan"].priority, answer.context["plan"].due) == ("urgent", due)
    assert "Urgent priority, due" in text(answer)
    assert "Low priority, no due date" in text(answer)


def test_a_plan_is_made_at_its_door_in_the_zone_of_the_place(walk: Walk) -> None:
    address = f"/tasks/{walk.task.pk}/plan"
    year = timezone.now().year + 1
    assert at("ines").post(address, {"priority": "2", "due": f"{year}-01-05T10:00"}).status_code == 302
    said = Plan.objects.get()
    assert (said.priority, timezone.localtime(said.due).hour, said.by) == (2, 10, Cast().ines)
    assert f'value="{year}-01-05T10:00"' in text(at("ines").get(address))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose a priority."),
        ({"priority": "9"}, "9 is not one of the available choices"),
        ({"priority": "x"}, "x is not one of the available choices"),
        ({"priority": "1"}, "That is what it says already."),
        ({"priority": "2", "due": "soon"}, "This is no date and time."),
        ({"priority": "2", "due": "2001-01-01T10:00"}, "This lies in the past."),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_words(given: dict[str, str], said: str, walk: Walk) -> None:
    answer = at("ines").post(f"/tasks/{walk.task.pk}/plan", given)
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert not Plan.objects.exists()


def test_the_database_takes_no_priority_that_there_is_not(cast: Cast, walk: Walk) -> None:
    made = f"INSERT INTO governance_plan (task_id, priority) VALUES ({walk.task.pk}, 9)"
    assert attempt(made, user=cast.ines.pk) == "governance_plan_priority"


def test_what_has_ended_is_planned_no_more(walk: Walk) -> None:
    enter(walk.governor, Task, "reject", walk.task, **WHY)
    with pytest.raises(Conflict):
        plan(walk.task, URGENT)


def test_a_past_due_date_may_stay_while_the_priority_changes(walk: Walk) -> None:
    soon = timezone.now() + timedelta(milliseconds=400)
    plan(walk.task, due=soon)
    while timezone.now() <= soon:
        pass
    plan(walk.task, URGENT, soon)
    with pytest.raises(Invalid):
        plan(walk.task, URGENT, soon - timedelta(days=1))


def test_a_queue_without_patience_would_not_be_one() -> None:
    assert all(isinstance(each, Queue) and each.late_after > timedelta() for each in QUEUES)
