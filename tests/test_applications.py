"""Applications: anybody applies on the public page, a person takes them in or declines with a reason, and both stay on file."""

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from intake import keys
from intake.applying import FORM
from intake.limit import FORMS
from qtm.applications import Application
from qtm.models import Operator, PersonNote, Transition, User
from qtm.refusals import Conflict
from qtm.working import Capability
from tests.cast import Cast, enter
from tests.sql import DENIED, attempt
from tests.states import applied

pytestmark = pytest.mark.django_db
SAID = {
    "name": "Fresh Start",
    "contact": "Pete",
    "phone": "+49 30 1234",
    "address": "5 Chapel Court",
    "surfaces": ["auto-detailing", "landscaping"],
    "words": "New in town.",
}


@pytest.fixture(autouse=True)
def quick_typing(monkeypatch: Any) -> None:
    """Nobody waits two seconds in a test."""
    monkeypatch.setattr("intake.applying.LEAST", None)


def as_(user: User | None) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def send(client: Client | None = None, **changed: Any) -> Any:
    """Send the form."""
    return (client or Client()).post("/apply/", {"key": keys.issue(FORM), **SAID, **changed})


# Applying


def test_anybody_applies_and_it_opens_nothing(cast: Cast) -> None:
    before = Operator.objects.count()
    client = as_(None)
    assert client.get("/apply/").status_code == 200
    assert send(client).headers["Location"] == "/apply/sent"
    row = Application.objects.get()
    assert f"on file as {row}" in client.get("/apply/sent").content.decode()
    assert (row.state, row.name, row.surfaces) == ("received", "Fresh Start", ["auto-detailing", "landscaping"])
    assert Operator.objects.count() == before
    born = Transition.objects.latest("id")
    assert (born.user, born.authority, born.via) == (None, "system", "application form")


def test_the_same_form_sent_twice_is_one_application(cast: Cast) -> None:
    key = keys.issue(FORM)
    assert [send(key=key).status_code for _ in range(3)] == [302, 302, 302]
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"address": ""},
        {"contact": ""},
        {"phone": ""},
        {"email": "no address"},
        {"surfaces": []},
        {"surfaces": ["flying"]},
        {"name": "F\0"},
        {"words": "x" * 2001},
        {"website": "https://robot.example"},
        {"key": "made up"},
        {"key": keys.issue("network/auto-detailing")},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_put_on_file(cast: Cast, wrong: dict[str, Any]) -> None:
    page = send(**wrong)
    assert page.status_code == 422
    assert not Application.objects.exists()
    if "name" not in wrong:
        assert b"Fresh Start" in page.content, "what was typed is still there"


def test_a_form_that_is_sent_quicker_than_a_person_types_is_refused(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.undo()
    assert send().status_code == 422


def test_from_one_place_no_more_comes_than_of_any_public_form(cast: Cast) -> None:
    with mock.patch("intake.limit.FORMS", replace(FORMS, of_a_place=1)):
        assert [send().status_code for _ in range(2)] == [302, 429]
    assert Application.objects.count() == 1


# Reading


@pytest.mark.parametrize(
    ("who", "status"), [("ines", 200), ("wim", 200), ("nora", 403), ("will", 403), ("eve", 403), ("cora", 403)]
)
def test_only_who_keeps_the_networks_people_reads_applications(cast: Cast, who: str, status: int) -> None:
    row = applied()
    client = as_(getattr(cast, who))
    assert client.get("/applications/").status_code == status
    assert client.get(row.page).status_code == status
    assert as_(None).get(row.page).status_code == 302


def test_those_that_wait_stand_oldest_first_and_the_declined_with_their_reason(cast: Cast) -> None:
    first, second, third = applied(), applied(), applied()
    enter(cast.wim, Application, "decline", second, reason="No van of their own.")
    client = as_(cast.wim)
    page = client.get("/applications/").content.decode()
    assert page.index(first.name) < page.index(third.name)
    assert second.name not in page
    declined = client.get("/applications/?state=declined").content.decode()
    assert "No van of their own." in declined
    assert "No van of their own." in client.get(second.page).content.decode()


def test_a_long_list_is_paged_by_place(cast: Cast) -> None:
    rows = [applied() for _ in range(52)]
    client = as_(cast.wim)
    page = client.get("/applications/")
    assert [row.pk for row, _ in page.context["rows"]] == [row.pk for row in rows[:50]]
    rest = client.get("/applications/", {"after": page.context["further"]})
    assert [row.pk for row, _ in rest.context["rows"]] == [row.pk for row in rows[50:]]


# Taking in and declining


@pytest.mark.parametrize("who", ["ines", "wim"])
def test_a_person_takes_an_application_in_by_a_press(cast: Cast, who: str) -> None:
    row = applied(surfaces=["auto-detailing", "landscaping"])
    answer = as_(getattr(cast, who)).post(f"/applications/{row.pk}/take-in", {"name": "Fresh Start"})
    made = Operator.objects.get(name="Fresh Start")
    assert answer.headers["Location"] == made.page
    row.refresh_from_db(fields=["operator"])
    assert row.operator == made
    assert (made.state, made.phone, made.address, made.about) == (
        "pending_review",
        row.phone,
        row.address,
        row.words,
    )
    assert {str(each) for each in Capability.objects.filter(operator=made, user=None)} == {
        "Auto detailing",
        "Landscaping",
    }
    assert str(PersonNote.objects.get(operator=made)).startswith(f"said what they can do, in {row.reference}")
    lines = Transition.objects.filter(act=Transition.objects.latest("id").act)
    assert {(line.room, line.becomes, line.user.username) for line in lines if line.user} == {
        ("qtm.Operator", "pending_review", who),
        ("qtm.Application", "taken_in", who),
    }


def test_of_two_presses_one_takes_it_in(cast: Cast) -> None:
    row = applied()
    client = as_(cast.wim)
    statuses = [client.post(f"/applications/{row.pk}/take-in", {"name": f"Name {n}"}).status_code for n in (1, 2)]
    assert statuses == [302, 409]
    assert not Operator.objects.filter(name="Name 2").exists()
    stale = Application.objects.get(pk=row.pk)
    assert client.post(f"/applications/{row.pk}/decline", {"reason": "Late"}).status_code == 409
    with pytest.raises(Conflict):
        enter(cast.ines, Application, "decline", stale, reason="Late")


def test_a_name_that_is_taken_is_said_and_another_one_can_be_given(cast: Cast) -> None:
    row = applied(name="Northside")
    client = as_(cast.wim)
    page = client.post(f"/applications/{row.pk}/take-in", {"name": "Northside"})
    assert page.status_code == 422
    assert "There is an operator of this name already" in page.content.decode()
    assert client.post(f"/applications/{row.pk}/take-in", {"name": "Northside Two"}).status_code == 302


def test_declining_takes_a_reason(cast: Cast) -> None:
    row = applied()
    client = as_(cast.wim)
    assert client.post(f"/applications/{row.pk}/decline", {"reason": " "}).status_code == 422
    assert client.post(f"/applications/{row.pk}/decline", {"reason": "No insurance."}).status_code == 302
    line = Transition.objects.latest("id")
    assert (line.becomes, line.reason, line.user) == ("declined", "No insurance.", cast.wim)


# The law


def test_an_application_is_taken_in_only_with_its_operator_and_never_changed(cast: Cast) -> None:
    row, wim = applied(), cast.wim.pk
    assert attempt(f"UPDATE qtm_application SET state = 'taken_in' WHERE id = {row.pk}", user=wim) == (
        "qtm_application_taken_in"
    )
    for column in ("name", "words", "surfaces", "phone"):
        assert attempt(f"UPDATE qtm_application SET {column} = {column} WHERE id = {row.pk}", user=wim) == DENIED
    assert attempt(f"UPDATE qtm_application SET operator_id = {cast.Northside.pk}", user=wim) == "still"
