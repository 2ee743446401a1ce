"""Desk and Jobs: only Jobs, only one's own operator's; one act at a time, the next lawful one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from execution.bench import Bench
from execution.day import ahead_of, day_of, wished_moment
from execution.models import Job, ServiceEvent
from governance.models import Assignment
from qtm.acts import acting
from qtm.models import Operator, Transition, User
from qtm.refusals import Lawless
from qtm.spine import words
from records.models import Record
from tests.cast import ADVISORY, DETAILING, Cast, Walk, enter

pytestmark = pytest.mark.django_db
QUERIES = 12


def as_(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def seen(page: Any) -> str:
    """What is drawn of a page: neither scripts nor what waits hidden until its time comes."""
    body = re.sub(r"<(script|style|dialog).*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return re.sub(r"<(div|form|section|p|a|span)\b[^>]*\shidden>.*?</\1>", " ", body, flags=re.DOTALL)


def read(page: Any) -> str:
    """A page as a person reads it: its words without tags, in one line."""
    body = seen(page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def given_to(worker: User, **kwargs: Any) -> Walk:
    """A case whose job was given to one worker by name."""
    walk = Walk(**kwargs)
    enter(
        walk.governor, Assignment, "assign", walk.approved(), operator=getattr(walk.cast, walk.operator), worker=worker
    )
    return walk


def press(user: User, row: Any, verb: str, **typed: Any) -> Any:
    """A press on a door, as a browser sends it."""
    rooms = {Job: "jobs", ServiceEvent: "serviceevents"}
    return as_(user).post(f"/{rooms[type(row)]}/{row.pk}/{verb}", typed)


def access(operator: Operator, verb: str, ines: User) -> None:
    """A move of an operator's access."""
    with acting(ines, via="test", authority=f"qtm.{verb}_operator as admin"):
        getattr(Operator.objects.get(pk=operator.pk), verb)(reason="for the test")


# Who is let in


@pytest.mark.parametrize("who", ["ines", "cora", "eve", "wim", "root", "nobody"])
@pytest.mark.parametrize("path", ["/desk/", "/jobs/"])
def test_the_desk_is_for_the_members_of_an_operator_and_nobody_else(cast: Cast, who: str, path: str) -> None:
    assert as_(getattr(cast, who)).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/desk/", "/jobs/", "/jobs/1/", "/evidence/1/"])
def test_who_is_not_signed_in_is_asked_to(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={path}")


@pytest.mark.parametrize("path", ["/desk/", "/jobs/", "/jobs/1/"])
def test_the_pages_are_read_and_never_posted_to(cast: Cast, path: str) -> None:
    assert as_(cast.will).post(path).status_code == 405


@pytest.mark.parametrize(
    ("who", "words"), [("sue", "Your access is suspended"), ("pete", "Your operator is in review")]
)
def test_members_of_an_operator_that_is_not_let_in_read_that_and_nothing_else(cast: Cast, who: str, words: str) -> None:
    for path in ("/desk/", "/jobs/"):
        page = as_(getattr(cast, who)).get(path)
        assert page.status_code == 403
        assert words in read(page)


def test_a_suspension_closes_the_job_that_is_open_on_the_table_and_keeps_why_to_itself(cast: Cast, walk: Walk) -> None:
    event = walk.started()
    access(cast.Northside, "suspend", cast.ines)
    assert as_(cast.will).get(event.page).status_code == 404
    assert press(cast.will, event, "pause").status_code == 404
    assert "for the test" not in read(as_(cast.will).get("/desk/"))


# What is seen


def test_a_job_is_seen_by_its_own_operator_alone(cast: Cast, walk: Walk) -> None:
    job = walk.job()
    for path in ("/desk/", job.page):
        assert job.reference in read(as_(cast.will).get(path))
    for outsider in (cast.sam, cast.sid, cast.liam):
        assert job.reference not in read(as_(outsider).get("/desk/"))
        assert as_(outsider).get(job.page).status_code == 404


def test_who_governs_a_job_looks_at_its_case_and_others_find_nothing(cast: Cast, walk: Walk) -> None:
    job = walk.job()
    assert as_(cast.ines).get(job.page).headers["Location"] == f"/cases/{job.case_id}/"
    assert as_(cast.cora).get(job.page).status_code == 404


def test_neither_page_shows_a_task_or_a_settlement(cast: Cast, walk: Walk) -> None:
    settlement = walk.captured()
    hidden = [walk.task.reference, walk.assignment().reference, settlement.reference, "handed off", "captured"]
    for path in ("/desk/", "/jobs/", walk.job().page):
        page = read(as_(cast.will).get(path))
        assert [word for word in hidden if word in page] == []


def test_an_approved_and_assigned_task_is_no_work_and_stands_on_no_desk(cast: Cast, walk: Walk) -> None:
    walk.assignment()
    assert "Nothing in the queue" in read(as_(cast.will).get("/desk/"))


def test_the_queue_is_the_oldest_first_and_goes_on_behind_its_first_page(cast: Cast) -> None:
    made = [Walk().job().reference for _ in range(23)]
    page = as_(cast.will).get("/desk/")
    assert re.findall(r"\bJ-\d+\b(?= · queued)", read(page)) == made[:20]
    further = re.search(r'href="\?after=([^"]+)"', page.content.decode())
    assert further
    assert re.findall(r"\bJ-\d+\b(?= · queued)", read(as_(cast.will).get(f"/desk/?after={further[1]}"))) == made[20:]


@pytest.mark.parametrize(
    "place",
    [
        "nonsense",
        "2026-01-01",
        "2026-01-01T00:00:00Z,x",
        "9999-99-99T00:00:00Z,1",
        "2026-01-01T00:00:00Z," + "9" * 40,
    ],
)
def test_a_place_in_the_queue_that_cannot_be_read_is_the_beginning(cast: Cast, walk: Walk, place: str) -> None:
    job = walk.job()
    assert job.reference in read(as_(cast.will).get("/desk/", {"after": place}))
    assert as_(cast.will).get("/jobs/", {"after": place}).status_code == 200


def test_a_job_carries_the_request_with_its_labels_and_a_way_to_go_and_to_call(cast: Cast) -> None:
    walk = Walk(
        surface="auto-detailing",
        asked={**DETAILING, "latitude": "52.520008", "longitude": "13.404954"},
        outcome="completed",
    )
    page = as_(cast.will).get(walk.job().page)
    body = page.content.decode()
    assert "Which car is it? An estate car" in read(page)
    assert 'href="tel:+493012345678"' in body
    assert 'href="geo:52.520008,13.404954?q=52.520008%2C13.404954"' in body
    assert re.search(r'href="https://www\.openstreetmap\.org/[^"]+" rel="noreferrer noopener"', body)


def test_what_somebody_wrote_is_shown_and_never_run(cast: Cast) -> None:
    evil = "<script>alert(1)</script> \u202eשלום 🐕"
    walk = Walk(
        surface="auto-detailing",
        asked={**DETAILING, "description": evil, "place": f'"><img src=x>{evil}', "name": evil},
        outcome="completed",
    )
    for path in (walk.job().page, "/desk/", "/jobs/"):
        body = as_(cast.will).get(path).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \u202eשלום 🐕" in as_(cast.will).get(walk.job().page).content.decode()


# Claiming and releasing


def test_a_claim_makes_the_job_ones_own_and_a_second_one_is_told_whose_it_is(cast: Cast, walk: Walk) -> None:
    job = walk.job()
    assert press(cast.will, job, "claim").headers["Location"] == job.page
    second = press(cast.wanda, job, "claim")
    assert second.status_code == 409
    assert f"{job.reference} is claimed" in read(second)
    assert "Will" in read(second)
    assert ServiceEvent.objects.get(job=job).worker == cast.will


def test_what_was_given_to_one_worker_is_claimed_by_them_or_an_owner_in_their_place(cast: Cast) -> None:
    job = given_to(cast.wanda).job()
    page = as_(cast.will).get("/desk/")
    assert "for Wanda" in read(page)
    assert f"/jobs/{job.pk}/claim" not in page.content.decode()
    assert "Given to Wanda" in read(as_(cast.will).get(job.page))
    refused = press(cast.will, job, "claim")
    assert (refused.status_code, Job.objects.get(pk=job.pk).state) == (403, "queued")
    assert "given to Wanda" in read(refused)
    assert press(cast.nora, job, "claim").status_code == 302
    assert press(cast.wanda, given_to(cast.wanda).job(), "claim").status_code == 302


def test_a_job_is_released_with_a_reason_before_it_is_started_and_never_after(cast: Cast, walk: Walk) -> None:
    job = Job.objects.get(pk=walk.event().job_id)
    assert press(cast.will, job, "release").status_code == 422
    assert press(cast.will, job, "release", reason="The van is broken.").status_code == 302
    assert (Job.objects.get(pk=job.pk).state, walk._row(ServiceEvent).state) == ("queued", "abandoned")
    press(cast.will, job, "claim")
    press(cast.will, ServiceEvent.objects.get(job=job, state="ready"), "start")
    late = press(cast.will, job, "release", reason="No more.")
    assert late.status_code == 409
    assert "It has been started" in read(late)
    assert f"E-{walk.event().pk} is in progress Moved by Will When" in read(late)
    assert "/release" not in as_(cast.will).get(job.page).content.decode()


@pytest.mark.parametrize("verb", ["start", "capture", "mark", "pause", "complete"])
def test_another_worker_carries_on_nothing_and_an_owner_may_and_the_line_shows_who(
    cast: Cast, walk: Walk, verb: str
) -> None:
    typed = {
        "capture": {"slot": "study/note/findings", "text": "x"},
        "mark": {"stage": "study"},
        "complete": {"outcome": "not-advised", "reason_code": reason_of(walk)},
    }.get(verb, {})
    event = walk.event() if verb == "start" else walk.started()
    lines = Transition.objects.count()
    assert press(cast.wanda, event, verb, **typed).status_code == 403
    assert Transition.objects.count() == lines
    assert press(cast.nora, event, verb, **typed).status_code == 302
    if verb == "start":
        assert (
            Transition.objects.filter(room=ServiceEvent.label(), becomes="in_progress").latest("pk").user == cast.nora
        )


def reason_of(walk: Walk) -> str:
    """A reason of the outcome that does not complete."""
    return next(each for each in walk.job().version.reads.outcomes if not each.completes).reasons[0].code


def test_another_worker_is_shown_whose_it_is_and_no_button(cast: Cast, walk: Walk) -> None:
    page = as_(cast.wanda).get(walk.started().page)
    assert "Will carries this out" in read(page)
    assert "/serviceevents/" not in page.content.decode()


# The next lawful act


def primary(cast: Cast, walk: Walk, who: str = "will") -> str:
    """What the one button at the bottom says."""
    foot = re.search(
        r'<section class="foot"[^>]*>.*?</section>',
        seen(as_(getattr(cast, who)).get(walk.job().page)),
        re.DOTALL,
    )
    found = re.findall(r'class="press"[^>]*>(.*?)</(?:button|a|label)>', foot[0], re.DOTALL) if foot else []
    assert len(found) <= 1
    return re.sub(r"<[^>]+>", "", found[0]).strip() if found else ""


def test_the_one_button_is_always_the_next_lawful_act(cast: Cast, walk: Walk) -> None:
    def capture(**typed: str) -> None:
        assert press(cast.will, walk.event(), "capture", **typed).status_code == 302

    assert primary(cast, walk) == "Claim"
    walk.event()
    assert primary(cast, walk) == "Start"
    walk.started()
    assert primary(cast, walk) == "Study is done"
    press(cast.will, walk.event(), "mark", stage="study")
    assert primary(cast, walk) == "Written summary: write it"
    capture(slot="advice/note/summary", text="Take the offer.")
    assert primary(cast, walk) == "Advice is done"
    press(cast.will, walk.event(), "pause")
    assert primary(cast, walk) == "Go on"
    press(cast.will, walk.event(), "resume")
    press(cast.will, walk.event(), "mark", stage="advice")
    assert primary(cast, walk) == "Complete…"
    press(cast.will, walk.event(), "complete", outcome="advised")
    assert primary(cast, walk) == "Complete the job"
    assert press(cast.will, walk.job(), "complete").status_code == 302
    assert primary(cast, walk) == ""
    assert walk.job().state == "completed"


def test_complete_stays_shut_and_says_what_is_missing(cast: Cast) -> None:
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    page = read(as_(cast.will).get(walk.started().page))
    assert (
        "Still needed: 1 photo of The car where it stands, 2 photos of Before, 2 photos of After; Arrival and Before and After marked as done."
        in page
    )
    assert "Could not complete" in page


def test_completing_without_what_is_required_is_refused_by_name_and_what_was_typed_is_kept(cast: Cast) -> None:
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    answer = press(cast.will, walk.started(), "complete", outcome="completed", remark="Nearly done.")
    assert answer.status_code == 422
    assert "2 photos of Before" in read(answer)
    assert "Nearly done." in answer.content.decode()
    assert walk.event().state == "in_progress"
    assert not Record.objects.exists()


def test_work_that_could_not_be_completed_is_recorded_with_its_reason_whatever_is_missing(cast: Cast) -> None:
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    event = walk.started()
    for wrong in (
        {},
        {"reason_code": "stain-remains"},
        {"reason_code": "\x00"},
        {"reason_code": "weather", "remark": "x" * 4001},
        {"reason_code": "weather", "paid": "twice"},
    ):
        assert press(cast.will, event, "complete", outcome="not-completed", **wrong).status_code == 422
    assert (
        press(
            cast.will, event, "complete", outcome="not-completed", reason_code="weather", paid="unpaid", remark="Hail."
        ).status_code
        == 302
    )
    done = walk.event()
    assert (done.state, done.outcome, done.reason, done.paid, done.remark) == (
        "completed",
        "not-completed",
        "weather",
        "unpaid",
        "Hail.",
    )
    assert Record.objects.get(event=done)
    assert "Could not complete: The weather did not allow it" in read(as_(cast.will).get(done.page))


def test_an_outcome_that_takes_no_reason_gets_none(cast: Cast, walk: Walk) -> None:
    reason = reason_of(walk)
    assert press(cast.will, walk.filled(), "complete", outcome="advised", reason_code=reason).status_code == 302
    assert walk.event().reason == ""


@pytest.mark.parametrize("outcome", ["", "brilliant", "\x00"])
def test_an_outcome_that_the_surface_does_not_have_is_refused(cast: Cast, walk: Walk, outcome: str) -> None:
    assert press(cast.will, walk.filled(), "complete", outcome=outcome).status_code == 422
    assert walk.event().state == "in_progress"


@pytest.mark.parametrize("reach", ["event", "started", "filled"])
def test_a_job_is_not_completed_before_its_work_is(cast: Cast, walk: Walk, reach: str) -> None:
    getattr(walk, reach)()
    refused = press(cast.will, walk.job(), "complete")
    assert refused.status_code == 409
    assert "Complete the work first" in read(refused)
    assert f"E-{walk.event().pk} is {words(walk.event().state)} Moved by Will When" in read(refused)
    assert "moved on" not in read(refused)
    assert walk.job().state == "claimed"


def test_a_limited_operator_finishes_what_it_began_and_begins_nothing(cast: Cast, walk: Walk) -> None:
    walk.started()
    queued, claimed = Walk().job(), Walk()
    claimed.event()
    access(cast.Northside, "limit", cast.ines)
    desk = as_(cast.will).get("/desk/")
    assert "Northside is limited" in read(desk)
    assert "/claim" not in desk.content.decode()
    for row, verb in ((queued, "claim"), (claimed.event(), "start")):
        refused = press(cast.will, row, verb)
        assert (refused.status_code, "This cannot be done" in read(refused)) == (409, True)
        assert "moved on" not in read(refused)
    assert "nothing new begun" in read(as_(cast.will).get(claimed.job().page))
    walk.record()
    assert press(cast.will, walk.job(), "complete").status_code == 302


def test_what_the_database_refuses_for_the_access_is_said_as_plainly(cast: Cast, walk: Walk) -> None:
    job = walk.job()
    assert job.operator.state == "active"
    access(cast.Northside, "limit", cast.ines)
    with pytest.raises(Lawless, match="access does not allow this"):
        enter(cast.will, ServiceEvent, "claim", job)


def test_a_job_whose_record_is_sealed_is_in_hand_until_somebody_completes_it(cast: Cast, walk: Walk) -> None:
    walk.record()
    job = walk.job()
    assert f"{job.reference} · completed" in read(as_(cast.will).get("/desk/")).replace("just now", "").replace(
        "  ", " "
    )
    assert "Complete the job" in read(as_(cast.will).get("/desk/"))
    for path in ("/desk/", "/jobs/"):
        assert f"{job.reference} · Will to be completed" in read(as_(cast.nora).get(path)), path
    press(cast.will, job, "complete")
    assert "Complete the job" not in read(as_(cast.will).get("/desk/"))


def test_a_cancelled_job_leaves_the_desk_and_says_why(cast: Cast, walk: Walk) -> None:
    job = walk.job()
    enter(cast.ines, Job, "cancel", job, reason="They sold the car.")
    assert job.reference not in read(as_(cast.will).get("/desk/"))
    assert "They sold the car." in read(as_(cast.will).get(job.page))


# One's own day


def day(user: User) -> Any:
    """What the Desk knows of somebody's day."""
    return as_(user).get("/desk/").context["desk"]


def test_the_desk_says_what_one_completed_today_and_how_long_one_worked(cast: Cast, walk: Walk) -> None:
    walk.record()
    assert "Nothing completed yet" in read(as_(cast.will).get("/desk/")), "the work is done, and the job is not"
    enter(cast.will, Job, "complete", walk.job())
    Walk().started()
    said = read(as_(cast.will).get("/desk/"))
    assert "1 completed · 1 in hand" in said
    assert "Worked under a minute" in said
    assert day(cast.will).day.clock.running.counts == "worked"


def test_the_day_of_one_is_not_the_day_of_another(cast: Cast, walk: Walk) -> None:
    enter(cast.will, Job, "complete", walk.record().event.job)
    for other in (cast.wanda, cast.nora, cast.sid):
        assert (day(other).day.completed, day(other).day.clock.shown) == (0, []), other


def test_yesterday_counts_no_more(cast: Cast, walk: Walk, monkeypatch: Any) -> None:
    enter(cast.will, Job, "complete", walk.record().event.job)
    Walk().started()
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    now = day_of(cast.will, cast.Northside)
    assert now.completed == 0
    assert now.clock.hands["worked"].since == timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def test_the_way_to_a_job_that_was_given_back_was_travelled_all_the_same(cast: Cast, walk: Walk) -> None:
    enter(cast.will, ServiceEvent, "set_off", walk.event())
    enter(cast.will, Job, "release", walk.job(), reason="for the test")
    clock = day_of(cast.will, cast.Northside).clock
    assert clock.hands["travelled"].before
    assert clock.running is None


def test_what_comes_next_is_what_is_wished_for_first(cast: Cast) -> None:
    wishes = ["", "2030-07-02T08:00:00+02:00", "2030-07-01T08:00:00+02:00"]
    walks = [given_to(cast.will, asked={**ADVISORY, "wished": each}) for each in wishes]
    for walk in walks[:2]:
        walk.event()
    walks[2].job()
    assert day(cast.will).next.job_id == walks[2].job().pk, "what waits by name, too"
    walks[2].started()
    assert day(cast.will).next.job_id == walks[1].job().pk, "what is in work does not come next"
    enter(cast.will, ServiceEvent, "start", walks[1].event())
    assert day(cast.will).next.job_id == walks[0].job().pk
    assert day(cast.wanda).next is None


def test_one_s_own_jobs_name_their_pages_for_the_device_and_others_do_not(cast: Cast, walk: Walk) -> None:
    walk.started()
    assert f'data-job="{walk.job().page}"' in as_(cast.will).get("/desk/").content.decode()
    assert "data-job" not in as_(cast.nora).get("/desk/").content.decode()


def test_a_wish_that_nobody_can_read_comes_last_and_breaks_nothing(cast: Cast) -> None:
    plain = given_to(cast.will)
    plain.event()
    assert wished_moment("some day soon") is None
    assert wished_moment("2026-13-45T99:00") is None
    assert (
        ahead_of(1, {"summary": "x", "place": "", "wished": "soon"}, claimed=True, appointment=None).when
        == "wished for soon"
    )
    assert day(cast.will).next.job_id == plain.job().pk


# How much it takes


@pytest.mark.parametrize("reach", ["job", "event", "started", "filled", "record"])
def test_the_pages_stay_within_their_queries(cast: Cast, django_assert_max_num_queries: Any, reach: str) -> None:
    for walk in [Walk(surface="auto-detailing", asked=DETAILING, outcome="completed") for _ in range(3)]:
        getattr(walk, reach)()
    for walk in [Walk(worker="wanda") for _ in range(3)]:
        enter(cast.wanda, Job, "complete", walk.record().event.job)
    for who in (cast.nora, cast.will):
        client = as_(who)
        for path in ("/desk/", "/jobs/", Job.objects.earliest("pk").page):
            client.get(path)
            with django_assert_max_num_queries(QUERIES):
                assert client.get(path).status_code == 200


def test_what_is_missing_is_what_the_database_says(cast: Cast) -> None:
    event = Walk(
        surface="municipal-works", asked={"place": "1 Main Street", "tier": "pothole"}, outcome="completed"
    ).started()
    bench = Bench(event.job, cast.will)
    assert [(each.stage, each.kind, each.needed, each.have) for each in bench.lacks] == [
        ("inspect", "photo", 1, 0),
        ("inspect", "stage", 1, 0),
        ("work", "stage", 1, 0),
        ("after", "photo", 1, 0),
        ("after", "stage", 1, 0),
    ]


# Help


@pytest.mark.parametrize(
    ("reach", "says"),
    [
        ("job", "Nobody has claimed this job yet"),
        ("event", "Press Start when you begin"),
        ("started", "Go through the stages"),
        ("record", "sealed"),
    ],
)
def test_help_says_what_to_do_where_the_job_stands_and_whom_to_call(
    cast: Cast, walk: Walk, reach: str, says: str
) -> None:
    Operator.objects.filter(name="Northside").update(phone="+49 30 55 55")
    getattr(walk, reach)()
    page = as_(cast.will).get(walk.job().page)
    assert says in read(page)
    assert "The network governs this case" in read(page)
    assert 'href="tel:+49305555"' in page.content.decode()


def test_help_invents_no_number_and_names_who_governs(cast: Cast) -> None:
    page = read(as_(cast.nora).get(Walk(funnel="north").job().page))
    assert "Northside has left no phone number" in page
    assert "Northside governs this case itself" in page


def test_help_promises_nothing_that_a_limited_operator_may_not(cast: Cast, walk: Walk) -> None:
    walk.event()
    access(cast.Northside, "limit", cast.ines)
    assert "Your operator is limited: finish" in read(as_(cast.will).get(walk.job().page))


@pytest.mark.django_db
def test_a_door_s_page_says_which_job_it_is_and_where_to_who_may_pass_it_and_to_nobody_else(
    cast: Cast, walk: Walk
) -> None:
    event = walk.filled()
    door, said = f"/serviceevents/{event.pk}/complete", walk.job().context
    page = read(as_(cast.will).get(door))
    assert f"{event.reference} · {said['summary']}" in page
    assert walk.job().about == " · ".join(filter(None, (said["summary"], said["place"])))
    assert said["summary"] not in read(as_(cast.sam).get(door))
    assert walk.task.about.startswith(walk.request.reference)
