"""People: who may invite, keep, raise and let go of whom; and links that work once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qtm.models import Invitation, Operator, PersonNote, User
from qtm.people import Keeper, open_invitation
from qtm.refusals import Forbidden, Invalid
from tests.cast import Cast

pytestmark = pytest.mark.django_db
NEW = {
    "first_name": "Ada",
    "last_name": "",
    "username": "ada",
    "password1": "a long enough sentence",
    "password2": "a long enough sentence",
}


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing is not what is tested here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def as_(user: User | None) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def invite(keeper: User, operator: Operator | None, role: str) -> str:
    """The token of a fresh invitation."""
    return Keeper(keeper).invite(operator, role, "Ada")[1]


def link_in(page: Any) -> str:
    """The path of the link that a page shows."""
    found = re.search(r'value="http://testserver(/[^"]+)"', page.content.decode())
    assert found, "no link is shown"
    return found[1]


# Invitations


@pytest.mark.parametrize("who", ["ines", "wim", "nora"])
def test_whoever_keeps_people_invites_to_an_operator_and_the_invited_come_in_as_members(cast: Cast, who: str) -> None:
    page = as_(getattr(cast, who)).post(f"/operators/{cast.Northside.pk}/invite", {"name": "Ada", "role": "worker"})
    assert page.status_code == 200
    stranger = as_(None)
    assert b"Join Northside" in stranger.get(link_in(page)).content
    assert stranger.post(link_in(page), NEW).status_code == 302
    assert str(cast.ada.standing.membership) == "worker of Northside"
    assert cast.ada.standing.holds("execution.claim_job", cast.Northside.pk)
    assert stranger.get("/password").status_code == 200, "they are signed in"


def test_only_an_admin_invites_to_the_network(cast: Cast) -> None:
    for who in ("wim", "nora", "cora", "eve", "root"):
        assert as_(getattr(cast, who)).post("/people/invite", {"name": "Ada", "role": "admin"}).status_code == 403
    page = as_(cast.ines).post("/people/invite", {"name": "Ada", "role": "commerce"})
    as_(None).post(link_in(page), NEW)
    assert cast.ada.standing.holds("settlement.open_settlement") == "settlement.open_settlement as commerce"


def test_an_owner_invites_to_no_other_operator(cast: Cast) -> None:
    assert (
        as_(cast.nora).post(f"/operators/{cast.Southside.pk}/invite", {"name": "Ada", "role": "owner"}).status_code
        == 404
    )
    with pytest.raises(Forbidden):
        invite(cast.nora, cast.Southside, "owner")


@pytest.mark.parametrize("role", ["admin", "superuser", ""])
def test_no_operator_has_a_role_of_the_network(cast: Cast, role: str) -> None:
    assert (
        as_(cast.nora).post(f"/operators/{cast.Northside.pk}/invite", {"name": "Ada", "role": role}).status_code == 422
    )
    with pytest.raises(Invalid):
        invite(cast.nora, cast.Northside, role)


def test_an_invitation_is_kept_as_a_digest_alone(cast: Cast) -> None:
    token = invite(cast.nora, cast.Northside, "worker")
    assert token not in str(Invitation.objects.values_list().get())


def test_an_invitation_works_once(cast: Cast) -> None:
    token = invite(cast.nora, cast.Northside, "worker")
    assert as_(None).post(f"/invited/{token}/", NEW).status_code == 302
    again = as_(None).post(f"/invited/{token}/", {**NEW, "username": "eva"})
    assert again.status_code == 410
    assert not User.objects.filter(username="eva").exists()


def test_an_invitation_that_is_old_withdrawn_or_made_up_leads_nowhere(cast: Cast) -> None:
    old, withdrawn = invite(cast.nora, cast.Northside, "worker"), invite(cast.nora, cast.Northside, "worker")
    first, second = Invitation.objects.order_by("pk")
    Invitation.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert as_(cast.nora).post(f"/invitations/{second.pk}/withdraw").status_code == 302
    assert as_(cast.nora).post(f"/invitations/{second.pk}/withdraw").status_code == 409
    for token in (old, withdrawn, "made-up"):
        assert as_(None).get(f"/invited/{token}/").status_code == 410
        assert as_(None).post(f"/invited/{token}/", NEW).status_code == 410


def test_nobody_withdraws_what_is_not_theirs(cast: Cast) -> None:
    invite(cast.nora, cast.Northside, "worker")
    invite(cast.ines, None, "admin")
    for each in Invitation.objects.all():
        assert as_(cast.sam).post(f"/invitations/{each.pk}/withdraw").status_code == 404
    network = Invitation.objects.get(operator=None)
    assert as_(cast.wim).post(f"/invitations/{network.pk}/withdraw").status_code == 404


def test_an_invitation_holds_no_longer_than_its_inviter_may_invite(cast: Cast) -> None:
    token = invite(cast.nora, cast.Northside, "owner")
    Keeper(cast.ines).end(cast.nora.memberships.get(left_at=None))
    assert as_(None).post(f"/invited/{token}/", NEW).status_code == 403
    assert not User.objects.filter(username="ada").exists(), "and no half of a person is left"


def test_what_the_invited_get_wrong_is_said_and_uses_nothing_up(cast: Cast) -> None:
    token = invite(cast.nora, cast.Northside, "worker")
    for wrong in (
        {"username": "will"},
        {"password2": "another"},
        {"password1": "12", "password2": "12"},
        {"first_name": "A\0da"},
        {"first_name": ""},
    ):
        page = as_(None).post(f"/invited/{token}/", {**NEW, **wrong})
        assert page.status_code == 422
    assert open_invitation(token)


def test_who_is_signed_in_comes_in_as_themselves(cast: Cast) -> None:
    token = invite(cast.nora, cast.Northside, "worker")
    assert as_(cast.nobody).post(f"/invited/{token}/").status_code == 302
    assert str(cast.nobody.standing.membership) == "worker of Northside"


def test_nobody_belongs_to_two_operators_or_to_both_sides(cast: Cast) -> None:
    token = invite(cast.ines, cast.Northside, "owner")
    assert as_(cast.sam).post(f"/invited/{token}/").status_code == 409
    assert as_(cast.cora).post(f"/invited/{token}/").status_code == 409
    network = invite(cast.ines, None, "commerce")
    assert as_(cast.sam).post(f"/invited/{network}/").status_code == 409
    assert open_invitation(token), "it is not used up"
    assert open_invitation(network), "nor is this"


def test_nobody_invites_themselves(cast: Cast) -> None:
    token = invite(cast.wim, cast.Northside, "owner")
    assert as_(cast.wim).post(f"/invited/{token}/").status_code == 403
    assert cast.wim.standing.membership is None


# Members


def test_an_owner_sees_their_own_people_and_no_others(cast: Cast) -> None:
    client = as_(cast.nora)
    assert client.get("/people/").headers["Location"] == f"/operators/{cast.Northside.pk}/"
    page = client.get(f"/operators/{cast.Northside.pk}/")
    assert b"Will" in page.content
    assert client.get(f"/people/{cast.will.pk}/").status_code == 200
    assert client.get(f"/operators/{cast.Southside.pk}/").status_code == 404
    assert client.get(f"/people/{cast.sid.pk}/").status_code == 404
    assert client.get(f"/people/{cast.ines.pk}/").status_code == 404
    assert client.get("/people/everyone").status_code == 403


def test_a_membership_that_ends_takes_every_grant_with_it(cast: Cast) -> None:
    membership = cast.will.memberships.get(left_at=None)
    assert as_(cast.nora).post(f"/members/{membership.pk}/end").status_code == 302
    assert cast.will.standing.granted == frozenset()
    assert as_(cast.nora).post(f"/members/{membership.pk}/end").status_code == 409
    assert as_(cast.nora).get(f"/people/{cast.will.pk}/").status_code == 404


def test_an_owner_ends_no_membership_elsewhere_nor_their_own(cast: Cast) -> None:
    elsewhere, own = cast.sid.memberships.get(left_at=None), cast.nora.memberships.get(left_at=None)
    assert as_(cast.nora).post(f"/members/{elsewhere.pk}/end").status_code == 404
    assert as_(cast.nora).post(f"/members/{own.pk}/end").status_code == 403
    assert as_(cast.will).post(f"/members/{own.pk}/end").status_code == 403


def test_a_worker_becomes_owner_by_an_owner_and_never_by_themselves(cast: Cast) -> None:
    membership = cast.will.memberships.get(left_at=None)
    assert as_(cast.will).post(f"/members/{membership.pk}/make", {"role": "owner"}).status_code == 403
    assert as_(cast.nora).post(f"/members/{membership.pk}/make", {"role": "admin"}).status_code == 422
    assert as_(cast.nora).post(f"/members/{membership.pk}/make", {"role": "owner"}).status_code == 302
    assert cast.will.standing.holds("governance.approve_task", cast.Northside.pk)
    assert as_(cast.nora).post(f"/members/{membership.pk}/make", {"role": "worker"}).status_code == 409, (
        "that membership has ended"
    )


def test_members_of_a_suspended_operator_keep_nobody(cast: Cast) -> None:
    assert as_(cast.sue).get("/people/").status_code == 403
    assert as_(cast.sue).get(f"/operators/{cast.Suspended.pk}/").status_code == 403


# Roles on the network


def test_an_admin_gives_and_takes_roles_and_each_leaves_a_note(cast: Cast) -> None:
    client = as_(cast.ines)
    assert client.post(f"/people/{cast.nobody.pk}/give", {"role": "executive"}).status_code == 302
    assert cast.nobody.standing.holds("qtm.oversee")
    assert client.post(f"/people/{cast.nobody.pk}/take", {"role": "executive"}).status_code == 302
    assert not cast.nobody.standing.holds("qtm.oversee")
    assert [(note.said, note.by) for note in PersonNote.objects.filter(person=cast.nobody)] == [
        ("took the role executive back", cast.ines),
        ("gave the role executive", cast.ines),
    ]


@pytest.mark.parametrize("who", ["wim", "cora", "eve", "nora", "will", "root", "nobody"])
def test_nobody_but_an_admin_gives_a_role(cast: Cast, who: str) -> None:
    page = as_(getattr(cast, who)).post(f"/people/{cast.nobody.pk}/give", {"role": "admin"})
    assert page.status_code in {403, 404}
    assert not cast.nobody.groups.exists()


def test_nobody_raises_themselves(cast: Cast) -> None:
    assert as_(cast.ines).post(f"/people/{cast.ines.pk}/give", {"role": "commerce"}).status_code == 403
    assert as_(cast.wim).post(f"/people/{cast.wim.pk}/give", {"role": "admin"}).status_code == 403
    assert not cast.ines.standing.holds("settlement.open_settlement")


def test_the_last_admin_stays(cast: Cast) -> None:
    assert as_(cast.ines).post(f"/people/{cast.ines.pk}/take", {"role": "admin"}).status_code == 409
    Keeper(cast.ines).give(cast.nobody, "admin")
    assert as_(cast.ines).post(f"/people/{cast.ines.pk}/take", {"role": "admin"}).status_code == 302


def test_whoever_works_for_an_operator_gets_no_role_on_the_network(cast: Cast) -> None:
    assert as_(cast.ines).post(f"/people/{cast.will.pk}/give", {"role": "commerce"}).status_code == 409
    assert not cast.will.groups.exists()


# One-time links for a new password


def test_a_reset_link_lets_one_choose_a_new_password_once(cast: Cast) -> None:
    path = link_in(as_(cast.nora).post(f"/people/{cast.will.pk}/reset"))
    client = as_(None)
    form = client.get(path).headers["Location"]
    assert client.post(form, {"new_password1": "short", "new_password2": "short"}).status_code == 422
    assert client.post(form, {"new_password1": NEW["password1"], "new_password2": NEW["password1"]}).status_code == 302
    assert cast.will.check_password(NEW["password1"])
    assert as_(None).get(path, follow=True).status_code == 410


RESETS = {
    "ines": {"wim", "cora", "eve", "nora", "will", "wanda", "sam", "sid", "liam", "sue", "pete", "nobody"},
    "wim": {"nora", "will", "wanda", "sam", "sid", "liam", "sue", "pete", "nobody"},
    "nora": {"will", "wanda"},
    "liam": set(),
    "sue": set(),
    "root": set(),
    "will": set(),
}


@pytest.mark.parametrize("who", RESETS)
def test_a_reset_link_never_opens_what_is_above_its_maker(cast: Cast, who: str) -> None:
    client = as_(getattr(cast, who))
    made = {
        person.username for person in cast.everybody() if client.post(f"/people/{person.pk}/reset").status_code == 200
    }
    assert made == RESETS[who]


# Operators


def test_an_operator_applies_and_is_let_in_by_admins_alone(cast: Cast) -> None:
    made = as_(cast.wim).post("/operators/new", {"name": "East <b>&</b> Co"})
    row = Operator.objects.get(name="East <b>&</b> Co")
    assert made.headers["Location"] == row.page
    assert row.state == "pending_review"
    assert as_(cast.wim).post(f"{row.page}accept").status_code == 403
    assert as_(cast.ines).post(f"{row.page}accept").status_code == 302
    assert as_(cast.ines).post(f"{row.page}activate").status_code == 302
    page = as_(cast.wim).get(row.page).content
    assert b"East &lt;b&gt;&amp;&lt;/b&gt; Co" in page
    assert b"qtm.activate_operator as admin" in page, "its history says by what authority"


def test_a_suspension_says_why(cast: Cast) -> None:
    page = cast.Northside.page
    assert as_(cast.ines).post(f"{page}suspend", {"reason": " "}).status_code == 422
    assert as_(cast.ines).post(f"{page}suspend", {"reason": "Too many complaints"}).status_code == 302
    assert b"Too many complaints" in as_(cast.ines).get(page).content
    assert as_(cast.ines).post(f"{page}suspend", {"reason": "again"}).status_code == 409


@pytest.mark.parametrize(
    "given",
    [{"name": ""}, {"name": "Northside"}, {"name": "x" * 121}, {"name": "A\0B"}, {"name": "New", "email": "no"}],
)
def test_an_application_that_is_not_right_is_422_and_keeps_what_was_typed(cast: Cast, given: dict[str, str]) -> None:
    before = Operator.objects.count()
    page = as_(cast.wim).post("/operators/new", {"phone": "030 4711", **given})
    assert page.status_code == 422
    assert b"030 4711" in page.content
    assert Operator.objects.count() == before


def test_an_owner_changes_the_contact_and_never_the_name(cast: Cast) -> None:
    page = cast.Northside.page
    assert as_(cast.nora).post(f"{page}details", {"name": "Other", "phone": "030 1"}).status_code == 302
    assert (cast.Northside.name, cast.Northside.phone) == ("Northside", "030 1")
    assert as_(cast.wim).post(f"{page}details", {"name": "Northside Ltd", "phone": "030 1"}).status_code == 302
    said = PersonNote.objects.filter(operator__name="Northside Ltd").values_list("said", flat=True).first()
    assert said == "changed the details; before: name “Northside”"
    assert as_(cast.sam).post(f"{page}details", {"phone": "0"}).status_code == 404


def test_what_was_typed_comes_back_after_signing_in_again(cast: Cast) -> None:
    person = cast.wim
    person.set_password("a long enough sentence")
    person.save()
    client = as_(None)
    away = client.post("/operators/new", {"name": "Typed for an hour"})
    assert away.headers["Location"].startswith("/login?next=/operators/new")
    client.post("/login", {"username": "wim", "password": "a long enough sentence", "next": "/operators/new"})
    assert b"Typed for an hour" in client.get("/operators/new").content
    assert b"Typed for an hour" not in client.get("/operators/new").content


def test_people_pages_by_status_for_each_of_the_cast(cast: Cast) -> None:
    north = cast.Northside.pk
    keep = {"ines": 200, "wim": 200}
    expected: dict[str, dict[str, int]] = {
        "/people/": {**keep, "nora": 302, "sam": 302, "liam": 302},
        "/people/everyone": keep,
        "/people/invite": {"ines": 200},
        f"/people/{cast.will.pk}/": {**keep, "nora": 200, "sam": 404, "liam": 404},
        "/operators/new": keep,
        f"/operators/{north}/": {**keep, "nora": 200, "sam": 404, "liam": 404},
        f"/operators/{north}/details": {**keep, "nora": 200, "sam": 404, "liam": 404},
        f"/operators/{north}/invite": {**keep, "nora": 200, "sam": 404, "liam": 404},
    }
    for person in cast.everybody():
        client = as_(person)
        found = {url: client.get(url).status_code for url in expected}
        assert found == {url: by_name.get(person.username, 403) for url, by_name in expected.items()}, person.username
    assert {as_(None).get(url).status_code for url in expected} == {302}


def test_presses_are_no_pages(cast: Cast) -> None:
    for url in (
        f"/people/{cast.will.pk}/give",
        f"/people/{cast.will.pk}/reset",
        "/members/1/end",
        "/invitations/1/withdraw",
    ):
        assert as_(cast.ines).get(url).status_code == 405


@pytest.mark.parametrize("url", ["/people/", "/people/everyone?q=w", "/operators/1/", "/people/1/", "/people/everyone"])
def test_people_pages_ask_little(cast: Cast, url: str, django_assert_max_num_queries: Any) -> None:
    url = url.replace("operators/1", f"operators/{cast.Northside.pk}").replace("people/1", f"people/{cast.will.pk}")
    client = as_(cast.ines)
    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200


@pytest.mark.django_db
def test_a_reset_link_dies_when_its_person_comes_to_hold_more(cast: Cast, client: Client) -> None:
    link = Keeper(cast.wim).reset_path(cast.nobody)
    assert client.get(link).status_code == 302
    Keeper(cast.ines).give(cast.nobody, "admin")
    assert Client().get(link).status_code == 410


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["password__startswith=p", "password=x", "username__regex=("])
def test_nothing_hidden_is_guessed_through_the_admins_filters(cast: Cast, asked: str) -> None:
    assert as_(cast.root).get(f"/admin/qtm/user/?{asked}").status_code in {302, 400}
