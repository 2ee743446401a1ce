"""The serving process and how it is looked after: loaded early, opened when all is ready, ended with us whatever we die of."""

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

FOR_THE_OWNER = ("DATABASE_OWNER_URL", "DATABASE_ADMIN_URL")


class Server:
    """Gunicorn as our child."""

    def __init__(self, environment: dict[str, str], listener: socket.socket, lock: IO[str]) -> None:
        """Start it without the owner's address; it loads the application and waits."""
        held, self._lifeline = os.pipe()
        kept = {name: value for name, value in environment.items() if name not in FOR_THE_OWNER}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:qtm.gunicorn", "qtm.wsgi"],
            env={**kept, "LISTENER_FD": str(listener.fileno()), "LIFELINE_FD": str(held)},
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[listener.fileno(), held, lock.fileno()],
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
        os.close(self._lifeline)

    def open(self) -> None:
        """Let it serve, and wait for the first good answer."""
        with suppress(BrokenPipeError):
            os.write(self._lifeline, b"!")
        deadline = time.monotonic() + 60
        while not answers():
            if self.ended():
                raise Unready("The server did not start: see what it said above.")
            if time.monotonic() > deadline:
                raise Unready("The server started but gave no good answer for a minute: see what it said above.")
            time.sleep(0.05)

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self.process.poll() is not None


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
