"""What a page weighs on the wire, as a real Chromium counts it: every answer it takes, headers and all."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext

FIRST, AGAIN = 150_000, 20_000  # what is promised of the Desk, in bytes


@dataclass
class Weight:
    """Bytes that came over the wire, by address; what a cache had weighs nothing."""

    bytes_of: dict[str, int] = field(default_factory=dict)
    _urls: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.bytes_of.values())

    def asked(self, event: Any) -> None:
        """The browser asks for something."""
        self._urls[event["requestId"]] = event["request"]["url"]

    def came(self, event: Any) -> None:
        """It has come."""
        url = self._urls[event["requestId"]]
        self.bytes_of[url] = self.bytes_of.get(url, 0) + int(event["encodedDataLength"])


def weigh(context: BrowserContext, path: str, times: int = 2) -> list[Weight]:
    """Open a page in fresh tabs of one browser, one after another: the first with an empty cache, the next with what it kept."""
    found = []
    for _ in range(times):
        page, weight = context.new_page(), Weight()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", weight.asked)
        wire.on("Network.loadingFinished", weight.came)
        answer = page.goto(path, wait_until="networkidle")
        if not answer or answer.status != 200:
            raise RuntimeError(f"{path} answered {answer and answer.status}")
        page.evaluate("document.fonts.ready.then(() => true)")
        page.close()
        found.append(weight)
    return found
