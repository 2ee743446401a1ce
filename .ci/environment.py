"""Makes .venv from the lock file, once; a kill in the middle is made good the next time. The standard library and nothing else."""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "made-from"
LOCK = ROOT / "requirements.txt"
PIP = [
    str(VENV / "bin" / "python"),
    "-I",
    "-m",
    "pip",
    "install",
    "--require-hashes",
    "--disable-pip-version-check",
    "--progress-bar=off",
]


def ground() -> str:
    """What an environment stands on besides the lock file: its place and its Python."""
    return f"{VENV.resolve()}\n{sys.version}\n"


def wanted() -> str:
    """What the stamp of an environment says that is whole and up to date."""
    return ground() + hashlib.sha256(LOCK.read_bytes()).hexdigest()


def make(lock: int) -> None:
    """Make the environment, or only bring its packages up to date; the stamp goes first and comes last."""
    if VENV.is_symlink():  # somebody's own choice, used as it is
        return
    stamped = STAMP.read_text() if STAMP.exists() else ""
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    if inside and stamped == wanted():
        return
    STAMP.unlink(missing_ok=True)
    if not (inside and stamped.startswith(ground())):
        print("· Making the Python environment (.venv) …", flush=True)
        base = getattr(sys, "_base_executable", sys.executable)
        subprocess.run([base, "-m", "venv", "--clear", str(VENV)], check=True, pass_fds=[lock])
    install(lock)
    STAMP.write_text(wanted())


def install(lock: int) -> None:
    """Install exactly what the lock file names, and count along."""
    total = sum("==" in line for line in LOCK.read_text().splitlines())
    print(f"· Installing about {total} packages, pinned and with checked hashes …", flush=True)
    # The lock file is exact: constraints of the machine could only contradict it, and a user scheme would leave .venv.
    environment = {**os.environ, "PIP_CONSTRAINT": os.devnull, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    command = [*PIP, "-r", str(LOCK)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=[lock]
    ) as pip:
        said = follow(pip, total)
    if pip.returncode:
        print("".join(said[-15:]))
        sys.exit("QTM OS: the packages could not be installed: see above, and try again when the cause is gone.")


def follow(pip: "subprocess.Popen[str]", total: int) -> list[str]:
    """Show how far pip is, a line every ten packages, and keep what it said."""
    said: list[str] = []
    seen = 0
    for line in pip.stdout or ():
        said.append(line)
        if line.startswith("Collecting "):
            seen += 1
            if seen % 10 == 0:
                print(f"  {seen} of {total}", flush=True)
        if line.startswith("Installing "):
            print("  unpacking", flush=True)
    return said


def main() -> None:
    """One at a time, whoever else starts in the same folder; what a kill left running counts, so pip holds the lock as well."""
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        make(folder)
    except subprocess.CalledProcessError:
        sys.exit("QTM OS: the Python environment could not be made: see above.")
    except KeyboardInterrupt:
        sys.exit("QTM OS: interrupted; the next start begins again where it must.")


if __name__ == "__main__":
    main()
