"""The addendum: a Record is never changed; what corrects it is the Record of further work, asked for, governed and done like any other."""

from typing import Any

import pytest
from django.test import Client

from governance.models import Task
from governance.submit import Asking, ask
from intake import limit
from intake.models import Intake, Request
from qtm.models import Transition
from records.models import Record
from tests.cast import ADVISORY, Cast, Walk
from tests.sql import DENIED, attempt
from tests.test_race import Crowd, crowd  # noqa: F401
from tests.test_records import page

WORDS = {"words": "The car was built in 2015, not 2016."}
CORRECTION = "correction"


@pytest.fixture
def sealed(walk: Walk) -> Record:
    """The Record of a case that is to be corrected."""
    return walk.record()


def asked_for(record: Record, who: str = "nora", **words: str) -> Any:
    """Somebody of the house asks for a correction."""
    client = Client()
    client.force_login(getattr(Cast(), who))
    return client.post(f"{record.page}correct", words or WORDS)


def told_of(record: Record, token: str = "") -> str:
    """Where the requester asks for it."""
    link = token or Request.objects.get(pk=record.case_id).token
    return f"/track/{link}/records/{record.pk}"


def walked(request: Request) -> Record:
    """The Record of what was asked, walked through the whole spine by other people."""
    walk = Walk()
    walk.__dict__["request"] = request
    return walk.record()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nora", "ines"])
def test_asking_opens_a_request_of_its_own_and_moves_nothing(sealed: Record, who: str) -> None:
    lines = Transition.objects.filter(case_id=sealed.case_id).count()
    answer = asked_for(sealed, who)
    made = Request.objects.get(corrects=sealed.sha256)
    assert (answer.status_code, answer.headers["Location"]) == (302, sealed.page)
    assert (made.channel, made.state, made.follows_id) == (CORRECTION, "submitted", sealed.case_id)
    intake = Intake.objects.get(request=made)
    assert (intake.description, intake.phone) == (WORDS["words"], ADVISORY["phone"])
    assert Task.objects.get(intake=intake).state == "open", "a person reviews it, as everything"
    assert Transition.objects.filter(case_id=sealed.case_id).count() == lines
    born = Transition.objects.get(room=Request.label(), row_id=made.pk, was="")
    assert (born.user_id, born.via) == (getattr(Cast(), who).pk, "records")
    assert born.authority.startswith("records.ask_correction as")


@pytest.mark.django_db
def test_the_requester_asks_with_their_link_and_is_led_to_what_they_asked(sealed: Record) -> None:
    address = told_of(sealed)
    assert f"{address}/correct" in Client().get(address).content.decode()
    assert Client().get(f"{address}/correct").status_code == 200
    answer = Client().post(f"{address}/correct", WORDS)
    made = Request.objects.get(corrects=sealed.sha256)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/track/{made.token}/")
    born = Transition.objects.get(room=Request.label(), row_id=made.pk, was="")
    assert (born.user_id, born.actor_id, born.authority) == (None, made.actor_id, "the requester's own link")


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "status"), [("will", 403), ("cora", 403), ("eve", 403), ("sam", 404), ("root", 404)])
def test_others_ask_for_none_and_see_no_button(sealed: Record, who: str, status: int) -> None:
    assert asked_for(sealed, who).status_code == status
    assert b"Ask for a correction" not in page(Client(), getattr(Cast(), who), sealed.page).content
    assert not Request.objects.exclude(corrects="").exists()


@pytest.mark.django_db
def test_without_signing_in_or_by_another_link_there_is_nothing_to_ask(sealed: Record) -> None:
    answer = Client().post(f"{sealed.page}correct", WORDS)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={sealed.page}correct")
    for token in (Walk().request.token, "wrong"):
        assert Client().post(f"{told_of(sealed, token)}/correct", WORDS).status_code == 404
    assert not Request.objects.exclude(corrects="").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["", " ", "x" * 4001, "a\0b"])
def test_it_takes_words_and_not_too_many(sealed: Record, words: str) -> None:
    assert asked_for(sealed, words=words).status_code == 422
    assert Client().post(f"{told_of(sealed)}/correct", {"words": words}).status_code == 422
    assert not Request.objects.exclude(corrects="").exists()


@pytest.mark.django_db
def test_the_same_words_of_one_person_are_one_request_and_other_words_another(sealed: Record) -> None:
    for _ in range(2):
        asked_for(sealed)
    assert Request.objects.filter(corrects=sealed.sha256).count() == 1
    asked_for(sealed, words="And it is blue.")
    asked_for(sealed, "ines")
    assert Request.objects.filter(corrects=sealed.sha256).count() == 3


@pytest.mark.django_db
def test_a_closed_funnel_takes_nothing_and_what_was_typed_is_kept(sealed: Record) -> None:
    before = Request.objects.get(pk=sealed.case_id)
    before.funnel.is_open = False
    before.funnel.save()
    answer = asked_for(sealed)
    assert answer.status_code == 409
    assert b"The car was built in 2015" in answer.content


@pytest.mark.django_db
def test_too_many_from_one_place_are_429(sealed: Record, monkeypatch: Any) -> None:
    monkeypatch.setattr(limit.FORMS.__class__, "spent", lambda *_: True)
    assert Client().post(f"{told_of(sealed)}/correct", WORDS).status_code == 429


def test_of_sixteen_presses_at_once_one_request_comes(crowd: Crowd) -> None:  # noqa: F811
    record = Walk().record()
    crowd.press(lambda number: asked_for(record))
    assert Request.objects.filter(corrects=record.sha256).count() == 1


# The addendum itself


@pytest.mark.django_db
def test_the_record_of_what_follows_is_sealed_with_the_digest_of_what_it_corrects(sealed: Record) -> None:
    asked_for(sealed)
    later = walked(Request.objects.get(corrects=sealed.sha256))
    said = later.facts["request"]
    assert said["corrects"] == {"record": sealed.reference, "sha256": sealed.sha256}
    assert (said["follows"], said["channel"]) == (f"Q-{sealed.case_id}", CORRECTION)
    assert sealed.sha256.encode() in bytes(later.document)
    assert Record.objects.get(pk=sealed.pk).sha256 == sealed.sha256, "the first is what it was"


@pytest.mark.django_db
def test_a_follow_on_that_corrects_nothing_says_so_in_what_is_sealed(sealed: Record) -> None:
    before = Request.objects.get(pk=sealed.case_id)
    how = {"key": "test:follow-on", "via": "desk", "user": Cast().will, "authority": "intake.take_request as worker"}
    other, _ = ask(Asking(before.funnel, before.surface, "follow_on", ADVISORY, follows=before, **how))
    assert walked(other).facts["request"]["corrects"] is None
    text = page(Client(), Cast().ines, sealed.page).content.decode()
    assert "Corrected" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ines", "nora", "will", "cora"])
def test_both_certificates_show_each_other_and_both_stay_valid(sealed: Record, who: str) -> None:
    asked_for(sealed)
    later = walked(Request.objects.get(corrects=sealed.sha256))
    first, second = (page(Client(), getattr(Cast(), who), each.page).content.decode() for each in (sealed, later))
    assert f'href="{later.page}"' in first
    assert later.sha256 in first
    assert f'href="{sealed.page}"' in second
    assert sealed.sha256 in second
    assert "Both stay valid" in first


@pytest.mark.django_db
def test_who_may_not_read_the_other_record_reads_its_name_and_gets_no_link(sealed: Record) -> None:
    asked_for(sealed)
    walk = Walk(operator="Southside", worker="sid")
    walk.__dict__["request"] = Request.objects.get(corrects=sealed.sha256)
    later = walk.record()
    first = page(Client(), Cast().will, sealed.page).content.decode()
    assert later.reference in first
    assert later.page not in first
    second = page(Client(), Cast().sid, later.page).content.decode()
    assert sealed.reference in second
    assert sealed.page not in second


@pytest.mark.django_db
def test_the_tracking_pages_and_the_requesters_certificates_show_it_by_the_link_in_hand(sealed: Record) -> None:
    before = Request.objects.get(pk=sealed.case_id)
    asked_for(sealed)
    made = Request.objects.get(corrects=sealed.sha256)
    waiting = Client().get(f"/track/{before.token}/").content.decode()
    assert f'<span class="ref">{made.reference}</span>' in waiting
    later = walked(made)
    here, there = f"/track/{before.token}", f"/track/{made.token}"
    assert f"{here}/records/{later.pk}" in Client().get(f"{here}/").content.decode()
    assert f"{there}/records/{sealed.pk}" in Client().get(f"{there}/").content.decode()
    for address in (f"{here}/records/{later.pk}", f"{there}/records/{sealed.pk}"):
        assert Client().get(address).status_code == 200, address
    text = Client().get(f"{here}/records/{sealed.pk}").content.decode()
    assert later.sha256 in text
    assert made.token not in text, "the link of one is not given to who holds the other's"


@pytest.mark.django_db
def test_a_link_leads_to_what_corrects_its_record_and_no_further(sealed: Record) -> None:
    before = Request.objects.get(pk=sealed.case_id)
    asked_for(sealed)
    later = walked(Request.objects.get(corrects=sealed.sha256))
    address = f"/track/{before.token}/records/{later.pk}"
    assert "Ask for a correction" not in Client().get(address).content.decode(), "that is asked with its own link"
    assert Client().post(f"{address}/correct", WORDS).status_code == 404
    stranger = Walk().record()
    assert Client().get(f"/track/{before.token}/records/{stranger.pk}").status_code == 404


@pytest.mark.django_db
def test_an_addendum_may_be_corrected_in_turn(sealed: Record) -> None:
    asked_for(sealed)
    second = walked(Request.objects.get(corrects=sealed.sha256))
    asked_for(second, words="It was 2014 after all.")
    third = walked(Request.objects.get(corrects=second.sha256))
    assert third.facts["request"]["corrects"]["record"] == second.reference
    assert third.reference not in page(Client(), Cast().ines, sealed.page).content.decode()


@pytest.mark.django_db
def test_governance_reads_in_its_queue_and_on_the_case_what_it_is(sealed: Record) -> None:
    asked_for(sealed)
    made = Request.objects.get(corrects=sealed.sha256)
    assert b"to correct the record of" in page(Client(), Cast().ines, "/console/to-review/").content
    assert b"to correct its record" in page(Client(), Cast().ines, f"/cases/{made.pk}/").content
    assert b"to correct its record" in page(Client(), Cast().ines, f"/cases/{sealed.case_id}/").content


# What the law refuses


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "law"),
    [
        ({"corrects": "'" + "0" * 64 + "'"}, "addendum"),
        ({"follows_id": "NULL"}, "addendum"),
        ({"channel": "'web'"}, "intake_request_correction"),
        ({"corrects": "''"}, "intake_request_correction"),
        ({"governor_id": "(SELECT id FROM qtm_operator WHERE name = 'Northside')"}, "addendum"),
    ],
)
def test_a_correction_of_no_record_of_another_case_or_of_another_layer_is_refused(
    sealed: Record, columns: dict[str, str], law: str
) -> None:
    asked_for(sealed)
    made = Request.objects.get(corrects=sealed.sha256)
    funnel = "(SELECT id FROM intake_funnel WHERE slug = 'north')" if "governor_id" in columns else "funnel_id"
    given = {
        **{name: name for name in ("state", "actor_id", "surface_id", "governor_id", "channel", "asked", "content")},
        **{"follows_id": "follows_id", "corrects": "corrects", "key": "'forged'", "token": "'forged'"},
        **{"state": "'received'", "language": "'en'", "funnel_id": funnel, **columns},
    }
    sql = (
        f"INSERT INTO intake_request ({', '.join(given)}) SELECT {', '.join(given.values())}"
        f" FROM intake_request WHERE id = {made.pk}"
    )
    assert attempt(sql, user=Cast().ines.pk) == law


def test_what_a_request_corrects_is_fixed_at_birth_even_for_the_owner_of_the_table(committed: str) -> None:
    sealed = Walk().record()
    asked_for(sealed)
    made = Request.objects.get(corrects=sealed.sha256)
    other = Walk().record()
    sql = f"UPDATE intake_request SET corrects = '{other.sha256}' WHERE id = {made.pk}"
    assert attempt(sql, user=Cast().ines.pk) == DENIED
    assert attempt(sql, user=Cast().ines.pk, using="owner") == "fixed"
