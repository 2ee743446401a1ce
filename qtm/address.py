"""The address to serve: checked before anything that takes long, and held from then on. The standard library and nothing else."""

import errno
import fcntl
import ipaddress
import os
import socket
import sys
import time
from typing import IO

from qtm.processes import VAR, Unready, locked, writable

PATIENCE_SECONDS = 4
YES = ("1", "true", "t", "yes", "y", "on")  # as the settings read it


def host() -> str:
    """HOST, or this machine only."""
    return os.environ.get("HOST") or "127.0.0.1"


def port() -> int:
    """PORT, or 8000."""
    given = os.environ.get("PORT") or "8000"
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 65535):
        raise Unready(f"PORT is {given!r}, which is no port: choose a number from 1 to 65535, for example PORT=8001.")
    return int(given)


def loopback() -> bool:
    """Whether only this machine can reach HOST."""
    try:
        return host() == "localhost" or ipaddress.ip_address(host()).is_loopback
    except ValueError:
        return False


def behind_proxy() -> bool:
    """Whether BEHIND_PROXY says that a proxy of ours stands before it."""
    return (os.environ.get("BEHIND_PROXY") or "0").strip().lower() in YES


def plain() -> bool:
    """Whether plain http is safe: LOOPBACK says so, else it is where nobody but this machine gets to, and no proxy lets others in."""
    said = os.environ.get("LOOPBACK")
    return said.strip().lower() in YES if said else loopback() and not behind_proxy()


def reachable() -> None:
    """Refuse an address at which every page would lead to https, and nothing would answer there."""
    if not plain() and not behind_proxy():
        raise Unready(
            f"HOST is {host()!r}, where others get in, so every page leads to https, which nothing here serves: "
            "set BEHIND_PROXY=1 if a proxy of yours ends TLS before it, or leave HOST at 127.0.0.1 "
            "(LOOPBACK=1 says that only this machine gets there all the same)."
        )


def url(at: str | None = None) -> str:
    """The address as people type it."""
    name = at or host()
    return f"http://{f'[{name}]' if ':' in name else name}:{port()}/"


def local_host() -> str:
    """Where this machine itself finds the server."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host(), host())  # noqa: S104


def only_run() -> IO[str]:
    """The right to run from this folder; what a killed run left behind is given a moment to end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return locked(writable(VAR) / "run.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unready(
                    f"QTM OS is running from this folder already, at {_noted()}: stop that one first."
                ) from None
            time.sleep(0.1)


def note(lock: IO[str]) -> None:
    """Write where we serve, for whoever tries to run a second time."""
    lock.truncate(0)
    lock.write(url())
    lock.flush()


def _noted() -> str:
    """Where the running one serves."""
    return (VAR / "run.lock").read_text() or "an address it has not opened yet"


def listener() -> socket.socket:
    """The socket to serve, bound; nobody is let in before the server listens on it."""
    number = port()
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host(), number, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        return bound
    except OSError as error:
        raise Unready(_refusal(error)) from None


def _refusal(error: OSError) -> str:
    """Why an address cannot be had, in a sentence that says what to do."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port()} on {host()} is taken by another program: stop that one or choose another port, for example PORT={_free()}."
    if error.errno == errno.EACCES:
        return f"Port {port()} needs rights that this user lacks: choose a port above 1023, for example PORT={_free()}."
    return f"HOST is {host()!r}, which this machine cannot serve ({error.strerror}): use one of its own addresses, for example 127.0.0.1."


def _free() -> int:
    """A port near 8000 that is free just now."""
    for number in range(8001, 8100):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if tried.connect_ex(("127.0.0.1", number)):
                return number
    return 9000


def main() -> int:
    """Say at once what is wrong with the address, before the environment is made."""
    try:
        port()
        reachable()
        with only_run(), listener():
            return 0
    except Unready as refusal:
        print(f"QTM OS: {refusal}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
