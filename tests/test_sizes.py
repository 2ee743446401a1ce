"""What goes over the wire: text compressed, pictures as they are, and a Desk that a bar of signal can carry."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser

from execution.models import Evidence
from tests.bench.serving import signed_in
from tests.browser import PHONE, House
from tests.cast import DETAILING, Cast, Walk
from tests.pictures import copies_made
from tests.weight import AGAIN, FIRST, scale, weigh


def as_will(client: Client) -> Client:
    """Signed in as a worker of Northside."""
    client.force_login(Cast().will)
    return client


@pytest.mark.django_db
def test_a_page_is_compressed_for_who_takes_it_and_never_twice_the_same(client: Client) -> None:
    first, again = (as_will(client).get("/desk/", headers={"Accept-Encoding": "gzip"}) for _ in range(2))
    assert first.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in first.headers["Vary"]
    assert int(first.headers["Content-Length"]) == len(first.content)
    assert first.content != again.content
    assert "Content-Security-Policy" in first.headers


@pytest.mark.django_db
def test_a_page_is_plain_for_who_does_not_take_it_compressed(client: Client) -> None:
    answer = as_will(client).get("/desk/", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert answer.content.startswith(b"<!doctype html>")


@pytest.mark.django_db
def test_a_picture_goes_as_it_is_with_its_length(client: Client) -> None:
    Walk(surface="auto-detailing", asked=DETAILING, outcome="completed").filled()
    piece = Evidence.objects.filter(kind="photo").latest("pk")
    copies_made()
    answer = as_will(client).get(f"/evidence/{piece.pk}/", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    assert int(answer.headers["Content-Length"]) == sum(map(len, answer))
    answer.close()


@pytest.mark.browser
def test_the_desk_is_light_at_first_and_lighter_when_one_comes_back(
    house: House,
    chromium: Browser,
    record_property: Any,
) -> None:
    for number in range(22):
        walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
        walk.job() if number > 1 else walk.started()
    cookie, _, value = signed_in("will").partition("=")
    with scale(urlsplit(house.url).port or 80) as wire:
        context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
        context.add_cookies([{"name": cookie, "value": value, "url": wire.url}])
        first, again = weigh(wire, context, "/desk/")
        context.close()
    record_property("told", f"the Desk weighs {first.total:,} bytes at first and {again.total:,} on coming back")
    assert first.total <= FIRST, first.bytes_of
    assert 0 < again.total <= AGAIN, again.bytes_of
    assert any(url.endswith(".woff2") for url in first.bytes_of)
