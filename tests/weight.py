"""What a page weighs on the wire: every byte that a real Chromium takes, its worker's too, counted between it and the house."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests.device import PHONE

FIRST, AGAIN = 150_000, 20_000  # what is promised of the Desk, in bytes
ASKED = re.compile(rb"(?:^|\r\n\r\n)(?:GET|POST) (\S+) HTTP/1\.1")
STILL_MS = 1_500  # nobody asks for anything more for so long


@dataclass
class Weight:
    """Bytes that came over the wire, and the addresses that were asked for; what a cache had weighs nothing."""

    total: int = 0
    paths: list[str] = field(default_factory=list)


@dataclass
class Wire:
    """A wire to the house that counts what comes over it."""

    house: tuple[str, int]
    weight: Weight = field(default_factory=Weight)

    def carry(self, browser: socket.socket) -> None:
        """One connection, until either side ends it."""
        with closing(browser), closing(socket.create_connection(self.house)) as house:
            asking = threading.Thread(target=self.ask, args=(browser, house), daemon=True)
            asking.start()
            with suppress(OSError):
                while came := house.recv(65_536):
                    self.weight.total += len(came)
                    browser.sendall(came)

    def ask(self, browser: socket.socket, house: socket.socket) -> None:
        """What the browser asks goes through as it is."""
        with suppress(OSError):
            while asked := browser.recv(65_536):
                self.weight.paths += [path.decode() for path in ASKED.findall(asked)]
                house.sendall(asked)
            house.shutdown(socket.SHUT_WR)


@contextmanager
def wire(url: str) -> Iterator[tuple[Wire, str]]:
    """A wire to a house, and the address of its near end."""
    found = urlsplit(url)
    made = Wire((str(found.hostname), int(found.port or 80)))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            """Take connections until the listener is shut."""
            with suppress(OSError):
                while True:
                    threading.Thread(target=made.carry, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        yield made, f"http://127.0.0.1:{listener.getsockname()[1]}"


def weigh(browser: Browser, url: str, session: str, path: str, times: int = 2) -> list[Weight]:
    """Open a page in fresh tabs of one browser, one after another: the first with an empty cache, the next with what it kept."""
    cookie, _, value = session.partition("=")
    found = []
    with wire(url) as (between, near):
        context = browser.new_context(base_url=near, viewport=PHONE)  # type: ignore[arg-type]
        context.add_cookies([{"name": cookie, "value": value, "url": near}])
        for _ in range(times):
            between.weight = Weight()
            page = context.new_page()
            answer = page.goto(path, wait_until="networkidle")
            if not answer or answer.status != 200:
                raise RuntimeError(f"{path} answered {answer and answer.status}")
            page.evaluate("document.fonts.ready.then(() => true)")
            page.wait_for_timeout(STILL_MS)
            page.close()
            found.append(between.weight)
        context.close()
    return found
