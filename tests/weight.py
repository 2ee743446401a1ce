"""What a page weighs on the wire: every byte that comes, headers and all, whether the page asks for it or its service worker.

It is counted between browser and server, as a browser tells of a page only what the page itself asked for.
"""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer

from playwright.sync_api import BrowserContext

FIRST, AGAIN = 150_000, 20_000  # what is promised of the Desk, in bytes
QUIET_SECONDS = 1.0
ASKED = re.compile(rb"^[A-Z]+ (\S+) HTTP/1\.1\r\n")
KEEPS = re.compile(rb"\r\nqtm-part: kept\r\n", re.IGNORECASE)


@dataclass
class Weight:
    """Bytes that came over the wire, by path; apart from them what was fetched to be kept for a time without network."""

    bytes_of: dict[str, int] = field(default_factory=dict)
    kept_of: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All that came for the page."""
        return sum(self.bytes_of.values())

    @property
    def kept(self) -> int:
        """All that came to be kept."""
        return sum(self.kept_of.values())


class Scale(ThreadingTCPServer):
    """Stands between a browser and a server, and weighs what comes."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        """`port`: the server's."""
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind, self.weight, self.last = port, Weight(), 0.0

    @property
    def url(self) -> str:
        """Where the browser asks."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def read(self) -> Weight:
        """What came since it was read before, once nothing more comes."""
        while (left := self.last + QUIET_SECONDS - time.monotonic()) > 0:
            time.sleep(left)
        found, self.weight = self.weight, Weight()
        return found


class _Connection(StreamRequestHandler):
    """One connection of the browser: it asks for one thing after another."""

    server: Scale

    def handle(self) -> None:
        """Pass on what is asked, and weigh what is answered."""
        asked = [b""]
        with socket.create_connection(("127.0.0.1", self.server.behind)) as behind:
            back = threading.Thread(target=self._answer, args=(behind, asked), daemon=True)
            back.start()
            with suppress(OSError):
                while data := self.connection.recv(65_536):
                    asked[0] = data if ASKED.match(data) else asked[0]
                    behind.sendall(data)
                behind.shutdown(socket.SHUT_WR)
            back.join()

    def _answer(self, behind: socket.socket, asked: list[bytes]) -> None:
        """Give the browser what comes, under what it asked for."""
        with suppress(OSError):
            while data := behind.recv(65_536):
                found = ASKED.match(asked[0])
                weight = self.server.weight
                into = weight.kept_of if KEEPS.search(asked[0]) else weight.bytes_of
                path = found[1].decode() if found else "?"
                into[path] = into.get(path, 0) + len(data)
                self.server.last = time.monotonic()
                self.connection.sendall(data)
            self.connection.shutdown(socket.SHUT_WR)


@contextmanager
def scale(port: int) -> Iterator[Scale]:
    """A scale before the server at a port."""
    with Scale(port) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        try:
            yield made
        finally:
            made.shutdown()


def weigh(wire: Scale, context: BrowserContext, path: str, times: int = 2) -> list[Weight]:
    """Open a page in fresh tabs of one browser, one after another: the first with an empty cache, the next with what it kept."""
    found = []
    for _ in range(times):
        page = context.new_page()
        answer = page.goto(f"{wire.url}{path}", wait_until="networkidle")
        if not answer or answer.status != 200:
            raise RuntimeError(f"{path} answered {answer and answer.status}")
        page.evaluate("document.fonts.ready.then(() => navigator.serviceWorker.ready).then(() => true)")
        found.append(wire.read())
        page.close()
    return found
