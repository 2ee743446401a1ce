"""The machine of the attacks: a cluster of its own, fresh copies of the house in it, and everybody's way to the database and the disk."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from qtm.postgres.cluster import Cluster
from qtm.postgres.roles import entry_sql
from tests.attacks.attack import Attack, changes
from tests.attacks.world import World

NOW, THEN, HERE = "attacked_now", "attacked_then", "attacked"
ALIASES = {"default": "DATABASE_URL", "omni": "DATABASE_OMNI_URL", "owner": "DATABASE_OWNER_URL"}
RIGHTS = {
    "the app's role": "DATABASE_URL",
    "Omni's role": "DATABASE_OMNI_URL",
    "the owner's role": "DATABASE_OWNER_URL",
}
OWN_NOTHING = ("the app's role", "Omni's role")
SUPERUSER, DISK = "a superuser", "someone with the disk"
BY_DATABASE = (*RIGHTS, SUPERUSER, DISK)
NO_RIGHT, NOT_GRANTED = "no right", "01007"
ANEW = "CREATE DATABASE again TEMPLATE attacked_then"


class Refused(Exception):
    """An attempt was refused; says by what."""


class Rig:
    """One cluster, the house as it is and as it was before, and a copy that is attacked."""

    def __init__(self, home: Path) -> None:
        """Start the cluster; `home` is where files lie beside the database."""
        self.folder = Path(tempfile.mkdtemp(prefix="qtm-attacks-"))
        self.cluster = Cluster(self.folder, durable=False)
        self.cluster.start()
        self.home = home
        self.kept: dict[str, Path] = {}
        self.world: World | None = None
        self.touched = self.touched_beside = True

    def close(self) -> None:
        """Take all of it away."""
        self.cluster.stop()
        with contextlib.suppress(OSError):
            shutil.rmtree(self.cluster.home)
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep(self, name: str, database: str) -> None:
        """Keep a database of the tests, and what lies beside it, as one to make copies of."""
        self.cluster.create_database(name)
        programs = self.cluster._programs()
        dump = [str(programs / "pg_dump"), "-Fc", make_conninfo(os.environ["DATABASE_ADMIN_URL"], dbname=database)]
        restore = [str(programs / "pg_restore"), "--exit-on-error", "-d", self.cluster.admin_url(name)]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
            subprocess.run(restore, stdin=dumping.stdout, check=True)
        self.kept[name] = Path(tempfile.mkdtemp(prefix="qtm-beside-", dir=self.folder))
        shutil.copytree(self.home, self.kept[name], dirs_exist_ok=True)
        self._opened(self.kept[name])

    def fresh(self) -> None:
        """Put a fresh copy in the place of whatever was attacked."""
        if self.touched:
            self._copied(NOW)
        if self.touched_beside:
            shutil.rmtree(self.home)
            shutil.copytree(self.kept[NOW], self.home)
            self._opened(self.home)
        self.touched = self.touched_beside = False

    def _copied(self, name: str) -> None:
        """A copy of a kept database in the place of the one that is attacked."""
        connections.close_all()
        with self.superuser("postgres") as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {HERE} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {HERE} OWNER qtm_owner TEMPLATE {name} STRATEGY FILE_COPY")
            for statement in entry_sql(HERE):
                admin.execute(statement)

    def _opened(self, folder: Path) -> None:
        """Let the server's own user reach files, as a superuser may send it there."""
        for path in (folder, *folder.rglob("*")):
            self.cluster.user.give(path, 0o700 if path.is_dir() else 0o600)

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """Point the house to the copy."""
        connections.close_all()
        before = {alias: dict(connections[alias].settings_dict) for alias in ALIASES}
        for alias, name in ALIASES.items():
            said = conninfo_to_dict(self.cluster.urls(HERE)[name])
            connections[alias].settings_dict.update(HOST=said["host"], PASSWORD=said["password"], NAME=HERE)
        try:
            yield
        finally:
            connections.close_all()
            for alias, settings_dict in before.items():
                connections[alias].settings_dict.update(settings_dict)

    def superuser(self, database: str = HERE) -> psycopg.Connection[Any]:
        """A superuser's connection."""
        return psycopg.connect(self.cluster.admin_url(database), autocommit=True)

    def let_in(self) -> None:
        """What somebody with the disk does first: nobody is asked for a password any more."""
        rules = self.cluster.data / "pg_hba.conf"
        rules.write_text("local all all trust\n")
        number = self.cluster._postmaster()
        assert number
        os.kill(number, signal.SIGHUP)

    def _connected(self, attacker: str) -> psycopg.Connection[Any]:
        """Somebody's own way into the database."""
        if attacker == DISK:
            said = conninfo_to_dict(self.cluster.admin_url(HERE))
            return psycopg.connect(make_conninfo(host=said["host"], user="postgres", dbname=HERE), autocommit=True)
        if attacker == SUPERUSER:
            return self.superuser()
        return psycopg.connect(self.cluster.urls(HERE)[RIGHTS[attacker]], autocommit=True)

    def carry_out(self, attack: Attack, attacker: str) -> None:
        """Carry an attack out as somebody, with real commits; `Refused` where they are stopped."""
        assert self.world
        words = {"database": HERE, "then": str(self.kept[THEN]), **(self._bytes() if attack.restart else {})}
        command = self.world.said(attack.shell, **words) if attack.shell else ""
        try:
            with self._connected(attacker) as connection:
                if attacker in OWN_NOTHING and (pieces := changes(attack)):
                    self._each(connection, [self.world.said(each, **words) for each in pieces])
                else:
                    self._in_turn(connection, [self.world.said(each, **words) for each in attack.sql])
                if attack.old and attacker not in (SUPERUSER, DISK):
                    connection.execute(ANEW)
                if command and attacker != DISK:
                    self._by_program(connection, command)
        except psycopg.Error as error:
            raise Refused(_why(error)) from error
        if attack.old:
            self.touched = True
            self._copied(THEN)
        if command and attacker == DISK:
            self._by_hand(command, stopped=attack.restart)
        elif attack.restart:
            self._restart()

    def _in_turn(self, connection: psycopg.Connection[Any], statements: list[str]) -> None:
        """Run statements up to the first that is refused."""
        warned: list[str | None] = []
        connection.add_notice_handler(lambda said: warned.append(said.sqlstate))
        for statement in statements:
            connection.execute(statement.encode())
            if NOT_GRANTED in warned:  # who grants what is not theirs to grant is only told so
                raise Refused(NO_RIGHT)
            self.touched = True

    def _each(self, connection: psycopg.Connection[Any], pieces: list[str]) -> None:
        """Try every piece whatever became of the others: who may switch no law off still tries the rest; `Refused` where none of them passed."""
        why = []
        for piece in pieces:
            try:
                connection.execute(piece.encode())
                self.touched = True
            except psycopg.Error as error:
                why.append(_why(error))
        if len(why) == len(pieces):
            raise Refused(", ".join(sorted(set(why))))

    def _by_program(self, connection: psycopg.Connection[Any], command: str) -> None:
        """Have the server run a command, as only who may everything can."""
        self.touched_beside = self.touched = True
        taking = f"cat > /dev/null; {command}"  # it is given a row, and must not end before it took it
        quoted = taking.replace("'", "''")
        connection.execute(f"COPY (SELECT 1) TO PROGRAM '{quoted}'".encode())

    def _by_hand(self, command: str, *, stopped: bool) -> None:
        """Run a command at the machine itself, while the server stands still where it must."""
        self.touched_beside = self.touched = True
        if not stopped:
            subprocess.run(["sh", "-c", command], check=True)
            return
        self.cluster._shut_down()
        done = self.cluster.user.run(Path("/bin/sh"), "-c", command)
        assert done.returncode == 0, done.stdout
        self.cluster._boot()

    def _restart(self) -> None:
        """Let the server read its files anew."""
        self.cluster._shut_down()
        self.cluster._boot()

    def _bytes(self) -> dict[str, str]:
        """The byte of a Record's leaf in the files of the cluster, and how one puts another there."""
        assert self.world
        with self.superuser() as admin:
            admin.execute("CHECKPOINT")
            ((path, body),) = admin.execute(
                "SELECT pg_relation_filepath('records_record'), body FROM records_record WHERE id = %s",
                [self.world.words["record"]],
            ).fetchall()
        heap = self.cluster.data / path
        content = heap.read_bytes()
        at = content.index(bytes(body)) + re.search(rb'"content":"', bytes(body)).end() + 20  # type: ignore[union-attr]
        other = "B" if content[at : at + 1] == b"A" else "A"
        put = f"printf {other} | dd of={shlex.quote(str(heap))} bs=1 seek={at} conv=notrunc status=none"
        return {"byte": put, "checksums": f"{self.cluster._programs() / 'pg_checksums'} -D {self.cluster.data}"}

    def undo(self, attack: Attack) -> None:
        """Undo what an attack did to the whole cluster."""
        with self.superuser("postgres") as admin:
            for statement in attack.undo:
                admin.execute(statement.replace("«database»", HERE).encode())


def _why(error: psycopg.Error) -> str:
    """By what an attempt was refused: a law of the house, or PostgreSQL itself."""
    law, state = error.diag.constraint_name, error.sqlstate or ""
    if (state.startswith("42") and state != "42501") or state.startswith("XX"):
        raise error  # an attack that is not even SQL is none, and what went wrong within the server refuses nothing
    return (
        f"law “{law}”" if law else {"42501": NO_RIGHT, "38000": "the command failed"}.get(state, f"PostgreSQL {state}")
    )
