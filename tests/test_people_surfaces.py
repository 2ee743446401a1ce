"""Surfaces kept in the browser: a file is read, what differs is shown, one press publishes it, and who did so is on record."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from qtm.differences import differences
from qtm.models import Surface, SurfaceVersion
from qtm.runtime import SURFACES, Runtime
from tests.cast import Cast
from tests.test_people import as_, known, signed_in_again

pytestmark = pytest.mark.django_db
HEDGES = (SURFACES / "landscaping.toml").read_text()
ANEW = HEDGES.replace('name = "', 'name = "New ', 1)


def look(client: Client, text: str | bytes, name: str = "hedges.toml") -> Any:
    """Send a file to be compared."""
    raw = text.encode() if isinstance(text, str) else text
    return client.post("/surfaces/", {"file": SimpleUploadedFile(name, raw)})


def press(client: Client, page: Any, **changed: Any) -> Any:
    """Press what the page of the comparison offers."""
    return client.post("/surfaces/publish", {**page.context["form"].initial, **changed})


def newest() -> SurfaceVersion:
    """The present version of the surface that is changed here."""
    return Surface.objects.get(code="landscaping").current


def test_an_admin_publishes_a_version_by_a_file_a_look_and_a_press(cast: Cast) -> None:
    client, before = as_(cast.ines), newest()
    page = look(client, ANEW)
    assert page.status_code == 200
    assert [(each.key, each.becomes) for each in page.context["differences"]] == [("name", f"New {before.reads.name}")]
    assert newest() == before, "a look publishes nothing"
    assert press(client, page).headers["Location"] == "/surfaces/"
    made = newest()
    assert (made.number, made.by, made.reads.name) == (before.number + 1, cast.ines, f"New {before.reads.name}")
    assert "published" in client.get("/surfaces/").content.decode()
    assert b"by Ines" in client.get("/surfaces/").content


def test_a_new_surface_is_published_the_same_way(cast: Cast) -> None:
    client = as_(cast.ines)
    page = look(client, HEDGES.replace('code = "landscaping"', 'code = "snow"', 1))
    assert page.context["present"] is None
    assert press(client, page).status_code == 302
    assert Surface.objects.get(code="snow").current.number == 1


def test_what_says_the_same_is_no_version(cast: Cast) -> None:
    client, before = as_(cast.ines), newest()
    page = look(client, HEDGES)
    assert b"Nothing differs" in page.content
    assert press(client, page).status_code == 302
    assert newest() == before


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (HEDGES.replace("summary", "sumary", 1), "sumary"),
        (HEDGES.replace('status = "live"', 'status = "done"', 1), "status"),
        ("code = ", "line 1"),
        (b"\xff\xfe", "line 1"),
        ("[" * 5000, "line 1"),
        ("", "empty"),
        ('code = "a\\u0000b"', "code"),
    ],
)
def test_a_malformed_runtime_is_refused_naming_the_key(cast: Cast, text: str | bytes, named: str) -> None:
    page = look(as_(cast.ines), text, "<b>bad</b>.toml")
    assert page.status_code == 422
    assert named in page.content.decode()
    assert b"<b>bad" not in page.content


@pytest.mark.parametrize(
    "given", ["", "{", "[]", "1", '"x"', '{"code": 1}', "[" * 100_000, '{"code": "a\\u0000"}', "\0"]
)
def test_what_comes_from_the_page_is_not_believed(cast: Cast, given: str) -> None:
    client, before = as_(cast.ines), SurfaceVersion.objects.count()
    page = look(client, ANEW)
    assert press(client, page, runtime=given).status_code == 422
    assert press(client, page, present="x").status_code == 422
    assert SurfaceVersion.objects.count() == before


def test_a_version_that_came_between_is_not_published_over(cast: Cast) -> None:
    client = as_(cast.ines)
    mine, theirs = look(client, ANEW), look(client, ANEW.replace("New ", "Other "))
    assert press(client, theirs).status_code == 302
    assert press(client, mine).status_code == 409
    assert newest().reads.name.startswith("Other ")
    assert press(client, theirs).status_code == 409, "nor is it by a second press"


@pytest.mark.parametrize("who", ["wim", "cora", "eve", "nora", "will", "root", "nobody"])
def test_nobody_but_an_admin_publishes(cast: Cast, who: str) -> None:
    page, client, before = look(as_(cast.ines), ANEW), as_(getattr(cast, who)), newest()
    assert client.get("/surfaces/").status_code == 403
    assert look(client, ANEW).status_code == 403
    assert press(client, page).status_code == 403
    assert newest() == before
    assert b'href="/surfaces/"' not in client.get("/spine/").content


def test_a_press_from_elsewhere_publishes_nothing(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ines)
    given = {"runtime": json.dumps(Runtime.parse(ANEW.encode(), "").as_json()), "present": newest().number}
    assert client.post("/surfaces/publish", given).status_code == 403
    assert client.get("/surfaces/publish").status_code == 405


def test_more_than_a_megabyte_is_no_runtime(cast: Cast) -> None:
    assert look(as_(cast.ines), "#" * 1_000_001).status_code == 413


def test_a_press_after_the_session_ended_comes_back_to_the_comparison(cast: Cast) -> None:
    page, stranger = look(as_(cast.ines), ANEW), as_(None)
    given = page.context["form"].initial
    away = stranger.post("/surfaces/publish", given, headers={"referer": "http://testserver/surfaces/"})
    assert away.headers["Location"] == "/login?next=/surfaces/"
    again = signed_in_again(stranger, known(cast.ines), "/surfaces/")
    assert press(stranger, again).status_code == 302
    assert newest().by == cast.ines


def test_a_version_is_published_by_nobody_without_an_act(cast: Cast) -> None:
    with pytest.raises(Exception, match="nobody acts"), transaction.atomic():
        SurfaceVersion.publish(replace(newest().reads, summary="Hedges."))


def test_the_page_asks_little(cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = as_(cast.ines)
    with django_assert_max_num_queries(12):
        assert client.get("/surfaces/").status_code == 200


def test_every_kind_of_difference_is_told_by_its_key() -> None:
    was = {"name": "A", "tiers": [{"code": "one", "price": {"amount_minor": 1}}, {"code": "two"}], "lacks": ["x"]}
    becomes = {"name": "A", "tiers": [{"code": "two"}, {"code": "one", "price": {"amount_minor": 2}, "open": True}]}
    assert [(each.key, each.was, each.becomes) for each in differences(was, becomes)] == [
        ("tiers", "one; two", "two; one"),
        ("tiers[one].price.amount_minor", "1", "2"),
        ("tiers[one].open", "", "yes"),
        ("lacks", "x", ""),
    ]


def test_no_two_shipped_runtimes_differ_in_nothing() -> None:
    plain = [Runtime.load(path).as_json() for path in SURFACES.glob("*.toml")]
    for one in plain:
        assert [other for other in plain if not differences(one, other)] == [one]
