"""The Governance Console and the Task Inbox: who is let in, what each queue holds, what a case page says, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execution.asked import Asked
from execution.models import Job
from governance.finding import PAGE
from governance.models import Assignment, Correction, Task
from governance.queues import console
from governance.submit import Asking, ask
from intake.models import Funnel, Request
from qtm.case import Case
from qtm.models import Surface, Transition
from qtm.queues import MANY, QUEUES, Queue, waiting_in
from tests.cast import ADVISORY, PEOPLE, Cast, Walk, enter
from tests.states import REACH

pytestmark = pytest.mark.django_db
import_module("qtm.urls")
CEILING = 12
NEXT_YEAR = timezone.now().year + 1
NETWORK = {"ines", "eve"}
OWNERS = {"nora", "sam", "liam"}  # those of operators that are let in
GOVERNS: dict[tuple[Any, str], str] = {
    (Request, "received"): "to-complete",
    (Task, "open"): "to-review",
    (Task, "held"): "held",
    (Task, "approved"): "to-assign",
    (Task, "assigned"): "to-create-job",
}


def at(name: str) -> Client:
    """Somebody of the cast at a browser."""
    client = Client()
    client.force_login(getattr(Cast(), name))
    return client


def text(answer: Any) -> str:
    """A page as it is read."""
    return unescape(answer.content.decode())


def queue(slug: str) -> Queue:
    """A queue by its slug."""
    return next(queue for queue in QUEUES if queue.slug == slug)


def waits(slug: str, governor: Any = None) -> list[int]:
    """The cases that wait in a queue of the network's, or of an operator's."""
    return [row.case_id for row in queue(slug).rows(governor)]


def press(client: Client, address: str, **given: str) -> HttpResponse:
    """A press of a door."""
    return client.post(address, given)  # type: ignore[return-value]


def corrections(task: Task) -> list[tuple[str, str, str]]:
    """What was corrected."""
    return list(Correction.objects.filter(task=task).values_list("field", "was", "becomes"))


# Who is let in


@pytest.mark.parametrize("name", PEOPLE)
def test_the_console_lets_in_who_governs_or_oversees_the_network_and_nobody_else(name: str) -> None:
    client = at(name)
    for path in ("/console/", *(f"/console/{each.slug}/" for each in QUEUES)):
        assert client.get(path).status_code == (200 if name in NETWORK else 403), path


@pytest.mark.parametrize("name", PEOPLE)
def test_the_task_inbox_lets_in_owners_whose_operator_is_let_in_and_nobody_else(name: str) -> None:
    client = at(name)
    for path in ("/inbox/", *(f"/inbox/{slug}/" for slug in GOVERNS.values())):
        assert client.get(path).status_code == (200 if name in OWNERS else 403), path


@pytest.mark.parametrize("name", PEOPLE)
def test_a_case_of_the_network_is_there_for_those_who_govern_or_oversee_and_for_nobody_else(
    name: str, walk: Walk
) -> None:
    assert at(name).get(walk.task.page).status_code == (200 if name in NETWORK else 404)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_case_of_an_operators_funnel_is_there_for_its_owners_and_for_overseers(name: str) -> None:
    answer = at(name).get(Walk(funnel="north").task.page)
    assert answer.status_code == {"nora": 200, "ines": 200, "eve": 200, "will": 302, "wanda": 302}.get(name, 404)


def test_a_worker_who_may_take_requests_is_sent_to_what_the_intake_page_shows() -> None:
    task = Walk(funnel="north").task
    assert at("will").get(task.page).headers["Location"] == f"/intake/{task.case_id}/"


@pytest.mark.parametrize("path", ["/console/", "/inbox/", "/cases/1/", "/console/find?q=Q-1", "/console/to-review/"])
def test_who_is_not_signed_in_is_asked_to(path: str, client: Client) -> None:
    assert client.get(path).headers["Location"].startswith("/login")


def test_nothing_is_posted_to_a_page_that_only_shows(walk: Walk) -> None:
    for path in ("/console/", "/inbox/", walk.task.page, "/console/find?q=Q-1"):
        assert at("ines").post(path).status_code == 405


@pytest.mark.parametrize("path", ["/console/nowhere/", "/cases/0/", "/cases/99999999999999999999999/"])
def test_what_is_not_there_is_404(path: str) -> None:
    assert at("ines").get(path).status_code == 404


# Queues


@pytest.mark.parametrize(("reached", "slug"), GOVERNS.items())
def test_each_queue_holds_what_waits_before_its_boundary_and_no_other_does(reached: tuple[Any, str], slug: str) -> None:
    case_id = REACH[reached]().case_id
    assert [each.slug for each in QUEUES if case_id in waits(each.slug)] == [slug]
    assert [one.queue.slug for one in console(Cast().ines.standing).waiting(case_id) if one.here] == [slug]
    assert f'href="/cases/{case_id}/' in text(at("ines").get(f"/console/{slug}/"))


@pytest.mark.parametrize("state", ["rejected", "cancelled", "closed"])
def test_a_case_that_governance_has_ended_waits_in_no_queue_of_governance(state: str) -> None:
    case_id = REACH[Task, state]().case_id
    assert not [slug for slug in GOVERNS.values() if case_id in waits(slug)]


def test_after_create_job_a_case_waits_for_its_operator(walk: Walk) -> None:
    walk.job()
    assert waits("waiting-for-claim") == [walk.request.pk]
    walk.event()
    assert (waits("waiting-for-claim"), waits("in-work")) == ([], [walk.request.pk])


def test_after_its_work_a_case_waits_for_its_operator_and_then_for_governance_to_close_it(walk: Walk) -> None:
    walk.record()
    assert (waits("job-to-complete"), waits("to-close"), waits("in-work")) == ([walk.request.pk], [], [])
    enter(Cast().will, Job, "complete", walk.job())
    assert (waits("job-to-complete"), waits("to-close")) == ([], [walk.request.pk])
    assert "Close the task" in text(at("ines").get("/console/to-close/"))
    enter(Cast().ines, Task, "close", walk.task)
    assert waits("to-close") == []


def test_a_task_whose_job_was_cancelled_waits_to_be_closed(walk: Walk) -> None:
    enter(Cast().ines, Job, "cancel", walk.job(), reason="called off")
    assert waits("to-close") == [walk.request.pk]


def test_the_two_layers_do_not_mix_their_queues(cast: Cast) -> None:
    network, north, south = Walk().task, Walk(funnel="north").task, Walk(funnel="south").task
    assert waits("to-review") == [network.case_id]
    assert waits("to-review", cast.Northside) == [north.case_id]
    page = text(at("nora").get("/inbox/to-review/")) + text(at("nora").get("/inbox/"))
    assert f"/cases/{north.case_id}/" in page
    assert not [each for each in (network, south) if f"/cases/{each.case_id}/" in page]


def test_a_rail_counts_every_queue_and_says_since_when_the_oldest_waits(walk: Walk, cast: Cast) -> None:
    first, _ = walk.task, Walk().task
    found = {one.queue.slug: one for one in waiting_in(QUEUES, None)}
    assert (found["to-review"].count, found["to-review"].oldest) == (2, first.since)
    assert {one.count for slug, one in found.items() if slug != "to-review"} == {0}, "and to close is counted too"


def test_a_queue_says_when_its_oldest_is_late(walk: Walk) -> None:
    waited = walk.task.since
    patient = replace(queue("to-review"), late_after=timezone.now() - waited + timedelta(hours=1))
    hasty = replace(queue("to-review"), late_after=timedelta())
    assert [waiting_in([each], None)[0].late for each in (patient, hasty)] == [False, True]


def test_counting_stops_where_nobody_counts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qtm.queues.MANY", 1)
    assert MANY == 10_000
    first = Walk().task
    for _ in range(2):
        assert Walk().task
    one = waiting_in([queue("to-review")], None)[0]
    assert (one.number, one.oldest) == ("1+", first.since)


def test_a_queue_is_paged_oldest_first_without_gap_or_repetition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.views.PAGE", 2)
    made = [Walk().task.case_id for _ in range(5)]
    client, address, seen = at("ines"), "/console/to-review/", []
    for _ in range(3):
        answer = client.get(address)
        seen += [entry.about.case for entry in answer.context["entries"]]
        address = f"/console/to-review/?after={answer.context['further'].replace('+', '%2B')}"
    assert seen == made
    assert answer.context["further"] == ""


@pytest.mark.parametrize("after", ["x", "2026-01-01,1", "2026-13-45T00:00:00Z,1", "2026-01-01T00:00:00Z,x", ","])
def test_a_place_in_a_queue_that_cannot_be_read_is_its_beginning(after: str, walk: Walk) -> None:
    case_id = walk.task.case_id
    answer = at("ines").get(f"/console/to-review/?after={after}")
    assert [entry.about.case for entry in answer.context["entries"]] == [case_id]


def test_an_empty_queue_says_what_would_fill_it() -> None:
    for each in QUEUES:
        assert each.empty in text(at("ines").get(f"/console/{each.slug}/"))


def test_a_list_shows_what_a_review_has_put_right(walk: Walk) -> None:
    enter(walk.governor, Task, "correct", walk.task, field="place", becomes="16 Quarry Lane", why="She called")
    assert "16 Quarry Lane" in text(at("ines").get("/console/to-review/"))


# The case


def test_a_case_says_where_it_stands_and_names_who_moved_it(walk: Walk) -> None:
    walk.assignment()
    page = text(at("ines").get(walk.task.page))
    for said in (
        walk.request.reference,
        walk.task.reference,
        "assigned by Ines",
        "Create Job for Northside",
        "Maren Holt",
        "One question, answered, 39.00 EUR",
        "I was offered a repair",
    ):
        assert said in page, said


def test_routing_is_drawn_dashed_and_assignment_solid_and_one_is_not_the_other() -> None:
    walk = Walk(funnel="north")
    page = text(at("nora").get(walk.task.page))
    assert '<span class="routed">The north funnel, web form</span>' in page
    assert 'class="assigned"' not in page
    walk.assignment()
    assert '<span class="assigned">Northside</span>' in text(at("nora").get(walk.task.page))


def test_the_four_states_stand_side_by_side_and_may_disagree(walk: Walk) -> None:
    walk.captured()
    sides = {side.room: side.state for side in Case(walk.request.pk).four()}
    assert sides == {"Task": "handed off", "Job": "claimed", "ServiceEvent": "completed", "Settlement": "captured"}


def test_a_case_stands_at_its_task_again_once_its_assignment_is_withdrawn(walk: Walk) -> None:
    enter(walk.governor, Assignment, "withdraw", walk.assignment(), reason="No extractor there")
    marks = {stop.room: stop.mark for stop in Case(walk.request.pk).stops()}
    assert (marks["Task"], marks["Assignment"]) == ("here", "")
    page = text(at("ines").get(walk.task.page))
    assert "<b>Withdraw the assignment</b> by Ines: <q>No extractor there</q>" in page
    assert 'class="assigned"' not in page


def test_a_rejected_case_stands_at_its_task(walk: Walk) -> None:
    enter(walk.governor, Task, "reject", walk.task, reason="Out of our area")
    assert next(stop for stop in Case(walk.request.pk).stops() if stop.mark == "here").room == "Task"


def test_what_happened_is_one_line_an_act_and_people_read_create_job(walk: Walk) -> None:
    walk.job()
    newest = Case(walk.request.pk, asker="Maren Holt").history()[0]
    assert (newest.did, newest.who, newest.authority) == ("Create Job", "Ines", "execution.create_job as admin")
    assert newest.what.startswith(f"{walk.job().title} {walk.job().reference} queued, ")
    assert [line.did for line in Case(walk.request.pk).history()] == ["Create Job", "Assign", "Approve", "Asked"]


def test_the_log_says_to_whom_it_was_assigned_also_after_that_was_withdrawn(walk: Walk) -> None:
    first = walk.assignment()
    assert f"Assignment {first.reference} (Northside) active" in text(at("ines").get(walk.task.page))
    enter(walk.governor, Assignment, "withdraw", first, reason="No extractor there")
    enter(walk.governor, Assignment, "assign", walk.task, operator=walk.cast.Northside, worker=walk.cast.will)
    page = text(at("ines").get(walk.task.page))
    assert f"Assignment {first.reference} (Northside) withdrawn" in page
    assert "(Northside, Will) active" in page


def test_the_star_is_drawn_in_the_log_and_in_find(walk: Walk) -> None:
    walk.record()
    for url in (walk.task.page, "/console/find"):
        page = text(at("ines").get(url))
        assert '<span class="heard">⭐</span>' in page, url
        assert "⭐" not in page.replace('<span class="heard">⭐</span>', ""), url


def test_a_completed_request_is_told_as_the_work_of_whoever_completed_it(cast: Cast) -> None:
    received = REACH[Request, "received"]()
    assert press(at("ines"), f"/requests/{received.pk}/submit").status_code in {302, 422}
    assert Case(received.pk).history()[-1].who == "Ines"


def test_a_correction_stands_beside_what_it_was_with_why_and_by_whom(walk: Walk) -> None:
    enter(walk.governor, Task, "correct", walk.task, field="email", becomes="maren@new.example", why="Misheard")
    page = text(at("ines").get(walk.task.page))
    assert "was <del>maren@holt.example</del>, “Misheard”, Ines" in page
    assert "E-mail: maren@holt.example → maren@new.example" in page
    assert walk.intake.email == "maren@holt.example"


def test_a_request_that_is_only_received_has_its_case_page_too() -> None:
    received = REACH[Request, "received"]()
    page = text(at("ines").get(received.page))
    assert "Discard" in page
    assert f'href="/requests/{received.pk}/submit?next=/cases/{received.pk}/"' in page
    assert "Maren Holt" in page
    assert "Approve" not in page


def test_what_a_requester_wrote_is_shown_and_never_run() -> None:
    evil = "<script>alert(1)</script> \N{HEBREW LETTER SHIN} \N{AUTOMOBILE}"
    walk = Walk(asked={**ADVISORY, "name": evil, "description": evil * 30, "place": evil})
    enter(walk.governor, Task, "correct", walk.task, field="place", becomes=f"{evil}!", why=evil)
    for path in (walk.task.page, "/console/", "/console/to-review/"):
        raw = at("ines").get(path).content.decode()
        assert "<script>alert" not in raw
        assert "\N{AUTOMOBILE}" in raw


def test_an_overseer_reads_and_finds_no_door(walk: Walk) -> None:
    page = at("eve").get(walk.task.page)
    assert page.context["drawn"] == []
    assert "You may read this" in text(page)


def test_an_admin_reads_a_case_of_an_operators_funnel_and_finds_no_door() -> None:
    page = at("ines").get(Walk(funnel="north").task.page)
    assert page.context["drawn"] == []
    assert "Northside" in text(page)


def test_a_case_page_has_doors_of_governance_and_none_of_execution() -> None:
    walk = Walk(funnel="north")
    walk.job()
    drawn = at("nora").get(walk.task.page).context["drawn"]
    expected = {"Close the task", "Cancel the job", "Set the appointment", "Set priority and due date"}
    assert {door.label for door in drawn} == expected


def test_a_shut_door_promises_what_lies_ahead_and_nothing_behind(walk: Walk) -> None:
    shut = {door.label: door.shut_words for door in at("ines").get(walk.task.page).context["drawn"] if not door.open}
    assert shut == {
        "Assign": "Opens once the task is approved.",
        "Close the task": "Opens once the task is handed off.",
    }
    walk.assignment()
    behind = {door.label for door in at("ines").get(walk.task.page).context["drawn"] if not door.open}
    assert behind == {"Close the task"}


def test_before_create_job_one_reads_what_crosses_and_that_it_is_not_everything(walk: Walk, cast: Cast) -> None:
    enter(cast.ines, Task, "correct", walk.task, field="place", becomes="16 Quarry Lane", why="She called")
    enter(cast.ines, Task, "approve", walk.task)
    enter(cast.ines, Assignment, "assign", walk.task, operator=cast.Northside, note="Ring twice")
    pages = [text(at("ines").get(path)) for path in (f"/assignments/{walk.assignment().pk}/create-job", walk.task.page)]
    facts = [fact for fact in Asked(walk.job()).facts if fact[1]]
    for page in pages:
        assert "everything on this page" not in page
        assert "nothing else of this case" in page
        crosses = page.split("What crosses")[1].split("</dl>")[0]
        for label, value in [*facts, ("Place", "16 Quarry Lane"), ("Note for them", "Ring twice")]:
            assert f"<dt>{label}</dt><dd>{value}</dd>" in crosses
        assert "She called" not in crosses


# The doors and their forms


def test_a_case_is_taken_through_governance_by_its_doors(walk: Walk, cast: Cast) -> None:
    client, task = at("ines"), walk.task
    assert press(client, f"/tasks/{task.pk}/approve").status_code == 302
    given = {"operator": str(cast.Northside.pk), "worker": str(cast.will.pk), "note": "has the big extractor"}
    assert press(client, f"/tasks/{task.pk}/assign", **given).status_code == 302
    assignment = Assignment.objects.get(task=task)
    assert (assignment.operator, assignment.worker, assignment.note) == (cast.Northside, cast.will, given["note"])
    answer = press(client, f"/assignments/{assignment.pk}/create-job", next=task.page)
    assert answer.headers["Location"] == task.page
    assert walk.job().state == "queued"


def test_from_where_a_door_was_passed_is_said_by_the_layer_of_the_case() -> None:
    for funnel, name, said in (("network", "ines", "console"), ("north", "nora", "task inbox")):
        task = Walk(funnel=funnel).task
        press(at(name), f"/tasks/{task.pk}/approve")
        assert Transition.objects.filter(case_id=task.case_id).latest("id").via == said


def test_the_form_offers_active_operators_and_preselects_none(walk: Walk) -> None:
    form = at("ines").get(f"/tasks/{walk.approved().pk}/assign").context["door"].form
    assert {str(operator) for operator in form.fields["operator"].queryset} == {"Northside", "Southside"}
    assert form["operator"].value() is None


def test_a_task_of_an_operators_funnel_is_offered_to_that_operator_alone(cast: Cast) -> None:
    task = Walk(funnel="north").approved()
    form = at("nora").get(f"/tasks/{task.pk}/assign").context["door"].form
    assert list(form.fields["operator"].queryset) == [cast.Northside]
    assert form["operator"].value() is None
    assert press(at("nora"), f"/tasks/{task.pk}/assign", operator=str(cast.Southside.pk)).status_code == 422


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose an operator."),
        ({"operator": "x"}, "takes no new work"),
        ({"operator": "1\x00"}, "Null characters"),
        ({"operator": "99999999999999999999"}, "takes no new work"),
        ({"operator": "Limited"}, "takes no new work"),
        ({"operator": "Pending"}, "takes no new work"),
        ({"operator": "Northside", "worker": "sid"}, "Sid does not work for Northside."),
        ({"operator": "Northside", "worker": "ines"}, "Nobody of that operator"),
        ({"operator": "Northside", "note": "\x00"}, "Null characters"),
        ({"operator": "Northside", "note": "x" * 1001}, "at most 1000"),
    ],
)
def test_a_wrong_assignment_is_refused_in_words_and_assigns_nothing(
    given: dict[str, str], said: str, walk: Walk, cast: Cast
) -> None:
    task, sent = walk.approved(), dict(given)
    for name in ("operator", "worker"):
        if given.get(name, "").isalpha() and given[name] != "x":
            sent[name] = str(getattr(cast, given[name]).pk)
    answer = press(at("ines"), f"/tasks/{task.pk}/assign", **sent)
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert not Assignment.objects.filter(task=task).exists()


@pytest.mark.parametrize(
    ("field", "becomes", "kept"),
    [
        ("place", " 16 Quarry Lane ", "16 Quarry Lane"),
        ("phone", "", ""),
        ("tier", "second-opinion", "second-opinion"),
        ("wished", f"{NEXT_YEAR}-11-24 09:00", f"{NEXT_YEAR}-11-24T08:00:00+00:00"),
        ("description", "<b>שלום</b> 🚗", "<b>שלום</b> 🚗"),
    ],
)
def test_a_detail_is_corrected_beside_the_frozen_intake(field: str, becomes: str, kept: str) -> None:
    walk = Walk(asked={**ADVISORY, "place": "14 Quarry Lane", "wished": f"{NEXT_YEAR}-11-20T09:00"})
    was = walk.task.stands()[field]
    address = f"/tasks/{walk.task.pk}/correct"
    assert press(at("ines"), address, field=field, becomes=becomes, why="She called").status_code == 302
    assert corrections(walk.task) == [(field, was, kept)]
    assert walk.task.stands()[field] == kept
    assert walk.job().context[field] == kept


def test_a_service_may_be_named_as_people_read_it(walk: Walk) -> None:
    tier = next(tier for tier in walk.task.version.reads.tiers if tier.code != ADVISORY["tier"])
    press(at("ines"), f"/tasks/{walk.task.pk}/correct", field="tier", becomes=tier.label.upper(), why="She called")
    assert corrections(walk.task) == [("tier", ADVISORY["tier"], tier.code)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"field": "email", "becomes": "nonsense"}, "This is no e-mail address."),
        ({"field": "phone", "becomes": "none"}, "This is no phone number."),
        ({"field": "wished", "becomes": "2001-01-01 09:00"}, "This lies in the past."),
        ({"field": "wished", "becomes": "soon"}, "This is no date and time."),
        ({"field": "wished", "becomes": "9999-12-31T23:59:00-12:00"}, "This is no date and time."),
        ({"field": "wished", "becomes": "9999-12-31T23:59Z"}, "more than ten years ahead"),
        ({"field": "tier", "becomes": "a miracle"}, "has no such service"),
        ({"field": "name", "becomes": ""}, "This is needed."),
        ({"field": "name", "becomes": "x" * 121}, "At most 120 characters"),
        ({"field": "name", "becomes": ADVISORY["name"]}, "That is what it says already."),
        ({"field": "name", "becomes": "M\x00"}, "Null characters"),
        ({"field": "name", "becomes": "M", "why": ""}, "Say why"),
        ({"field": "name", "becomes": "M", "why": "\x00"}, "Null characters"),
        ({"field": "state", "becomes": "approved"}, "Select a valid choice"),
        ({"field": "", "becomes": "x"}, "Choose a detail."),
    ],
)
def test_a_wrong_correction_is_refused_in_words_and_what_was_typed_is_kept(
    given: dict[str, str], said: str, walk: Walk
) -> None:
    answer = press(at("ines"), f"/tasks/{walk.task.pk}/correct", **{"why": "She called", **given})
    assert (answer.status_code, said in text(answer)) == (422, True), text(answer)[-2000:]
    assert given["becomes"][:20].strip("\x00") in text(answer)
    assert corrections(walk.task) == []


def test_nothing_is_corrected_once_it_is_assigned(walk: Walk) -> None:
    walk.assignment()
    given = {"field": "name", "becomes": "M", "why": "She called"}
    assert press(at("ines"), f"/tasks/{walk.task.pk}/correct", **given).status_code == 409
    assert corrections(walk.task) == []


@pytest.mark.parametrize("verb", ["hold", "reject", "cancel"])
def test_a_no_without_a_reason_is_refused(verb: str, walk: Walk) -> None:
    for reason in ("", "  ", "\x00"):
        assert press(at("ines"), f"/tasks/{walk.task.pk}/{verb}", reason=reason).status_code == 422
    assert walk.task.state == "open"


def test_a_stale_tab_reads_what_stands_who_moved_it_and_where_to_look(walk: Walk) -> None:
    task = walk.approved()
    answer = press(at("ines"), f"/tasks/{task.pk}/hold", reason="wait")
    assert answer.status_code == 409
    for said in (f"{task.reference} is approved", "Ines", "today", f'href="{task.page}"'):
        assert said in text(answer)
    assert walk.task.state == "approved"


def test_a_second_press_of_create_job_leads_to_what_the_first_one_made(walk: Walk) -> None:
    job = walk.job()
    answer = press(at("ines"), f"/assignments/{walk.assignment().pk}/create-job")
    assert answer.status_code == 409
    assert f'href="{job.page}"' in text(answer)
    assert at("ines").get(job.page, follow=True).redirect_chain == [(walk.task.page, 302)]


def test_whoever_else_comes_too_late_is_shown_the_case(walk: Walk, cast: Cast) -> None:
    task = Walk(funnel="north").approved()
    enter(cast.nora, Task, "hold", Walk(funnel="north").task, reason="x")
    answer = press(at("nora"), f"/tasks/{task.pk}/approve")
    assert (answer.status_code, f'href="{task.page}"' in text(answer)) == (409, True)


# Finding


def test_a_case_is_found_by_any_of_its_references(walk: Walk) -> None:
    walk.captured()
    lines = {(line.room, line.row_id) for line in Transition.objects.filter(case_id=walk.request.pk)}
    assert len(lines) == 9
    from_room = {room.label(): room.letter for room in _rooms()}
    for room, pk in lines:
        for form in ("{0}-{1}", "{0}{1}", " {0} {1} "):
            sought = form.format(from_room[room].lower(), pk)
            assert at("ines").get("/console/find", {"q": sought}).headers["Location"] == walk.task.page, sought


def _rooms() -> list[Any]:
    """The rooms of a case."""
    return [each for each in dict.fromkeys(room for room, _ in REACH) if each.case_column]


@pytest.mark.parametrize("sought", ["T-999999", "X-1", "T-1; DROP", "T-", "٣", "T-9" * 30, "T-999999999999999999"])
def test_what_is_not_found_is_said_plainly(sought: str) -> None:
    answer = at("ines").get("/console/find", {"q": sought})
    assert (answer.status_code, "Nothing here for you" in text(answer)) == (404, True)


def test_nobody_finds_what_they_may_not_see(walk: Walk) -> None:
    north = Walk(funnel="north")
    assert at("nora").get("/console/find", {"q": walk.task.reference}).status_code == 404
    assert at("sam").get("/console/find", {"q": north.task.reference}).status_code == 404
    assert at("nora").get("/console/find", {"q": north.task.reference}).headers["Location"] == north.task.page
    for name in ("will", "cora", "root", "nobody", "pete", "sue"):
        assert at(name).get("/console/find", {"q": north.task.reference}).status_code == 403


# Ceilings


def _queries(name: str, path: str) -> int:
    """How many queries a page takes, session and person among them."""
    client = at(name)
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code in {200, 302}
    return len(asked)


@pytest.mark.parametrize("funnel", ["network", "north"])
def test_no_page_of_a_case_takes_more_queries_than_allowed_wherever_it_stands(funnel: str) -> None:
    walk = Walk(funnel=funnel)
    name = "ines" if funnel == "network" else "nora"
    enter(walk.governor, Task, "correct", walk.task, field="place", becomes="16 Quarry Lane", why="She called")
    enter(walk.governor, Assignment, "withdraw", walk.assignment(), reason="x")
    for go in (walk.approved, walk.assignment, walk.job, walk.event, walk.started, walk.record, walk.captured):
        go()
        assert _queries(name, walk.task.page) <= CEILING, go
    assert _queries(name, f"/console/find?q={walk.job().reference}") <= CEILING


def test_no_queue_takes_more_queries_for_having_more_rows() -> None:
    for path in ("/console/", *(f"/console/{each.slug}/" for each in QUEUES)):
        assert _queries("ines", path) <= CEILING
    few = _queries("ines", "/console/to-review/")
    funnel, surface = Funnel.objects.get(slug="network"), Surface.objects.get(code="automotive-advisory")
    for number in range(60):
        ask(Asking(funnel, surface, "web", ADVISORY, f"many:{number}", "public form"))
    assert _queries("ines", "/console/to-review/") <= min(CEILING, few + 2)
    assert len(at("ines").get("/console/to-review/").context["entries"]) == PAGE
