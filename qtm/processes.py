"""What a process needs that looks after others: signals, locks, private files. The standard library and nothing else."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Unready(Exception):
    """One clear sentence that says why the house cannot start."""


class Stopped(BaseException):
    """We were asked to stop; like KeyboardInterrupt nothing but the outermost caller catches it."""

    def __init__(self, number: int) -> None:
        """Remember the signal, for the status that a shell would see."""
        self.status = 128 + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the first signal that would end us unwind instead, and no later one disturb the unwinding."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for later in STOPS:
            signal.signal(later, signal.SIG_IGN)
        raise Stopped(number)

    with _handling(stop):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off signals that would stop us until a step that must not be cut in half is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []
    with _handling(lambda number, _frame: pending.append(number)):
        yield
    for number in pending[:1]:
        signal.raise_signal(number)


def attend(command: list[str], environment: dict[str, str]) -> int:
    """Run a command to its end, hand signals on to it, and give back how it ended as a shell would."""
    child: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        if child is None:
            early.append(number)
        elif number != signal.SIGINT or not sys.stdin.isatty():  # a terminal has sent it Ctrl-C already
            child.send_signal(number)

    with _handling(forward):
        child = subprocess.Popen(command, env=environment)
        for number in early:
            child.send_signal(number)
        status = child.wait()
    return status if status >= 0 else 128 - status


@contextmanager
def _handling(handler: "signal._HANDLER") -> Iterator[None]:
    """One handler for all the signals that would end us, for a while."""
    before = [(number, signal.signal(number, handler)) for number in STOPS]
    try:
        yield
    finally:
        for number, earlier in before:
            if signal.getsignal(number) is handler:
                signal.signal(number, earlier)


def locked(path: Path, how: int) -> IO[str]:
    """Open a file and lock it until it is closed or we die."""
    try:
        handle = path.open("a+")
    except PermissionError:
        raise Unready(f"{path} cannot be opened by this user: was it made by another one, such as root?") from None
    try:
        fcntl.flock(handle, how)
    except OSError:
        handle.close()
        raise
    return handle


def command_line(process: int) -> str:
    """How a process was called."""
    if Path("/proc/self").exists():
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout


def writable(folder: Path) -> Path:
    """Have a folder of ours, or say why not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unready(f"{folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unready(f"{folder} cannot be written by this user: was it made by another one, such as root?")
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all, so that it outlives a crash."""
    making = path.with_name(f"{path.name}.{os.getpid()}")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    making.replace(path)
    settled(path.parent)


def settled(place: Path) -> None:
    """Have a file or a folder on the disk itself."""
    handle = os.open(place, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def end(child: subprocess.Popen[bytes]) -> None:
    """End a child that leads a session of its own, and what it started: asked first, then not asked."""
    with undisturbed():
        if child.poll() is None:
            child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
