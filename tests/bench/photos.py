"""Photos as phones take them, by the door that takes them: how many a second one worker takes, and the memory it peaks at.

Beside it how fast the background makes what is shown of them, and how long a hostile file holds a worker up until it is refused.
"""

import http.client
import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import count
from statistics import median
from time import monotonic, sleep

from PIL import Image

from tests.bench.serving import children, memory_of, served, signed_in
from tests.cast import DETAILING, Walk
from tests.hostile import all_of_them

SIZES = {"12 megapixels": (4032, 3024), "3 megapixels": (2048, 1536)}
PHOTOS, AT_ONCE = 16, 4
BOMBS = ("png bomb", "jpeg bomb", "webp bomb", "text bomb", "many scans")
MOST_MS, MOST_MB = 2000, 300  # until a hostile file is refused, and of the process that reads it
TOKEN = "0123456789abcdefghijklmnopqrstuv"  # in the cookie and in the form alike
PICTURE = "Content-Type: image/jpeg\r\n"
_numbers = count(1)


@dataclass
class Peak:
    """The highest memory of some processes in megabytes, and of what they start to decode a picture."""

    worker_mb: float = 0
    decoder_mb: float = 0

    def look(self, workers: list[int]) -> None:
        """Look at them now."""
        for worker in workers:
            self.worker_mb = max(self.worker_mb, memory_of(worker, "VmHWM"))
            self.decoder_mb = max(self.decoder_mb, *(memory_of(each, "VmHWM") for each in children(worker)), 0.0)


@dataclass(frozen=True)
class Taken:
    """Photos of one size: what one weighs, one after another and several at once, what is shown of them, and the peaks of both."""

    size: str
    megabytes: float
    median_ms: float
    a_second: float
    peak: Peak
    shown_a_second: float
    shown_peak: Peak


@dataclass(frozen=True)
class Refused:
    """A hostile file: the slowest of its refusals, and the peak of the worker and of what reads it."""

    name: str
    slowest_ms: float
    peak: Peak

    @property
    def good(self) -> bool:
        """Whether it is within what was promised."""
        return self.slowest_ms <= MOST_MS and self.peak.decoder_mb <= MOST_MB


class Chooser(HTMLParser):
    """The first form of a page that takes files: where it is sent, what goes with it, and how it names the files."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.action = self.files = ""
        self.fields: dict[str, str] = {}
        self._whole = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or something in it."""
        given = {name: value or "" for name, value in attrs}
        self._whole = self._whole or bool(self.files and tag == "form")
        if self._whole:
            return
        if tag == "form":
            self.action, self.fields = given.get("action", ""), {}
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "input" and given.get("type") == "file":
            self.files = self.files or given["name"]


def taken() -> Iterator[Taken]:
    """Each size on a worker of its own."""
    pages, cookie = _pages(AT_ONCE)
    for name, size in SIZES.items():
        photo = _drawn(size)
        with served() as (port, server), _peak(lambda: children(server)) as peak:
            _take(port, pages[0], cookie, photo)  # the first is slower
            one = [_take(port, pages[0], cookie, photo) for _ in range(PHOTOS)]
            began = monotonic()
            with ThreadPoolExecutor(AT_ONCE) as phones:
                list(phones.map(lambda page: _take(port, page, cookie, photo), list(pages) * (PHOTOS // AT_ONCE)))
            rate = PHOTOS / (monotonic() - began)
        yield Taken(name, len(photo) / 1_000_000, median(one) * 1000, rate, peak, *_shown(1 + 2 * PHOTOS))


def refused() -> Iterator[Refused]:
    """Each of the worst on a worker of its own."""
    (page,), cookie = _pages(1)
    hostile = dict(all_of_them())
    for name in BOMBS:
        file = hostile[name]
        data = file.made()
        with served() as (port, server), _peak(lambda: children(server)) as peak:
            took = [_take(port, page, cookie, data, file.name, answer=422) for _ in range(3)]
        yield Refused(name, max(took) * 1000, peak)


def _pages(count: int) -> tuple[list[str], str]:
    """Pages of Jobs that take photos, and the cookie of who carries them out."""
    pages = [Walk(surface="auto-detailing", asked=DETAILING).started().page for _ in range(count)]
    return pages, f"{signed_in('will')}; csrftoken={TOKEN}"


def _shown(photos: int) -> tuple[float, Peak]:
    """How many photos a second the background makes its copies of, as all of them wait for it; and its peak."""
    began = monotonic()
    with (
        subprocess.Popen([sys.executable, "manage.py", "background", "--once"]) as background,
        _peak(lambda: [background.pid]) as peak,
    ):
        if background.wait():
            raise RuntimeError("the background failed")
    return photos / (monotonic() - began), peak


def _drawn(size: tuple[int, int]) -> bytes:
    """A picture as rich as a camera's."""
    width, height = size
    coarse = [Image.effect_noise((width // 6, height // 6), 70).resize(size, Image.Resampling.BICUBIC) for _ in "rgb"]
    out = io.BytesIO()
    Image.blend(Image.merge("RGB", coarse), Image.merge("RGB", [Image.effect_noise(size, 50)] * 3), 0.15).save(
        out, "JPEG", quality=88
    )
    return out.getvalue()


def _another(photo: bytes) -> bytes:
    """The same pixels in a file of its own: a comment behind the first marker tells it apart."""
    note = f"photo {next(_numbers)}".encode()
    return photo[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + photo[2:]


def _take(port: int, page: str, cookie: str, photo: bytes, name: str = "", answer: int = 302) -> float:
    """Capture one photo as the form of the page does; how many seconds until it is answered, and it must be this answer."""
    form = Chooser(_ask(port, "GET", page, {"Cookie": cookie})[1])
    fields = form.fields | {"csrfmiddlewaretoken": TOKEN}
    parts = [_part(f'name="{field}"', value.encode()) for field, value in fields.items()]
    called, data = (name, photo) if name else (f"{next(_numbers)}.jpg", _another(photo))
    parts.append(_part(f'name="{form.files}"; filename="{called}"', data, PICTURE))
    body = b"".join(parts) + b"--edge--\r\n"
    headers = {"Cookie": cookie, "Content-Type": "multipart/form-data; boundary=edge"}
    began = monotonic()
    status, html = _ask(port, "POST", form.action, headers, body)
    took = monotonic() - began
    if status != answer:
        raise RuntimeError(f"{form.action} answered {status}: {re.sub('<[^>]+>|[ \n]+', ' ', html)[:400]}")
    return took


def _part(says: str, value: bytes, kind: str = "") -> bytes:
    """One field of a form."""
    return f"--edge\r\nContent-Disposition: form-data; {says}\r\n{kind}\r\n".encode() + value + b"\r\n"


def _ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    """One request; its status and its text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body or None, {"Host": "localhost", **headers})
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, text


@contextmanager
def _peak(workers: Callable[[], list[int]]) -> Iterator[Peak]:
    """The memory of workers and of all that they start, each at its highest, looked at all the time."""
    seen, done = Peak(), threading.Event()

    def look() -> None:
        """Look until told to stop; a child that lives shorter than this is too short-lived to grow."""
        while not done.is_set():
            seen.look(workers())
            sleep(0.01)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        done.set()
        looking.join()
