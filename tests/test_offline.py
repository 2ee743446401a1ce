"""A whole job on one phone, with the network gone in the middle: nothing is lost, doubled or false."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from execution.models import Evidence, Job, ServiceEvent, StageMark
from qtm.receipts import Receipt
from records.models import Record
from tests.browser import PHONE, House, Visitor, chromium, house, static_files, visit  # noqa: F401
from tests.cast import DETAILING, Walk
from tests.pictures import drawn

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 700}


def detailing() -> Walk:
    """A car to clean, claimed by Will."""
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    walk.event()
    return walk


def pictures(folder: Path, *names: str) -> list[str]:
    """Pictures on the phone, each its own."""
    for name in names:
        (folder / name).write_bytes(drawn((640, 480)))
    return [str(folder / name) for name in names]


def until(page: Page, script: str) -> None:
    """Wait until something holds in the page; Playwright's own way of waiting needs what the content policy forbids."""
    for _ in range(100):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {script}")


def kept(page: Page) -> None:
    """The worker has the phone in hand: the Desk and its jobs are kept."""
    until(page, "navigator.serviceWorker.controller !== null")
    until(
        page,
        "(async () => { for (const name of await caches.keys()) if (name.startsWith('person-')) return (await (await caches.open(name)).keys()).length >= 6; return false })()",
    )


def outbox(page: Page) -> list[dict[str, Any]]:
    """What waits on the phone, as it lies there."""
    return page.evaluate(  # type: ignore[no-any-return]
        """async () => { const found = [];
          for (const { name } of await indexedDB.databases()) {
            const opened = await new Promise((done) => { const r = indexedDB.open(name); r.onsuccess = () => done(r.result); });
            const all = await new Promise((done) => { const r = opened.transaction("items").objectStore("items").getAll(); r.onsuccess = () => done(r.result); });
            found.push(...all.map(({ id, state, verb, why, size }) => ({ id, state, verb, why, size, database: name })));
            opened.close();
          }
          return found; }"""
    )


def states(page: Page) -> list[str]:
    """The states of what was captured, in order."""
    return [item["state"] for item in outbox(page)]


def add(page: Page, slot: str, *paths: str) -> None:
    """Choose pictures for a slot, as the telephone's camera gives them."""
    page.locator(f"form[data-slot='{slot}'] input[type=file]").first.set_input_files(list(paths))


def test_a_whole_job_with_the_network_gone_in_the_middle(
    visit: Callable[..., Visitor],  # noqa: F811
    house: House,  # noqa: F811
    tmp_path: Path,
) -> None:
    walk = detailing()
    will = visit("will", size=PHONE)
    page = will.page
    page.goto("/desk/")
    kept(page)
    will.context.set_offline(True)
    page.goto("/desk/")
    expect(page.get_by_text("As it stood")).to_be_visible()
    page.get_by_role("link", name="Start").click()
    page.wait_for_url("**/jobs/*/")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("The car where it stands: add a photo")).to_be_visible()
    add(page, "arrival/photo/arrival", *pictures(tmp_path, "a.jpg"))
    expect(page.locator(".slot.unsent img")).to_have_count(1)
    page.locator(".foot").get_by_role("button", name="Arrival is done").click()
    expect(page.get_by_text("Before: add 2 photos")).to_be_visible()
    assert states(page) == ["waiting"] * 3
    assert ServiceEvent.objects.get().state == "ready"
    page.close()  # the tab is killed
    page = will.context.new_page()
    page.goto(walk.job().page)
    expect(page.locator(".slot.unsent img")).to_have_count(1)
    expect(page.get_by_text("Before: add 2 photos")).to_be_visible()
    add(page, "before/photo/before", *pictures(tmp_path, "b.jpg", "c.jpg"))
    expect(page.locator("[data-slot-of='before/photo/before'] .unsent")).to_have_count(2)
    house.stop()  # and the server restarted
    house.start()
    will.context.set_offline(False)
    expect(page.locator("#outbox")).to_be_hidden(timeout=15_000)
    assert states(page) == ["stored"] * 5
    assert (ServiceEvent.objects.get().state, Evidence.objects.count(), StageMark.objects.count()) == (
        "in_progress",
        3,
        1,
    )
    assert Receipt.objects.count() == 5
    page.locator(".foot").get_by_role("button", name="Before is done").click()
    add(page, "after/photo/after", *pictures(tmp_path, "d.jpg", "e.jpg"))
    page.locator(".foot").get_by_role("button", name="After is done").click()
    page.locator(".foot").get_by_role("link", name="Complete…").click()
    page.get_by_label("Completed as asked").check()
    page.get_by_role("button", name="Complete", exact=True).click()
    page.get_by_role("button", name="Complete the job").click()
    expect(page.get_by_text("Complete the job: done")).to_be_visible()
    assert (Job.objects.get().state, Evidence.objects.count(), Record.objects.count()) == ("completed", 5, 1)
