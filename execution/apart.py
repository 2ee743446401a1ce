"""Decoding apart: a picture is read by a child process, which is bounded, has nothing of ours, and is believed only as far as it can be."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGALRM, SIGPROF, SIGXCPU
from tempfile import NamedTemporaryFile, TemporaryFile
from threading import Lock
from time import monotonic, sleep
from typing import IO, Any

from django.conf import settings

SCRIPT = Path(__file__).with_name("decoder.py")
MEGABYTE = 1 << 20
MEMORY_BYTES = 264 * MEGABYTE  # and some twenty million for the programs themselves
CPU_SECONDS, SECONDS = 1.4, 1.8  # while somebody waits for it
LOOKS_EVERY_SECONDS = 0.002
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "HEIC")
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d)?", re.ASCII)
DEGREES = re.compile(r"-?\d{1,3}\.\d{6}", re.ASCII)
_one_at_a_time = Lock()  # a worker has room for one


class Unread(Exception):
    """A picture could not be read; `word` says why: large, moves, unknown, damaged, memory, slow or crash."""

    def __init__(self, word: str, most_pixels: int = 0, peak_bytes: int = 0) -> None:
        """`most_pixels`: how many it may have, where it is too large."""
        super().__init__(word)
        self.word, self.most_pixels, self.peak_bytes = word, most_pixels, peak_bytes


class OutOfTime(Exception):
    """The child was not done in time and had not even worked: the machine is busy, or somebody holds it up."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a picture: its format, width and height in pixels, what its device claims, and the memory it took."""

    format: str
    width: int
    height: int
    claims: dict[str, str] = field(default_factory=dict)
    peak_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Copy:
    """A clean copy of a picture, as JPEG."""

    content: bytes
    width: int
    height: int


def read(data: bytes) -> Read:
    """Decode a picture to its last byte; `Unread` where that cannot be done."""
    said, _ = _ask(data, [], MEMORY_BYTES, CPU_SECONDS, SECONDS)
    try:
        return Read(*_size(said), claims=_claims(said.get("claims", {})), peak_bytes=said.get("peak_bytes", 0))
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Unread("crash") from None


def copies(data: bytes, sides: Sequence[int], *, seconds: float = 20) -> list[Copy]:
    """Clean copies of a picture, of these longest sides; `Unread` where none can be made."""
    said, rest = _ask(data, list(sides), MEMORY_BYTES + 96 * MEGABYTE, seconds, 3 * seconds)
    try:
        return _cut(said["copies"], rest, len(sides))
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Unread("crash") from None


def _ask(
    data: bytes, sides: list[int], memory_bytes: int, cpu_seconds: float, seconds: float
) -> tuple[dict[str, Any], bytes]:
    """Have the child answer: what it said, and the bytes behind that."""
    bounds = {"memory_bytes": memory_bytes, "cpu_seconds": cpu_seconds, "seconds": seconds}
    asked = {**bounds, "most_pixels": settings.EVIDENCE_MAX_PIXELS, "sides": sides}
    # Out of a file, as nobody feeds a pipe while looking whether the child has ended; into one, as its size can be bounded.
    with _one_at_a_time, _to_read(data) as given, TemporaryFile() as out:
        status = _run([sys.executable, "-I", str(SCRIPT), json.dumps(asked)], given, out, seconds)
        out.seek(0)
        line, _, rest = out.read().partition(b"\n")
    if status in (-SIGPROF, -SIGXCPU):
        raise Unread("slow")
    if status == -SIGALRM:
        raise OutOfTime
    try:
        said = json.loads(line)
        refused = str(said.get("refused", ""))
    except (ValueError, AttributeError):
        raise Unread("crash") from None
    if status or refused:
        word, _, most = refused.partition(" ")
        raise Unread(word or "crash", int(most) if most.isdecimal() else 0, said.get("peak_bytes", 0))
    return said, rest


@contextmanager
def _to_read(data: bytes) -> Iterator[IO[bytes]]:
    """These bytes as a file that can be read and not written."""
    with NamedTemporaryFile() as written:
        written.write(data)
        written.flush()
        with open(written.name, "rb") as given:
            yield given


def _run(command: list[str], given: IO[bytes], out: IO[bytes], seconds: float) -> int:
    """Run it with nothing of our environment and no files but these two; how it ended."""
    with subprocess.Popen(
        command, stdin=given, stdout=out, stderr=subprocess.DEVNULL, env={}, cwd="/", start_new_session=True
    ) as child:
        until = monotonic() + seconds + 0.1
        try:
            while child.poll() is None:  # `wait` looks but every 50 ms, and somebody in the field waits for each photo
                if monotonic() > until:
                    raise OutOfTime
                sleep(LOOKS_EVERY_SECONDS)
        finally:
            child.kill()
    return child.returncode


def _size(said: dict[str, Any]) -> tuple[str, int, int]:
    """Format and size, where they can be true."""
    width, height = int(said["width"]), int(said["height"])
    if said["format"] not in FORMATS or not 0 < width * height <= settings.EVIDENCE_MAX_PIXELS or width < 0:
        raise ValueError("no such picture")
    return said["format"], width, height


def _claims(said: dict[str, Any]) -> dict[str, str]:
    """What the device claims, as far as it is of the right form."""
    told = {"at": said.get("at", "")} if AT.fullmatch(said.get("at", "")) else {}
    place = {name: said[name] for name in ("latitude", "longitude") if DEGREES.fullmatch(said.get(name, ""))}
    return told | (place if len(place) == 2 else {})


def _cut(said: list[dict[str, int]], rest: bytes, count: int) -> list[Copy]:
    """The bytes cut into copies; nothing may be left over."""
    found, place = [], 0
    for each in said:
        end = place + each["size_bytes"]
        found.append(Copy(rest[place:end], each["width"], each["height"]))
        place = end
    if place != len(rest) or len(found) != count or not all(each.content.startswith(b"\xff\xd8") for each in found):
        raise ValueError("not what was asked for")
    return found
