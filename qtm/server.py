"""The serving process and that of the background, and how they are looked after: loaded early, opened when all is ready, ended with us whatever we die of."""

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from qtm import address
from qtm.processes import ROOT, Unready, end

RESTS = 3  # seconds between two starts of the background
FOR_THE_OWNER = ("DATABASE_OWNER_URL", "DATABASE_ADMIN_URL")


class Child:
    """A child of ours that ends when we do, whatever we die of, and that never learns the owner's address."""

    def __init__(self, command: list[str], environment: dict[str, str], *shared: int) -> None:
        """What it is called with, and what it shares with us; it is started at once."""
        self._command, self._shared = [sys.executable, *command], shared
        self._environment = {name: value for name, value in environment.items() if name not in FOR_THE_OWNER}
        self.start()

    def start(self) -> None:
        """Start it, with the end of a pipe that the kernel closes when we are gone."""
        held, self.lifeline = os.pipe()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self._command,
            env={**self._environment, "LIFELINE_FD": str(held)},
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[held, *self._shared],
        )
        os.close(held)

    def __enter__(self) -> Self:
        """It has been started already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        end(self.process)
        os.close(self.lifeline)

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self.process.poll() is not None


class Server(Child):
    """Gunicorn as our child."""

    def __init__(self, environment: dict[str, str], listener: socket.socket, lock: IO[str]) -> None:
        """Start it; it loads the application and waits."""
        told = {**environment, "LISTENER_FD": str(listener.fileno())}
        super().__init__(
            ["-m", "gunicorn", "-c", "python:qtm.gunicorn", "qtm.wsgi"], told, listener.fileno(), lock.fileno()
        )

    def open(self) -> None:
        """Let it serve, and wait for the first good answer."""
        with suppress(BrokenPipeError):
            os.write(self.lifeline, b"!")
        deadline = time.monotonic() + 60
        while not answers():
            if self.ended():
                raise Unready("The server did not start: see what it said above.")
            if time.monotonic() > deadline:
                raise Unready("The server started but gave no good answer for a minute: see what it said above.")
            time.sleep(0.05)


class Background(Child):
    """What is done in the background, as our child."""

    def __init__(self, environment: dict[str, str], lock: IO[str]) -> None:
        """Start it."""
        super().__init__([str(ROOT / "manage.py"), "background"], environment, lock.fileno())

    def look(self) -> bool:
        """Start it again where it has ended, though not more often than every few seconds; whether it was."""
        if not self.ended() or time.monotonic() - self.started < RESTS:
            return False
        os.close(self.lifeline)
        self.start()
        return True


def answers() -> bool:
    """Whether /healthz is fine."""
    connection = http.client.HTTPConnection(address.local_host(), address.port(), timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
