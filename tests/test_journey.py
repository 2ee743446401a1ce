"""A whole case in the browser, as the people who make it: from the public form to a captured settlement."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from intake.models import Request
from qtm.models import Transition
from records.models import Record, Signal
from settlement.models import Settlement
from tests.browser import PHONE, Visitor
from tests.pictures import drawn

pytestmark = pytest.mark.browser
ASKED = "Auto detailing: Interior, large vehicle"


def ask(visitor: Visitor, funnel: str) -> str:
    """Come to the public form as somebody does who wants their car cleaned, and fill it; gives the link to follow it."""
    page = visitor.page
    page.goto("/")
    for name in ("Ask for something to be done", f"The {funnel} funnel", "Auto detailing"):
        visitor.looks()
        page.get_by_role("link", name=name).click()
    visitor.looks()
    page.get_by_role("radio", name="Interior, large vehicle").check()
    page.get_by_label("Which car is it?").fill("Volvo V70, dark green <b>& shiny</b>")
    page.get_by_label("Estate car", exact=True).check()
    page.get_by_label("What should we know?").fill("The dog moults a lot 🐕. שלום")
    page.get_by_label("Place").first.fill("14 Quarry Lane, garage behind the house")
    page.get_by_label("Name", exact=True).fill("Maren Holt")
    page.get_by_label("Phone").fill("+49 30 1234 5678")
    page.wait_for_timeout(2100)  # nobody fills a form in less, and the form knows
    visitor.press("Send the request")
    page.wait_for_url("**/track/**")
    return page.url


def assign_to(visitor: Visitor, operator: str, outside: Sequence[str] = ()) -> None:
    """From the case to the operators that come into question, to the confirmation of one, and assign."""
    page = visitor.page
    page.get_by_role("link", name="Assign…").click()
    visitor.looks()
    for never in outside:
        assert not page.get_by_role("main").get_by_role("link", name=never, exact=True).count()
    page.get_by_role("main").get_by_role("link", name=operator, exact=True).click()
    page.get_by_role("radio", name="Anybody of theirs").check()
    visitor.looks()
    visitor.press(f"Assign to {operator}")


def govern(visitor: Visitor, summary: str, outside: Sequence[str] = ("Suspended",)) -> None:
    """From one's own workplace through the queues: review, assign, Create Job; each time the queue, the row, the door."""
    page = visitor.page
    for queue, door in (
        ("To review", "Approve"),
        ("To assign", "Assign"),
        ("To create job", "Create Job for Northside"),
    ):
        visitor.looks()
        visitor.go(queue)
        visitor.looks()
        page.get_by_role("main").get_by_role("link", name=summary).click()
        visitor.looks()
        if door == "Assign":
            assign_to(visitor, "Northside", outside)
        else:
            visitor.press(door)
    visitor.sees("handed off")


def work(visitor: Visitor, tmp_path: Path, *, scripts: bool = True) -> None:
    """Carry the one queued Job out on a phone: claim, start, capture, complete."""
    page = visitor.page
    visitor.sees("Queue")
    visitor.looks()
    page.get_by_role("button", name="Claim").first.click()
    visitor.looks()
    visitor.press("Start")
    for stage, required in (("Arrival", 1), ("Before", 2), ("After", 2)):
        section = page.get_by_role("region", name=stage, exact=True)
        pictures = [tmp_path / f"{stage}-{number}.jpg" for number in range(required)]
        for picture in pictures:
            picture.write_bytes(drawn())
        visitor.looks()
        section.locator("input[name=photos][multiple]").set_input_files(pictures)
        if not scripts:
            section.get_by_role("button", name="Send", exact=True).click()
        section.get_by_text(f"{required}/{required} required").wait_for()
        page.get_by_role("button", name=f"{stage} is done").click()
        section.get_by_text("done").first.wait_for()
    visitor.looks()
    page.get_by_role("link", name="Complete…", exact=True).click()
    visitor.looks()
    page.get_by_label("Completed as asked").check()
    visitor.press("Complete")
    page.get_by_role("button", name="Complete the job").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_case_goes_from_the_public_form_to_a_captured_settlement_by_four_people(
    visit: Callable[..., Visitor], tmp_path: Path, scripts: bool
) -> None:
    visit = partial(visit, java_script_enabled=scripts)
    requester = visit(size=PHONE)
    link = ask(requester, "network")
    requester.sees("Q-")
    case = Request.objects.get()
    page = "shown as it was typed, nothing of it run"
    assert requester.page.get_by_text("<b>& shiny</b>").count(), page

    requester.looks()
    admin = visit("ines")
    govern(admin, ASKED)

    operator = visit("will", size=PHONE, has_touch=True)
    work(operator, tmp_path, scripts=scripts)
    record = Record.objects.get(case_id=case.pk)
    assert Signal.objects.filter(record=record).exists()
    operator.looks()
    operator.go("Jobs")
    operator.looks()
    operator.page.get_by_role("link", name=ASKED).click()
    operator.looks()
    operator.press("Complete the job")
    operator.go("Desk")
    operator.looks()

    commerce = visit("cora")
    commerce.looks()
    commerce.page.get_by_role("link", name=ASKED).click()
    commerce.sees("Completed as asked")
    commerce.looks()
    commerce.page.locator("summary", has_text="Open a settlement").click()
    commerce.press("Open a settlement")
    commerce.looks()
    commerce.press("Authorize")
    commerce.page.locator("summary", has_text="Capture").click()
    commerce.press("Capture")
    settlement = Settlement.objects.get()
    assert (settlement.state, settlement.captured_minor, settlement.currency) == ("captured", 18000, "EUR")

    requester.page.goto(link)  # as somebody does who has kept it
    requester.sees("done")
    requester.looks()
    assert "Ines" not in requester.page.content()
    admin.page.get_by_role("searchbox").fill(case.reference)
    admin.page.keyboard.press("Enter")
    admin.press("Close the task")
    people = Transition.objects.filter(case_id=case.pk, user__isnull=False).values_list("user__username", flat=True)
    assert set(people) == {"ines", "will", "cora"}


def test_an_operators_own_funnel_is_governed_by_its_owner_in_the_task_inbox(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    requester = visit()
    ask(requester, "north")
    case = Request.objects.get()
    owner = visit("nora", size=PHONE, has_touch=True)
    owner.go("Task Inbox")
    govern(owner, ASKED, outside=("Suspended", "Southside"))
    owner.go("Desk")
    work(owner, tmp_path)
    assert Record.objects.get(case_id=case.pk).operator.name == "Northside"

    stranger = visit("sam")
    stranger.page.goto("/inbox/")
    assert stranger.page.get_by_text("Auto detailing").count() == 0
    assert stranger.page.goto(f"/cases/{case.pk}/").status == 404  # type: ignore[union-attr]
    admin = visit("ines")
    admin.page.goto("/console/")
    assert admin.page.get_by_role("link", name=case.reference).count() == 0


def test_a_session_that_ran_out_while_typing_loses_nothing(visit: Callable[..., Visitor]) -> None:
    requester = visit()
    ask(requester, "network")
    case = Request.objects.get()
    admin = visit("ines")
    admin.page.goto(f"/cases/{case.pk}/")
    admin.page.locator("summary", has_text="Hold").click()
    admin.page.get_by_label("Why?").first.fill("Waiting for the plate of the car.")
    admin.context.clear_cookies(name="sessionid")
    admin.press("Hold")
    admin.page.get_by_label("User name").or_(admin.page.get_by_label("Username")).wait_for()
    admin.page.get_by_label("User name").or_(admin.page.get_by_label("Username")).fill("ines")
    admin.page.get_by_label("Password").fill("a long word for the tests")
    admin.press("Sign in")
    assert admin.page.get_by_label("Why?").first.input_value() == "Waiting for the plate of the car."
    admin.press("Hold")
    assert Transition.objects.filter(
        case_id=case.pk, becomes="held", reason="Waiting for the plate of the car."
    ).exists()


def test_a_stale_tab_and_a_double_click_are_told_what_stands(visit: Callable[..., Visitor]) -> None:
    requester = visit()
    ask(requester, "network")
    case = Request.objects.get()
    first, stale = visit("ines"), visit("ines")
    for tab in (first, stale):
        tab.page.goto(f"/cases/{case.pk}/")
    first.press("Approve")
    stale.press("Approve")
    stale.sees("It has moved on")
    stale.sees("approved")
    stale.sees("Ines")
