"""Witnesses: a separate process from the registry vouches that the log only grows, and refuses what does not, whoever signed it."""

import io
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connections
from django_tasks_db.models import DBTaskResult

from records.log import asking, shelf
from records.log.asking import Unwitnessed, ask, trouble
from records.log.memory import Rewound, State, keep
from records.log.model import Cosigned, Key, Signed
from records.log.notes import Unfit, opened, verifier_of
from records.log.published import publish
from records.log.round import sign_what_came
from records.log.signing import sign
from records.log.witnesses import Witness, witnesses
from tests.cast import Walk
from tests.conftest import drop_database, make_database, point_to
from tests.pictures import copies_made
from tests.test_signing import page

NAME = "witness.example/w1"


@dataclass
class Beside:
    """The witness's own process, with its files."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def tool(self, *arguments: str) -> list[str]:
        """A command of its program."""
        return [sys.executable, "-m", "aics_witness", *arguments, "--config", str(self.folder / "witness.json")]

    def run(self, *arguments: str) -> str:
        """Run one to its end."""
        done = subprocess.run(self.tool(*arguments), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Serve, and wait until it answers."""
        self.process = subprocess.Popen(
            self.tool("serve", "--listen", f"127.0.0.1:{self.port}"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz").close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the witness does not answer")

    def stop(self) -> None:
        """End it."""
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None


@pytest.fixture
def beside(committed: str, tmp_path: Path, settings: Any) -> Iterator[Beside]:
    """A witness that knows the key of our log, and that we know."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = Beside(tmp_path / "witness", port)
    found.folder.mkdir()
    said = found.run("init", "--name", NAME)
    key = next(word for word in said.split() if word.startswith(f"{NAME}+"))
    log = Key.objects.get(use="log")
    found.run("add-log", "--origin", log.name, "--vkey", str(log.verifier))
    settings.WITNESSES = [f"{key} http://127.0.0.1:{port}/"]
    found.start()
    yield found
    found.stop()


def vouched() -> list[str]:
    """Who has signed the published checkpoint."""
    note = shelf.read(shelf.CHECKPOINT) or b""
    return [name for name, _ in opened(note.decode())[1]][1:]


def rounds() -> None:
    """A round of the background, and what it ordered."""
    sign_what_came()
    copies_made()


def test_a_witness_vouches_for_growth_and_its_line_is_published(beside: Beside, tmp_path: Path) -> None:
    for size in (1, 2, 3):
        Walk().record()
        rounds()
        assert (Signed.objects.last().size, vouched()) == (size, [NAME])  # type: ignore[union-attr]
    assert Cosigned.objects.count() == 3
    (tmp_path / "key").write_text(f"{Key.objects.get(use='log').verifier}\n")
    tool = [
        sys.executable,
        "-m",
        "aics_tlog",
        "verify-checkpoint",
        "--note",
        str(Path(settings.LOG_ROOT) / "checkpoint"),
    ]
    given = ["--vkey-file", str(tmp_path / "key"), "--quorum", "1", "--witness-key"]
    for key, status in ((str(witnesses()[0].verifier), 0), (f"{NAME}+00000000+BAAA", 1)):
        done = subprocess.run([*tool, *given, key], capture_output=True, text=True, check=False)
        assert bool(done.returncode) is bool(status), done.stdout + done.stderr


@pytest.fixture
def older(committed: str) -> Iterator[str]:
    """The name of a copy that is yet to be made, of the house as it then is."""
    name = f"{committed}_older"
    yield name
    point_to(committed)
    drop_database(name)


def went_back(committed: str, older: str) -> None:
    """A log that a witness saw at three Records, and the house is as it was at two, with nothing beside it that remembers."""
    for _ in range(2):
        Walk().record()
    rounds()
    connections.close_all()
    make_database(older, committed)
    Walk().record()
    rounds()
    assert vouched() == [NAME]
    point_to(older)
    Path(settings.LOG_STATE).unlink()
    shutil.rmtree(settings.LOG_ROOT)


def signs_nothing(words: str) -> None:
    """It is refused, with what is wrong; and whoever oversees reads it."""
    before = list(Signed.objects.values_list("note", flat=True))
    with pytest.raises(Rewound, match=words):
        sign()
    rounds()
    assert before == list(Signed.objects.values_list("note", flat=True))
    assert words in page("/log/", "ines")
    assert words not in page("/log/")


def as_if_all_were_well() -> None:
    """Whatever was beside the keys is put there by somebody who knows of no more than the database does."""
    newest = Signed.objects.latest("size")
    keep(State(newest.size, bytes(newest.root).hex()))


def test_a_restored_log_that_a_witness_saw_further_does_not_go_on(committed: str, older: str, beside: Beside) -> None:
    went_back(committed, older)
    Walk().record()
    signs_nothing("log.state is not there")
    for known in ("", "2"):
        with pytest.raises(CommandError, match="has seen 3 Records of localhost/records, and there are 2"):
            call_command("keys", "resume", known)
        signs_nothing("has seen 3 Records")


def test_a_restored_log_without_a_checkpoint_is_held_against_the_witness_too(
    committed: str, older: str, beside: Beside
) -> None:
    Walk().record()
    connections.close_all()
    make_database(older, committed)
    rounds()
    assert vouched() == [NAME]
    point_to(older)
    Path(settings.LOG_STATE).unlink()
    with pytest.raises(CommandError, match="has seen 1 Records of localhost/records, and there are 0"):
        call_command("keys", "resume", "0")
    signs_nothing("has seen 1 Records")


def test_a_restored_log_that_is_whole_goes_on_once_the_witness_says_so(committed: str, beside: Beside) -> None:
    for _ in range(2):
        Walk().record()
    rounds()
    Path(settings.LOG_STATE).unlink()
    shutil.rmtree(settings.LOG_ROOT)
    beside.stop()
    with pytest.raises(CommandError, match="does not answer"):
        call_command("keys", "resume")
    assert not Path(settings.LOG_STATE).exists()
    beside.start()
    said = io.StringIO()
    call_command("keys", "resume", stdout=said)
    assert f"asked: {NAME}" in said.getvalue()
    Walk().record()
    rounds()
    assert (Signed.objects.latest("size").size, vouched()) == (3, [NAME])


def test_a_witness_that_has_seen_nothing_yet_is_nobody_to_ask(committed: str, beside: Beside, settings: Any) -> None:
    Walk().record()
    settings.WITNESSES, named = [], settings.WITNESSES
    rounds()
    settings.WITNESSES = named
    Path(settings.LOG_STATE).unlink()
    for _ in range(2):
        with pytest.raises(CommandError, match="has seen nothing of localhost/records yet"):
            call_command("keys", "resume")
    call_command("keys", "resume", "1", stdout=io.StringIO())
    rounds()
    assert vouched() == [NAME]


def test_before_a_process_signs_it_asks_each_witness(committed: str, older: str, beside: Beside) -> None:
    went_back(committed, older)
    as_if_all_were_well()
    Walk().record()
    asking.ASKED.clear()  # as in a process that has just begun
    signs_nothing("has seen 3 Records of localhost/records, and there are 2")
    asking.ASKED.clear()
    signs_nothing("has seen 3 Records of localhost/records, and there are 2")


def test_what_a_witness_refused_is_resolved_by_the_newer_backup_or_another_log(
    committed: str, older: str, beside: Beside
) -> None:
    went_back(committed, older)
    as_if_all_were_well()
    asking.ASKED.clear()
    signs_nothing("has seen 3 Records")
    point_to(committed)
    Walk().record()
    signs_nothing("has seen 3 Records")
    beside.stop()
    with pytest.raises(CommandError, match="not resolved before each has answered"):
        call_command("keys", "resume", "3")
    signs_nothing("has seen 3 Records")
    beside.start()
    call_command("keys", "resume", stdout=io.StringIO())
    rounds()
    assert (Signed.objects.latest("size").size, vouched()) == (4, [NAME])


def test_one_that_saw_a_checkpoint_which_is_only_newer_than_the_one_it_is_shown_stops_nothing(beside: Beside) -> None:
    Walk().record()
    rounds()
    first = Signed.objects.get()
    Walk().record()
    rounds()
    with pytest.raises(Unwitnessed, match="has seen 2 Records"):
        ask(witnesses()[0], first)
    Walk().record()
    rounds()
    assert (Signed.objects.latest("size").size, vouched()) == (3, [NAME])


def test_a_witness_refuses_a_rewrite_that_is_signed_with_the_logs_own_key(
    committed: str, older: str, beside: Beside
) -> None:
    went_back(committed, older)
    as_if_all_were_well()  # and no process asks before it signs
    beside.stop()
    beside.start()  # it remembers across a restart
    for _ in range(2):
        Walk().record()
    rounds()
    newest = Signed.objects.latest("size")
    assert (newest.size, vouched()) == (4, []), "the house itself noticed nothing"
    assert Key.objects.get(use="log").verifier.holds(newest.note)
    with pytest.raises(Unwitnessed, match="has seen another history of localhost/records: 422"):
        ask(witnesses()[0], newest)
    assert "another history of localhost/records: 422" in trouble(witnesses()[0])
    Walk().record()
    signs_nothing("has seen another history of localhost/records: 422")
    assert not Cosigned.objects.filter(signed=newest).exists()
    kept = json.loads(beside.run("evidence"))
    assert newest.note in json.dumps(kept, ensure_ascii=False).replace("\\n", "\n"), "and keeps it as evidence"


def test_a_witness_that_is_away_is_asked_again_and_holds_up_nothing(beside: Beside) -> None:
    beside.stop()
    Walk().record()
    rounds()
    assert (Signed.objects.count(), vouched()) == (1, []), "signed and published without it"
    assert "does not answer" in trouble(witnesses()[0])
    assert ("does not answer" in page("/log/", "ines"), "does not answer" in page("/log/")) == (True, False)
    sign_what_came()
    assert DBTaskResult.objects.filter(task_path__endswith="ask_witness").count() <= 2
    beside.start()
    DBTaskResult.objects.filter(task_path__endswith="ask_witness").delete()
    rounds()
    assert vouched() == [NAME]
    assert trouble(witnesses()[0]) == ""


def test_a_line_that_is_not_the_witnesss_is_neither_taken_nor_published(beside: Beside) -> None:
    Walk().record()
    rounds()
    good = Cosigned.objects.get().line
    Walk().record()
    newest = sign()
    assert newest
    Cosigned.objects.create(signed=newest, name=NAME, line=good)  # of another checkpoint
    Cosigned.objects.create(signed=newest, name="other", line="— other AAAAAAAA\n")
    Cosigned.objects.create(signed=newest, name="none", line="nothing\n")
    publish()
    assert vouched() == []
    assert (shelf.read(shelf.CHECKPOINT) or b"").decode() == newest.note
    assert "vouches for 1 record<" in page("/log/")
    rounds()
    assert vouched() == [NAME], "and it keeps nobody from asking the witness"
    assert "vouches for 2 records<" in page("/log/")


def test_a_witness_with_another_key_is_not_believed(beside: Beside, settings: Any) -> None:
    found = witnesses()[0]
    other = verifier_of(str(found.verifier.__class__(NAME, bytes(31) + b"\x07", b"\x04")))
    Walk().record()
    newest = sign()
    assert newest
    with pytest.raises(Unwitnessed, match="no signature of its key"):
        ask(Witness(other, found.address), newest)
    assert not Cosigned.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        "w.example",
        "w.example+00000000+BAAA https://w.example",
        "{key}",
        "{key} ftp://w.example",
        "{key} https://w.example/?a=1",
        "{log} https://w.example",
    ],
)
@pytest.mark.django_db
def test_what_names_no_witness_is_told_at_the_start(said: str, settings: Any) -> None:
    log = Key.objects.get(use="log").verifier
    key = log.__class__("w.example", log.public, b"\x04")
    settings.WITNESSES = [f"{key} https://w.example"]
    assert witnesses()[0].name == "w.example"
    settings.WITNESSES = [said.format(key=key, log=log)]
    with pytest.raises(Unfit):
        witnesses()
    assert "records.E001" in {each.id for each in run_checks()}
