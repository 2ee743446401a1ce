"""A witness, as a process of its own that nobody here wrote: it cosigns what only grew, and nothing else."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.browser import _free_port


class Witness:
    """The witness and what it answers."""

    def __init__(self, folder: Path, origin: str, key: str) -> None:
        """Have it know the log."""
        self.seen = 0
        self.port, self.config = _free_port(), str(folder / "witness.json")
        self._run("init", "--name", "witness.example/w", "--listen", f"127.0.0.1:{self.port}")
        self._run("add-log", "--origin", origin, "--vkey", key)

    def _run(self, verb: str, *words: str) -> None:
        """One of its commands."""
        command = [sys.executable, "-m", "aics_witness", verb, "--config", self.config, *words]
        subprocess.run(command, check=True, capture_output=True)

    def sees(self, size: int, note: str) -> None:
        """Show it the log as it is, for the first time."""
        assert self.asked(0, [], note) == 200
        self.seen = size

    def asked(self, old: int, proof: Sequence[bytes], note: str) -> int:
        """Ask it to cosign a checkpoint that is said to grow from an old size; the status of its answer."""
        said = "".join([f"old {old}\n", *(f"{b64encode(each).decode()}\n" for each in proof), "\n", note])
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/add-checkpoint", said.encode(), timeout=10
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code


@contextmanager
def witness(folder: Path, origin: str, key: str) -> Iterator[Witness]:
    """A witness that runs."""
    one = Witness(folder, origin, key)
    process = subprocess.Popen(
        [sys.executable, "-m", "aics_witness", "serve", "--config", one.config], stderr=subprocess.DEVNULL
    )
    try:
        assert any(_answers(one) for _ in range(100))
        yield one
    finally:
        process.terminate()
        process.wait(10)


def _answers(one: Witness) -> bool:
    """Whether it is there."""
    try:
        return bool(one.asked(0, [], "x"))
    except OSError:
        time.sleep(0.1)
        return False
