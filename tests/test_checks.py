"""What `make test` says at its end: a skipped test is never told as a passed one."""

import os
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

TOP = Path(settings.HERE)
SAMPLE = """
import pytest

@pytest.mark.parametrize("number", range(3))
def test_one_that_needs_a_browser(number):
    pytest.skip("no Chromium on this machine: the browser tests did not run")

@pytest.mark.skipif(True, reason="SKIPPED LOUDLY: the real requests are not here")
def test_one_that_needs_data():
    pass

def test_one_that_tells(record_property):
    record_property("told", "the second start took 1.0 s")
"""


@pytest.fixture(scope="module")
def checks() -> ModuleType:
    """The file that `make test` runs."""
    spec = util.spec_from_file_location("checks", TOP / ".ci" / "checks.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def said(tmp_path: Path) -> str:
    """What pytest says with the house's own options over a few tests; its report is beside them."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    command = [sys.executable, "-m", "pytest", "-c", str(TOP / "pyproject.toml"), "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [*command, "--junit-xml=report.xml", "test_sample.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_skipped_test_is_a_line_of_its_own_at_the_end(said: str, checks: ModuleType, tmp_path: Path) -> None:
    assert checks.remarks(tmp_path / "report.xml") == [
        "WARNING 3 not run: no Chromium on this machine: the browser tests did not run",
        "WARNING 1 not run: SKIPPED LOUDLY: the real requests are not here",
        "told    the second start took 1.0 s",
    ]


def test_what_failed_is_named_at_the_end_with_its_reason(checks: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text("def test_refuses():\n    assert 1 == 2, 'it was let through'\n")
    command = [sys.executable, "-m", "pytest", "-c", str(TOP / "pyproject.toml"), "--rootdir", str(tmp_path)]
    subprocess.run(
        [*command, "--junit-xml=report.xml", "test_wrong.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        check=False,
    )
    (line,) = checks.remarks(tmp_path / "report.xml")
    assert line.startswith("FAILED  test_wrong.py::test_refuses: ")
    assert "it was let through" in line


def test_pytest_itself_names_what_it_skipped(said: str) -> None:
    assert "SKIPPED [3]" in said
    assert "no Chromium on this machine" in said


def test_where_nothing_was_reported_nothing_is_remarked(checks: ModuleType, tmp_path: Path) -> None:
    assert checks.remarks(tmp_path / "nothing.xml") == []


def test_the_report_that_is_read_is_the_one_that_is_written(checks: ModuleType) -> None:
    assert f"--junit-xml={checks.REPORT}" in checks.FULL["pytest"]
