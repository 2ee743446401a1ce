"""Saved views: who sees one, who changes it, what it may hold, and that none leads an operator to another's."""

from typing import Any

import pytest
from django.test import Client

from governance.saved import SavedView
from qtm.models import Membership
from tests.cast import PEOPLE, Cast, Walk
from tests.test_console import at, text

pytestmark = pytest.mark.django_db
QUERY = "priority=urgent"


def save(who: str, place: str = "console", **given: str) -> Any:
    """Somebody saves a view."""
    sent = {"place": place, "queue": "to-review", "query": QUERY, "name": "Urgent ones", "shared": "me", **given}
    return at(who).post("/views/save", sent)


def rail(who: str, path: str = "/console/") -> list[str]:
    """The names of the views in somebody's rail."""
    return [each["view"].name for each in at(who).get(path).context["views"]]


def test_a_view_is_saved_with_its_queue_and_leads_back_to_what_it_holds(walk: Walk) -> None:
    assert walk.task
    answer = save("ines", query="priority=urgent&nonsense=1&after=x")
    assert answer.headers["Location"] == "/console/to-review/?priority=urgent"
    page = at("ines").get(answer.headers["Location"])
    assert 'aria-current="page">Urgent ones' in text(page)
    assert page.context["entries"] == []


def test_a_search_is_saved_too() -> None:
    assert save("ines", queue="", query="q=holt&due=none").headers["Location"] == "/console/find?q=holt&due=none"


@pytest.mark.parametrize(("shared", "seen"), [("me", {"ines"}), ("team", {"ines"}), ("all", {"ines", "eve"})])
def test_a_view_is_seen_by_those_for_whom_it_was_saved(shared: str, seen: set[str]) -> None:
    save("ines", shared=shared)
    assert {who for who in ("ines", "eve") if rail(who)} == seen


@pytest.mark.parametrize("shared", ["team", "all"])
def test_who_only_looks_on_puts_nothing_into_the_rail_of_others(shared: str) -> None:
    assert save("eve", shared=shared).status_code == 422
    assert save("eve").status_code == 302
    assert (rail("eve"), rail("ines")) == (["Urgent ones"], [])


def test_who_only_looks_on_is_offered_no_more_than_what_is_taken(walk: Walk) -> None:
    assert walk.task
    for path in ("/console/to-review/?priority=normal", "/console/find?q=holt"):
        assert [value for value, _ in at("eve").get(path).context["sharing"]] == ["me"]
        page = text(at("eve").get(path))
        assert ('<option value="me">' in page, "My team" in page) == (True, False)
        assert [value for value, _ in at("ines").get(path).context["sharing"]] == ["me", "team", "all"]


@pytest.mark.parametrize("shared", ["team", "all"])
def test_who_governs_a_place_lets_go_of_what_somebody_shared_there(shared: str, cast: Cast) -> None:
    save("ines", shared=shared)
    view, other = SavedView.objects.get(), cast.nobody
    other.groups.add(*cast.ines.groups.all())
    assert "Let go of “Urgent ones”" in text(at("nobody").get(view.url))
    assert "Let go of" not in text(at("eve").get(view.url))
    for who in ("eve", "nora", "sam", "will", "root"):
        assert at(who).post(f"/views/{view.pk}/delete").status_code == 404
    assert at("nobody").post(f"/views/{view.pk}/change", {"name": "X", "shared": "me"}).status_code == 404
    assert at("nobody").post(f"/views/{view.pk}/delete").status_code == 302
    assert not SavedView.objects.exists()


def test_nobody_lets_go_of_what_another_keeps_for_themselves_or_of_another_operators(cast: Cast) -> None:
    save("ines")
    own = SavedView.objects.get()
    cast.nobody.groups.add(*cast.ines.groups.all())
    assert at("nobody").post(f"/views/{own.pk}/delete").status_code == 404
    save("nora", place="inbox", shared="all")
    for who in ("ines", "sam", "liam", "will"):
        assert at(who).post(f"/views/{SavedView.objects.latest('pk').pk}/delete").status_code == 404
    assert SavedView.objects.count() == 2


def test_ones_own_views_come_before_those_of_others() -> None:
    save("ines", name="!", shared="all")
    save("eve", name="Z")
    assert rail("eve") == ["Z", "!"]


def test_a_team_is_those_of_the_same_role(cast: Cast) -> None:
    save("ines", shared="team")
    other = cast.nobody
    other.groups.add(*cast.ines.groups.all())
    assert rail("nobody") == ["Urgent ones"]


def test_no_view_of_an_operator_is_seen_by_another_or_by_the_network(cast: Cast) -> None:
    save("nora", place="inbox", shared="all")
    assert SavedView.objects.get().governor == cast.Northside
    assert rail("nora", "/inbox/") == ["Urgent ones"]
    assert rail("sam", "/inbox/") == rail("liam", "/inbox/") == rail("ines") == rail("eve") == []


def test_a_view_of_the_network_is_seen_by_no_operator() -> None:
    save("ines", shared="all")
    assert rail("nora", "/inbox/") == []


def test_who_has_left_an_operator_sees_and_changes_its_views_no_more(cast: Cast) -> None:
    save("nora", place="inbox", shared="all")
    view = SavedView.objects.get()
    nora = cast.nora
    nora.memberships.get(left_at=None).leave()
    Membership.join(nora, cast.Southside, "owner")
    assert rail("nora", "/inbox/") == []
    assert at("nora").post(f"/views/{view.pk}/delete").status_code == 404
    assert SavedView.objects.exists()


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "ines"])
def test_a_view_is_changed_and_let_go_by_who_made_it_alone(name: str) -> None:
    save("ines", shared="all")
    view = SavedView.objects.get()
    for what in ("change", "delete"):
        assert at(name).post(f"/views/{view.pk}/{what}", {"name": "Mine", "shared": "me"}).status_code == 404
    assert SavedView.objects.get().name == "Urgent ones"


def test_its_maker_renames_shares_and_lets_go_of_a_view() -> None:
    save("ines")
    view = SavedView.objects.get()
    assert at("ines").post(f"/views/{view.pk}/change", {"name": "Pressing", "shared": "all"}).status_code == 302
    assert rail("eve") == ["Pressing"]
    assert at("ines").post(f"/views/{view.pk}/delete").headers["Location"] == "/console/"
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"name": ""}, 422, "Give the view a name."),
        ({"name": "x" * 61}, 422, "at most 60"),
        ({"name": "a\x00"}, 422, "Null characters"),
        ({"shared": "world"}, 422, "Choose who is to see it."),
        ({"query": ""}, 422, "Set a filter first"),
        ({"query": "priority=nonsense"}, 422, "nothing that can be chosen"),
        ({"queue": "nowhere"}, 404, ""),
        ({"place": "elsewhere"}, 404, ""),
        ({"place": "inbox"}, 403, ""),
    ],
)
def test_a_view_that_makes_no_sense_is_refused_in_words(given: dict[str, str], status: int, said: str) -> None:
    answer = save("ines", **given)
    assert answer.status_code == status
    assert said in text(answer)
    assert not SavedView.objects.exists()


def test_two_views_of_one_person_have_two_names() -> None:
    save("ines")
    again = save("ines", query="due=none")
    assert (again.status_code, "You have a view of that name already." in text(again)) == (422, True)
    assert save("eve").status_code == 302, "another person's may be called the same"


def test_saving_needs_the_token_of_a_form_and_somebody_signed_in(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ines)
    assert strict.post("/views/save", {"name": "x"}).status_code == 403
    assert Client().post("/views/save", {"name": "x"}).headers["Location"].startswith("/login")
    assert not SavedView.objects.exists()
