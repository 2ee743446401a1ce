"""A dispatcher's day in a real Chromium: by mouse, by keyboard alone, two at once, an owner's own, without a script, and over the week."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Locator, Page, expect

from execution.models import Job
from governance import queues
from governance.appointments import counting
from governance.models import Assignment
from governance.week import week_name
from intake.models import Request
from qtm.models import User
from tests.browser import PASSWORD, PHONE, Visitor
from tests.cast import Cast, Walk
from tests.test_appointments import TOMORROW, sent
from tests.test_bulk import ben
from tests.test_journey import ASKED, ask
from tests.test_keyboard import keys, row, states, three
from tests.test_ranking import DAY, works

pytestmark = pytest.mark.browser
RAIL = "[...document.querySelectorAll('.rail .queues a')].map((each) => [...each.querySelectorAll('b')].map((b) => b.textContent))"


def true(visitor: Visitor, who: str = "ines") -> None:
    """Every figure in the rail is what the rows themselves say."""
    standing = getattr(Cast(), who).standing
    place = queues.inbox(standing) if standing.operator else queues.console(standing)
    visitor.page.wait_for_load_state()
    told = {label: int(count) for label, count in visitor.page.evaluate(RAIL)}
    assert told == {queue.name: queue.rows(place.governor).count() for queue in place.queues}


def opened(page: Page, words: str) -> Locator:
    """A door that asks something, opened."""
    door = page.locator("details.door", has=page.locator("summary", has_text=words))
    door.locator("summary").click()
    return door


def second() -> str:
    """Another dispatcher, who can sign in."""
    user = ben()
    User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    return user.username


# By mouse


def test_from_the_first_request_to_create_job_by_mouse(visit: Callable[..., Visitor]) -> None:
    works(Cast().Northside)
    requester = visit(size=PHONE)
    link = ask(requester, "network")
    ines = visit("ines")
    page, case = ines.page, Request.objects.get()
    ines.go("To review")
    true(ines)
    page.get_by_role("searchbox", name="Find a case").fill("030/12 34-5678")
    page.get_by_role("searchbox", name="Find a case").press("Enter")
    page.wait_for_url("**/find?**")
    ines.looks()
    page.get_by_role("main").get_by_role("link", name=ASKED).click()
    plan = opened(page, "Set priority and due date")
    plan.get_by_label("Priority").select_option(label="High")
    plan.get_by_label("Due").fill(sent(due=TOMORROW)["due"])
    plan.get_by_role("button", name="Set priority and due date").click()
    expect(page.get_by_text("Set priority and due date: done")).to_be_visible()
    question = opened(page, "Ask the requester")
    question.get_by_role("textbox").fill("Is there power in the garage?")
    question.get_by_role("button", name="Ask the requester").click()
    expect(page.get_by_text("It is their move.")).to_be_visible()
    true(ines)
    ines.looks()
    requester.page.goto(link)
    requester.looks()
    requester.page.get_by_role("textbox").fill("Yes, by the door.")
    requester.press("Send the answer")
    requester.sees("Yes, by the door.")
    ines.go("Answers to read")
    true(ines)
    page.get_by_role("main").get_by_role("link", name=ASKED).click()
    ines.press("Mark as read")
    expect(page.get_by_text("Mark as read: done")).to_be_visible()
    true(ines)
    ines.press("Approve")
    true(ines)
    page.get_by_role("link", name="Assign…").click()
    page.get_by_label("Begins").fill(sent(at=TOMORROW)["at"])
    page.get_by_label("Ends").fill(sent(at=TOMORROW + timedelta(hours=2))["at"])
    ines.press("Compare for this appointment")
    ines.looks()
    page.get_by_role("main").get_by_role("link", name="Northside", exact=True).click()
    assert not page.get_by_role("radio", checked=True).count(), "nobody is chosen before somebody chooses"
    page.get_by_role("radio", name="Will").check()
    ines.looks()
    assert not Assignment.objects.exists()
    ines.press("Assign to Northside")
    expect(page.get_by_text("Assign: done")).to_be_visible()
    true(ines)
    ines.go("To create job")
    page.get_by_role("link", name="One by one").click()
    ines.looks()
    assert not Job.objects.exists()
    ines.press("Create Job for Northside")
    expect(page.get_by_role("heading", name="You are through")).to_be_visible()
    true(ines)
    job, window = Job.objects.get(), counting().get(assignment__case_id=case.pk)
    assert (job.case_id, job.worker, window.starts) == (case.pk, Cast().will, TOMORROW)
    assert case.listing.priority == 2
    requester.page.goto(link)
    requester.sees("10:00–12:00")
    requester.looks()


# The week


def test_a_card_that_is_dropped_asks_and_does_nothing_and_the_keys_do_the_same(visit: Callable[..., Visitor]) -> None:
    cast, walk = Cast(), Walk()
    walk.approved()
    works(cast.Northside)
    ines, whom = visit("ines"), f"{cast.Northside.pk}.{cast.will.pk}"
    page, week = ines.page, f"/console/week?week={week_name(DAY)}&operator={cast.Northside.pk}"
    cell = page.locator(f"td[data-who='{whom}'][data-day='{DAY}']")
    page.goto(week)
    ines.looks()
    page.locator(f"[data-card='T-{walk.task.pk}']").drag_to(cell)
    expect(page.get_by_role("heading", name="Assign to Northside")).to_be_visible()
    expect(page.get_by_role("radio", name="Will")).to_be_checked()
    assert (walk.task.state, Assignment.objects.count()) == ("approved", 0)
    keys(page, "Tab")
    page.get_by_label("Note for them").focus()
    page.get_by_role("button", name="Assign to Northside").press("Enter")
    page.wait_for_url("**/console/week?**")
    card = page.locator(f"[data-card='A-{Assignment.objects.get().pk}']")
    expect(cell.locator(card)).to_be_visible()
    card.drag_to(page.locator(f"td[data-who='{cast.Northside.pk}.{cast.wanda.pk}'][data-day='{DAY}']"))
    expect(page.get_by_role("heading", name="That is another assignment")).to_be_visible()
    page.goto(week)
    first = page.locator("td[data-who]").first
    first.focus()
    keys(page, "ArrowRight", "ArrowDown")
    at = "[document.activeElement.cellIndex, document.activeElement.parentElement.sectionRowIndex]"
    assert page.evaluate(at) == [2, 1]
    keys(page, "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowUp")
    assert page.evaluate(at) == [1, 0], "it ends at the edges"
    card.get_by_role("link", name="Put on…").press("Enter")
    expect(page.get_by_label("Who?")).to_be_focused()
    page.get_by_label("Who?").select_option(whom)
    page.get_by_label("On which day?").fill(f"{DAY + timedelta(days=1)}")
    page.get_by_role("button", name="Go on").press("Enter")
    expect(page.get_by_role("heading", name="Set the appointment")).to_be_visible()
    ines.looks()
    assert Assignment.objects.get().appointments.count() == 1
    keys(page, "Escape")
    page.wait_for_url("**/console/week?**")


# By keyboard alone


def to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus, as one without a mouse does."""
    for _ in range(60):
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keys do not lead to {wanted}")


def test_three_cases_from_review_to_the_last_create_job_by_keyboard_alone(visit: Callable[..., Visitor]) -> None:
    walks, ines = three(), visit("ines")
    page, ids = ines.page, [f"case-{walk.request.pk}" for walk in walks]
    heading, onward = page.locator("h1"), page.get_by_role("main").get_by_role("link", name="Go on:")
    keys(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys(page, "Escape")
    to(page, page.locator(".rail .queues").get_by_role("link", name="To review"))
    keys(page, "Enter")
    page.wait_for_url("**/to-review/")
    keys(page, "j")
    assert row(page) == ids[0]
    keys(page, "k", "o")
    page.wait_for_url("**/cases/*/**")
    page.go_back()
    keys(page, "n")
    for left in (3, 2, 1):
        expect(page.get_by_text(f"{left} left")).to_be_visible()
        expect(heading).to_be_focused()
        keys(page, "a")
        expect(page.get_by_role("button", name="Approve")).to_be_focused()
        keys(page, "Enter")
    expect(onward).to_be_focused()
    assert states(walks) == ["approved"] * 3
    true(ines)
    ines.page.reload()
    expect(onward).to_be_focused()
    keys(page, "Enter")
    page.wait_for_url("**/to-assign/")
    northside = page.get_by_role("main").get_by_role("link", name="Northside", exact=True)
    keys(page, "j", "s")
    expect(northside).to_be_focused()
    keys(page, "Escape")
    expect(page.locator(f"#{ids[0]}")).to_be_focused()
    keys(page, "s")
    expect(northside).to_be_focused()
    keys(page, "Enter")
    expect(page.get_by_role("radio", name="Anybody of theirs")).to_be_focused()
    keys(page, "Space", "Enter")
    expect(page.locator(f"#{ids[1]}")).to_be_focused()
    keys(page, "x", "j", "x", "s")
    expect(page.get_by_role("heading", name="Assign 2 cases")).to_be_visible()
    expect(page.get_by_role("radio").first).to_be_focused()
    assert not page.get_by_role("radio", checked=True).count(), "nobody is chosen before somebody chooses"
    to(page, page.get_by_role("radio", name="Northside"))
    keys(page, "Space")
    to(page, page.get_by_role("button", name="Assign 2 cases"))
    keys(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("Northside has not said to do Automotive advisory.")
    to(page, page.get_by_role("button", name="Assign 2 cases to Northside all the same"))
    keys(page, "Enter")
    expect(page.get_by_role("heading", name="Assign: 2 of 2 done")).to_be_visible()
    expect(page.get_by_role("link", name="Back to the queue")).to_be_focused()
    keys(page, "Enter")
    expect(onward).to_be_focused()
    true(ines)
    keys(page, "Enter")
    page.wait_for_url("**/to-create-job/")
    keys(page, "j", "J")
    expect(page.get_by_role("button", name="Create Job for Northside")).to_be_focused()
    keys(page, "Escape")
    expect(page.locator(f"#{ids[0]}")).to_be_focused()
    assert not Job.objects.exists()
    keys(page, "n")
    for left in (3, 2, 1):
        expect(page.get_by_text(f"{left} left")).to_be_visible()
        expect(heading).to_be_focused()
        keys(page, "J")
        expect(page.get_by_role("button", name="Create Job for Northside")).to_be_focused()
        keys(page, "Enter")
    expect(heading).to_have_text("You are through")
    expect(onward).to_be_focused()
    assert Job.objects.count() == 3
    true(ines)


# Two at once


def test_of_two_at_the_same_cases_the_second_reads_who_did_it_and_is_led_on(visit: Callable[..., Visitor]) -> None:
    walks, ines, other = three(), visit("ines"), visit(second())
    for each in (ines, other):
        each.page.goto("/console/to-review/steps")
    other.press("Approve")
    other.sees("2 left")
    ines.press("Approve")
    ines.sees("Moved by")
    expect(ines.page.get_by_role("definition").filter(has_text="Ben")).to_be_visible()
    ines.looks()
    ines.page.get_by_role("link", name="Go on with what is next").click()
    ines.sees("2 left")
    ines.page.goto("/console/to-review/")
    for box in ines.page.get_by_role("checkbox", name="Q-").all():
        box.check()
    ines.press("Hold…")
    ines.page.get_by_label("Why?").fill("Until the parts come")
    other.page.goto(walks[1].task.page)
    reject = opened(other.page, "Reject")
    reject.get_by_label("Why?").fill("Twice the same")
    reject.get_by_role("button", name="Reject").click()
    other.sees("Reject: done")
    ines.press("Hold 2 cases")
    expect(ines.page.get_by_role("heading", name="Hold: 1 of 2 done")).to_be_visible()
    refused = ines.page.locator("section", has=ines.page.get_by_role("heading", name="Refused"))
    expect(refused).to_contain_text("It was rejected by Ben")
    expect(refused).to_contain_text(walks[1].request.reference)
    expect(refused).not_to_contain_text(walks[2].request.reference)
    assert states(walks) == ["approved", "rejected", "held"]
    true(ines)
    ines.looks()


# An owner in their Task Inbox


def test_an_owner_sees_and_finds_their_own_cases_alone(visit: Callable[..., Visitor]) -> None:
    own, network, south = Walk(funnel="north"), Walk(), Walk(funnel="south")
    assert own.task
    assert network.task
    assert south.task
    nora = visit("nora", size=PHONE, color_scheme="dark")
    page, main = nora.page, nora.page.get_by_role("main")
    page.goto("/inbox/")
    true(nora, "nora")
    nora.looks()
    nora.go("To review")
    nora.looks()
    assert main.locator("[data-rows] a.go").evaluate_all("(all) => all.map((each) => each.id)") == [
        f"case-{own.request.pk}"
    ]
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("searchbox", name="Find a case").fill("0049 (30) 1234 5678")
    page.get_by_role("searchbox", name="Find a case").press("Enter")
    page.wait_for_url("**/find?**")
    nora.looks()
    expect(main.locator("[data-rows] > .row")).to_have_count(1)
    expect(main.get_by_text(own.request.reference, exact=True)).to_be_visible()
    for other in (network, south):
        page.goto(f"/console/find?q={other.request.reference}")
        expect(page.get_by_role("heading", name="Nothing here for you")).to_be_visible()
        answer = page.goto(f"/cases/{other.request.pk}/")
        assert answer
        assert answer.status == 404
    answer = page.goto("/console/to-review/")
    assert answer
    assert answer.status == 403
    page.goto("/inbox/to-review/steps")
    nora.press("Approve")
    nora.sees("You are through")
    true(nora, "nora")
    assert [each.task.state for each in (own, network, south)] == ["approved", "open", "open"]


# Without a script


def test_the_days_pages_are_whole_without_a_script(visit: Callable[..., Visitor]) -> None:
    walks, ines = three(), visit("ines", java_script_enabled=False)
    page = ines.page
    ines.go("To review")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Surface").select_option(label="Auto detailing")
    ines.press("Show these")
    ines.sees("Nothing that waits here matches")
    page.get_by_role("link", name="take this filter out").click()
    for walk in walks[1:]:
        page.get_by_role("checkbox", name=f"{walk.request.reference},").check()
    ines.press("Hold…")
    page.get_by_label("Why?").fill("Until the parts come")
    ines.press("Hold 2 cases")
    ines.sees("Hold: 2 of 2 done")
    assert states(walks) == ["open", "held", "held"]
    page.get_by_role("link", name="Back to the queue").click()
    page.get_by_role("link", name="One by one").click()
    ines.press("Approve")
    ines.sees("You are through")
    true(ines)
    page.get_by_role("main").get_by_role("link", name="Go on:").click()
    ines.go("To assign")
    page.locator("[data-rows] a.go").click()
    page.get_by_role("link", name="Assign…").click()
    page.get_by_role("main").get_by_role("link", name="Northside", exact=True).click()
    page.get_by_role("radio", name="Anybody of theirs").check()
    page.get_by_label("Begins").fill(sent(at=TOMORROW)["at"])
    page.get_by_label("Ends").fill(sent(at=TOMORROW + timedelta(hours=2))["at"])
    ines.looks()
    ines.press("Assign to Northside")
    ines.sees("Assign: done")
    assert Assignment.objects.get().appointments.get().starts == TOMORROW
    true(ines)
