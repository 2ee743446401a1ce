"""What the requester reads of the Record by their tracking link: what was done, and nothing that is internal."""

import pytest
from django.test import Client

from governance.models import Task
from intake.models import Request
from tests.cast import DETAILING, Cast, Walk, enter


@pytest.fixture
def sealed(walk: Walk) -> Walk:
    """A case that was put right in review, and whose work is recorded."""
    enter(Cast().ines, Task, "correct", walk.task, field="phone", becomes="+49 30 9999 0000", why="Secretly called")
    enter(Cast().ines, Request, "annotate", walk.request, text="Knows the mayor")
    walk.record()
    return walk


def told(walk: Walk, token: str = "") -> str:
    """Where the requester reads the Record."""
    return f"/track/{token or walk.request.token}/records/{walk.record().pk}"


@pytest.mark.django_db
def test_the_tracking_page_leads_to_what_the_record_says_for_them(sealed: Walk) -> None:
    assert told(sealed) in Client().get(f"/track/{sealed.request.token}/").content.decode()
    answer = Client().get(told(sealed))
    assert answer.status_code == 200
    said = answer.content.decode()
    assert "Northside" in said
    assert sealed.record().sha256 in said
    assert (answer["X-Robots-Tag"], answer["Cache-Control"]) == ("noindex, nofollow", "private, no-store")


@pytest.mark.django_db
def test_nothing_internal_stands_in_it(sealed: Walk) -> None:
    said = Client().get(told(sealed)).content.decode()
    for secret in (
        "Ines",
        "Will",
        "Maren",
        "Secretly called",
        "9999 0000",
        "1234 5678",
        "Knows the mayor",
        "_task",
        "admin",
    ):
        assert secret not in said, secret


@pytest.mark.django_db
def test_a_link_shows_no_other_record_and_there_is_none_before_it_is_sealed(sealed: Walk) -> None:
    other = Walk().request
    assert Client().get(told(sealed, other.token)).status_code == 404
    assert Client().get(told(sealed, "wrong")).status_code == 404
    assert "What was done for you" not in Client().get(f"/track/{other.token}/").content.decode()
    assert Client().post(told(sealed)).status_code == 405


NOT_SHOWN = "The photos are kept with the operator and are not shown here"


@pytest.mark.django_db
def test_photos_are_counted_and_not_shown_and_the_page_says_so(sealed: Walk) -> None:
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    walk.record()
    said = Client().get(told(walk)).content.decode()
    assert NOT_SHOWN in said
    assert "<img" not in said
    assert "/evidence/" not in said
    assert NOT_SHOWN not in Client().get(told(sealed)).content.decode(), "where there are none, nothing is said of them"
