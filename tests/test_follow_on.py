"""Follow-on work: a new Request linked to the one before, by the way that all go; asked by who carried the job out, and by nobody else."""

import re
from typing import Any

import pytest
from django.test import Client

from execution.models import Job
from governance.models import Assignment, Task
from intake.models import Funnel, Intake, Request
from qtm.acts import acting
from qtm.models import Surface, SurfaceVersion, Transition, User
from qtm.runtime import Runtime
from settlement.models import Settlement
from tests.cast import ADVISORY, Cast, Walk, enter
from tests.sql import attempt
from tests.test_desk import access, as_, read

pytestmark = pytest.mark.django_db
WISH = {
    "tier": "question",
    "answers.matter": "repair",
    "answers.vehicle": "The same car",
    "description": "And the brakes?",
}


def ended(**how: Any) -> Walk:
    """A case whose job its operator has completed."""
    walk = Walk(**how)
    walk.record()
    enter(walk.cast.will, Job, "complete", walk.job())
    return walk


def path(walk: Walk) -> str:
    """Where follow-on work is asked for."""
    return f"/jobs/{walk.job().pk}/follow-on"


def form(client: Client, walk: Walk, **typed: str) -> dict[str, str]:
    """The form as it is drawn, filled in."""
    page = client.get(path(walk)).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    return {"key": key[1] if key else "", **WISH, **typed}


def follow(user: User, walk: Walk, **typed: str) -> Any:
    """Ask for follow-on work as somebody does."""
    client = as_(user)
    return client.post(path(walk), form(client, walk, **typed))


def newest() -> Request:
    """The Request that came last."""
    return Request.objects.latest("pk")


def test_what_follows_is_a_new_request_a_task_to_review_and_nothing_else(cast: Cast) -> None:
    walk = ended()
    assert follow(cast.will, walk).headers["Location"] == walk.job().page
    made = newest()
    assert (made.follows_id, made.channel, made.state) == (walk.request.pk, "follow_on", "submitted")
    assert (made.funnel_id, made.surface_id, made.governor_id) == (
        walk.request.funnel_id,
        walk.request.surface_id,
        walk.request.governor_id,
    )
    assert [task.state for task in Task.objects.filter(case_id=made.pk)] == ["open"]
    for room in (Assignment, Job, Settlement):
        assert not room.objects.filter(case_id=made.pk).exists(), room
    line = Transition.objects.get(room="intake.Request", row_id=made.pk, was="")
    assert (line.user, line.authority, line.via) == (cast.will, "intake.take_request as worker of Northside", "desk")


def test_contact_and_place_are_carried_over_and_the_wish_is_new(cast: Cast) -> None:
    walk = ended()
    assert "And the brakes?" not in read(as_(cast.will).get(path(walk)))
    page = as_(cast.will).get(path(walk)).content.decode()
    assert ADVISORY["phone"] in page
    assert ADVISORY["description"] not in page
    follow(cast.will, walk, name="Somebody else", phone="+49 30 999999")
    stored = Intake.objects.get(case_id=newest().pk)
    assert (stored.name, stored.phone, stored.email) == tuple(ADVISORY[name] for name in ("name", "phone", "email"))
    assert stored.description == "And the brakes?"


def test_a_double_click_is_one_request_and_another_form_another(cast: Cast) -> None:
    walk, client = ended(), as_(cast.will)
    typed = form(client, walk)
    assert [client.post(path(walk), typed).status_code for _ in range(3)] == [302] * 3
    assert Request.objects.filter(follows=walk.request).count() == 1
    follow(cast.will, walk)
    assert Request.objects.filter(follows=walk.request).count() == 2


def test_a_form_of_one_job_asks_for_nothing_on_another(cast: Cast) -> None:
    first, second, client = ended(), ended(), as_(cast.will)
    assert client.post(path(second), form(client, first)).status_code == 422
    assert not Request.objects.exclude(follows=None).exists()


def test_the_cases_lead_to_each_other_and_the_job_says_no_more_than_that_it_was_asked_for(cast: Cast) -> None:
    walk = ended()
    follow(cast.will, walk)
    made = newest()
    assert f"Followed by {made.reference}" in read(as_(cast.ines).get(f"/cases/{walk.request.pk}/"))
    assert f"Follows on {walk.request.reference}" in read(as_(cast.ines).get(f"/cases/{made.pk}/"))
    enter(cast.ines, Task, "reject", Task.objects.get(case_id=made.pk), reason="Not this year.")
    page = read(as_(cast.will).get(walk.job().page))
    assert f"{made.reference} was asked for" in page
    assert "Not this year" not in page
    assert "rejected" not in page
    assert f"/cases/{made.pk}" not in as_(cast.will).get(walk.job().page).content.decode()


def test_the_record_of_what_follows_says_what_it_follows(cast: Cast) -> None:
    walk = ended()
    follow(cast.will, walk)
    after = Walk()
    after.__dict__["request"] = newest()
    facts = after.record().facts["request"]
    assert (facts["follows"], facts["channel"]) == (walk.request.reference, "follow-on")


def test_what_could_not_be_completed_is_followed_too(cast: Cast) -> None:
    walk = Walk()
    runtime = walk.started().version.reads
    ending = next(each for each in runtime.outcomes if not each.completes)
    reason = {"reason_code": ending.reasons[0].code} if ending.reasons else {}
    answer = as_(cast.will).post(f"/serviceevents/{walk.event().pk}/complete", {"outcome": ending.code, **reason})
    assert answer.status_code == 302
    assert follow(cast.will, walk).status_code == 409, "the operator has not said that the job has ended"
    enter(cast.will, Job, "complete", walk.job())
    assert follow(cast.will, walk).status_code == 302


def test_an_operators_own_case_is_followed_in_its_own_funnel(cast: Cast) -> None:
    walk = ended(funnel="north")
    follow(cast.will, walk)
    assert newest().governor_id == cast.Northside.pk
    assert f"Followed by {newest().reference}" in read(as_(cast.nora).get(f"/cases/{walk.request.pk}/"))


# Refused


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("sam", 404),
        ("sid", 404),
        ("liam", 404),
        ("cora", 404),
        ("root", 404),
        ("nobody", 404),
        ("ines", 403),
        ("eve", 403),
    ],
)
def test_nobody_else_asks_at_the_operators_door(cast: Cast, who: str, status: int) -> None:
    walk = ended()
    client, typed = as_(getattr(cast, who)), form(as_(cast.will), walk)
    assert [client.get(path(walk)).status_code, client.post(path(walk), typed).status_code] == [status] * 2
    assert newest() == walk.request


@pytest.mark.parametrize("reach", ["job", "event", "started", "filled", "record"])
def test_a_job_under_way_is_not_followed(cast: Cast, walk: Walk, reach: str) -> None:
    getattr(walk, reach)()
    typed = form(as_(cast.will), ended())
    last = newest()
    assert as_(cast.will).post(path(walk), typed).status_code == 409
    assert "Ask for follow-on work" not in read(as_(cast.will).get(walk.job().page))
    assert newest() == last


def test_a_cancelled_job_is_followed_by_governance_and_not_here(cast: Cast, walk: Walk) -> None:
    enter(cast.ines, Job, "cancel", walk.job(), reason="for the test")
    assert as_(cast.will).get(path(walk)).status_code == 409


def test_a_suspended_operator_asks_for_nothing(cast: Cast) -> None:
    walk = ended()
    typed = form(as_(cast.will), walk)
    access(cast.Northside, "suspend", cast.ines)
    assert as_(cast.will).post(path(walk), typed).status_code == 404
    assert newest() == walk.request


def test_a_closed_funnel_takes_nothing_and_says_so(cast: Cast) -> None:
    walk = ended()
    typed = form(as_(cast.will), walk)
    Funnel.objects.filter(slug="network").update(is_open=False)
    for answer in (as_(cast.will).get(path(walk)), as_(cast.will).post(path(walk), typed)):
        assert answer.status_code == 409
        assert "is closed and takes no requests" in read(answer)
    assert newest() == walk.request


def test_a_surface_that_is_planned_by_now_takes_nothing(cast: Cast) -> None:
    walk = ended()
    typed = form(as_(cast.will), walk)
    current = Surface.objects.get(code="automotive-advisory").current
    with acting(cast.ines, via="test", authority="qtm.keep_surfaces as admin"):
        SurfaceVersion.publish(Runtime.read({**current.runtime, "status": "planned", "lacks": ["everything"]}))
    assert as_(cast.will).post(path(walk), typed).status_code == 409
    assert newest() == walk.request


def test_what_is_missing_or_wrong_is_said_at_its_field(cast: Cast) -> None:
    walk = ended()
    assert follow(cast.will, walk, tier="").status_code == 422
    assert follow(cast.will, walk, tier="gold").status_code == 422
    assert follow(cast.will, walk, wished="yesterday").status_code == 422
    assert newest() == walk.request


def test_who_is_not_signed_in_comes_back_to_what_they_typed(cast: Cast) -> None:
    walk = ended()
    answer = Client().post(path(walk), WISH)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={path(walk)}")


# Paid at the door


@pytest.mark.parametrize(("said", "words"), [("paid", "paid"), ("unpaid", "not paid"), ("", "not said")])
def test_what_was_paid_at_the_door_is_a_note_in_the_record_and_never_a_settlement(
    cast: Cast, walk: Walk, said: str, words: str
) -> None:
    event = walk.filled()
    answer = as_(cast.will).post(f"/serviceevents/{event.pk}/complete", {"outcome": "advised", "paid": said})
    assert answer.status_code == 302
    assert walk.event().paid == said
    assert walk.record().facts["outcome"]["paid"] == words
    assert not Settlement.objects.exists(), "money moves by a person's act, and by none of these"
    certificate = read(as_(cast.will).get(walk.record().page))
    assert ("it is no settlement" in certificate) == bool(said)
    assert f"Paid on the spot {words}" in read(as_(cast.will).get(walk.job().page))


def test_no_other_word_is_taken_for_paid_and_none_is_written_later(cast: Cast, walk: Walk) -> None:
    event = walk.filled()
    answer = as_(cast.will).post(f"/serviceevents/{event.pk}/complete", {"outcome": "advised", "paid": "captured"})
    assert answer.status_code == 422
    walk.record()
    table = "execution_serviceevent"
    assert attempt((f"UPDATE {table} SET paid = 'paid' WHERE id = %s", [event.pk]), user=cast.will.pk) == "still"
