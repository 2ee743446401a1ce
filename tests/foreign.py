"""Tools that were not written here, by which what this house gives out is checked: programs of node, installed once from npm, pinned."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "interop"
ROOM = Path(__file__).parent.parent / "var" / "interop"
INSTALL = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]


def lacking(words: str) -> None:
    """Skip loudly, and in CI fail."""
    pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)


def installed() -> Path:
    """The folder with the packages, as package.json pins them; one process of the suite installs, the others wait."""
    if not (shutil.which("npm") and shutil.which("node")):
        lacking("no npm on this machine: verifiers that were not written here did not run")
    ROOM.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package.json").read_text()
    with (ROOM / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (ROOM / "made-from").exists() or (ROOM / "made-from").read_text() != wanted:
            shutil.copy(HERE / "package.json", ROOM)
            done = subprocess.run(INSTALL, cwd=ROOM, capture_output=True, text=True, check=False, timeout=300)
            if done.returncode:
                lacking(f"npm could not install the verifiers that were not written here: {done.stderr[-300:]}")
            (ROOM / "made-from").write_text(wanted)
    return ROOM


def ask(program: str, lines: Iterable[str], *words: str) -> list[str]:
    """The answers of a program of node to lines, one for each."""
    environment = {**os.environ, "NODE_PATH": str(installed() / "node_modules")}
    told = "".join(f"{line}\n" for line in lines)
    command = ["node", str(HERE / program), *words]
    done = subprocess.run(command, input=told, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
