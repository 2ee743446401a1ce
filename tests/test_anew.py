"""Another key, and another log: wherever that is cut short nothing is signed twice, and what remembers is kept until the new one stands."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client

from qtm.refusals import Conflict
from records.commitment import newest as newest_in_short
from records.export.download import receipt
from records.log import shelf
from records.log.model import Key, Signed
from records.log.notes import checkpoint_of
from records.log.round import sign_what_came
from records.log.signing import root_of, sign
from records.seal import keeping, keys
from records.seal.keys import text as text_of
from tests.cast import Walk
from tests.test_signing import LESS, dies, lost, own_keys, page, signs_nothing, state

__all__ = ["own_keys"]


def test_a_log_that_lost_its_history_begins_anew_under_another_name_with_another_key(
    own_keys: Path, committed: str
) -> None:
    for _ in range(3):
        Walk().record()
    sign_what_came()
    old = Key.objects.filter(use="log").latest("pk")
    lost(committed, *LESS)
    signs_nothing("holds 2 Records")
    with pytest.raises(CommandError, match="called before"):
        call_command("keys", "anew", old.name)
    call_command("keys", "anew", "records.example/2", stdout=io.StringIO())
    sign_what_came()  # though the former log's longer checkpoint is on file
    newest = checkpoint_of((shelf.read(shelf.CHECKPOINT) or b"").decode())
    assert (newest.origin, newest.size, newest.root) == ("records.example/2", 2, root_of(2))
    new = Key.objects.filter(use="log").latest("pk")
    assert new.public != old.public
    aside = list(Path(settings.LOG_ROOT).parent.glob("log.until-*/checkpoint"))
    assert [checkpoint_of(each.read_text()).size for each in aside] == [3], "what was published before is kept"


def test_a_new_log_signs_what_the_former_had_signed_and_receipts_go_on_under_it(own_keys: Path, committed: str) -> None:
    record = Walk().record()
    sign_what_came()
    was = shelf.read(shelf.CHECKPOINT)
    call_command("keys", "anew", "records.example/2", stdout=io.StringIO())
    with pytest.raises(Conflict):
        receipt(record)
    assert newest_in_short() is None
    sign_what_came()
    assert [(each.log, each.size) for each in Signed.objects.order_by("pk")] == [
        ("localhost/records", 1),
        ("records.example/2", 1),
    ]
    assert b"records.example/2" in receipt(record)
    assert newest_in_short()
    answers = [Client().get(f"/log/{name}/checkpoint") for name in ("records.example/2", "localhost/records")]
    assert [each.status_code for each in answers] == [200, 404], "what was kept of the former is not mixed with it"
    assert answers[0].content != was
    assert "/log/records.example/2/tile/" in page("/log/")


def test_a_new_log_that_cannot_begin_leaves_all_that_remembers(
    own_keys: Path, committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Walk().record()
    sign_what_came()
    before = (state(), shelf.read(shelf.CHECKPOINT), keys.log_key().public, Key.objects.count())
    with monkeypatch.context() as cut:
        cut.setattr(keeping, "on_file", dies)
        with pytest.raises(KeyboardInterrupt):
            keeping.begin_anew("records.example/2")
    assert before == (state(), shelf.read(shelf.CHECKPOINT), keys.log_key().public, Key.objects.count())
    keeping.prepare()
    assert {each.name for each in own_keys.iterdir()} == {"record.pem", "log.pem"}, "what nobody knows of is dropped"
    assert before == (state(), shelf.read(shelf.CHECKPOINT), keys.log_key().public, Key.objects.count())


@pytest.mark.parametrize("at", ["put_aside", "take"])
def test_a_new_log_that_is_cut_short_signs_nothing_until_it_is_ended(
    at: str, own_keys: Path, committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Walk().record()
    sign_what_came()
    with monkeypatch.context() as cut:
        cut.setattr(keeping if at == "put_aside" else keys, at, dies)
        with pytest.raises(KeyboardInterrupt):
            keeping.begin_anew("records.example/2")
    Walk().record()
    with pytest.raises(ImproperlyConfigured, match=r"is called records\.example/2 now: `manage\.py prepare`"):
        sign()
    keeping.prepare()
    sign_what_came()
    assert Signed.objects.latest("pk").log == "records.example/2"
    assert text_of(keys.log_key().public) == Key.objects.filter(use="log").latest("pk").public


@pytest.mark.parametrize("use", ["record", "log"])
def test_no_key_is_on_file_that_nobody_has(use: str, own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(keys, "take", dies)
        with pytest.raises(KeyboardInterrupt):
            keeping.rotate(use)
    row = Key.objects.filter(use=use).latest("pk")
    assert keys.announced(use) is not None, "its private part is on the disk before it is on file"
    keeping.prepare()
    now = keys.record_key() if use == "record" else keys.log_key()
    assert (text_of(now.public), keys.announced(use)) == (row.public, None)


def test_a_house_whose_keys_come_from_the_environment_begins_anew_with_another(committed: str, settings: Any) -> None:
    settings.GIVEN_KEYS = {**settings.GIVEN_KEYS, "log": keys.fresh("log")[1]}
    keeping.prepare()
    Walk().record()
    sign_what_came()
    before = (state(), shelf.read(shelf.CHECKPOINT))
    with pytest.raises(CommandError, match="put another into LOG_KEY"):
        call_command("keys", "anew", "records.example/2")
    assert before == (state(), shelf.read(shelf.CHECKPOINT))
    settings.GIVEN_KEYS = {**settings.GIVEN_KEYS, "log": keys.fresh("log")[1]}
    call_command("keys", "anew", "records.example/2", stdout=io.StringIO())
    sign_what_came()
    assert Signed.objects.latest("pk").log == "records.example/2"


def test_a_log_key_is_not_made_in_passing_for_a_log_that_has_something_in_it(own_keys: Path, committed: str) -> None:
    Walk().record()
    (own_keys / "log.pem").unlink()
    with pytest.raises(CommandError, match="Put it back from its backup"):
        call_command("prepare", stdout=io.StringIO())
    assert not (own_keys / "log.pem").exists()
    keeping.rotate("log")
    assert keeping.prepare() == "Keys: unchanged."
    sign_what_came()
    assert Signed.objects.get().log == "localhost/records"
