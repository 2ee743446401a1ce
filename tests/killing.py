"""Killing what completes ServiceEvents, and PostgreSQL under it, at random moments; and what must hold afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from django.conf import settings

from qtm.postgres import Cluster
from records.log.notes import Checkpoint, checkpoint_of
from tests.test_tree import naive

EACH = 5
HALVES = {
    "a completed ServiceEvent has its Record, and no other has one": """SELECT count(*) FROM execution_serviceevent e
        LEFT JOIN records_record r ON r.event_id = e.id WHERE (e.state = 'completed') <> (r.id IS NOT NULL)""",
    "a Record has its annex": "SELECT count(*) FROM records_record r LEFT JOIN records_annex a ON a.record_id = r.id WHERE a.id IS NULL",
    "a Record has its Signal": "SELECT count(*) FROM records_record r LEFT JOIN records_signal s ON s.record_id = r.id WHERE s.id IS NULL",
    "a Record has its leaf": "SELECT count(*) FROM records_record r FULL JOIN records_leaf l ON l.record_id = r.id WHERE l.number IS NULL OR r.id IS NULL",
    "each birth is on the log once": """SELECT count(*) FROM records_record r WHERE 1 <>
        (SELECT count(*) FROM qtm_transition t WHERE t.room = 'records.Record' AND t.row_id = r.id)""",
    "each completion is on the log once": """SELECT count(*) FROM execution_serviceevent e WHERE (e.state = 'completed')::int <>
        (SELECT count(*) FROM qtm_transition t WHERE t.room = 'execution.ServiceEvent' AND t.row_id = e.id AND t.becomes = 'completed')""",
}


@dataclass
class Told:
    """What was acknowledged until now: Records by their digest, checkpoints by their root."""

    records: dict[int, str] = field(default_factory=dict)
    signed: dict[int, str] = field(default_factory=dict)
    rewound: int = 0

    def hear(self, line: str) -> str:
        """Take a line of a worker's; its first word."""
        word, *rest = line.split()
        if word == "record":
            self.records[int(rest[0])] = rest[1]
        elif word == "signed":
            assert self.signed.setdefault(int(rest[0]), rest[1]) == rest[1], "a fork"
        self.rewound += word == "rewound"
        return word


class Ground:
    """A PostgreSQL of the test's own that writes to the disk as a real one does, and a house on it."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Name its places."""
        self.cluster, self.folder, self.random = Cluster(folder / "pg"), folder, Random(seed)
        self.told = Told()
        self.before: list[bytes] = []

    def environment(self) -> Mapping[str, str]:
        """What its processes see."""
        places = {"KEYS_ROOT": "keys", "LOG_STATE": "keys/log.state", "LOG_ROOT": "log", "EVIDENCE_ROOT": "evidence"}
        given = {name: str(self.folder / place) for name, place in places.items()}
        return {**os.environ, **self.cluster.urls(), **given, "LOOPBACK": "1"}

    def process(self, *asked: str) -> "subprocess.Popen[str]":
        """A process of the house."""
        command = [sys.executable, "-m", "tests.completing", *asked]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "cwd": settings.HERE}
        return subprocess.Popen(command, env=self.environment(), **quiet)  # type: ignore[call-overload,no-any-return]

    def run(self, *asked: str) -> None:
        """One that comes to its end."""
        process = self.process(*asked)
        for line in process.communicate(timeout=600)[0].splitlines():
            self.told.hear(line)
        assert process.returncode == 0

    def prepare(self) -> None:
        """Everything in place; what comes to no harm by it need not wait for the disk."""
        with self.admin() as admin:
            admin.execute("ALTER DATABASE qtm SET synchronous_commit = off")
            self.run("prepare")
            admin.execute("ALTER DATABASE qtm RESET synchronous_commit")

    def round(self, *, of_postgres: bool) -> bool:
        """Two complete at once; one of them, or PostgreSQL under both, is killed, and what they had said is heard; whether it was in the middle."""
        workers = [self.process("work", str(EACH)) for _ in range(2)]
        try:
            for worker in workers:
                assert worker.stdout
                assert worker.stdout.readline() == "ready\n"
            self._until(workers[0], self.random.randrange(EACH - 1))
            time.sleep(self.random.uniform(0, 0.03))
            if of_postgres:
                self.kill_postgres()
            else:
                workers[0].send_signal(signal.SIGKILL)
            self._hear_out(workers)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        if of_postgres:
            self.cluster.start()
        return workers[0].returncode != 0

    def _hear_out(self, workers: list["subprocess.Popen[str]"]) -> None:
        """Hear what they still say, to their end."""
        for worker in workers:
            for line in worker.communicate(timeout=300)[0].splitlines():
                self.told.hear(line)

    def _until(self, worker: "subprocess.Popen[str]", count: int) -> None:
        """Hear a worker until it has completed so many."""
        assert worker.stdout
        while count > 0:
            count -= self.told.hear(worker.stdout.readline()) == "record"

    def kill_postgres(self) -> None:
        """End the server and every process of it at once, and wait until they are gone."""
        server = int((self.cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
        for process in (server, *(all_of_it := list(_children(server)))):
            os.kill(process, signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() for process in (server, *all_of_it)):
            time.sleep(0.01)

    def admin(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of the superuser's."""
        return psycopg.connect(self.cluster.admin_url("qtm"), autocommit=True)

    def lost(self) -> set[int]:
        """Which acknowledged Records are not there, or are others."""
        with self.admin() as admin:
            there = {row[0]: row[1] for row in admin.execute("SELECT id, sha256 FROM records_record")}
        return {record for record, digest in self.told.records.items() if there.get(record) != digest}

    def holds(self) -> None:
        """Everything that was acknowledged is there, nothing is half done, and the log goes on from what it was."""
        assert self.lost() == set()
        with self.admin() as admin:
            for words, query in HALVES.items():
                assert admin.execute(query.encode()).fetchone() == (0,), words
            bodies = list(_bodies(admin))
            hashes = [sha256(b"\0" + each).digest() for each in bodies]
            assert admin.execute("SELECT size FROM records_head").fetchall() == [(len(bodies),)]
            _is_recomputed(admin, hashes)
            signed = list(map(_signed, admin.execute("SELECT size, root, note FROM records_signed")))
        assert bodies[: len(self.before)] == self.before, "a fork"
        self.before = bodies
        for said, size, root in signed:
            assert (said.size, said.root, root) == (size, naive(hashes[:size]), said.root)
        for size, told in self.told.signed.items():
            assert naive(hashes[:size]).hex() == told, "what was signed is no longer so"
        assert self.told.signed.keys() <= {size for _, size, _ in signed}


def _children(process: int) -> Iterator[int]:
    """The processes that a process started."""
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(place.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == process:
            yield int(place.parent.name)


def _bodies(admin: "psycopg.Connection[tuple[object, ...]]") -> Iterator[bytes]:
    """The leaves in order, without a gap."""
    query = "SELECT l.number, r.body FROM records_leaf l JOIN records_record r ON r.id = l.record_id ORDER BY l.number"
    for place, (number, body) in enumerate(admin.execute(query)):
        assert number == place, "a gap"
        yield bytes(body)  # type: ignore[call-overload]


def _signed(row: tuple[Any, ...]) -> tuple[Checkpoint, int, bytes]:
    """A checkpoint on file: what its note says, its size and its root."""
    return checkpoint_of(row[2]), row[0], bytes(row[1])


def _is_recomputed(admin: "psycopg.Connection[tuple[object, ...]]", hashes: list[bytes]) -> None:
    """The tree on file is that of these leaves, node by node and no node more."""
    row, level = hashes, 0
    there = {(at[0], at[1]): at[2] for at in admin.execute("SELECT level, number, hash FROM records_node")}
    while row:
        for number, each in enumerate(row):
            assert bytes(there.pop((level, number))) == each  # type: ignore[call-overload]
        row, level = (
            [sha256(b"\1" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)],
            level + 1,
        )
    assert there == {}
