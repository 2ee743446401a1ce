"""Everything that is checked, in one go: each part runs whatever became of the others, and the end says what failed."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

PYTHON = sys.executable
REPORT = Path(__file__).resolve().parent.parent / "var" / "pytest.xml"
MANAGE = [PYTHON, "manage.py"]
LINT_IMPORTS = [PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
QUICK = {
    "ruff": [PYTHON, "-m", "ruff", "check"],
    "format": [PYTHON, "-m", "ruff", "format", "--check"],
    "mypy": [PYTHON, "-m", "mypy", ".", ".ci"],
    "imports": LINT_IMPORTS,
}
FULL = {
    **QUICK,
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deploy": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING", "--database", "default", "--database", "omni"],
    "pytest": [PYTHON, "-m", "pytest", "-n", "auto", "--dist", "worksteal", f"--junit-xml={REPORT}"],
}
# What the suite does a few times, as often as was promised (PROVE=1).
PROVEN = [
    *(f"tests/test_{name}.py" for name in ("killed", "interop", "verify_record", "race")),
    "tests/attacks",
]  # what takes too long for each time
PROVE = {"prove": [PYTHON, "-m", "pytest", f"--junit-xml={REPORT}", *PROVEN]}
ATTACKS = {"attacks": [PYTHON, "-m", "pytest", f"--junit-xml={REPORT}", "tests/attacks"]}
ASKED: dict[str, dict[str, list[str]]] = {"--quick": QUICK, "--prove": PROVE, "--attacks": ATTACKS}
BESIDE = {"prove": {"PROVE": "1"}, "attacks": {"PROVE": "1", "ATTACKS": "write"}}
KEY = "made-up-for-the-checks-0123456789abcdefghijklmnopqrstuvwxyz"
NOWHERE = "postgresql://nobody@localhost/none"  # for the quick checks, which read the settings and open no database
USUAL = {
    "SECRET_KEY": KEY,
    "LOOPBACK": "1",
    "DATABASE_URL": NOWHERE,
    "DATABASE_OWNER_URL": NOWHERE,
    "DATABASE_OMNI_URL": NOWHERE,
}
PRODUCTION = {"SECRET_KEY": KEY, "LOOPBACK": "0", "DEBUG": "0", "ALLOWED_HOSTS": "qtm.example", "DEMO_ALLOWED": "0"}
PRODUCTION |= {"EMAIL_URL": "smtp://mail.example", "MAIL_FROM": "qtm@qtm.example", "SITE_URL": "https://qtm.example"}


def environment(name: str) -> dict[str, str]:
    """What a part sees: where production settings are checked those, and like a serving process no owner's address."""
    if name != "deploy":
        return {**USUAL, **os.environ, **BESIDE.get(name, {})}
    return {key: value for key, value in {**os.environ, **PRODUCTION}.items() if key != "DATABASE_OWNER_URL"}


def run(name: str, command: list[str]) -> tuple[str, bool, float]:
    """Run one part, and say how it went."""
    print(f"\n── {name} " + "─" * (70 - len(name)), flush=True)
    began = time.monotonic()
    status = subprocess.run(command, env=environment(name), check=False).returncode
    return name, status == 0, time.monotonic() - began


def remarks(report: Path) -> list[str]:
    """What a count does not say: which tests failed, which did not run and why, and what tests told."""
    if not report.exists():
        return []
    root = ElementTree.parse(report)  # noqa: S314  (pytest's own)
    failed = [
        f"FAILED  {case.get('file')}::{case.get('name')}: {wrong.get('message', '').strip().partition('\n')[0]}"
        for case in root.iter("testcase")
        for wrong in case
        if wrong.tag in ("failure", "error")
    ]
    skipped = Counter(each.get("message", "") for each in root.iter("skipped"))
    warnings = [f"WARNING {count} not run: {why}" for why, count in skipped.items()]
    return (
        failed
        + warnings
        + [f"told    {each.get('value')}" for each in root.iter("property") if each.get("name") == "told"]
    )


def main() -> int:
    """Run them all; one failure fails the whole."""
    parts = next((ASKED[each] for each in sys.argv if each in ASKED), FULL)
    REPORT.unlink(missing_ok=True)
    results = [run(name, command) for name, command in parts.items()]
    print("\n── results " + "─" * 63)
    for name, passed, seconds in results:
        print(f"{'passed' if passed else 'FAILED'}  {name:<12}{seconds:7.1f} s")
    for line in remarks(REPORT):
        print(line)
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
