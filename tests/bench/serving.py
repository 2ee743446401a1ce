"""The memory of a serving worker: gunicorn as in production, walked over by somebody who looks at everything."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from qtm.models import User

ROUNDS, MOST_MB = 25, 150


def signed_in(login: str) -> str:
    """A session of somebody, as a cookie."""
    user = User.objects.get(username=login)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY], session[HASH_SESSION_KEY] = (
        str(user.pk),
        "django.contrib.auth.backends.ModelBackend",
        user.get_session_auth_hash(),
    )
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """The product, served by one worker: its port, and the process that started the worker."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_OWNER_URL", "DATABASE_ADMIN_URL", "LISTENER_FD", "LIFELINE_FD")
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:qtm.gunicorn", "qtm.wsgi"]
    server = subprocess.Popen(
        command, env={**environment, "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "1"}
    )
    try:
        _wait(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=20)


def memory_mb(visits: Iterable[tuple[str, str]]) -> float:
    """Visit (address, cookie) again and again; the worker's resident memory at the end."""
    with served() as (port, server):
        for address, cookie in list(visits) * ROUNDS:
            _visit(port, address, cookie)
        return max(memory_of(child, "VmRSS") for child in children(server))


def _wait(port: int) -> None:
    """Until it serves."""
    for _ in range(300):
        with suppress(OSError):
            return _visit(port, "/healthz", "")
        time.sleep(0.1)
    raise RuntimeError("gunicorn did not begin to serve")


def _visit(port: int, address: str, cookie: str) -> None:
    """One page over HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address, headers={"Host": "localhost", "Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status not in {200, 302}:
        raise RuntimeError(f"{address} answered {answer.status}")


def children(parent: int) -> list[int]:
    """The processes that a process started."""
    found: list[int] = []
    with suppress(OSError):  # it may end while we look
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def memory_of(process: int, kind: str) -> float:
    """The memory of a process in megabytes: `VmRSS` as it is, `VmHWM` at its highest; none for one that has ended."""
    try:
        found = re.search(rf"{kind}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
