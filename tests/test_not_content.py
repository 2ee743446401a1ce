"""Not content: that opens a new Request, linked to the one before, and reopens nothing."""

from typing import Any

import pytest
from django.test import Client

from governance.models import Task
from governance.submit import Asking, ask
from intake import limit
from intake.models import Intake, Request
from qtm.models import Transition
from tests.cast import ADVISORY, PARTY, Cast, Walk, enter
from tests.states import REACH
from tests.test_race import Crowd, crowd  # noqa: F401

WORDS = {"words": "The seats are still wet."}


def say(request: Request, **words: str) -> Any:
    """Say on the tracking page what is not right."""
    return Client().post(f"/track/{request.token}/not-content", words or WORDS)


def page(url: str, who: str = "") -> str:
    """A page as somebody sees it."""
    client = Client()
    if who:
        client.force_login(getattr(Cast(), who))
    return client.get(url).content.decode()


@pytest.fixture
def done(walk: Walk) -> Request:
    """A case whose work is recorded."""
    walk.record()
    return walk.request


@pytest.mark.django_db
def test_it_opens_a_request_of_its_own_and_nothing_of_the_old_one_moves(done: Request) -> None:
    lines = Transition.objects.filter(case_id=done.pk).count()
    answer = say(done)
    made = Request.objects.get(follows=done)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/track/{made.token}/")
    assert (made.channel, made.state, made.governor_id) == ("not_content", "submitted", done.governor_id)
    intake = Intake.objects.get(request=made)
    assert (intake.description, intake.phone, intake.tier) == (WORDS["words"], "+49 30 1234 5678", "question")
    assert Task.objects.get(intake=intake).state == "open"
    assert Transition.objects.filter(case_id=done.pk).count() == lines
    born = Transition.objects.get(room=Request.label(), row_id=made.pk, was="")
    assert (born.user_id, born.actor_id, born.via) == (None, made.actor_id, "tracking page")


@pytest.mark.django_db
def test_both_cases_and_both_tracking_pages_lead_to_each_other(done: Request) -> None:
    say(done)
    made = Request.objects.get(follows=done)
    assert f"/track/{made.token}/" in page(f"/track/{done.token}/")
    assert f"/track/{done.token}/" in page(f"/track/{made.token}/")
    assert f"/cases/{made.pk}/" in page(f"/cases/{done.pk}/", "ines")
    assert f"/cases/{done.pk}/" in page(f"/cases/{made.pk}/", "ines")
    assert "not content" in page("/console/to-review/", "ines"), "the queue says so too"


@pytest.mark.django_db
def test_a_follow_on_of_somebody_elses_making_leads_to_no_tracking_page(done: Request) -> None:
    how = {"key": "test:follow-on", "via": "desk", "user": Cast().will, "authority": "intake.take_request as worker"}
    other, _ = ask(Asking(done.funnel, done.surface, "follow_on", ADVISORY, follows=done, **how))
    assert other.token not in page(f"/track/{done.token}/")
    assert done.token not in page(f"/track/{other.token}/")
    assert say(done).status_code == 302, "and says nothing of whether they are content"


@pytest.mark.django_db
def test_the_same_words_twice_are_one_request_and_other_words_are_409(done: Request) -> None:
    assert say(done).headers["Location"] == say(done).headers["Location"]
    other = say(done, words="And the windows too.")
    assert other.status_code == 409
    assert b"And the windows too." in other.content, "what was typed is not lost"
    assert Request.objects.filter(follows=done).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["open", "held", "approved", "assigned", "handed_off"])
def test_what_is_under_way_is_no_matter_of_contentment_yet(state: str) -> None:
    request = Request.objects.get(pk=REACH[Task, state]().case_id)
    assert say(request).status_code == 409
    assert not Request.objects.filter(follows=request).exists()
    assert "Something is not right" not in page(f"/track/{request.token}/")


@pytest.mark.django_db
def test_between_two_parts_it_is_still_under_way() -> None:
    walk = Walk(surface="event-coordination", asked=PARTY, outcome="plan-agreed")
    walk.record()
    assert say(walk.request).status_code == 409


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["rejected", "cancelled"])
def test_whoever_was_turned_away_may_say_so(state: str) -> None:
    request = Request.objects.get(pk=REACH[Task, state]().case_id)
    assert "Something is not right" in page(f"/track/{request.token}/")
    assert say(request).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["", " ", "x" * 4001, "a\0b"])
def test_it_takes_words_and_not_too_many(done: Request, words: str) -> None:
    assert say(done, words=words).status_code == 422
    assert not Request.objects.filter(follows=done).exists()


@pytest.mark.django_db
def test_looking_at_the_form_asks_for_nothing_and_a_wrong_link_is_404(done: Request) -> None:
    assert Client().get(f"/track/{done.token}/not-content").status_code == 200
    assert Client().post("/track/wrong/not-content", WORDS).status_code == 404
    assert not Request.objects.filter(follows=done).exists()


@pytest.mark.django_db
def test_a_closed_funnel_takes_nothing_and_says_so(done: Request) -> None:
    done.funnel.is_open = False
    done.funnel.save()
    answer = say(done)
    assert answer.status_code == 409
    assert b"The seats are still wet." in answer.content


@pytest.mark.django_db
def test_too_many_from_one_place_are_429(done: Request, monkeypatch: Any) -> None:
    monkeypatch.setattr(limit.FORMS.__class__, "spent", lambda *_: True)
    assert say(done).status_code == 429


@pytest.mark.django_db
def test_what_the_review_put_right_stands_in_the_new_one(walk: Walk) -> None:
    enter(Cast().ines, Task, "correct", walk.task, field="phone", becomes="+49 30 9999 0000", why="She called")
    enter(Cast().ines, Task, "reject", walk.task, reason="no")
    say(walk.request)
    assert Intake.objects.get(request__follows=walk.request).phone == "+49 30 9999 0000"


@pytest.mark.django_db
def test_what_the_surface_no_longer_takes_is_left_to_be_completed(done: Request, monkeypatch: Any) -> None:
    said = {"answers": {"matter": "no such choice", "vehicle": "An estate car"}, "tier": "question", "name": "Maren"}
    monkeypatch.setattr("governance.again.stands", lambda asked: said)
    assert say(done).status_code == 302
    assert Request.objects.get(follows=done).state == "received"


def test_of_sixteen_presses_at_once_one_request_comes(crowd: Crowd) -> None:  # noqa: F811
    walk = Walk()
    enter(Cast().ines, Task, "reject", walk.task, reason="no")
    found: list[str] = []
    crowd.press(lambda number: found.append(say(walk.request).headers["Location"]))
    assert len(set(found)) == 1
    assert Request.objects.filter(follows=walk.request).count() == 1
