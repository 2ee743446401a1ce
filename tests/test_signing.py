"""Signing the log and keeping its keys: what was signed before is never unsaid, and what stands in the way is told with what to do."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client

from records.log import memory, shelf, signing
from records.log.memory import Rewound, keep
from records.log.memory import State as Kept
from records.log.model import Key, Leaf, Signed
from records.log.notes import checkpoint_of
from records.log.round import sign_what_came
from records.log.signing import sign
from records.models import Record
from records.seal import keeping, keys
from records.seal.leaf import leaf_of
from records.verify import broken
from tests.browser import at
from tests.cast import Cast, Walk
from tests.leaves import superuser
from tests.test_same_moment import together


def state() -> Kept:
    """What is kept beside the keys."""
    kept = memory.state()
    assert kept
    return kept


def signs_nothing(words: str) -> None:
    """It is refused to sign, with what is wrong and what to do, and nothing is written."""
    before = (list(Signed.objects.values_list("size", "note")), kept_as_it_is(), shelf.read(shelf.CHECKPOINT))
    with pytest.raises(Rewound, match=words) as refused:
        sign()
    assert "If the log was rewound" in str(refused.value)
    sign_what_came()
    assert before == (list(Signed.objects.values_list("size", "note")), kept_as_it_is(), shelf.read(shelf.CHECKPOINT))


def kept_as_it_is() -> str:
    """What is kept beside the keys, if anything is, readable or not."""
    place = Path(settings.LOG_STATE)
    return place.read_text() if place.exists() else ""


def lost(database: str, *statements: str) -> None:
    """What somebody with all rights to the database does to it."""
    with superuser(database) as admin:
        for name in ("record", "leaf", "node", "head", "signed"):
            admin.execute(f"ALTER TABLE records_{name} DISABLE TRIGGER USER")
        for statement in statements:
            admin.execute(statement)


LESS = (
    "DELETE FROM records_leaf WHERE number >= 2",
    "DELETE FROM records_node WHERE (number + 1) << level > 2",
    "UPDATE records_head SET size = 2",
)
REWRITTEN = (
    "UPDATE records_node SET hash = sha256('another') WHERE level = 0 AND number = 0",
    "UPDATE records_node n SET hash = (SELECT sha256('\\x01' || a.hash || b.hash) FROM records_node a, records_node b"
    " WHERE a.level = 0 AND b.level = 0 AND a.number = 0 AND b.number = 1) WHERE n.level = 1 AND n.number = 0",
)
FORGOTTEN = ("DELETE FROM records_signed",)


@pytest.fixture
def three(committed: str) -> str:
    """Three Records under a published checkpoint."""
    for _ in range(3):
        Walk().record()
    sign_what_came()
    return committed


def forget(*places: str) -> None:
    """What else remembered is lost."""
    if "state" in places:
        Path(settings.LOG_STATE).unlink()
    if "published" in places:
        (Path(settings.LOG_ROOT) / "checkpoint").unlink()


@pytest.mark.parametrize("also", [(), ("published",)], ids=["both remember", "what was published is lost"])
def test_an_older_database_is_not_signed(also: tuple[str, ...], three: str) -> None:
    lost(three, *LESS, *FORGOTTEN)
    forget(*also)
    signs_nothing("holds 2 Records, and 3 were signed before")


@pytest.mark.parametrize("also", [(), ("published",)], ids=["both remember", "what was published is lost"])
def test_a_rewritten_history_is_not_signed(also: tuple[str, ...], three: str) -> None:
    Walk().record()
    lost(three, *REWRITTEN, *FORGOTTEN)
    forget(*also)
    signs_nothing("The first 3 Records are not those that were signed")


def test_the_newest_checkpoint_on_file_remembers_too(three: str) -> None:
    lost(three, *LESS)
    forget("published")
    keep(Kept())
    signs_nothing("holds 2 Records, and 3 were signed before")


def test_an_old_state_put_back_makes_nothing_lawful_and_is_mended(three: str) -> None:
    old = Path(settings.LOG_STATE).read_text()
    Walk().record()
    sign_what_came()
    Path(settings.LOG_STATE).write_text(old)
    Walk().record()
    sign_what_came()
    assert (state().size, Signed.objects.latest("size").size) == (5, 5)


def test_two_histories_of_one_size_are_told(three: str) -> None:
    Path(settings.LOG_STATE).write_text(json.dumps({"size": 3, "root": "00" * 32}))
    signs_nothing("Two histories of 3 Records")


def test_what_is_remembered_and_cannot_be_read_is_not_passed_over(three: str) -> None:
    root = "00" * 32
    said = [
        {"length": 3},
        [],
        3,
        {"size": 3, "root": "zz" * 32},
        {"size": "3", "root": root},
        {"size": -1, "root": root},
    ]
    for content in (b"", b"{}x", b"\xff", *(json.dumps(each).encode() for each in said)):
        Path(settings.LOG_STATE).write_bytes(content)
        with pytest.raises(Rewound, match=r"log\.state cannot be read"):
            sign()
    sign_what_came()
    assert "log.state cannot be read" in page("/log/", "ines")


def test_to_look_at_the_log_writes_nothing(three: str) -> None:
    keep(Kept())
    page("/log/", "ines")
    assert state().size == 0
    sign()
    assert state().size == 3


def test_a_log_key_that_is_not_on_file_signs_nothing(committed: str, settings: Any) -> None:
    Walk().record()
    settings.GIVEN_KEYS = {"record": "", "log": keys.fresh("log")[1]}
    with pytest.raises(ImproperlyConfigured, match="not on file"):
        sign()
    assert state().size == 0
    sign_what_came()


def test_a_crash_between_what_is_remembered_and_the_row_is_caught_up(
    three: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Walk().record()
    with monkeypatch.context() as cut:
        cut.setattr(signing, "signed", dies)
        with pytest.raises(KeyboardInterrupt):
            sign()
    assert (state().size, Signed.objects.latest("size").size) == (4, 3)
    again = sign()
    assert again
    assert (again.size, bytes(again.root).hex()) == (4, state().root)


def test_a_crash_before_it_is_remembered_leaves_no_signature(three: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Walk().record()
    with monkeypatch.context() as cut:
        cut.setattr(memory, "write_private", dies)
        with pytest.raises(KeyboardInterrupt):
            sign()
    assert (state().size, Signed.objects.latest("size").size) == (3, 3)


def dies(*_: Any, **__: Any) -> None:
    """The process ends here."""
    raise KeyboardInterrupt


def test_two_who_sign_at_once_sign_one_checkpoint(committed: str) -> None:
    for size in range(1, 4):
        Walk().record()
        made = together(*[sign] * 8)
        assert sum(each is not None for each in made) == 1
        assert Signed.objects.count() == size


def test_a_second_process_waits_for_the_first(three: str, tmp_path: Path) -> None:
    Walk().record()
    code = "import django; django.setup(); from records.log.signing import sign; print(sign())"
    urls = {name: at(os.environ[name], three) for name in ("DATABASE_URL", "DATABASE_OMNI_URL")}
    given = {**os.environ, **urls, "LOOPBACK": "1", "DJANGO_SETTINGS_MODULE": "qtm.settings"}
    with memory.alone():
        other = subprocess.Popen(
            [sys.executable, "-c", code], env=given, cwd=settings.HERE, stdout=subprocess.PIPE, text=True
        )
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(5)
        assert Signed.objects.count() == 1
    assert other.communicate(timeout=60)[0].strip() == "checkpoint of 4 leaves"


# Keys


@pytest.fixture
def own_keys(committed: str, tmp_path: Path, settings: Any) -> Path:
    """Keys of this test's own, on file."""
    settings.KEYS_ROOT = tmp_path / "keys"
    keeping.prepare()
    return Path(settings.KEYS_ROOT)


def test_preparing_makes_each_key_once(own_keys: Path) -> None:
    before = {each.name: each.read_bytes() for each in own_keys.iterdir()}
    assert set(before) == {"record.pem", "log.pem"}
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in own_keys.iterdir())
    assert own_keys.stat().st_mode & 0o777 == 0o700
    count = Key.objects.count()
    assert keeping.prepare() == "Keys: unchanged."
    assert {each.name: each.read_bytes() for each in own_keys.iterdir()} == before
    assert Key.objects.count() == count


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_that_others_may_touch_is_refused_with_what_to_do(own_keys: Path, mode: int) -> None:
    for use, read in (("record", keys.record_key), ("log", keys.log_key)):
        (own_keys / f"{use}.pem").chmod(mode)
        with pytest.raises(ImproperlyConfigured, match=f"others may read the {use} key: chmod 600"):
            read()
    (own_keys / "log.pem").chmod(0o600)
    assert keys.log_key()


def test_a_key_that_is_lost_is_told_and_not_made_anew_in_passing(own_keys: Path) -> None:
    (own_keys / "log.pem").unlink()
    walk = Walk()
    walk.record()
    with pytest.raises(ImproperlyConfigured, match="restore it from its backup"):
        sign()
    sign_what_came()  # which goes on with everything else
    assert not (own_keys / "log.pem").exists()


@pytest.mark.parametrize(
    ("use", "pem", "words"),
    [
        ("record", "", "cannot be read"),
        ("log", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cannot be read"),
        ("record", keys.fresh("log")[1], "of another kind"),
        ("log", keys.fresh("record")[1], "of another kind"),
    ],
)
def test_what_is_no_such_key_is_refused(own_keys: Path, use: str, pem: str, words: str) -> None:
    keys.put(use, pem)
    with pytest.raises(ImproperlyConfigured, match=words):
        {"record": keys.record_key, "log": keys.log_key}[use]()


def test_keys_may_come_from_the_environment(committed: str, tmp_path: Path, settings: Any) -> None:
    settings.KEYS_ROOT = tmp_path / "none"
    settings.GIVEN_KEYS = {use: keys.fresh(use)[1] for use in ("record", "log")}
    assert keeping.prepare() == "Keys: unchanged."
    assert not settings.KEYS_ROOT.exists(), "nothing is written down"
    record = Walk().record()
    assert leaf_of(bytes(record.body)).public == keys.record_key().public
    newest = sign()
    assert newest
    assert Key.objects.filter(use="log").latest("pk").verifier.holds(newest.note)
    with pytest.raises(ValueError, match="comes from the environment"):
        keeping.rotate("record")


def test_a_key_that_is_not_on_file_seals_nothing(committed: str, tmp_path: Path, settings: Any) -> None:
    settings.GIVEN_KEYS = {"record": keys.fresh("record")[1], "log": ""}
    walk = Walk()
    walk.filled()
    with pytest.raises(Exception, match="by a key of the house"):
        walk.record()
    assert Record.objects.count() == 0


def test_what_was_sealed_under_a_former_key_stays_valid(own_keys: Path) -> None:
    records, notes = [], []
    for _ in range(2):
        records.append(Walk().record())
        sign_what_came()
        notes.append(shelf.read(shelf.CHECKPOINT))
        call_command("keys", "rotate", "record", stdout=io.StringIO())
        call_command("keys", "rotate", "log", stdout=io.StringIO())
    assert len({leaf_of(bytes(each.body)).public for each in records}) == 2
    assert [broken(each) for each in records] == ["", ""]
    checkpoints = [checkpoint_of((each or b"").decode()) for each in notes]
    assert [each.size for each in checkpoints] == [1, 2]
    assert len({each.origin for each in checkpoints}) == 1, "the log keeps its name"
    on_file = [each.verifier for each in Key.objects.filter(use="log")]
    assert all(any(key.holds((each or b"").decode()) for key in on_file) for each in notes)


def test_the_keys_are_shown_to_whoever_keeps_the_house(own_keys: Path) -> None:
    keeping.rotate("log")
    said = io.StringIO()
    call_command("keys", stdout=said)
    for each in Key.objects.all():
        assert each.pem.strip() in said.getvalue()
    for each in Key.objects.filter(use="log"):
        assert str(each.verifier) in said.getvalue()
    names = ("", "two words", "a+b", "..", "a//b", "a/../b", "/a", "a" * 201)
    for wrong in (["rotate"], ["rotate", "house"], ["anew"], *(["anew", name] for name in names)):
        with pytest.raises(CommandError):
            call_command("keys", *wrong)


# Pages


def test_anybody_reads_how_the_log_stands_and_every_key(own_keys: Path) -> None:
    Walk().record()
    assert "none yet" in page("/log/")
    sign_what_came()
    keeping.rotate("log")
    log, keys_page = page("/log/"), page("/keys/")
    assert "1 record, signed" in log
    assert Signed.objects.get().note.splitlines()[2] in log
    for each in Key.objects.all():
        assert each.pem.splitlines()[1] in keys_page
        assert load_pem_public_key(each.pem.encode())
    assert keys_page.count("formerly") == Key.objects.count() - 2


def test_who_oversees_is_told_loudly_why_it_is_not_signed_and_nobody_else_is(three: str) -> None:
    assert "not signed" not in page("/log/", "ines")
    lost(three, *LESS, *FORGOTTEN)
    assert "The log is not signed." in page("/log/", "ines")
    assert "3 were signed before" in page("/log/", "eve")
    for who in ("", "will", "cora"):
        assert "The log is not signed." not in page("/log/", who)


def test_who_oversees_is_told_when_nobody_signs(committed: str) -> None:
    Walk().record()
    assert "does it run" not in page("/log/", "ines")
    lost(committed, "UPDATE records_record SET since = since - interval '2 minutes'")
    assert "`manage.py background` signs the log" in page("/log/", "ines")
    assert Leaf.objects.count() == 1


def page(url: str, who: str = "") -> str:
    """A page as somebody reads it."""
    client = Client()
    if who:
        client.force_login(getattr(Cast(), who))
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode()).replace("&#x27;", "'")
