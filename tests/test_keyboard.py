"""The Console from the keyboard alone, in a real Chromium: a key moves or leads to a page, and never does anything by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect

from governance.models import Task
from tests.axe import RULES, RUN
from tests.browser import Visitor
from tests.cast import Cast, Walk, enter

pytestmark = pytest.mark.browser


def three(funnel: str = "network") -> list[Walk]:
    """Three cases to review, the oldest first."""
    walks = [Walk(funnel=funnel) for _ in range(3)]
    for walk in walks:
        assert walk.task
    return walks


def keys(page: Page, *pressed: str) -> None:
    """Press these keys, one after the other."""
    for key in pressed:
        page.keyboard.press(key)


def row(page: Page) -> str:
    """The row that has the focus."""
    return str(page.evaluate("document.activeElement.matches('a.go') ? document.activeElement.id : ''"))


def states(walks: list[Walk]) -> list[str]:
    """The states of their tasks."""
    return [walk.task.state for walk in walks]


def test_a_queue_is_cleared_from_the_keyboard_alone(visit: Callable[..., Visitor]) -> None:
    walks, ines = three(), visit("ines")
    page, first, second, third = ines.page, *(f"case-{walk.request.pk}" for walk in walks)
    page.goto("/console/to-review/")
    keys(page, "j")
    assert row(page) == first
    keys(page, "j", "j", "k")
    assert row(page) == second
    keys(page, "a")
    expect(page.get_by_role("heading", name="Approve")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    assert states(walks) == ["open"] * 3, "a key opens the page and does nothing"
    keys(page, "Escape")
    page.wait_for_url("**/console/to-review/#*")
    expect(page.locator(f"#{second}")).to_be_focused()
    keys(page, "a")
    page.wait_for_url("**/approve?**")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    keys(page, "Enter")
    page.wait_for_url("**/console/to-review/#*")
    expect(page.locator(f"#{third}")).to_be_focused()  # the row that followed
    keys(page, "h")
    page.wait_for_url("**/hold?**")
    expect(page.get_by_label("Why?")).to_be_focused()
    page.keyboard.type("ajsx?")  # and no key works while somebody writes
    page.get_by_label("Why?").press("Tab")
    keys(page, "Enter")
    page.wait_for_url("**/console/to-review/#*")
    expect(page.locator(f"#{first}")).to_be_focused()
    assert states(walks) == ["open", "approved", "held"]
    keys(page, "a")
    page.wait_for_url("**/approve?**")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    keys(page, "Enter")
    expect(page.get_by_role("link", name="Go on: Held, 1")).to_be_focused()  # empty: the next queue that has work
    keys(page, "Enter")
    page.wait_for_url("**/console/held/")
    keys(page, "o")
    page.wait_for_url("**/cases/*/?queue=held&**")
    assert ines.path == walks[2].task.page


def test_from_a_case_of_a_queue_a_key_leads_to_its_next_also_after_the_press(visit: Callable[..., Visitor]) -> None:
    walks, page = three(), visit("ines").page
    page.goto("/console/to-review/")
    keys(page, "j", "o")
    page.wait_for_url(f"**/cases/{walks[0].request.pk}/**")
    keys(page, "?")
    expect(page.get_by_role("dialog").get_by_text("The next of To review")).to_be_visible()
    keys(page, "Escape", "a")
    page.wait_for_url("**/approve?**")
    expect(page.locator("main").get_by_text("Routed from")).to_be_visible()
    keys(page, "Enter")
    expect(page.get_by_text("Approve: done")).to_be_visible()
    keys(page, "n")
    page.wait_for_url(f"**/cases/{walks[1].request.pk}/**")
    assert states(walks) == ["approved", "open", "open"]


def test_the_rail_of_an_admin_stands_whole_on_a_desk(visit: Callable[..., Visitor]) -> None:
    page = visit("ines").page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/console/")
    assert page.evaluate("(each => each.scrollHeight - each.clientHeight)(document.querySelector('.side'))") == 0
    for name in ("Spine", "Change password", "Letters that failed"):
        expect(page.locator(".side").get_by_role("link", name=name)).to_be_in_viewport()


def test_ticking_is_none_some_or_all_and_one_key_asks_it_of_what_is_ticked(visit: Callable[..., Visitor]) -> None:
    walks, page = three(), visit("ines").page
    page.goto("/console/to-review/")
    head = page.locator("[data-all]")
    some = "document.querySelector('[data-all]').indeterminate"
    keys(page, "j", "x")
    assert page.evaluate(some)
    expect(page.get_by_text("Those ticked: 1 of 3 here")).to_be_visible()
    keys(page, "?")
    expect(page.get_by_text("Hold, for the row or for what is ticked", exact=True)).to_be_visible()
    expect(page.get_by_text("Approve, for the row", exact=True)).to_be_visible()  # which is never for many
    keys(page, "Escape")
    keys(page, "j", "j", "X")
    expect(head).to_be_checked()
    assert not page.evaluate(some)
    keys(page, "x", "h")
    expect(page.get_by_role("heading", name="Hold 2 cases")).to_be_visible()
    page.get_by_label("Why?").fill("Until the parts come")
    page.get_by_role("button", name="Hold 2 cases").press("Enter")
    expect(page.get_by_role("heading", name="Hold: 2 of 2 done")).to_be_visible()
    assert states(walks) == ["held", "held", "open"]


def test_one_by_one_from_the_keyboard_with_what_another_took_stepped_over(visit: Callable[..., Visitor]) -> None:
    walks, page = three(), visit("ines").page
    page.goto("/console/to-review/")
    keys(page, "n")
    expect(page.get_by_text("3 left")).to_be_visible()
    enter(Cast().ines, Task, "hold", walks[1].task, reason="At another desk")
    keys(page, "a")
    page.wait_for_url("**/approve?**")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    keys(page, "Enter")
    expect(page.get_by_text("was held by Ines")).to_be_visible()
    expect(page.get_by_text("1 left")).to_be_visible()
    keys(page, "n")
    expect(page.get_by_role("heading", name="You are through")).to_be_visible()
    keys(page, "n")
    expect(page.get_by_text("1 left")).to_be_visible()
    assert states(walks) == ["approved", "held", "open"]


def test_the_keys_are_told_turned_off_and_sleep_where_they_must(visit: Callable[..., Visitor]) -> None:
    walks, page = three("north"), visit("nora").page
    page.goto("/inbox/to-review/")
    for held in ("Control+j", "Alt+j", "Meta+j"):
        keys(page, held)
    assert row(page) == ""
    keys(page, "?")
    dialog = page.get_by_role("dialog", name="Keys that work here")
    expect(dialog.get_by_text("The next row")).to_be_visible()
    expect(dialog.get_by_text("Create Job")).to_have_count(0)
    page.evaluate(Path(AXE_FILE_PATH).read_text())
    assert page.evaluate(RUN, RULES) == []
    keys(page, "j")
    assert row(page) == "", "nothing works under a dialog"
    dialog.get_by_label("Single keys work on this device").uncheck()
    keys(page, "Escape", "j", "a", "?")
    assert (row(page), dialog.count(), states(walks)) == ("", 0, ["open"] * 3)
    page.reload()
    keys(page, "j")
    assert row(page) == "", "it is remembered"
    page.get_by_role("button", name="Keys ?").click()
    dialog.get_by_label("Single keys work on this device").check()
    keys(page, "Escape", "j")
    assert row(page) == f"case-{walks[0].request.pk}"
    keys(page, "/")
    page.keyboard.type("jax")
    assert page.evaluate("document.activeElement.value") == "jax"
