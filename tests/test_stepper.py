"""One case after the other, one press each; what was skipped stays behind, and what somebody else took is stepped over and said so."""

import re
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from execution.models import Job
from governance.models import Task
from governance.question import Question
from intake.models import Request
from tests.cast import ADVISORY, Cast, Walk, enter
from tests.states import asked
from tests.test_bulk import at, ben, read

pytestmark = pytest.mark.django_db
import_module("qtm.urls")
REVIEW, CREATE = "/console/to-review/steps", "/console/to-create-job/steps"


def html(page: Any) -> str:
    """A page as it was sent."""
    return unescape(page.content.decode())


def leads(page: Any, key: str) -> str:
    """Where the link of a key leads; empty where there is none."""
    found = re.search(rf'<a [^>]*data-go="{key}"[^>]*href="([^"]+)"', html(page))
    return found[1] if found else ""


def press(client: Client, page: Any, verb: str, **given: str) -> Any:
    """Press a door that the page draws, and see where it leads."""
    form = re.search(rf'<form [^>]*action="([^"]+/{verb})".*?name="next" value="([^"]+)"', html(page), re.DOTALL)
    assert form, verb
    return client.post(form[1], {"next": form[2], **given}, follow=True)


def shows(page: Any, walk: Walk, left: int) -> bool:
    """Whether it is this case that is looked at, and so many are left."""
    return f"<title>{walk.request.reference} " in html(page) and f"{left} left" in read(page)


@pytest.fixture
def three() -> list[Walk]:
    """Three cases to review, the oldest first."""
    walks = [Walk() for _ in range(3)]
    for walk in walks:
        assert walk.task
    return walks


def test_one_press_for_each_and_the_next_one_comes(three: list[Walk]) -> None:
    client = at(Cast().ines)
    page = client.get(REVIEW)
    for left, walk in zip((3, 2, 1), three, strict=True):
        assert shows(page, walk, left)
        page = press(client, page, "approve")
        assert walk.task.state == "approved"
    assert "You are through" in read(page)
    assert 'href="/console/to-assign/"' in html(page), "and the next queue that has work is named"


def test_create_job_is_gone_through_likewise(three: list[Walk]) -> None:
    for walk in three:
        walk.assignment()
    client = at(Cast().ines)
    page = client.get(CREATE)
    for left, walk in zip((3, 2, 1), three, strict=True):
        assert shows(page, walk, left)
        assert "Create Job for Northside" in read(page)
        page = press(client, page, "create-job")
        assert Job.objects.filter(case_id=walk.request.pk).exists()


def test_what_is_skipped_stays_skipped_can_be_gone_back_to_and_waits_at_the_end(three: list[Walk]) -> None:
    client = at(Cast().ines)
    page = client.get(leads(client.get(REVIEW), "n"))
    assert shows(page, three[1], 2)
    assert shows(client.get(leads(page, "p")), three[0], 3)
    page = press(client, page, "hold", reason="She is abroad")
    assert shows(page, three[2], 1)
    assert shows(client.get(leads(page, "p")), three[0], 2)
    page = press(client, page, "reject", reason="Not ours")
    assert "What you skipped still waits" in read(page)
    assert shows(client.get(leads(page, "n")), three[0], 1)
    assert [walk.task.state for walk in three] == ["open", "held", "rejected"]


def test_looking_and_skipping_do_nothing(three: list[Walk]) -> None:
    client = at(Cast().ines)
    page = client.get(REVIEW)
    while leads(page, "n"):
        page = client.get(leads(page, "n"))
        if "You are through" in read(page):
            break
    assert {walk.task.state for walk in three} == {"open"}
    assert client.post(REVIEW).status_code == 405


def test_what_somebody_else_took_meanwhile_is_stepped_over_and_said_so(three: list[Walk]) -> None:
    client = at(Cast().ines)
    page = client.get(REVIEW)
    enter(ben(), Task, "approve", three[1].task)
    page = press(client, page, "approve")
    assert shows(page, three[2], 1)
    assert f"{three[1].request.reference} was approved by Ben" in read(page)


def test_who_is_second_is_told_who_and_when_and_led_on_to_the_next_case(three: list[Walk]) -> None:
    client = at(Cast().ines)
    page = client.get(REVIEW)
    enter(ben(), Task, "reject", three[0].task, reason="Twice the same")
    lost = press(client, page, "approve")
    assert (lost.status_code, "Moved by Ben When" in read(lost)) == (409, True)
    onward = re.search(r'href="([^"]+)">Go on with what is next', html(lost))
    assert onward
    assert shows(client.get(onward[1]), three[1], 2)


def test_an_owner_goes_through_their_own_cases_alone(three: list[Walk]) -> None:
    own = Walk(funnel="north")
    assert own.task
    client = at(Cast().nora)
    page = client.get("/inbox/to-review/steps")
    assert shows(page, own, 1)
    assert "You are through" in read(press(client, page, "approve"))
    assert client.get(REVIEW).status_code == 403
    assert client.get(f"/cases/{three[0].request.pk}/to/approve").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("ines", 200), ("eve", 404), ("nora", 403), ("will", 403), ("wim", 403)])
def test_it_is_for_those_who_pass_the_doors(who: str, status: int, three: list[Walk]) -> None:
    assert at(getattr(Cast(), who)).get(REVIEW).status_code == status


@pytest.mark.parametrize("slug", ["in-work", "waiting-for-claim", "job-to-complete", "nowhere"])
def test_a_queue_without_a_press_of_governance_is_not_gone_through(slug: str) -> None:
    assert at(Cast().ines).get(f"/console/{slug}/steps").status_code == 404


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "2026-01-01,x",
        "9999-01-01T00:00:00+00:00,1",
        "9999-12-31T23:59:59-23:59,1",
        "0001-01-01T00:00:00%2B23:59,1",
        "&expects=99999999999999999999",
    ],
)
def test_a_place_that_cannot_be_read_harms_nothing(place: str, three: list[Walk]) -> None:
    assert at(Cast().ines).get(f"{REVIEW}?after={place}").status_code == 200


def test_a_key_leads_to_the_page_of_its_door_and_does_nothing(three: list[Walk]) -> None:
    client, walk = at(Cast().ines), three[0]
    page = client.get(f"/cases/{walk.request.pk}/to/approve?next=/console/to-review/%23case-1", follow=True)
    assert page.redirect_chain[0][0] == f"/tasks/{walk.task.pk}/approve?next=%2Fconsole%2Fto-review%2F%23case-1"
    assert f"{walk.request.reference} · {walk.task.reference}" in read(page), "it says which case"
    assert '<button class="press" data-focus>Approve</button>' in html(page)
    assert walk.task.state == "open"
    for verb in ("cancel", "claim", "nothing"):
        assert client.get(f"/cases/{walk.request.pk}/to/{verb}").status_code == 404


@pytest.mark.parametrize("verb", ["approve", "hold", "reject"])
def test_the_page_of_a_door_is_read_like_a_step_with_its_queues_beside_it(verb: str, three: list[Walk]) -> None:
    client = at(Cast().ines)
    page = read(client.get(f"/tasks/{three[0].task.pk}/{verb}"))
    for said in ("Maren Holt", three[0].task.intake.description, "Routed from", "Requester", "What happened"):
        assert said in page, said
        assert said in read(client.get(REVIEW)), "as it is read one by one"
    assert 'href="/console/to-review/" aria-current="page"' in html(client.get(f"/tasks/{three[0].task.pk}/{verb}"))


def test_a_press_that_is_refused_still_shows_the_case(three: list[Walk]) -> None:
    page = at(Cast().ines).post(f"/tasks/{three[0].task.pk}/hold", {"reason": " "})
    assert (page.status_code, "Routed from" in read(page)) == (422, True)


def test_the_page_of_a_door_of_execution_shows_nothing_of_governance() -> None:
    walk = Walk()
    page = at(walk.cast.will).get(f"/jobs/{walk.job().pk}/claim")
    assert page.status_code == 200
    for hidden in ("Routed from", "rail-queues", "Governed by"):
        assert hidden not in html(page)


def test_a_case_that_was_opened_from_a_queue_leads_to_the_next_of_it_after_the_press_too(three: list[Walk]) -> None:
    client = at(Cast().ines)
    for walk in three:
        enter(ben(), Task, "plan", walk.task, priority=2)
    rows = re.findall(
        r'class="go" id="case-(\d+)" href="([^"]+)"', html(client.get("/console/to-review/?priority=high"))
    )
    assert [int(pk) for pk, _ in rows] == [walk.request.pk for walk in three]
    page = client.get(rows[0][1])
    assert leads(page, "u") == "/console/to-review/?priority=high", "the way back keeps the filter"
    assert leads(page, "n").startswith(f"/cases/{three[1].request.pk}/?queue=to-review&")
    page = press(client, page, "approve")
    assert "Approve: done" in read(page)
    assert f"<title>{three[0].request.reference} " in html(page), "one stands before the case that was pressed on"
    second = client.get(leads(page, "n"))
    assert f"<title>{three[1].request.reference} " in html(second)
    third = client.get(leads(second, "n"))
    assert (leads(third, "n"), bool(leads(third, "u"))) == ("", True), "after the last there is no next"


def test_a_case_that_was_opened_from_nowhere_leads_to_no_next(three: list[Walk]) -> None:
    client, case = at(Cast().ines), three[0].task.page
    for query in ("", "?queue=nowhere", "?queue=&after=x"):
        assert leads(client.get(case + query), "n") == ""
    assert client.get(f"{case}?queue=to-review&after=x").status_code == 200
    assert at(Cast().eve).get(f"{case}?queue=to-review").status_code == 200


def test_closing_is_gone_through_one_press_each_and_says_nothing_of_the_job() -> None:
    walks = [Walk() for _ in range(2)]
    for walk in walks:
        enter(walk.cast.ines, Job, "cancel", walk.job(), reason="Called off")
    client = at(Cast().ines)
    assert "Close the task one by one" in read(client.get("/console/to-close/"))
    page = client.get("/console/to-close/steps")
    assert (shows(page, walks[0], 2), 'data-go="c"' in html(page)) == (True, True)
    enter(ben(), Task, "close", walks[1].task)
    page = press(client, page, "close")
    assert f"{walks[1].request.reference} was closed by Ben" in read(page)
    assert "You are through" in read(page)
    assert [(walk.task.state, walk.job().state) for walk in walks] == [("closed", "cancelled")] * 2


def test_a_key_closes_nothing_by_itself_and_is_asked_of_one_alone() -> None:
    walk = Walk()
    enter(walk.cast.ines, Job, "cancel", walk.job(), reason="Called off")
    client = at(Cast().ines)
    assert 'data-row-key="c" data-verb="close"' in html(client.get("/console/to-close/"))
    page = client.get(f"/cases/{walk.request.pk}/to/close", follow=True)
    assert (page.status_code, walk.task.state) == (200, "handed_off")
    assert client.get("/console/to-close/bulk/close").status_code in {403, 404, 405}
    assert at(Cast().nora).get(f"/cases/{walk.request.pk}/to/close").status_code == 404


def test_an_address_of_another_house_is_not_gone_to_afterwards(three: list[Walk]) -> None:
    client = at(Cast().ines)
    answer = client.get(f"/cases/{three[0].request.pk}/to/approve?next=https://elsewhere.example/")
    assert "elsewhere" not in answer.headers["Location"]


def test_an_empty_queue_says_where_there_is_work(three: list[Walk]) -> None:
    page = at(Cast().ines).get("/console/held/")
    assert 'href="/console/to-review/">Go on: To review, 3<' in html(page)


def beside_of(page: Any) -> str:
    """What the page of a decision says of what stands beside the case; empty where it says nothing."""
    found = re.search(r'<section class="sheet beside".*?</section>', html(page), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found[0]).split()) if found else ""


@pytest.mark.parametrize("place", ["step", "door"])
def test_whoever_decides_reads_what_was_said_beside_the_case(place: str) -> None:
    twin, walk = (
        Walk(),
        Walk(asked={**ADVISORY, "name": "Somebody Else", "phone": "0171 5550777", "email": "x@y.example"}),
    )
    other, client = Walk(asked={**ADVISORY, "email": "z@y.example"}), at(Cast().ines)
    address = f"{REVIEW}?after=" if place == "step" else f"/tasks/{walk.task.pk}/approve"
    enter(walk.governor, Task, "reject", twin.task, reason="x")
    enter(walk.governor, Task, "hold", other.task, reason="x")
    assert beside_of(client.get(address)) == ""
    enter(walk.governor, Request, "annotate", walk.request, text=f"Do not approve, double of {twin.request.reference}")
    enter(walk.governor, Request, "liken", walk.request, other=twin.request, why="the same car")
    question = asked(walk)
    said = beside_of(client.get(address))
    assert f"Do not approve, double of {twin.request.reference}" in said
    assert f"Same as {twin.request.reference}" in said
    assert "A question that the requester has not answered. When are you at home?" in said
    enter(walk.governor, Question, "say", question, answer="At no time.")
    said = beside_of(client.get(address))
    assert "nobody has marked as read. When are you at home? At no time." in said
    enter(walk.governor, Question, "mark_read", Question.objects.get(pk=question.pk))
    assert "At no time." not in beside_of(client.get(address))
    enter(walk.governor, Task, "correct", walk.task, field="email", becomes="z@y.example", why="She called")
    assert f"Likely the same as {other.request.reference}: the same e-mail" in beside_of(client.get(address))
