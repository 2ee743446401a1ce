"""A log of which nothing beside the keys says how far it was signed, and one that is damaged: nothing is signed, and that is told."""

import io
from base64 import b64encode
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from qtm.refusals import Conflict
from records.export.download import receipt
from records.log.memory import State as Kept
from records.log.model import Key, Signed
from records.log.round import sign_what_came
from records.log.signing import root_of
from records.models import Record
from records.seal import keeping
from tests.cast import Walk
from tests.leaves import superuser
from tests.test_signing import FORGOTTEN, LESS, forget, lost, page, signs_nothing, state, three

__all__ = ["three"]


@pytest.mark.parametrize("also", [(), FORGOTTEN, (*LESS, *FORGOTTEN)], ids=["whole", "no checkpoint", "older"])
def test_where_nothing_beside_the_keys_says_how_far_it_was_signed_nothing_is(also: tuple[str, ...], three: str) -> None:
    Walk().record()
    lost(three, *also)
    forget("state")
    signs_nothing("manage.py keys resume")
    assert "log.state is not there" in page("/log/", "ines")


def test_a_log_that_nobody_can_be_asked_about_goes_on_from_what_somebody_knows(three: str) -> None:
    forget("state", "published")
    Walk().record()
    for wrong, words in {"": "No witness is named", "2": "and not 2", "4": "and not 4", "0" * 16: "and not 0"}.items():
        with pytest.raises(CommandError, match=words):
            call_command("keys", "resume", wrong)
        signs_nothing("log.state is not there")
    said = io.StringIO()
    call_command("keys", "resume", bytes(Signed.objects.get().root).hex()[:16], stdout=said)
    assert "goes on from 3 Records" in said.getvalue()
    assert "takes for true that no checkpoint of more Records was ever signed" in said.getvalue()
    sign_what_came()
    assert state().size == 4


def test_what_was_published_is_asked_and_refuses_an_older_database(three: str) -> None:
    lost(three, *LESS, *FORGOTTEN)
    forget("state")
    for known in ("", "2", "0"):
        with pytest.raises(CommandError, match="holds 2 Records, and 3 were signed before"):
            call_command("keys", "resume", known)
    signs_nothing("log.state is not there")


def test_what_was_published_is_enough_where_nobody_knows_more(three: str) -> None:
    place = Path(settings.LOG_STATE)
    for spoiled in (None, "unreadable"):
        place.unlink() if spoiled is None else place.write_text(spoiled)
        call_command("keys", "resume", stdout=io.StringIO())
        assert state().size == 3
    said = io.StringIO()
    call_command("keys", "resume", stdout=said)
    assert said.getvalue().startswith("Nothing to resume: 3 Records")


def test_a_house_that_begins_knows_that_nothing_was_signed_and_one_that_was_restored_does_not(committed: str) -> None:
    Path(settings.LOG_STATE).unlink()
    with superuser(committed) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("ALTER TABLE records_key DISABLE TRIGGER USER")
        kept = [each.public for each in Key.objects.all()]
        admin.execute("DELETE FROM records_key")
        assert keeping.prepare() == "Keys: unchanged."
    assert {each.public for each in Key.objects.all()} == set(kept)
    assert state() == Kept()
    Path(settings.LOG_STATE).unlink()
    keeping.prepare()
    Walk().record()
    signs_nothing("log.state is not there")


# Damage


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM records_node WHERE level = 1", "Node 1/0 of the tree is missing"),
        ("DELETE FROM records_head", "its head is missing"),
    ],
)
def test_what_is_missing_in_the_database_is_told_and_ends_nothing(damage: str, words: str, three: str) -> None:
    lost(three, damage)
    signs_nothing(words)
    if "Node" in words:
        with pytest.raises(Conflict):
            receipt(Record.objects.latest("pk"))
    assert words in page("/log/", "ines")
    assert words not in page("/log/")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"no checkpoint\n", b"a\n1\nzz\n\n\xe2\x80\x94 a AAAAAAAA\n"])
def test_a_published_checkpoint_that_cannot_be_read_is_told_and_ends_nothing(content: bytes, three: str) -> None:
    (Path(settings.LOG_ROOT) / "checkpoint").write_bytes(content)
    signs_nothing("What was published as “checkpoint” cannot be read")
    assert "cannot be read" in page("/log/", "ines")
    page("/log/")
    assert Client().get("/log/localhost/records/checkpoint").status_code == 404


def test_a_checkpoint_that_the_log_did_not_sign_keeps_nobody_from_a_download(three: str) -> None:
    record = Record.objects.earliest("pk")
    before = receipt(record)
    Walk().record()
    false = Signed.objects.get().note.replace("\n3\n", "\n4\n").split("\n")
    false[2] = b64encode(root_of(4)).decode()
    Signed.objects.create(size=4, root=root_of(4), note="\n".join(false))
    assert receipt(record) == before
    with pytest.raises(Conflict):
        receipt(Record.objects.latest("pk"))
    sign_what_came()
    Walk().record()
    sign_what_came()
    assert state().size == 5
    assert receipt(Record.objects.latest("pk"))
