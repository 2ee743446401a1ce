"""A whole job on one phone, with the network gone in the middle: nothing is lost, doubled or false."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from execution.models import Evidence, Job, ServiceEvent, StageMark
from qtm.receipts import Receipt
from records.models import Record
from tests.browser import PASSWORD, PHONE, House, Visitor
from tests.cast import DETAILING, GARDEN, Walk
from tests.pictures import drawn, place_of
from tests.test_desk import access

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 700}
# Where a test stands between the page and the house: while a worker is taking a page over, its requests slip past who stands there.
NO_WORKER = {"service_workers": "block"}


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
    for _ in range(300):
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


def before_the_desk(visit: Callable[..., Visitor]) -> tuple[Visitor, Page]:
    """Will with his phone before his Desk, which the phone keeps."""
    will = visit("will", size=PHONE)
    will.page.goto("/desk/")
    kept(will.page)
    return will, will.page


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


def comes_to(page: Page, *wanted: str) -> None:
    """Wait until what was captured stands so, as a piece may just be tried once more; where all is stored, until the page says nothing of it."""
    for _ in range(150):
        if states(page) == [*wanted]:
            break
        page.wait_for_timeout(100)
    else:
        raise AssertionError(f"never came to {wanted}: {outbox(page)}")
    if {*wanted} == {"stored"}:
        expect(page.locator("#outbox")).to_be_hidden()


def add(page: Page, slot: str, *paths: str) -> None:
    """Choose pictures for a slot, as the telephone's camera gives them."""
    page.locator(f"form[data-slot='{slot}'] input[type=file][multiple]").set_input_files(list(paths))


def test_a_whole_job_with_the_network_gone_in_the_middle(
    visit: Callable[..., Visitor],
    house: House,
    tmp_path: Path,
) -> None:
    walk = detailing()
    will, page = before_the_desk(visit)
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
    comes_to(page, *["waiting"] * 3)
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


def test_the_network_is_cut_while_a_photo_is_in_flight_and_it_arrives_once(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    walk = detailing()
    event = walk.started()
    will = visit("will", size=NARROW)
    page = will.page
    page.goto(event.page)
    kept_or_not = will.context.new_cdp_session(page)
    kept_or_not.send("Network.enable")
    kept_or_not.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 50, "downloadThroughput": 500_000, "uploadThroughput": 20_000},
    )
    (tmp_path / "large.jpg").write_bytes(drawn((3000, 2000)) + bytes(200_000))
    add(page, "arrival/photo/arrival", str(tmp_path / "large.jpg"))
    expect(page.locator("#outbox-list")).to_contain_text(re.compile(r"is being sent, [1-9]\d? %"), timeout=15_000)
    assert states(page) == ["sending"]
    will.context.set_offline(True)
    expect(page.locator("#outbox-says")).to_contain_text("1 thing is not sent yet. No network.")
    comes_to(page, "waiting")
    assert not Evidence.objects.exists()
    will.context.set_offline(False)
    expect(page.locator("#outbox")).to_be_hidden(timeout=30_000)
    assert (states(page), Evidence.objects.count()) == (["stored"], 1)


def test_an_answer_that_is_lost_makes_no_second_piece(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    event = detailing().started()
    will = visit("will", size=PHONE, **NO_WORKER)
    page = will.page
    lost: list[int] = []

    def lose(route: Any) -> None:
        """The server has it, and its answer never comes, twice."""
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.goto(event.page)
    page.route("**/capture", lose)
    add(page, "arrival/photo/arrival", *pictures(tmp_path, "a.jpg"))
    expect(page.locator("#outbox-says")).to_contain_text("not sent yet")
    expect(page.locator("#outbox")).to_be_hidden(timeout=30_000)
    assert (lost, states(page)) == ([200, 200], ["stored"])
    assert (Evidence.objects.count(), Receipt.objects.count()) == (1, 1)


def test_two_tabs_send_one_outbox_once(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    event = detailing().started()
    will = visit("will", size=PHONE)
    page, other = will.page, will.context.new_page()
    page.goto(event.page)
    other.goto(event.page)
    will.context.set_offline(True)
    add(page, "arrival/photo/arrival", *pictures(tmp_path, "a.jpg"))
    add(other, "before/photo/before", *pictures(tmp_path, "b.jpg", "c.jpg"))
    expect(page.locator("#outbox-says")).to_contain_text("3 things are not sent yet")
    will.context.set_offline(False)
    for tab in (page, other):
        expect(tab.locator("#outbox")).to_be_hidden(timeout=30_000)
        expect(tab.locator(".slot.full:not(.unsent)")).to_have_count(3, timeout=15_000)
    assert (Evidence.objects.count(), Receipt.objects.count()) == (3, 3)


def test_what_is_refused_says_why_stops_the_line_of_its_job_and_is_left_out_by_its_person_alone(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    event = detailing().started()
    will = visit("will", size=PHONE)
    page = will.page
    page.goto(event.page)
    (tmp_path / "broken.jpg").write_bytes(drawn()[:900])
    add(page, "arrival/photo/arrival", str(tmp_path / "broken.jpg"))
    expect(page.locator("#outbox-list")).to_contain_text("was refused")
    expect(page.locator("#outbox-list")).to_contain_text("“broken.jpg” is cut off or damaged")
    add(page, "arrival/photo/arrival", *pictures(tmp_path, "good.jpg"))
    expect(page.locator("#outbox-says")).to_contain_text("2 things are not sent yet, 1 refused")
    page.wait_for_timeout(500)
    assert states(page) == ["refused", "waiting"]
    page.get_by_role("button", name="Leave it out…").click()
    page.get_by_role("button", name="Go back").click()
    assert states(page) == ["refused", "waiting"]
    page.get_by_role("button", name="Leave it out…").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave it out").click()
    expect(page.locator("#outbox")).to_be_hidden(timeout=15_000)
    assert (states(page), Evidence.objects.count()) == (["stored"], 1)


def test_complete_stays_shut_while_a_piece_is_unsent_on_this_page_and_on_a_stale_one(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    event = detailing().filled()
    will = visit("will", size=PHONE, **NO_WORKER)
    page, stale = will.page, will.context.new_page()
    stale.goto(f"/serviceevents/{event.pk}/complete")
    stale.get_by_label("Completed as asked").check()
    page.goto(event.page)
    expect(page.get_by_role("link", name="Complete…")).to_be_visible()
    page.route("**/capture", lambda route: route.abort())
    add(page, "after/photo/after", *pictures(tmp_path, "late.jpg"))
    expect(page.get_by_text("Opens once everything that you captured has arrived.")).to_be_visible()
    expect(page.get_by_role("link", name="Complete…")).to_be_hidden()
    stale.get_by_role("button", name="Complete", exact=True).click()
    expect(stale.locator("#outbox-word")).to_contain_text("One thing captured for it is not sent yet")
    assert ServiceEvent.objects.get().state == "in_progress"
    page.unroute("**/capture")
    expect(page.get_by_role("link", name="Complete…")).to_be_visible(timeout=30_000)
    stale.get_by_role("button", name="Complete", exact=True).click()
    stale.wait_for_url("**/records/*/")
    assert Record.objects.count() == 1


def test_two_people_on_one_phone_and_the_second_sees_nothing_of_the_first(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    event = detailing().started()
    will, page = before_the_desk(visit)
    page.goto(event.page)
    page.route("**/capture", lambda route: route.abort())
    add(page, "arrival/photo/arrival", *pictures(tmp_path, "secret-garden.jpg"))
    expect(page.locator("#outbox-says")).to_contain_text("1 thing is not sent yet")
    out = page.get_by_role("button", name="Sign out", exact=True)
    page.get_by_role("button", name="Menu").click()
    out.click()
    expect(page.get_by_role("dialog")).to_contain_text("One thing is not sent yet")
    page.get_by_role("button", name="Go back").click()
    page.goto(event.page)
    page.get_by_role("button", name="Menu").click()
    out.click()
    page.get_by_role("button", name="Sign out all the same").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    lies = "(async () => (await caches.keys()).filter((name) => name.startsWith('person-')).length)()"
    assert page.evaluate(lies) == 0
    page.unroute("**/capture")
    will.sign_in("sid")
    page.goto("/desk/")
    expect(page.locator("#outbox")).to_be_hidden()
    assert "secret-garden" not in raw(page)
    assert not Evidence.objects.exists()
    will.context.set_offline(True)
    page.goto(event.page)
    expect(page.get_by_text("There is no network")).to_be_visible()
    will.context.set_offline(False)
    page.goto("/desk/")
    page.get_by_role("button", name="Menu").click()
    out.click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    will.sign_in("will")
    page.goto("/desk/")
    comes_to(page, "stored")
    assert str(Evidence.objects.get().by) == "Will"


def raw(page: Page) -> str:
    """Every byte that lies in the phone's outboxes, as text."""
    return page.evaluate(  # type: ignore[no-any-return]
        """async () => { let text = "";
          const read = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder("latin1").decode(value)
            : value && typeof value === "object" ? Object.values(value).map(read).join(" ") : String(value);
          for (const { name } of await indexedDB.databases()) {
            const opened = await new Promise((done) => { const r = indexedDB.open(name); r.onsuccess = () => done(r.result); });
            text += await new Promise((done) => { const r = opened.transaction("items").objectStore("items").getAll(); r.onsuccess = () => done(read(r.result)); });
            opened.close();
          }
          return text; }"""
    )


def test_a_session_that_ran_out_keeps_what_waits_until_its_person_signs_in(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    event = detailing().started()
    will = visit("will", size=PHONE)
    page = will.page
    page.goto(event.page)
    will.context.clear_cookies(name="sessionid")
    add(page, "arrival/photo/arrival", *pictures(tmp_path, "a.jpg"))
    expect(page.locator("#outbox-says")).to_contain_text("Sign in again, and what waits is sent.")
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("User name").fill("will")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.locator(".slot.full:not(.unsent)")).to_have_count(1, timeout=15_000)
    assert Evidence.objects.count() == 1


def test_who_does_nothing_in_the_field_gets_no_outbox(visit: Callable[..., Visitor]) -> None:
    ines = visit("ines")
    ines.page.goto("/console/")
    assert ines.page.locator("#outbox").count() == 0
    assert ines.page.evaluate("document.body.dataset.key") is None


def names_kept(page: Page) -> int:
    """How many caches of a person's pages lie on the phone."""
    return int(
        page.evaluate("(async () => (await caches.keys()).filter((name) => name.startsWith('person-')).length)()")
    )


def test_a_proxy_that_answers_for_a_house_that_is_away_takes_nothing_from_the_phone(
    visit: Callable[..., Visitor], house: House
) -> None:
    detailing()
    _, page = before_the_desk(visit)
    house.stop()
    with broken_proxy(house.port):
        page.goto("/desk/")
        expect(page.get_by_role("heading", name="Desk")).to_be_visible()
        expect(page.get_by_text("As it stood")).to_be_visible()
    assert names_kept(page) == 1
    house.start()


@contextmanager
def broken_proxy(port: int) -> Iterator[None]:
    """What stands before a house that is away: it says 502 in its own words to everything."""
    with socket.create_server(("127.0.0.1", port)) as listener:

        def answer() -> None:
            """Until the listener is shut."""
            with suppress(OSError):
                while True:
                    asked, _ = listener.accept()
                    with asked:
                        asked.recv(65_536)
                        asked.sendall(
                            b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 11\r\nConnection: close\r\n\r\n502, sorry."
                        )

        threading.Thread(target=answer, daemon=True).start()
        yield


def test_who_is_shut_out_finds_nothing_on_the_phone_either(visit: Callable[..., Visitor]) -> None:
    walk = detailing()
    will, page = before_the_desk(visit)
    access(walk.cast.Northside, "suspend", walk.cast.ines)
    page.goto("/desk/")
    expect(page.get_by_text("Your access is suspended")).to_be_visible()
    will.context.set_offline(True)
    page.goto(walk.job().page)
    expect(page.get_by_text("There is no network")).to_be_visible()


def test_who_signs_out_without_network_is_signed_out_before_anything_else_opens(visit: Callable[..., Visitor]) -> None:
    walk = detailing()
    will, page = before_the_desk(visit)
    will.context.set_offline(True)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("You are being signed out")).to_be_visible()
    assert names_kept(page) == 0
    page.goto(walk.job().page)
    expect(page.get_by_text("You are being signed out")).to_be_visible()
    will.context.set_offline(False)
    page.goto("/desk/")
    expect(page.get_by_label("User name")).to_be_visible()


def test_another_site_signs_nobody_out_and_takes_nothing_from_the_phone(visit: Callable[..., Visitor]) -> None:
    detailing()
    will, page = before_the_desk(visit)
    other = will.context.new_page()
    other.goto("data:text/html,<form method=post></form>")
    other.evaluate(f"document.forms[0].action = '{page.url.removesuffix('/desk/')}/logout'; document.forms[0].submit()")
    other.wait_for_url("**/logout")
    assert names_kept(page) == 1
    page.goto("/desk/")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()


def test_what_was_refused_goes_back_into_its_form_to_be_put_right(visit: Callable[..., Visitor]) -> None:
    event = Walk(surface="landscaping", asked=GARDEN, outcome="completed").started()
    will = visit("will", size=NARROW)
    page = will.page
    page.goto(event.page)
    form = page.locator("form[data-slot='work/measurement/green-waste']")
    form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
    form.get_by_label("How much").fill("-3")
    form.get_by_role("button").click()
    expect(page.locator("#outbox-list")).to_contain_text("was refused")
    page.get_by_role("button", name="Correct it").click()
    expect(form.get_by_label("How much")).to_have_value("-3")
    form.get_by_label("How much").fill("3")
    form.get_by_role("button").click()
    comes_to(page, "stored")
    assert [piece.value for piece in Evidence.objects.all()] == [{"value": "3", "unit": "m³"}]


def test_a_signature_is_drawn_with_a_finger_and_the_page_stays_in_its_width(visit: Callable[..., Visitor]) -> None:
    event = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed").started()
    will = visit("will", size=NARROW, has_touch=True)
    page = will.page
    page.goto(event.page)
    form = page.locator("form.signature")
    form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
    form.get_by_label("full name").fill("Maren Holt")
    canvas = form.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    finger = will.context.new_cdp_session(page)
    points = [{"x": box["x"] + 30 + 20 * step, "y": box["y"] + 30 + 15 * (step % 3)} for step in range(8)]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(page, "document.querySelector('form.signature input[name=drawing]').files.length === 1")
    form.get_by_role("button", name="Keep the signature").click()
    comes_to(page, "stored")
    piece = Evidence.objects.get()
    assert (piece.kind, piece.value) == ("signature", {"name": "Maren Holt", "how": "drawn"})
    with Image.open(place_of(piece.sha256)) as drawing:
        black = drawing.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert black
    assert black[2] - black[0] > 300, "the whole line, and not its beginning alone"


def test_a_picture_that_is_chosen_while_the_page_is_drawn_anew_is_kept(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    event = detailing().started()
    page = visit("will", size=PHONE).page
    page.goto(event.page)
    chooser = page.locator("form[data-slot='arrival/photo/arrival'] input[type=file][multiple]").element_handle()
    assert chooser
    page.evaluate("chooser => chooser.closest('section').remove()", chooser)  # as if the camera had been open meanwhile
    chooser.set_input_files(pictures(tmp_path, "a.jpg"))
    until(page, "document.querySelector('#outbox').hidden && document.querySelectorAll('.slot.full').length === 1")
    assert (states(page), Evidence.objects.count()) == (["stored"], 1)


@pytest.mark.parametrize(("status", "ends"), [(503, "waiting"), (502, "waiting"), (500, "refused")])
def test_a_house_that_is_away_is_waited_for_and_one_that_breaks_at_a_piece_does_not_hold_up_the_others(
    visit: Callable[..., Visitor], tmp_path: Path, status: int, ends: str
) -> None:
    event = detailing().started()
    page = visit("will", size=PHONE, **NO_WORKER).page
    page.goto(event.page)
    tries: list[int] = []

    def fail(route: Any) -> None:
        """The answer of a house that cannot."""
        tries.append(status)
        route.fulfill(status=status, content_type="text/html", body="sorry")

    page.route("**/capture", fail)
    add(page, "arrival/photo/arrival", *pictures(tmp_path, "a.jpg"))
    for number in range(1, 7):
        for _ in range(50):
            if len(tries) >= number:
                break
            page.evaluate("dispatchEvent(new Event('online'))")
            page.wait_for_timeout(100)
    page.wait_for_timeout(300)
    assert len(tries) >= 6
    comes_to(page, ends)
    page.unroute("**/capture")
    if ends == "refused":
        page.get_by_role("button", name="Try again").click()
    page.evaluate("dispatchEvent(new Event('online'))")
    until(page, "document.querySelector('#outbox').hidden")
    assert (states(page), Evidence.objects.count()) == (["stored"], 1)
