"""`make run`: one process that looks after the database, the preparations and the server until it is told to stop."""

import hashlib
import os
import secrets
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import IO

from qtm import address
from qtm.postgres import Cluster, database
from qtm.processes import ROOT, VAR, Stopped, Unready, attend, end, stoppable, writable, write_private
from qtm.server import Background, Server

STATIC_SOURCES = ("static", "requirements.txt", "qtm/settings.py")
STATIC_STAMP = VAR / "static.stamp"


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
    with database() as (addresses, _):
        return attend([sys.executable, str(ROOT / "manage.py"), *command], settings(addresses))


def serve(*, with_parent: bool) -> int:
    """The whole way from nothing to a served page, and back to nothing."""
    parent = os.getppid() if with_parent else None
    address.reachable()
    with ExitStack() as until_stopped:
        lock = until_stopped.enter_context(address.only_run())
        listener = until_stopped.enter_context(address.listener())
        address.note(lock)
        addresses, cluster = until_stopped.enter_context(database())
        environment = settings(addresses)
        if static_is_stale():  # the server reads what is collected when it loads, so that comes first
            prepare(["static"], environment, lock)
            STATIC_STAMP.write_text(static_digest())
        server = until_stopped.enter_context(Server(environment, listener, lock))
        prepare(["prepare", *demo(embedded=cluster is not None)], environment, lock)
        background = until_stopped.enter_context(Background(environment, lock))
        server.open()
        say(f"\nQTM OS is at {address.url(address.local_host())}{for_whom(environment)} (Ctrl-C stops it).")
        watch(server, background, cluster, parent)
    return 0


def settings(addresses: dict[str, str]) -> dict[str, str]:
    """The environment of Django's processes: what was set, else what suits this machine."""
    host = address.host()
    names = (os.environ.get("ALLOWED_HOSTS") or (f"[{host}]" if ":" in host else host)).split(",")
    chosen = {
        "ALLOWED_HOSTS": ",".join(dict.fromkeys([*names, "localhost", "127.0.0.1", "[::1]"])),  # we ask /healthz too
        "EVIDENCE_ROOT": os.environ.get("EVIDENCE_ROOT") or str(VAR / "evidence"),
        "LOOPBACK": "1" if address.plain() else "0",
        "SITE_URL": os.environ.get("SITE_URL") or address.url(address.local_host()).rstrip("/"),
        "EMAIL_URL": os.environ.get("EMAIL_URL") or f"file://{VAR / 'mail'}",
        "MAIL_FROM": os.environ.get("MAIL_FROM") or "QTM OS <nobody@localhost>",
    }
    return {**os.environ, **chosen, **addresses, "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key()}


def secret_key() -> str:
    """This installation's own key, made once."""
    kept = writable(VAR) / "secret-key"
    if not kept.exists():
        write_private(kept, secrets.token_urlsafe(50))
    return kept.read_text()


def for_whom(environment: dict[str, str]) -> str:
    """What is added to the address where people do not open it themselves."""
    if not address.behind_proxy():
        return ""
    return f" for the proxy before it, which calls it by one of the names {environment['ALLOWED_HOSTS']}"


def demo(*, embedded: bool) -> list[str]:
    """The step that fills the demo: where DEMO asks for it, it must be; in our own database it may be, and is where nobody works yet."""
    asked = os.environ.get("DEMO")
    if asked:
        return [] if asked == "0" else ["demo"]
    return ["demo-if-empty"] if embedded else []


def prepare(steps: list[str], environment: dict[str, str], lock: IO[str]) -> None:
    """Run steps of preparation to their end, apart from the terminal's Ctrl-C, which is ours to handle."""
    child = subprocess.Popen(
        [sys.executable, "-m", "qtm.preparing", *steps],
        env={**environment, "DEMO_ALLOWED": str(int(any(step.startswith("demo") for step in steps)))},
        cwd=ROOT,
        start_new_session=True,
        pass_fds=[lock.fileno()],
    )
    try:
        if child.wait():
            raise Unready("the preparations failed: see what they said above.")
    finally:
        end(child)


def static_is_stale() -> bool:
    """Whether static files must be collected."""
    return not STATIC_STAMP.exists() or STATIC_STAMP.read_text() != static_digest()


def static_digest() -> str:
    """Changes when anything does that static files are collected from."""
    digest = hashlib.sha256()
    for source in STATIC_SOURCES:
        for path in sorted([ROOT / source, *(ROOT / source).rglob("*")]):
            found = path.stat()
            digest.update(f"{path.relative_to(ROOT)} {found.st_mtime_ns} {found.st_size}\n".encode())
    return digest.hexdigest()


def watch(server: Server, background: Background, cluster: Cluster | None, parent: int | None) -> None:
    """Look after server, background and database until we are stopped, or are left alone by the `make` that started us."""
    while not server.ended():
        if parent and os.getppid() != parent:
            return
        if cluster and not cluster.alive():
            say("The database is gone: starting it again …")
            cluster.start()
        if background.look():
            say("The background had ended: it is started again.")
        time.sleep(0.5)
    raise Unready(
        f"The server ended by itself with status {server.process.returncode}: see what it said above, and start again."
    )


if __name__ == "__main__":
    sys.exit(main())
