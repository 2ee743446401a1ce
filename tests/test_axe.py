"""Every page of the house in a real Chromium under axe, for each person who looks at it: no barrier, no breach of the content policy."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from execution.models import ServiceEvent
from governance.models import Task
from qtm.doors import Door, door_of
from tests.axe import Critic
from tests.browser import House, chromium, static_files  # noqa: F401
from tests.cast import Cast, Walk, enter
from tests.states import before
from tests.test_ceilings import DOORS, PAGES, Page, inhabited, lived

pytestmark = pytest.mark.browser

# Django's own admin: its search field is named by the text of a picture, which this rule does not read.
OF_THE_ADMIN = ("label-title-only",)
ALIKE = 'const form = document.querySelector("main form:not(.find)"); form.noValidate = true; form.querySelector(".press").click()'


@pytest.fixture(scope="module")
def lived_in(template: str, django_db_blocker: Any, tmp_path_factory: Any, static_files: Path) -> Iterator[House]:  # noqa: F811
    """A house that was lived in for a while, served."""
    name, folder = f"{template}_axe", tmp_path_factory.mktemp("evidence")
    with inhabited(name, template, django_db_blocker, folder):
        lived()
        served = House(name, static_files, EVIDENCE_ROOT=folder)
        served.start()
        yield served
        served.stop()


@pytest.fixture
def critic(lived_in: House, chromium: Browser) -> Iterator[Callable[..., Critic]]:  # noqa: F811
    """Somebody at a browser of their own, the same one each time; at the end nobody found any fault."""
    critics: dict[str, Critic] = {}
    seen: set[str] = set()

    def come(name: str, **given: Any) -> Critic:
        """Who is called so."""
        if name not in critics:
            critics[name] = Critic(chromium, lived_in, name, seen=seen, **given)
        return critics[name]

    yield come
    faults = [fault for each in critics.values() for fault in each.wrong]
    for each in critics.values():
        each.context.close()
    assert not faults, "\n".join(faults)


def pages(*, of_the_admin: bool) -> Iterator[tuple[str, Page, str]]:
    """What is to be seen as HTML, each with the name of its route and its address."""
    task = Task.objects.filter(governor=None).latest("pk").pk
    for name, visits in PAGES.items():
        if name.startswith("admin:") == of_the_admin:
            for page in visits:
                if page.html and page.status != 405:
                    yield name, page, reverse(name, args=page.args()) + page.query.format(task=task)


def of_event(state: str) -> str:
    """The page of a Job whose ServiceEvent is in a state."""
    return str(ServiceEvent.objects.filter(state=state, operator__name="Northside").latest("pk").page)


def pressed(door: Door) -> tuple[str, Any]:
    """Somebody who may pass a door, and a row that it opens on."""
    row = before(door)
    return next(user.username for user in Cast().everybody() if door.authority(user, row)), row


def test_every_page_is_without_a_barrier(critic: Callable[..., Critic]) -> None:
    judged: set[str] = set()
    for name, page, url in pages(of_the_admin=False):
        each = critic(page.who)
        status = each.open(url)
        if page.status != 302:  # which leads to another of them
            assert status == page.status, url
            each.glance() if name in judged else each.judge()
            judged.add(name)


def test_a_job_is_without_a_barrier_in_every_state(critic: Callable[..., Critic]) -> None:
    for state in ServiceEvent.states():
        will = critic("will")
        assert will.open(of_event(state)) == 200
        will.judge()


def test_every_door_is_without_a_barrier_and_so_is_what_it_says_when_nothing_was_typed(
    critic: Callable[..., Critic],
) -> None:
    for door in DOORS.values():
        who, row = pressed(door)
        each = critic(who)
        assert each.open(door.action(row)) == 200, door.action(row)
        each.glance()
        if each.page.locator("main form :required").count():
            with each.page.expect_navigation() as answer:
                each.page.evaluate(ALIKE)
            assert answer.value.status in {200, 422}, door.action(row)
            each.judge()


def test_what_is_refused_is_told_without_a_barrier(critic: Callable[..., Critic], lived_in: House) -> None:
    anybody, ines, task = critic(""), critic("ines"), Walk().task
    for path, status in (("/nowhere", 404), ("/invited/spent", 410), ("/desk/", 200)):
        assert anybody.open(path) == status
        anybody.judge()
    ines.open(door_of(Task, "hold").action(task))
    ines.page.get_by_label("Why?").fill("What is written is given back.")
    enter(Cast().ines, Task, "approve", task)
    with ines.page.expect_response("**/hold") as answer:
        ines.press("Hold")
    assert answer.value.status == 409
    ines.sees("What is written is given back.")
    ines.judge()
    anybody.open(reverse("login"))
    anybody.press("Sign in")
    anybody.judge()


def test_the_admin_is_without_a_barrier(critic: Callable[..., Critic]) -> None:
    judged: set[tuple[str, int]] = set()
    for name, page, url in pages(of_the_admin=True):
        kind = name.rpartition("_")[2], page.status
        if page.status == 200 or kind not in judged:  # each page, and each kind of refusal
            each = critic(page.who, known=OF_THE_ADMIN)
            assert each.open(url) == page.status or page.status == 302, url
            each.glance() if kind in judged else each.judge()
            judged.add(kind)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login", "/desk/", "/nowhere", "/admin/"])
def test_no_page_may_run_what_stands_in_it(client: Client, path: str) -> None:
    client.force_login(Cast().will)
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "unsafe-" not in policy
    assert "script-src 'self';" in policy
    assert "default-src 'none';" in policy
