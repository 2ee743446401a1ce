"""A real Chromium on a real server with real commits."""

import atexit
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from psycopg.conninfo import conninfo_to_dict

from qtm.models import User
from tests import device
from tests.bench.serving import children, signed_in
from tests.waiting import eventually

PASSWORD = "a long word for the tests"
# A control of its own is a row, a button or a link that stands alone; a link within a sentence is as high as its line.
SMALL = """[...document.querySelectorAll("main :is(a, button, summary, label.press), .foot :is(a, button, label.press), .bar :is(a, button)")]
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest("p, dd, .facts, h1"))
  .map((each) => [each.matches("a.go") ? each.closest(".row") : each, each.innerText])
  .filter(([each]) => each.getBoundingClientRect().height < 47.5)
  .map(([each, words]) => `${words.trim()} (${Math.round(each.getBoundingClientRect().height)})`)"""
PRIMARY = '[...document.querySelectorAll("main .press:not(.soft), .foot .press:not(.soft)")].find((each) => each.checkVisibility())'
FROM_THE_TOP = (
    f"{{ document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); !!{PRIMARY} }}"
)
ON_IT = f"[{PRIMARY}, {PRIMARY}.control].includes(document.activeElement)"
DESK, PHONE = device.DESK, device.PHONE
AS_SERVED = settings.STORAGES["staticfiles"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; skipped loudly where there is none, and a failure in CI."""
    if not device.found():
        words = "no Chromium on this machine: the browser tests did not run"
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    connections.close_all()  # beside Playwright's loop Django looks for its connections elsewhere, and would leave these open
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop of its own in this thread
    browser = _playwright().chromium.launch(executable_path=device.found(), args=device.FLAGS)
    yield browser
    browser.close()


@cache
def _playwright() -> Playwright:
    """Playwright, which can be started once in a process; every module that takes the fixture has one of its own."""
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: Any) -> Path:
    """The static files, collected where the server is told to look for them."""
    folder = Path(tmp_path_factory.mktemp("collected"))
    with override_settings(STATIC_ROOT=folder, STORAGES={**settings.STORAGES, "staticfiles": AS_SERVED}):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


class House:
    """The product as it is served: gunicorn on a free port of the loopback, on a database of the tests."""

    def __init__(self, database: str, static: Path, **places: Path) -> None:
        """Not started yet; `places` are settings that it has otherwise than this process."""
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = _environment(database, STATIC_ROOT=static, **places)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, which has read the whole program before it makes a worker of itself, and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "qtm.wsgi", "--preload", "--no-control-socket"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "4", "--log-level", "error"]
        command += ["--graceful-timeout", "5"]
        self.process = subprocess.Popen(command, env=self.environment, cwd=settings.HERE)
        eventually(self._answers, 20)

    def _answers(self) -> bool:
        """Whether it answers."""
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=1).read()
        except OSError:
            return False
        return True

    def anew(self) -> None:
        """Serve as if just begun, by a worker that remembers nothing; who asks meanwhile waits for it."""
        if not self.pids:
            return self.start()
        _, *before = eventually(lambda: self.pids[1:] and self.pids)
        for worker in before:
            os.kill(worker, signal.SIGTERM)
        eventually(lambda: self.pids[1:] and not {*self.pids} & {*before})
        return None

    @property
    def pids(self) -> list[int]:
        """The server and its worker, while it runs."""
        if self.process is None or self.process.poll() is not None:
            return []
        return [self.process.pid, *children(self.process.pid)]

    def stop(self) -> None:
        """Stop it and wait."""
        if self.process:
            self.process.terminate()
            self.process.wait(20)


def _free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(database: str, **places: Path) -> dict[str, str]:
    """What the serving process sees: two addresses, and never the owner's."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    urls = {name: at(kept[name], database) for name in ("DATABASE_URL", "DATABASE_OMNI_URL")}
    return {**kept, **urls, **{name: str(place) for name, place in places.items()}, "LOOPBACK": "1", "DEBUG": "0"}


def clone_of(template: str) -> str:
    """The database of the test that runs, if it asks for one in which commits are real."""
    return f"{template}_clone"


def at(url: str, database: str) -> str:
    """The same role's address on another database."""
    name = conninfo_to_dict(url)["dbname"]
    return url.removesuffix(f"/{name}") + f"/{database}"


@cache
def kept() -> str:
    """The password of the tests as the served house keeps it: slow on purpose, so worked out once."""
    return make_password(PASSWORD, hasher="pbkdf2_sha256")


@pytest.fixture(scope="session")
def served(template: str, static_files: Path) -> Iterator[House]:
    """The product, served from the clone that each test has in its turn: there is one server for all of them."""
    house = House(clone_of(template), static_files)
    yield house
    house.stop()


@pytest.fixture
def house(committed: str, served: House) -> House:
    """The product, as if it had just begun to serve; everybody of the cast can sign in."""
    User.objects.update(password=kept())
    served.anew()
    return served


class Visitor:
    """One person at one device; whatever breaks the content policy or fails in the page is remembered."""

    def __init__(
        self, browser: Browser, house: House, name: str = "", size: dict[str, int] | None = None, **options: Any
    ) -> None:
        """Open a fresh browser, in which whoever is named has signed in; by the form that is slow, for passwords are."""
        self.context = browser.new_context(base_url=house.url, viewport=size or DESK, **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.wrong: list[str] = []
        self.page.on(
            "console",
            lambda message: (
                self.wrong.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        if name:
            cookie, _, value = signed_in(name).partition("=")
            self.context.add_cookies([{"name": cookie, "value": value, "url": house.url}])
            self.page.goto("/")  # where one is led by signing in

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Sign in by the form."""
        self.page.goto("/login")
        self.page.get_by_label("User name").or_(self.page.get_by_label("Username")).fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: urlsplit(url).path != "/login")  # or the next page would come before it

    @property
    def path(self) -> str:
        """Where they are."""
        return urlsplit(self.page.url).path

    def go(self, place: str) -> None:
        """To a workplace or a queue by its name beside the page, on a phone in the menu."""
        menu = self.page.get_by_role("button", name="Menu")
        link = self.page.locator(".rail").get_by_role("link", name=place).first
        link.or_(menu).first.wait_for()  # the page may still be coming: then neither is there to be seen
        if menu.is_visible():
            menu.click()
        link.click()

    def looks(self) -> None:
        """Look at the page on a desk and on a phone, light and dark: what runs over, is too small for a thumb or out of reach of the keys."""
        self.page.wait_for_load_state()
        before = self.page.viewport_size
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                if (over := self.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")) > 0:
                    self.wrong.append(f"{self.page.url} runs over by {over} at {size['width']}, {scheme}")
        if self.path.startswith(("/desk/", "/jobs/")):
            self.wrong += [f"{self.page.url} is too small to touch: {each}" for each in self.page.evaluate(SMALL)]
        if not self.reached():
            self.wrong.append(f"{self.page.url}: the keys do not reach what is to be pressed")
        self.page.set_viewport_size(before)  # type: ignore[arg-type]

    def reached(self) -> bool:
        """Whether Tab leads to the primary button, or to the field that it opens."""
        if not self.page.evaluate(FROM_THE_TOP):
            return True
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(ON_IT):
                return True
        return False

    def press(self, name: str) -> None:
        """Press a button by its words; a door that asks something is opened first."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def sees(self, words: str) -> None:
        """The words stand on the page."""
        self.page.get_by_text(words).first.wait_for(timeout=5000)


@pytest.fixture
def visit(chromium: Browser, house: House) -> Iterator[Callable[..., Visitor]]:
    """Somebody comes in; at the end nobody's page had anything wrong in it."""
    visitors: list[Visitor] = []

    def come(name: str = "", **options: Any) -> Visitor:
        """A person at a browser of their own."""
        visitors.append(Visitor(chromium, house, name, **options))
        return visitors[-1]

    yield come
    wrong = [visitor.wrong for visitor in visitors if visitor.wrong]
    for visitor in visitors:
        visitor.context.close()  # whatever was wrong: the next test's pages come from the same server
    assert wrong == []
