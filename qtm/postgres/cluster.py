"""The embedded PostgreSQL: a folder, a private socket, shared by whoever uses it at the same time."""

import fcntl
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, LiteralString, Self
from urllib.parse import quote

import psycopg

from qtm.postgres.programs import Programs, ServerUser, find, place
from qtm.postgres.roles import DATABASE, ROLES, database_sql, entry_sql, new_password, roles_sql, schema_sql
from qtm.processes import Unready, command_line, locked, undisturbed, writable, write_private

SOCKET = ".s.PGSQL.5432"
SETTINGS = {"listen_addresses": "", "max_connections": "100", "jit": "off", "timezone": "UTC", "log_timezone": "UTC"}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

type Admin = psycopg.Connection[tuple[object, ...]]


class Cluster:
    """A folder with a PostgreSQL in it: started by its first user, stopped by its last."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Name the folder; nothing is made before `start`."""
        self.folder = folder.resolve()
        self.durable = durable
        self._using: IO[str] | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Have it running, with its roles and its database: made, started, adopted or recovered as need be."""
        try:
            with undisturbed(), self._turn():
                self.home = place(self.folder)
                self.data = self.home / "data"
                self.user = ServerUser.of(self.data)
                self._using = self._using or locked(self.folder / "in-use", fcntl.LOCK_SH)
                self._run()
                self._furnish()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Leave it; the last one to leave shuts it down."""
        if self._using:
            with undisturbed(), self._turn():
                self._using.close()
                self._using = None
                with suppress(BlockingIOError), locked(self.folder / "in-use", fcntl.LOCK_EX | fcntl.LOCK_NB):
                    self._shut_down()

    def alive(self) -> bool:
        """Whether the server's process is there."""
        return self._postmaster() is not None

    def urls(self, database: str = DATABASE) -> dict[str, str]:
        """The addresses of a database for the three roles, by the names of their environment variables."""
        return {name: self._url(role, database) for name, role in ROLES.items()}

    def admin_url(self, database: str = "postgres") -> str:
        """The address of a database for the superuser."""
        return self._url("postgres", database)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database of the owner's, empty or as a copy of another, that only the three roles enter."""
        with self._admin() as admin:
            admin.execute(database_sql(name, template or "template1"))
        with self._admin(name) as admin:
            for statement in [
                *(() if template else schema_sql()),
                *entry_sql(name),
            ]:  # a copy has its template's schema
                admin.execute(statement)

    def describe(self) -> str:
        """Which PostgreSQL it is, for people."""
        return str(self._programs())

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One at a time starts or stops it."""
        writable(self.folder)
        with locked(self.folder / "turn", fcntl.LOCK_EX):
            yield

    def _run(self) -> None:
        """Adopt the server that runs here, or start one."""
        if self._postmaster() and self._answers():
            return
        self._shut_down()
        if not self.data.exists():
            self._make()
        try:
            self._boot()
        except Unready:
            if self.durable:
                raise
            self._shut_down()
            shutil.rmtree(self.data)  # without fsync a crash of the machine may have spoilt it, and it is worth nothing
            self._make()
            self._boot()

    def _make(self) -> None:
        """Initialise the data aside and put it in place when it is whole."""
        making = self.home / "data.making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        self.user.give(making, 0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.home) as password:
            password.write(self._passwords()["postgres"])
            password.flush()
            self.user.give(Path(password.name), 0o600)
            self._initdb(making, Path(password.name))
        making.rename(self.data)

    def _initdb(self, data: Path, password: Path) -> None:
        """Try the best locale first: PostgreSQL's own, then the system's UTF-8, then plain bytes."""
        programs = self._programs()
        built_in = (
            [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]] if programs.major >= 17 else []
        )
        always = [
            "-k",
            "-E",
            "UTF8",
            "-U",
            "postgres",
            "--auth-local=scram-sha-256",
            "--auth-host=reject",
            f"--pwfile={password}",
        ]
        for locale in [*built_in, ["--locale=C.UTF-8"], ["--locale=C"]]:
            made = self.user.run(
                programs / "initdb", "-D", data, *always, *locale, *([] if self.durable else ["--no-sync"])
            )
            if made.returncode == 0:
                return
        raise Unready(f"PostgreSQL could not make its data in {data}: {_last_line(made.stdout)}")

    def _boot(self) -> None:
        """Start the server; a crashed one's last children may hold its memory for a moment, so try again."""
        log = self.home / "server.log"
        for patience in (1, 2, 0):
            if log.exists():
                log.replace(log.with_suffix(".log.1"))
            log.touch()
            self.user.give(log, 0o600)
            if self._pg_ctl("start", "-l", str(log), "-o", self._options()) == 0:
                return
            time.sleep(patience)
        raise Unready(f"PostgreSQL did not start: {_last_line(log.read_text())} (its log is {log}).")

    def _options(self) -> str:
        """What the server is told, as one line for a shell."""
        settings = {
            **SETTINGS,
            **({} if self.durable else HASTY),
            "unix_socket_directories": str(self._make_socket_folder()),
        }
        return " ".join(f"-c {name}='{value}'" for name, value in settings.items())

    def _shut_down(self) -> None:
        """Stop whatever runs here, and take away what it or a crash left behind."""
        if self.alive() and self._pg_ctl("stop", "-m", "fast"):
            self._pg_ctl("stop", "-m", "immediate")
        if not self.alive():
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # its number may be another process's by now
            self._clear_socket_folder()

    def _pg_ctl(self, *command: str) -> int:
        """Run pg_ctl and wait for its answer."""
        return self.user.run(self._programs() / "pg_ctl", "-D", self.data, "-s", "-w", "-t", "60", *command).returncode

    def _postmaster(self) -> int | None:
        """The process that serves this very folder; a number in a stale file may belong to anybody."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            return number if str(self.data) in command_line(number) else None
        except (OSError, ValueError):
            return None

    def _answers(self) -> bool:
        """Whether the running server lets us in, given time to finish a start or a stop."""
        for _ in range(100):
            with suppress(psycopg.OperationalError), self._admin():
                return True
            if not self.alive():
                return False
            time.sleep(0.1)
        return False

    def _furnish(self) -> None:
        """Have the roles, with our passwords, and the database."""
        with self._admin() as admin:
            for statement in roles_sql(self._passwords(), existing=_names(admin, "SELECT rolname FROM pg_roles")):
                admin.execute(statement)
            admin.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
            whole = DATABASE in _names(admin, "SELECT datname FROM pg_database WHERE datacl IS NOT NULL")
            if not whole:  # its rights are the last that it is given
                admin.execute("DROP DATABASE IF EXISTS qtm")
        if not whole:
            self.create_database(DATABASE)

    def _admin(self, database: str = "postgres") -> Admin:
        """A connection of the superuser's."""
        return psycopg.connect(self.admin_url(database), autocommit=True, connect_timeout=10)

    def _url(self, role: str, database: str) -> str:
        """The address of a database for a role."""
        host = quote((self.home / "socket").read_text(), safe="")
        return f"postgresql://{role}:{self._passwords()[role]}@{host}/{quote(database, safe='')}"

    def _passwords(self) -> dict[str, str]:
        """The roles' passwords, made once."""
        kept = self.folder / "passwords.json"
        if not kept.exists():
            if self.data.exists():
                raise Unready(
                    f"{kept} is gone, and without it nobody can enter the database: put it back, or move {self.folder} away."
                )
            write_private(kept, json.dumps({role: new_password() for role in ("postgres", *ROLES.values())}))
        passwords: dict[str, str] = json.loads(kept.read_text())
        return passwords

    def _programs(self) -> Programs:
        """The PostgreSQL that made the data or, where there is none yet, the best found."""
        if not hasattr(self, "_found"):
            version = self.data / "PG_VERSION"
            self._found = find(self.user, self.home, int(version.read_text()) if version.exists() else None)
        return self._found

    def _make_socket_folder(self) -> Path:
        """A short private folder, the same as last time if that can be had, so that addresses stay."""
        note = self.home / "socket"
        with suppress(OSError):
            os.mkdir(note.read_text(), 0o700)
            self.user.give(Path(note.read_text()), 0o700)
            return Path(note.read_text())
        folder = Path(tempfile.mkdtemp(prefix="qtm-", dir="/tmp"))
        self.user.give(folder, 0o700)
        note.unlink(missing_ok=True)  # another user of this folder may have written it
        note.write_text(str(folder))
        return folder

    def _clear_socket_folder(self) -> None:
        """Remove the socket's folder if it is still the one that we made."""
        with suppress(OSError):
            folder = Path((self.home / "socket").read_text())
            if stat.S_ISDIR(folder.lstat().st_mode) and folder.lstat().st_uid == self.user.uid:
                for name in (SOCKET, f"{SOCKET}.lock"):
                    (folder / name).unlink(missing_ok=True)
                folder.rmdir()


def _names(admin: Admin, query: LiteralString) -> set[str]:
    """The first column of a query."""
    return {str(row[0]) for row in admin.execute(query)}


def _last_line(text: str) -> str:
    """What a program said last."""
    return (text.strip().splitlines() or ["it said nothing"])[-1].strip().rstrip(".")
