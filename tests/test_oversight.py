"""Django's admin: who oversees looks at everything, and nothing of the spine can be touched there."""

from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from intake.models import Funnel, Request
from qtm.acts import acting
from qtm.models import Invitation, Membership, Operator, PersonNote, Surface, SurfaceVersion, Transition, User
from qtm.people import new_invitation
from qtm.spine import Fact, Room, all_rooms
from records.models import Record
from tests.cast import Cast, Walk

pytestmark = pytest.mark.django_db
SPINE = [model for model in apps.get_models() if issubclass(model, Room | Fact) or model is Transition]


def as_(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def page_of(model: Any, what: str, *args: Any) -> str:
    """An address of the admin."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def test_everything_of_the_spine_is_there() -> None:
    assert set(SPINE) <= set(admin.site._registry)


def test_nothing_is_there_that_gives_permissions() -> None:
    assert {model._meta.label for model in admin.site._registry} & {
        "auth.Group",
        "auth.Permission",
        "guardian.UserObjectPermission",
        "sessions.Session",
    } == set()


def test_who_oversees_looks_at_every_list_and_row(cast: Cast, walk: Walk) -> None:
    walk.captured()
    new_invitation("Ada", "admin")
    client = as_(cast.eve)
    assert client.get("/admin/").status_code == 200
    for model in admin.site._registry:
        assert client.get(page_of(model, "changelist")).status_code == 200, model
        row = model._base_manager.first()
        if row is not None:
            assert client.get(page_of(model, "change", row.pk)).status_code == 200, model
            assert client.get(page_of(model, "history", row.pk)).status_code == 200, model


def test_the_others_are_not_let_in_whatever_django_calls_them(cast: Cast) -> None:
    User.objects.update(is_staff=True)
    let_in = {person.username for person in cast.everybody() if as_(person).get("/admin/").status_code == 200}
    assert let_in == {"ines", "eve", "root"}
    for person in cast.everybody():
        if person.username not in let_in:
            assert as_(person).get("/admin/", follow=True).status_code == 403, person
            for model in admin.site._registry:
                assert as_(person).get(page_of(model, "changelist")).status_code == 302, (person, model)
    assert Client().get("/admin/").status_code == 302


def test_a_superuser_looks_at_people_operators_and_surfaces_and_at_no_case(cast: Cast, walk: Walk) -> None:
    walk.captured()
    client = as_(cast.root)
    seen = {model for model in admin.site._registry if client.get(page_of(model, "changelist")).status_code == 200}
    assert {User, Operator, Membership, Surface, SurfaceVersion} <= seen
    assert {model._meta.app_label for model in seen} == {"qtm"}
    assert Transition not in seen
    for row in (walk.request, walk.request.actor, walk.job(), walk.record()):
        assert client.get(page_of(type(row), "change", row.pk)).status_code == 403, row


def test_a_closed_account_of_a_superuser_is_let_in_nowhere(cast: Cast) -> None:
    client = as_(cast.root)
    User.objects.filter(username="root").update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_who_oversees_finds_the_oversight_among_their_workplaces(cast: Cast) -> None:
    linked = {person.username for person in cast.everybody() if b'href="/admin/"' in as_(person).get("/spine/").content}
    assert linked == {"ines", "eve"}
    assert b'href="/admin/"' in as_(cast.root).get("/").content


def test_the_first_admin_of_an_empty_house_is_let_in(cast: Cast) -> None:
    _, token = new_invitation("Ada", "admin")
    client, words = Client(), "a long enough sentence"
    given = {"first_name": "Ada", "username": "ada", "password1": words, "password2": words}
    assert client.post(f"/invited/{token}/", given).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_who_published_a_version_is_read_there(cast: Cast) -> None:
    runtime = Surface.objects.get(code="landscaping").current.reads
    with acting(cast.ines, via="test", authority="qtm.keep_surfaces as admin"):
        made, _ = SurfaceVersion.publish(replace(runtime, summary="Hedges."))
    page = as_(cast.eve).get(page_of(SurfaceVersion, "change", made.pk))
    assert b">Ines<" in page.content
    assert as_(cast.eve).post(page_of(SurfaceVersion, "change", made.pk), {"status": "live"}).status_code == 403


def test_nothing_of_the_spine_is_added_changed_or_deleted(cast: Cast, walk: Walk) -> None:
    walk.captured()
    for client in (as_(cast.root), as_(cast.ines)):
        for model in SPINE:
            stays_as_it_is(client, model)


def stays_as_it_is(client: Client, model: Any) -> None:
    """Every way of the admin to touch a model is shut."""
    row = model._base_manager.first()
    assert client.get(page_of(model, "add")).status_code == 403
    assert client.post(page_of(model, "add"), {}).status_code == 403
    assert client.post(
        page_of(model, "changelist"), {"action": "delete_selected", "_selected_action": "1", "post": "yes"}
    ).status_code in {200, 302, 403}
    assert client.get(page_of(model, "delete", 1)).status_code == 403
    if row:
        before = model._base_manager.filter(pk=row.pk).values().get()
        assert client.post(page_of(model, "change", row.pk), {"state": "rejected", "_save": "1"}).status_code == 403
        assert client.post(page_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._base_manager.filter(pk=row.pk).values().get() == before


def test_no_list_offers_an_action() -> None:
    assert {model.actions for model in admin.site._registry.values()} == {None}
    assert {tuple(model.inlines) for model in admin.site._registry.values()} == {()}


def test_a_row_is_found_by_its_reference(cast: Cast, walk: Walk) -> None:
    job, other = walk.job(), Walk().job()
    client = as_(cast.ines)

    def found(words: str) -> list[int]:
        return [row.pk for row in client.get(page_of(type(job), "changelist"), {"q": words}).context["cl"].result_list]

    assert found(job.reference) == [job.pk]
    assert found(job.reference.lower()) == [job.pk]
    assert found(f"Q-{other.case_id}") == [other.pk]
    assert job.pk in found(str(job.pk))
    for nonsense in ("X-1", "J-x", "²", "9" * 40, "J-"):
        assert found(nonsense) == []


def test_no_secret_is_shown(cast: Cast, walk: Walk) -> None:
    record, (invitation, token) = walk.record(), new_invitation("Ada", "admin")
    client, request = as_(cast.eve), walk.request
    person = cast.ines
    pages = [
        client.get(page_of(type(row), "change", row.pk)).content.decode()
        for row in (request, invitation, person, record)
    ]
    for secret in (
        request.token,
        request.key,
        invitation.token_sha256,
        token,
        person.password,
        record.document[:40].hex(),
    ):
        assert not [page for page in pages if secret in page]


def test_accounts_are_kept_without_giving_anything(cast: Cast) -> None:
    client, will = as_(cast.ines), cast.will
    given = {
        "first_name": "William",
        "last_name": "",
        "email": "",
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
        "groups": "1",
        "password": "x",
        "username": "ines2",
    }
    assert client.post(page_of(User, "change", will.pk), given).status_code == 302
    changed = cast.will
    assert changed.first_name == "William"
    assert not changed.is_superuser
    assert not changed.is_staff
    assert not changed.groups.exists()
    assert changed.password == will.password
    assert LogEntry.objects.filter(object_id=str(will.pk), user=cast.ines).exists()
    assert client.get(f"/admin/qtm/user/{will.pk}/password/").status_code in {302, 404}, "no password is set here"
    assert client.get(page_of(User, "add")).status_code == 403
    assert client.post(page_of(User, "delete", will.pk), {"post": "yes"}).status_code == 403


def test_nobody_closes_their_own_account_or_the_oversights(cast: Cast) -> None:
    client = as_(cast.ines)
    for person in (cast.ines, cast.root):
        client.post(page_of(User, "change", person.pk), {"first_name": "Same", "last_name": "", "email": ""})
        assert User.objects.get(pk=person.pk).is_active


def test_who_may_only_look_changes_no_account_and_no_funnel(cast: Cast) -> None:
    funnel, client = Funnel.objects.get(slug="network"), as_(cast.eve)
    assert client.post(page_of(User, "change", cast.will.pk), {"first_name": "X"}).status_code == 403
    for looks in (client, as_(cast.root)):
        assert looks.post(page_of(Funnel, "change", funnel.pk), {"name": "X"}).status_code == 403
        assert looks.post(page_of(Funnel, "add"), {"slug": "x", "name": "X"}).status_code == 403


def test_an_admin_keeps_the_networks_funnels(cast: Cast) -> None:
    client, funnel = as_(cast.ines), Funnel.objects.get(slug="network")
    given = {"name": "Anew", "words": "", "operator": cast.Southside.pk, "slug": "other"}
    assert client.post(page_of(Funnel, "change", funnel.pk), given).status_code == 302
    funnel.refresh_from_db()
    assert (funnel.name, funnel.slug, funnel.operator, funnel.is_open) == ("Anew", "network", None, False)


def test_an_operators_funnel_is_looked_at_here_and_kept_by_its_owners_alone(cast: Cast) -> None:
    client, before = as_(cast.ines), Funnel.objects.values().get(slug="north")
    page = page_of(Funnel, "change", before["id"])
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": "Anew", "words": "", "surfaces": []}).status_code == 403
    assert client.get("/funnels/north/").status_code == 404, "nor is it theirs elsewhere"
    assert Funnel.objects.values().get(slug="north") == before


def test_no_funnel_is_made_here_for_an_operator(cast: Cast) -> None:
    given = {"slug": "east", "name": "East", "words": "", "is_open": "on", "operator": cast.Southside.pk}
    assert as_(cast.ines).post(page_of(Funnel, "add"), given).status_code == 302
    assert Funnel.objects.get(slug="east").operator is None


def test_a_superuser_passes_no_door_for_being_one(cast: Cast, walk: Walk) -> None:
    client = as_(cast.root)
    for row, verb in ((walk.task, "approve"), (walk.request, "discard"), (cast.Northside, "suspend")):
        assert client.post(f"/{type(row).__name__.lower()}s/{row.pk}/{verb}", {"reason": "x"}).status_code in {403, 404}
    assert walk.task.state == "open"


def test_one_signs_in_out_and_changes_the_password_in_one_place(cast: Cast) -> None:
    assert Client().get("/admin/login/?next=/admin/qtm/user/").headers["Location"] == "/login?next=/admin/qtm/user/"
    client = as_(cast.ines)
    assert client.get("/admin/password_change/").headers["Location"] == "/password"
    assert client.post("/admin/logout/").status_code == 200
    assert client.get("/admin/").status_code == 302


def test_every_room_shown_names_what_it_is() -> None:
    assert {Record, Request, SurfaceVersion, Invitation} <= set(admin.site._registry)
    assert len([model for model in admin.site._registry if issubclass(model, Room)]) == len(all_rooms())


def test_an_account_closed_here_is_closed_by_the_same_verb(cast: Cast) -> None:
    client, page = as_(cast.ines), page_of(User, "change", cast.will.pk)
    names = {"first_name": "Will", "last_name": "", "email": ""}
    assert client.post(page, names).status_code == 302
    assert client.post(page, {**names, "is_active": "on"}).status_code == 302
    assert [(note.said, note.by) for note in PersonNote.objects.filter(person=cast.will)] == [
        ("opened the account again", cast.ines),
        ("closed the account", cast.ines),
    ]
    assert cast.will.is_active


def test_the_last_admins_account_is_not_closed_here_either(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.root)
    names = {"first_name": "Ines", "last_name": "", "email": ""}
    for name, stays_open in (("ines", True), ("wim", False)):
        page = f"/admin/qtm/user/{getattr(cast, name).pk}/change/"
        assert client.post(page, names).status_code == 302
        assert getattr(cast, name).is_active is stays_open
