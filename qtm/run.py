"""`make run`: one process that looks after the database, the preparations and the server until it is told to stop."""

import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict

from qtm import address
from qtm.postgres import Cluster, given
from qtm.processes import ROOT, VAR, Stopped, Unready, forwarding, stoppable, undisturbed, writable, write_private

PATIENCE_SECONDS = 5
MANAGE = [sys.executable, str(ROOT / "manage.py")]
STATIC_SOURCES = ("static", "requirements.txt", "qtm/settings.py")


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, flush=True)


def main() -> int:
    """Serve, or run one management command with `manage …`; whatever is in the way is one sentence."""
    asked = sys.argv[1:]
    try:
        with stoppable():
            return manage(asked[1:]) if asked[:1] == ["manage"] else serve(with_parent="--with-parent" in asked)
    except Stopped:
        say("Stopped.")
        return 0
    except Unready as refusal:
        print(f"QTM OS: {refusal}", file=sys.stderr, flush=True)
        return 1


def manage(command: list[str]) -> int:
    """Run a management command on the same database and settings as the server's, beside it or alone."""
    with database() as (_, addresses):
        child = subprocess.Popen([*MANAGE, *command], env=settings(addresses))
        with forwarding(child):
            return child.wait()


def serve(*, with_parent: bool) -> int:
    """The whole way from nothing to a served page, and back to nothing."""
    parent = os.getppid() if with_parent else None
    with address.only_run() as lock, address.listener() as listener, database() as (cluster, addresses):
        address.note(lock)
        prepare(settings(addresses), lock, demo=wants_demo(embedded=cluster is not None))
        with gunicorn(settings(addresses), listener, lock) as server:
            wait_until_served(server)
            say(f"\nQTM OS is at {address.url(address.local_host())} (Ctrl-C stops it).")
            watch(server, cluster, parent)
    return 0


@contextmanager
def database() -> Iterator[tuple[Cluster | None, dict[str, str]]]:
    """The database that was given, tried, or else the embedded one, started."""
    addresses = given()
    if addresses:
        for name, value in addresses.items():
            reach(name, value)
        yield None, addresses
        return
    with Cluster(VAR / "postgres") as cluster:
        yield cluster, cluster.urls()


def reach(name: str, value: str) -> None:
    """Enter a given database, or say in a sentence without password why not."""
    where = parsed(name, value)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(value, connect_timeout=3).close()
            return
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0].rsplit("failed: ", 1)[-1].removeprefix("FATAL:").strip()
            if "refused" not in reason and "starting up" not in reason or time.monotonic() > deadline:
                raise Unready(f"{name}: no way into the database at {where} ({_without(value, reason)}).") from None
            time.sleep(0.5)


def parsed(name: str, value: str) -> str:
    """Which database an address names, for people."""
    try:
        if not value.startswith(("postgresql://", "postgres://")):
            raise psycopg.ProgrammingError
        parts = conninfo_to_dict(value)
    except psycopg.ProgrammingError:
        raise Unready(f"{name} is no address of a PostgreSQL database: write it as postgresql://role:password@host:port/database.") from None
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')} as {parts.get('user', 'nobody in particular')}"


def _without(value: str, reason: str) -> str:
    """A reason without the password."""
    password = conninfo_to_dict(value).get("password")
    return reason.replace(str(password), "***") if password else reason


def settings(addresses: dict[str, str]) -> dict[str, str]:
    """The environment of Django's processes."""
    allowed = dict.fromkeys(["localhost", "127.0.0.1", "[::1]", f"[{address.host()}]" if ":" in address.host() else address.host()])
    defaults = {
        "SECRET_KEY": "",
        "ALLOWED_HOSTS": ",".join(allowed),
        "EVIDENCE_ROOT": str(VAR / "evidence"),
        "LOOPBACK": "1" if address.loopback() else "0",
    }
    ours = {name: os.environ.get(name) or value for name, value in defaults.items()}
    return {**os.environ, **ours, **addresses, "SECRET_KEY": ours["SECRET_KEY"] or secret_key()}


def secret_key() -> str:
    """This installation's own key, made once."""
    kept = writable(VAR) / "secret-key"
    if not kept.exists():
        write_private(kept, secrets.token_urlsafe(50))
    return kept.read_text()


def wants_demo(*, embedded: bool) -> bool:
    """Whether to fill the demo: DEMO says so, else it is for the embedded database only."""
    return (os.environ.get("DEMO") or ("1" if embedded else "0")) != "0"


def prepare(environment: dict[str, str], lock: IO[str], *, demo: bool) -> None:
    """Bring database, static files and demo up to date, apart from the terminal's Ctrl-C, which is ours to handle."""
    stamp, sources = VAR / "static.stamp", static_digest()
    stale = not stamp.exists() or stamp.read_text() != sources
    steps = ["prepare", *(["static"] if stale else []), *(["demo"] if demo else [])]
    child = subprocess.Popen(
        [sys.executable, "-m", "qtm.preparing", *steps],
        env={**environment, "DEMO_ALLOWED": "1" if demo else "0"},
        cwd=ROOT,
        start_new_session=True,
        pass_fds=[lock.fileno()],
    )
    try:
        if child.wait():
            raise Unready("the preparations failed: see what they said above.")
    finally:
        end(child)
    stamp.write_text(sources)


def static_digest() -> str:
    """Changes when anything does that static files are collected from."""
    digest = hashlib.sha256()
    for source in STATIC_SOURCES:
        for path in sorted([ROOT / source, *(ROOT / source).rglob("*")]):
            found = path.stat()
            digest.update(f"{path.relative_to(ROOT)} {found.st_mtime_ns} {found.st_size}\n".encode())
    return digest.hexdigest()


@contextmanager
def gunicorn(environment: dict[str, str], listener: socket.socket, lock: IO[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The server, without the owner's address; it dies with us, whatever we die of."""
    held, lifeline = os.pipe()
    kept = {name: value for name, value in environment.items() if name not in ("DATABASE_OWNER_URL", "DATABASE_ADMIN_URL")}
    with ExitStack() as closing:
        closing.callback(os.close, lifeline)
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:qtm.gunicorn", "qtm.wsgi"],
            env={**kept, "LISTENER_FD": str(listener.fileno()), "LIFELINE_FD": str(held)},
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[listener.fileno(), held, lock.fileno()],
        )
        closing.callback(end, server)
        os.close(held)
        yield server


def end(child: subprocess.Popen[bytes]) -> None:
    """Stop a child and what it started: asked first, then not asked."""
    with undisturbed():
        if child.poll() is None:
            child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def wait_until_served(server: subprocess.Popen[bytes]) -> None:
    """Wait for the first good answer."""
    deadline = time.monotonic() + 60
    while not answers():
        if server.poll() is not None:
            raise Unready("The server did not start: see what it said above.")
        if time.monotonic() > deadline:
            raise Unready("The server started but gave no good answer for a minute: see what it said above.")
        time.sleep(0.1)


def answers() -> bool:
    """Whether /healthz is fine."""
    connection = http.client.HTTPConnection(address.local_host(), address.port(), timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def watch(server: subprocess.Popen[bytes], cluster: Cluster | None, parent: int | None) -> None:
    """Look after server and database until we are stopped, or are left alone by the `make` that started us."""
    while server.poll() is None:
        if parent and os.getppid() != parent:
            return
        if cluster and not cluster.alive():
            say("The database is gone: starting it again …")
            cluster.start()
        time.sleep(0.5)
    raise Unready(f"The server ended by itself with status {server.returncode}: start it again, and see what it said above.")


if __name__ == "__main__":
    sys.exit(main())
