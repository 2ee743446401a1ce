"""Erasure: an admin, with a reason, has the annex or the files of one Record gone for good; nobody else has, and all proofs go on holding."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections
from django.test import Client

from execution import emptying, files, renditions
from execution.models import Emptied, Evidence, Removed, Rendition
from execution.tasks import EMPTYING
from qtm.acts import acting
from qtm.models import Transition
from qtm.refusals import Conflict, Forbidden, Invalid, Refusal
from records.log.proofs import place_of as log_place_of
from records.models import Annex, Erasure, Record
from tests.cast import PEOPLE, Cast, Walk, enter
from tests.pictures import copies_made, taken
from tests.sql import DENIED, attempt
from tests.states import erased
from tests.test_records import detailing, photographed, talked_about
from tests.test_verify import failed, verified

in_a_transaction = pytest.mark.django_db
WHY = "Asked for by letter"


def detailed() -> Record:
    """A Record with an annex that says much, and with photos."""
    return photographed(talked_about(detailing())).record()


def digests(record: Record) -> list[str]:
    """Its files."""
    return sorted(Evidence.objects.filter(event=record.event_id).exclude(sha256="").values_list("sha256", flat=True))


def also_shown(record: Record, walk: Walk) -> tuple[Walk, str]:
    """A case under way in which one photo of a Record is shown too, and that photo's digest."""
    piece = Evidence.objects.filter(event=record.event_id, kind="photo").earliest("pk")
    with files.store().open(files.place_of(piece.sha256)) as kept:
        same = taken(SimpleUploadedFile("same.jpg", kept.read()))
    event = walk.started()
    with acting(walk.cast.will, via="test", authority="execution.capture_evidence as worker"):
        event.capture(stage=piece.stage, kind="photo", category=piece.category, photos=[same])
    return walk, piece.sha256


def there(sha256: str) -> bool:
    """Whether a file is kept, or any copy of it."""
    copies = Rendition.objects.filter(sha256=sha256).exclude(copy_sha256="")
    return files.store().exists(files.place_of(sha256)) or any(
        files.store().exists(renditions.place_of(each.copy_sha256)) for each in copies
    )


def signed_in(who: str) -> Client:
    """Somebody at a browser."""
    client = Client()
    client.force_login(getattr(Cast(), who))
    return client


def press(record: Record, who: str = "ines", what: tuple[str, ...] = ("annex", "files"), **typed: Any) -> int:
    """The second press, with all that it asks."""
    said = {"what": list(what), "reason": WHY, "known": "on", **typed}
    return signed_in(who).post(f"/records/{record.pk}/erase", said).status_code


# Annex


@in_a_transaction
def test_an_admin_erases_the_annex_and_the_log_says_who_when_and_why_for_ever() -> None:
    record, other = detailed(), Walk().record()
    assert press(record, what=("annex",)) == 302
    assert not Annex.objects.filter(record=record).exists()
    assert Annex.objects.filter(record=other).exists(), "no other is touched"
    line = Transition.objects.get(case_id=record.case_id, room="records.Erasure")
    assert (str(line.user), line.authority, line.reason, line.via, line.becomes) == (
        "Ines",
        "records.erase_record as admin",
        WHY,
        "records",
        "erased",
    )
    assert not Emptied.objects.exists()


@in_a_transaction
def test_every_proof_goes_on_holding_and_erased_ones_are_counted_apart() -> None:
    record, other = detailed(), Walk().record()
    before = bytes(record.document), bytes(record.body), record.sha256
    erased(record, annex=True, files=True)
    emptying.empty(record.event_id)
    record = Record.objects.get(pk=record.pk)
    assert (bytes(record.document), bytes(record.body), record.sha256) == before
    said = verified()
    assert "records 2" in said
    assert "annex erased 1" in said
    assert "files erased 1" in said
    assert "erased" not in "".join(str(each) for each in (other.facts,))


def test_its_place_in_the_log_is_proven_as_before(committed: str) -> None:
    record = Walk().record()
    before = log_place_of(record.pk)
    erased(record)
    assert log_place_of(record.pk) == before


@in_a_transaction
@pytest.mark.parametrize("who", ["ines", "will", "nora", "cora", "eve"])
def test_nobody_reads_the_annex_again_and_everybody_reads_that_it_was_erased(who: str) -> None:
    record = detailed()
    personal = ("14 Quarry Lane", "+49 30 1234 5678", "The dog moults a lot.")
    press(record, what=("annex",))
    client = signed_in(who)
    text = client.get(record.page).content.decode()
    assert "Maren" not in text
    assert [each for each in personal if each in text] == []
    for words in ("<h2>Erased</h2>", WHY, "Ines", "verify as before", "was erased with the annex"):
        assert words in text, words
    assert client.get(f"{record.page}annex.json").status_code == 404
    assert client.get(f"{record.page}document.json").status_code == 200


# Files


def test_the_files_go_in_the_background_and_are_shown_to_nobody_from_that_moment_on(committed: str) -> None:
    record = detailed()
    copies_made()
    named = digests(record)
    assert named
    assert all(map(there, named))
    piece = Evidence.objects.filter(event=record.event_id, kind="photo").latest("pk")
    will, ines = signed_in("will"), signed_in("ines")
    assert will.get(f"/evidence/{piece.pk}/").status_code == 200
    assert press(record, what=("files",)) == 302
    assert all(map(there, named)), "they go once that is committed"
    assert will.get(f"/evidence/{piece.pk}/").status_code == 410
    assert will.get(f"/evidence/{piece.pk}/small/").status_code == 410
    assert ines.post(f"/evidence/{piece.pk}/original").status_code == 404
    assert "This file was erased." in will.get(f"/evidence/{piece.pk}/about").content.decode()
    assert "taken from where they are kept shortly" in will.get(record.page).content.decode()
    copies_made()
    assert not any(map(there, named))
    text = will.get(record.page).content.decode()
    assert f"{len(named)} files and every copy were taken from where they were kept" in text
    assert "/evidence/" not in text[text.index("<main") :]
    assert Annex.objects.filter(record=record).exists()


@in_a_transaction
def test_it_is_ordered_with_the_erasure_and_not_without_it(walk: Walk) -> None:
    record = detailed()
    erased(record, annex=True)
    assert not EMPTYING.under_way(record.event_id)
    erased(record, annex=False, files=True)
    assert EMPTYING.under_way(record.event_id)


@in_a_transaction
def test_a_file_that_another_job_shows_stays_for_it_until_that_one_is_erased_too() -> None:
    first = detailed()
    walk, sha256 = also_shown(first, detailing())
    second = photographed(walk).record()
    copies_made()
    erased(first, annex=False, files=True)
    emptying.empty(first.event_id)
    assert [each for each in digests(first) if there(each)] == [sha256]
    assert Removed.objects.get(event=first.event_id).shared == 1
    assert "records 2" in verified()
    piece = {each.event_id: each.pk for each in Evidence.objects.filter(sha256=sha256)}
    assert signed_in("will").get(f"/evidence/{piece[first.event_id]}/").status_code == 410
    assert signed_in("will").get(f"/evidence/{piece[second.event_id]}/").status_code == 200
    assert "because another job shows the very same" in signed_in("will").get(first.page).content.decode()
    erased(second, annex=False, files=True)
    emptying.empty(second.event_id)
    assert not there(sha256)


@in_a_transaction
def test_a_file_that_work_under_way_shows_stays_too() -> None:
    record = detailed()
    _, sha256 = also_shown(record, detailing())
    erased(record, annex=False, files=True)
    emptying.empty(record.event_id)
    assert [each for each in digests(record) if there(each)] == [sha256]


@in_a_transaction
def test_taking_them_away_again_or_after_a_half_done_try_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    record = detailed()
    erased(record, annex=False, files=True)
    named, real = digests(record), emptying.take_away

    def breaks(sha256: str) -> bool:
        """A store that is away after the first."""
        if sha256 != named[0]:
            raise OSError("away")
        return real(sha256)

    monkeypatch.setattr(emptying, "take_away", breaks)
    with pytest.raises(OSError, match="away"):
        emptying.empty(record.event_id)
    assert not Removed.objects.exists(), "it is not said to be done while it is not"
    monkeypatch.setattr(emptying, "take_away", real)
    for _ in range(2):
        emptying.empty(record.event_id)
    assert not any(map(there, named))
    assert Removed.objects.get().gone == len(named)


@in_a_transaction
def test_nothing_is_taken_away_of_a_service_event_that_was_not_emptied() -> None:
    record = detailed()
    emptying.empty(record.event_id)
    assert all(files.store().exists(files.place_of(each)) for each in digests(record))
    assert not Removed.objects.exists()


@in_a_transaction
def test_no_copy_is_made_again_of_what_was_erased() -> None:
    record = detailed()
    erased(record, annex=False, files=True)
    copies_made()
    assert not Rendition.objects.filter(sha256__in=digests(record)).exists()


@in_a_transaction
def test_a_sweep_takes_what_was_erased_and_is_back_and_misses_nothing() -> None:
    record = detailed()
    erased(record, annex=False, files=True)
    out = io.StringIO()
    call_command("sweep_evidence", "--delete", "--minutes=0", stdout=out)
    assert not any(map(there, digests(record)))
    call_command("sweep_evidence", stdout=out)
    assert out.getvalue().endswith("0 files that nothing notes.\n")


# Refused


@in_a_transaction
@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "ines"])
def test_nobody_but_an_admin_erases(who: str) -> None:
    record = Walk().record()
    assert press(record, who) in {403, 404}
    with pytest.raises(Forbidden):
        enter(getattr(Cast(), who), Erasure, "erase", record, annex=True, files=True, reason=WHY)
    assert not Erasure.objects.exists()


@in_a_transaction
def test_who_is_not_signed_in_erases_nothing(client: Client) -> None:
    record = Walk().record()
    answer = client.post(f"/records/{record.pk}/erase", {"what": ["annex"], "reason": WHY, "known": "on"})
    assert answer.headers["Location"].startswith("/login")
    assert not Erasure.objects.exists()


@in_a_transaction
@pytest.mark.parametrize("typed", [{"known": ""}, {"reason": " "}, {"what": []}, {"what": ["document"]}])
def test_no_press_erases_that_does_not_say_what_why_and_that_it_is_known(typed: dict[str, Any]) -> None:
    record = Walk().record()
    assert press(record, **typed) == 422
    assert not Erasure.objects.exists()
    assert Annex.objects.filter(record=record).exists()


@in_a_transaction
def test_the_page_before_it_spells_out_what_follows_and_erases_nothing() -> None:
    record = Walk().record()
    client = signed_in("ines")
    assert f'href="/records/{record.pk}/erase' in client.get(record.page).content.decode()
    text = client.get(f"/records/{record.pk}/erase").content.decode()
    for words in ("What follows", "Nobody reads it again", "Not erased by this:", "I have read what follows"):
        assert words in text
    assert not Erasure.objects.exists()


@in_a_transaction
def test_each_is_erased_once() -> None:
    record = Walk().record()
    assert press(record, what=("annex",)) == 302
    assert press(record, what=("annex",)) == 422, "it is not offered any more"
    with pytest.raises(Conflict, match="The annex of this record was erased already"):
        erased(record)
    assert press(record, what=("files",)) == 302
    assert "Annex and files were erased." in signed_in("ines").get(record.page).content.decode()


def test_of_sixteen_at_once_one_erases(committed: str) -> None:
    record = Walk().record()

    def try_it(_: int) -> str:
        try:
            erased(Record.objects.get(pk=record.pk), annex=True, files=True)
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "erased"

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(try_it, range(16)))
    assert (said.count("erased"), said.count("Conflict")) == (1, 15)
    assert Transition.objects.filter(room="records.Erasure").count() == 1


INSERT = "INSERT INTO records_erasure (state, case_id, record_id, annex, files) VALUES ('erased', %s, %s, %s, %s)"


def by_hand(record: Record, user: Any, annex: bool = True, **words: Any) -> str:
    """The law by which an erasure that is written by hand is refused."""
    number = user.pk if user else None
    return attempt((INSERT, [record.case_id, record.pk, annex, not annex]), user=number, **words)


@in_a_transaction
@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "ines"])
def test_by_hand_in_the_name_of_anybody_else_it_is_refused(who: str) -> None:
    record = Walk().record()
    assert by_hand(record, getattr(Cast(), who)) == "erasing"
    assert Annex.objects.filter(record=record).exists()


@in_a_transaction
def test_by_hand_it_takes_a_person_a_reason_and_something_to_erase() -> None:
    record, other = Walk().record(), Walk().record()
    ines = Cast().ines
    assert by_hand(record, None) in {"erasing", "someone_acts"}
    assert by_hand(record, ines, reason=" ") == "reason"
    assert by_hand(record, ines, act="") == "someone_acts"
    nothing = (INSERT, [record.case_id, record.pk, False, False])
    assert attempt(nothing, user=ines.pk) == "records_erasure_of_something"
    elsewhere = (INSERT, [other.case_id, record.pk, True, False])
    assert attempt(elsewhere, user=ines.pk) == "born"
    ines.is_active = False
    ines.save()
    assert by_hand(record, ines) == "erasing"


ALONE = [
    "DELETE FROM records_annex",
    "UPDATE records_annex SET content = ''",
    "TRUNCATE records_annex",
    "INSERT INTO execution_emptied (event_id, at) SELECT event_id, now() FROM records_record",
    "DELETE FROM execution_emptied",
    "UPDATE execution_emptied SET at = now()",
    "DELETE FROM execution_removed",
    "UPDATE execution_removed SET gone = 0",
    "DELETE FROM records_erasure",
    "UPDATE records_erasure SET annex = false",
]


@in_a_transaction
@pytest.mark.parametrize("statement", ALONE)
def test_the_app_alone_erases_nothing_and_takes_no_erasure_back(statement: str) -> None:
    erased(Walk().record(), annex=False, files=True)
    assert attempt(statement, user=Cast().ines.pk) == DENIED


@pytest.mark.parametrize("statement", [each for each in ALONE if "SET content" not in each])
def test_the_owner_too_is_refused_by_the_law(statement: str, committed: str) -> None:
    walk = Walk()
    record = erased(walk.record(), annex=False, files=True).record
    Walk().record()
    emptying.empty(record.event_id)
    law = attempt(statement, user=Cast().ines.pk, using="owner")
    assert law in {"stays", "erasing", "fixed", "still"}, law


@in_a_transaction
def test_that_files_are_gone_is_noted_of_no_event_that_was_not_emptied() -> None:
    record = Walk().record()
    insert = ("INSERT INTO execution_removed (event_id, gone, shared, at) VALUES (%s, 1, 0, now())", [record.event_id])
    assert attempt(insert) == "erasing"


@in_a_transaction
def test_an_annex_that_was_erased_is_not_put_back() -> None:
    record = Walk().record()
    content = bytes(Annex.objects.get(record=record).content)
    erased(record)
    insert = ("INSERT INTO records_annex (record_id, content) VALUES (%s, %s)", [record.pk, content])
    assert attempt(insert, user=Cast().ines.pk) == "erasing"


def test_an_annex_that_somebody_puts_back_around_the_law_is_found(committed: str) -> None:
    record = Walk().record()
    content = bytes(Annex.objects.get(record=record).content)
    erased(record)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE records_annex DISABLE TRIGGER USER")
        cursor.execute(
            "INSERT INTO records_annex (record_id, content, at) VALUES (%s, %s, now())", [record.pk, content]
        )
    assert f"{record.reference} (integrity, record): its annex was erased, and is there." in failed()


@in_a_transaction
def test_a_reason_is_asked_by_the_verb_too() -> None:
    record = Walk().record()
    with pytest.raises(Invalid):
        enter(Cast().ines, Erasure, "erase", record, annex=True, files=False, reason=" ")
    assert Annex.objects.filter(record=record).exists()
