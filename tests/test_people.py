"""People: who may invite, keep, raise and let go of whom; and links that work once."""

import re
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from qtm.models import Invitation, Membership, Operator, PersonNote, User
from qtm.people import Keeper
from qtm.people_invited import open_invitation
from qtm.refusals import Conflict, Forbidden, Invalid, Lawless
from qtm.typed import MOST_KEPT
from tests.cast import Cast, Walk

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
    token = invite(cast.wim, cast.Northside, "worker")
    assert as_(cast.wim).post(f"/invited/{token}/").status_code == 403
    assert cast.wim.standing.membership is None


def test_whoever_keeps_people_without_giving_roles_makes_no_owner(cast: Cast) -> None:
    client, north = as_(cast.wim), cast.Northside
    will, nora = (person.memberships.get(left_at=None) for person in (cast.will, cast.nora))
    page = f"/operators/{north.pk}/invite"
    assert b'value="owner"' not in client.get(page).content
    assert client.post(page, {"name": "Ada", "role": "owner"}).status_code == 422
    assert client.post(f"/members/{will.pk}/make", {"role": "owner"}).status_code == 403
    assert client.post(f"/members/{nora.pk}/make", {"role": "worker"}).status_code == 403
    assert client.post(f"/members/{nora.pk}/end").status_code == 403
    assert client.post(f"/members/{will.pk}/end").status_code == 302
    with pytest.raises(Forbidden):
        invite(cast.wim, north, "owner")
    assert not Invitation.objects.exists()
    assert str(cast.nora.standing.membership) == "owner of Northside"


@pytest.mark.parametrize("who", ["ines", "nora"])
def test_owners_are_invited_and_reset_by_admins_and_by_owners_of_theirs(cast: Cast, who: str) -> None:
    page = as_(getattr(cast, who)).post(f"/operators/{cast.Northside.pk}/invite", {"name": "Ada", "role": "owner"})
    as_(None).post(link_in(page), NEW)
    assert cast.ada.standing.holds("governance.approve_task", cast.Northside.pk)
    assert Keeper(cast.nora).may_reset(cast.ada)
    assert not Keeper(cast.wim).may_reset(cast.ada)


def test_an_owners_invitation_leads_nowhere_once_its_maker_only_keeps_people(cast: Cast) -> None:
    token = invite(cast.ines, cast.Northside, "owner")
    Keeper(cast.ines).give(cast.wim, "admin")
    Keeper(cast.wim).give(cast.ines, "workforce")
    Keeper(cast.wim).take(cast.ines, "admin")
    assert cast.ines.standing.holds("qtm.keep_people")
    assert as_(None).post(f"/invited/{token}/", NEW).status_code == 403


# Accounts


def test_an_admin_closes_an_account_and_opens_it_again(cast: Cast) -> None:
    theirs, page = as_(cast.will), f"/people/{cast.will.pk}/"
    assert theirs.get("/password").status_code == 200
    assert b"Close the account" in as_(cast.ines).get(page).content
    assert as_(cast.ines).post(f"{page}close").status_code == 302
    assert theirs.get("/password").status_code == 302, "who was signed in is out"
    assert as_(cast.ines).post(f"{page}close").status_code == 409
    assert b"Open the account again" in as_(cast.ines).get(page).content
    assert as_(cast.ines).post(f"{page}reopen").status_code == 302
    assert as_(cast.ines).post(f"{page}reopen").status_code == 409
    assert theirs.get("/password").status_code == 200
    assert [(note.said, note.by) for note in cast.will.notes.all()] == [
        ("opened the account again", cast.ines),
        ("closed the account", cast.ines),
    ]


@pytest.mark.parametrize("who", ["wim", "cora", "eve", "nora", "will", "root", "nobody"])
def test_nobody_but_an_admin_closes_an_account(cast: Cast, who: str) -> None:
    page = f"/people/{cast.wanda.pk}/"
    assert as_(getattr(cast, who)).post(f"{page}close").status_code in {403, 404}
    assert b"Close the account" not in as_(getattr(cast, who)).get(page).content
    assert cast.wanda.is_active


def test_nobody_closes_their_own_account_nor_one_that_is_kept_at_the_machine(cast: Cast) -> None:
    Keeper(cast.ines).give(cast.nobody, "admin")
    for person in (cast.ines, cast.root):
        assert as_(cast.ines).post(f"/people/{person.pk}/close").status_code == 403
        assert User.objects.get(pk=person.pk).is_active


def test_the_last_open_account_of_an_admin_stays_open(cast: Cast) -> None:
    Keeper(cast.ines).give(cast.nobody, "admin")
    Keeper(cast.ines).close(cast.nobody)
    with pytest.raises(Lawless):
        Keeper(cast.root).close(cast.ines)
    Keeper(cast.ines).reopen(cast.nobody)
    Keeper(cast.nobody).close(cast.ines)
    assert not cast.ines.is_active


@pytest.mark.parametrize("verb", ["close", "take"])
def test_whoever_lost_their_own_standing_meanwhile_lets_no_admin_go(cast: Cast, verb: str) -> None:
    for name in ("nobody", "wim"):
        Keeper(cast.ines).give(getattr(cast, name), "admin")
    late = Keeper(cast.wim)
    assert late.accounts, "read before they lost it"
    getattr(Keeper(cast.ines), verb)(cast.wim, *(["admin"] if verb == "take" else []))
    with pytest.raises(Forbidden):
        late.close(cast.nobody)
    assert cast.nobody.is_active


def test_who_was_closed_since_the_request_came_holds_nothing_when_asked_anew(cast: Cast) -> None:
    ines, will = cast.ines, cast.will
    assert ines.standing.holds("qtm.oversee")
    assert will.standing.membership
    User.objects.filter(pk__in=[ines.pk, will.pk]).update(is_active=False)
    assert ines.standing.holds("qtm.oversee"), "what was read stays read until it is asked anew"
    assert not ines.anew().standing.holds("qtm.oversee")
    assert not will.anew().standing.membership


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


def test_a_membership_ends_once_and_stays_ended_at_that_moment(cast: Cast) -> None:
    first, second = cast.will.memberships.get(left_at=None), cast.will.memberships.get(left_at=None)
    first.leave()
    left = Membership.objects.get(pk=first.pk).left_at
    with pytest.raises(Conflict):
        second.leave()
    assert Membership.objects.get(pk=first.pk).left_at == left


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
    "wim": {"will", "wanda", "sid", "nobody"},
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


def known(user: User) -> User:
    """Somebody with a password."""
    user.set_password(NEW["password1"])
    user.save()
    return user


def signed_in_again(client: Client, user: User, back: str) -> Any:
    """The page that somebody comes to after signing in where a press had led them."""
    assert client.get(f"/login?next={back}").status_code == 200
    given = {"username": user.username, "password": NEW["password1"], "next": back}
    return client.post("/login", given, follow=True)


def test_a_press_after_the_session_ended_comes_back_to_its_page_with_what_was_chosen(cast: Cast) -> None:
    client, page = as_(None), f"/people/{cast.nobody.pk}/"
    away = client.post(f"{page}give", {"role": "commerce"}, headers={"referer": f"http://testserver{page}?a=b"})
    assert away.headers["Location"] == f"/login?next={page}%3Fa%3Db"
    back = signed_in_again(client, known(cast.ines), f"{page}?a=b")
    assert back.status_code == 200
    assert b"nothing was done yet" in back.content
    assert re.search(r'value="commerce"[^>]*checked', back.content.decode())
    assert not cast.nobody.groups.exists()
    assert not re.search(r'value="commerce"[^>]*checked', client.get(page).content.decode()), "it is offered once"
    assert client.session.get_expiry_age() > 3600, "and the session lasts as any other"


PRESSES = ["people/{will}/give", "people/{will}/take", "people/{will}/reset", "people/{will}/close"]
PRESSES += ["people/{will}/reopen", "members/1/make", "members/1/end", "invitations/1/withdraw"]


@pytest.mark.parametrize("press", PRESSES)
def test_no_press_ends_in_a_blank_page_after_signing_in(cast: Cast, press: str) -> None:
    path, page = f"/{press.format(will=cast.will.pk)}", cast.Northside.page
    back = as_(None).post(path, {"role": "owner"}, headers={"referer": f"http://testserver{page}"})
    assert back.headers["Location"] == f"/login?next={page}"
    for elsewhere in ({}, {"referer": "https://elsewhere.example/people/"}):
        assert as_(None).post(path, headers=elsewhere).headers["Location"] == "/login?next=/"


def test_what_another_button_had_sent_is_not_offered_as_a_choice(cast: Cast) -> None:
    client, page = as_(None), f"/people/{cast.nobody.pk}/"
    client.post(f"{page}take", {"role": "commerce"}, headers={"referer": f"http://testserver{page}"})
    back = signed_in_again(client, known(cast.ines), page)
    assert not re.search(r'value="commerce"[^>]*checked', back.content.decode())


def test_what_was_typed_long_ago_is_not_offered(cast: Cast) -> None:
    client = as_(None)
    client.post("/operators/new", {"name": "Typed for an hour"})
    session = client.session
    session["typed"] = {**session["typed"], "until": 0}
    session.save()
    assert b"Typed for an hour" not in signed_in_again(client, known(cast.wim), "/operators/new").content


def noise(length: int) -> str:
    """Text in which nothing repeats, so that nothing makes it smaller."""
    return secrets.token_hex(length // 2)


def test_nobody_fills_the_sessions_without_signing_in(cast: Cast, walk: Walk) -> None:
    stranger = as_(None)
    for path in (f"/tasks/{walk.task.pk}/reject", "/operators/new", f"/people/{cast.will.pk}/give"):
        for given in (
            {str(number): noise(3000) for number in range(60)},
            {"name": noise(900_000)},
            {noise(30_000): ""},
        ):
            away = as_(None).post(path, urlencode(given), content_type="application/x-www-form-urlencoded")
            assert away.headers["Location"].startswith("/login")
            assert b"too long to be kept" in away.client.get(away.headers["Location"]).content
    assert not Session.objects.exists()
    stranger.post("/operators/new", {"about": "é🙂 " * 1000})
    assert len(Session.objects.get().session_data) <= MOST_KEPT + 200
    assert "é🙂 " * 999 in signed_in_again(stranger, known(cast.wim), "/operators/new").content.decode()


def test_sessions_that_have_ended_are_cleared_by_whoever_comes_by(cast: Cast) -> None:
    ended = timezone.now() - timedelta(seconds=1)

    def left() -> None:
        Session.objects.create(session_key="ended", session_data="", expire_date=ended)

    left()
    as_(None).post("/operators/new", {"name": "x"})
    assert not Session.objects.filter(session_key="ended").exists()
    left()
    as_(None).post("/login", {"username": known(cast.wim).username, "password": NEW["password1"]})
    assert not Session.objects.filter(session_key="ended").exists()


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
