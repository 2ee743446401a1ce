"""The public form and the tracking page: asking commits nobody, is done once, and the requester reads what really happened."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from governance.models import Task
from governance.submit import Asking, ask
from intake import keys
from intake.asking import read
from intake.limit import FORMS, TOO_MANY
from intake.models import Funnel, Intake, Request
from qtm.acts import acting
from qtm.models import Attempt, Operator, Surface, SurfaceVersion, Transition, User
from qtm.refusals import Conflict
from qtm.runtime import Field
from tests.cast import ADVISORY, Walk, enter

ADVICE = "/ask/network/automotive-advisory/"


@pytest.fixture(autouse=True)
def rolled_back(request: pytest.FixtureRequest) -> None:
    """Every test is rolled back but the one that needs real commits."""
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")


def ago(**span: float) -> Any:
    """As if it were some time ago: what is signed now was signed then."""
    then = time.time() - timedelta(**span).total_seconds()
    return mock.patch("django.core.signing.time.time", return_value=then)


def key(form: str = "network/automotive-advisory", **span: float) -> str:
    """A key that was issued with its form a minute ago, or when it is said."""
    with ago(**(span or {"minutes": 1})):
        return keys.issue(form)


def typed(**changed: str) -> dict[str, str]:
    """A form as a person fills it in and sends it."""
    words = {name: value for name, value in ADVISORY.items() if isinstance(value, str)}
    answers = {f"answers.{code}": value for code, value in ADVISORY["answers"].items()}
    return {**words, **answers, "key": key(), "website": "", **changed}


def send(path: str = ADVICE, **changed: str) -> Any:
    """Send the form from nowhere, as the public does."""
    return Client().post(path, typed(**changed))


def text(answer: Any) -> str:
    """A page as it came."""
    return str(answer.content.decode())


def token() -> str:
    """The tracking token of the newest Request."""
    return Request.objects.latest("pk").token


@contextmanager
def closed(slug: str = "network") -> Any:
    """A funnel while it is closed."""
    Funnel.objects.filter(slug=slug).update(is_open=False)
    yield
    Funnel.objects.filter(slug=slug).update(is_open=True)


def test_asking_without_an_account_leaves_request_intake_and_open_task_in_one_act() -> None:
    answer = send()
    request = Request.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/track/{request.token}/")
    assert (request.state, request.channel, request.intake.state, request.intake.task.state) == (
        "submitted",
        "web",
        "stored",
        "open",
    )
    assert Transition.objects.filter(case_id=request.pk).values("act").distinct().count() == 1
    assert Transition.objects.filter(case_id=request.pk).exclude(user=None).count() == 0, (
        "the public form names nobody of the house"
    )


def test_one_who_is_signed_in_asks_as_anybody_does(cast: Any, client: Client) -> None:
    client.force_login(cast.ines)
    assert client.post(ADVICE, typed()).status_code == 302
    assert not Transition.objects.filter(case_id=Request.objects.get().pk).exclude(user=None).exists()


def test_the_same_form_sent_twice_is_one_request_and_leads_to_the_same_page() -> None:
    form = typed()
    first, second = Client().post(ADVICE, form), Client().post(ADVICE, form)
    assert first["Location"] == second["Location"]
    assert second.status_code == 302
    assert (Request.objects.count(), Task.objects.count()) == (1, 1)


def test_the_same_form_with_other_content_is_a_conflict_that_keeps_what_was_typed() -> None:
    form = typed()
    Client().post(ADVICE, form)
    answer = Client().post(ADVICE, {**form, "description": "Something else"})
    assert answer.status_code == 409
    assert "Something else" in text(answer)
    assert Request.objects.get().reference in text(answer)
    assert form["key"] not in text(answer), "what stands there is a new form"
    assert Request.objects.count() == 1


def test_two_days_later_the_same_form_still_leads_to_the_same_page() -> None:
    form = typed()
    first = Client().post(ADVICE, form)
    with ago(days=-2):
        assert Client().post(ADVICE, form)["Location"] == first["Location"]


def test_of_sixteen_sends_at_once_one_request_comes_and_all_read_its_page(committed: str) -> None:
    form, barrier = typed(), threading.Barrier(16)

    def press(_: int) -> str:
        barrier.wait()
        try:
            return str(Client().post(ADVICE, form).get("Location"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        pages = set(pool.map(press, range(16)))
    assert pages == {f"/track/{Request.objects.get().token}/"}
    assert Task.objects.count() == 1


def test_what_is_sent_in_no_time_is_refused_and_kept() -> None:
    with ago(seconds=0):
        answer = send(key=key(seconds=1))
    assert answer.status_code == 422
    assert keys.TOO_SOON in text(answer)
    assert ADVISORY["description"] in text(answer)
    assert not Request.objects.exists()


def test_a_form_that_lay_open_for_more_than_a_day_is_drawn_anew_with_what_was_typed() -> None:
    old = key(hours=25)
    answer = send(key=old)
    assert answer.status_code == 422
    assert keys.EXPIRED in text(answer)
    assert ADVISORY["description"] in text(answer)
    assert old not in text(answer)
    assert not Request.objects.exists()


@pytest.mark.parametrize("forged", ["", "made-up", "made-up:1abc:signature", "nul\0", key.__name__ * 500])
def test_a_key_that_nobody_issued_opens_nothing(forged: str) -> None:
    assert send(key=forged).status_code == 422
    assert not Request.objects.exists()


def test_a_key_of_another_form_opens_nothing() -> None:
    assert send(key=key("north/automotive-advisory")).status_code == 422
    assert not Request.objects.exists()


def test_a_robot_that_fills_every_field_is_refused_and_a_person_can_send_again() -> None:
    answer = send(website="https://spam.example")
    assert answer.status_code == 422
    assert "spam.example" not in text(answer)
    assert ADVISORY["description"] in text(answer)
    assert not Request.objects.exists()


WRONG = {
    "missing field": ({"description": ""}, "This is needed."),
    "missing answer": ({"answers.vehicle": " "}, "This is needed."),
    "no service": ({"tier": ""}, "Choose a service."),
    "a service of another surface": ({"tier": "exterior"}, "has no such service"),
    "an answer that is not offered": ({"answers.matter": "rocket"}, "must be one of these"),
    "no phone number": ({"phone": "none"}, "This is no phone number."),
    "no address of mail": ({"email": "maren at holt"}, "This is no e-mail address."),
    "a wish in the past": ({"wished": "2020-01-01T10:00"}, "This lies in the past."),
    "a wish that is no date": ({"wished": "soon"}, "This is no date and time."),
    "a wish at the end of time": ({"wished": "9999-12-31T23:59:00-12:00"}, "This is no date and time."),
    "a wish in the last year there is": ({"wished": "9999-12-31T23:59:00Z"}, "more than ten years ahead"),
    "a wish at the beginning of time": ({"wished": "0001-01-01T00:00:00+14:00"}, "This is no date and time."),
    "a NUL byte": ({"description": "one\0two"}, "NUL byte"),
    "a NUL byte in an answer": ({"answers.vehicle": "a\0b"}, "NUL byte"),
    "a NUL byte for a choice": ({"tier": "a\0b"}, "has no such service"),
    "one character too many": ({"description": "x" * 4001}, "At most 4000 characters"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named_at_its_field_and_what_was_typed_is_kept(wrong: str) -> None:
    changed, sentence = WRONG[wrong]
    answer = send(**changed)
    (name,) = changed
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f'id="id_{name}_error"' in text(answer), "the sentence stands at its field"
    assert ADVISORY["name"] in text(answer)
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        "😀 naïve 漢字",
        "مرحبا بالعالم",
        "<b>bold</b> & <script>alert(1)</script> {{ x }}",
        "line one\r\nline two",
        "x" * 4000,
        "4\r\n" * 1333,
    ],
)
def test_emoji_other_scripts_html_and_4000_characters_are_taken_as_they_are_and_shown_escaped(words: str) -> None:
    assert send(description=words).status_code == 302
    request = Request.objects.get()
    assert request.asked["description"] == words
    page = text(Client().get(f"/track/{request.token}/"))
    assert "<script>alert" not in page
    assert "<b>bold" not in page


DEGREES = ["1e9999999", "-1e9999999", "NaN", "sNaN", "-Infinity", "9" * 5000, "91", "1e400", "0x10", "1 2", "None"]


@pytest.mark.parametrize("latitude", DEGREES)
def test_a_position_that_is_nowhere_is_named_at_its_field(latitude: str) -> None:
    path, form = "/ask/network/municipal-works/", {"place": "1200 W 81st", "latitude": latitude, "longitude": "13.4"}
    answer = Client().post(path, {"tier": "pothole", "key": key("network/municipal-works"), **form})
    assert answer.status_code == 422
    assert 'id="id_latitude_error"' in text(answer)
    assert not Request.objects.exists()


def test_a_position_that_is_needed_is_missed_at_both_its_fields() -> None:
    works = Surface.objects.get(code="municipal-works").current.reads
    needs = replace(works, asks=replace(works.asks, position="required"))
    version = SurfaceVersion(runtime=needs.as_json(), digest=needs.digest())
    assert {"latitude", "longitude"} <= read(version, {}).missing.keys()


@pytest.mark.parametrize(
    ("said", "stored"),
    [("52.5", "52.500000"), ("1e-9999999", "0.000000"), ("５２.５", "52.500000"), ("-0.1" + "0" * 99, "-0.100000")],
)
def test_degrees_however_written_are_stored_to_a_tenth_of_a_metre(said: str, stored: str) -> None:
    version = Surface.objects.get(code="municipal-works").current
    assert str(read(version, {"latitude": said}).clean["latitude"]) == stored


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("1969-12-31T23:59:59Z", "This lies before 1970."),
        ("1970-01-01T00:00:00Z", ""),
        ("2037-01-01T00:00Z", "more than ten years"),
    ],
)
def test_what_is_entered_later_than_it_was_asked_lies_within_a_sane_window_too(said: str, sentence: str) -> None:
    version = Surface.objects.get(code="automotive-advisory").current
    with mock.patch("intake.asking.timezone.now", return_value=datetime(2026, 11, 24, tzinfo=UTC)):
        assert sentence in read(version, {**ADVISORY, "wished": said}, past=True).errors.get("wished", "")


@pytest.mark.parametrize("field", ["number", "date"])
def test_an_answer_beyond_all_measure_is_refused(field: str) -> None:
    asked = Field("odd", "Odd", field, required=True, personal=False)
    for raw in (
        "9" * 5000,
        "1e999999999",
        "NaN",
        "Infinity",
        "9" * 17,
        "10000-01-01",
        "0000-01-01",
        "２０２６-１３-01",
        1e400,
        10**5000,
    ):
        with pytest.raises(ValueError, match="must be"):
            asked.answer(raw)


def test_the_same_form_still_leads_to_the_same_page_after_the_funnel_was_closed() -> None:
    form = typed()
    first = Client().post(ADVICE, form)
    with closed():
        answer = Client().post(ADVICE, form)
        assert (answer.status_code, answer["Location"]) == (302, first["Location"])
        assert Client().post(ADVICE, {**form, "description": "Something else"}).status_code == 409
    assert Request.objects.count() == 1


def test_what_is_sent_from_one_place_without_end_waits_and_is_kept_and_another_place_is_heard() -> None:
    with mock.patch("intake.limit.FORMS", replace(FORMS, of_a_place=2)):
        first, _ = typed(), send()
        assert Client().post(ADVICE, first).status_code == 302
        form = typed(description="A third one")
        answer = Client().post(ADVICE, form)
        assert (answer.status_code, "A third one" in text(answer), TOO_MANY in text(answer)) == (429, True, True)
        assert form["key"] in text(answer), "it can be sent again as it is"
        assert Request.objects.count() == 2
        assert Client().post(ADVICE, first).status_code == 302, "the first answer stands"
        assert Client(REMOTE_ADDR="192.0.2.7").post(ADVICE, form).status_code == 302


def test_a_place_is_forgotten_after_a_quarter_of_an_hour() -> None:
    with mock.patch("intake.limit.FORMS", replace(FORMS, of_a_place=1)):
        assert send().status_code == 302
        Attempt.objects.update(at=timezone.now() - FORMS.within)
        assert send().status_code == 302
        assert Attempt.objects.count() == 1


def test_what_is_refused_does_not_count_against_a_place() -> None:
    with mock.patch("intake.limit.FORMS", replace(FORMS, of_a_place=1)):
        assert send(phone="none").status_code == 422
        assert send().status_code == 302


def test_the_words_of_a_surface_are_shown_and_never_run() -> None:
    surface = Surface.objects.get(code="automotive-advisory").current.reads
    evil = replace(surface.fields[0], label="More < less <b>", help="<script>alert(1)</script>")
    with acting(via="test", authority="test"):
        SurfaceVersion.publish(replace(surface, fields=(evil, *surface.fields[1:])))
    page = text(Client().get(ADVICE))
    assert "More &lt; less &lt;b&gt;" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_the_requester_reads_what_stands_now_and_that_it_was_put_right(walk: Walk, cast: Any) -> None:
    enter(cast.ines, Task, "correct", walk.task, field="answers.vehicle", becomes="A van", why="She was confused")
    enter(cast.ines, Task, "correct", walk.task, field="place", becomes="16 Quarry Lane", why="She called")
    enter(cast.ines, Task, "correct", walk.task, field="phone", becomes="+49 30 999999", why="Misheard")
    page = text(Client().get(f"/track/{walk.request.token}/"))
    assert 'A van<small class="change">put right since you asked; it was <del>An estate car, 2016</del>' in page
    assert '16 Quarry Lane<small class="change">put right since you asked</small>' in page
    assert page.count("put right since") == 2
    for hidden in ("She was confused", "She called", "999999", "Ines"):
        assert hidden not in page


def test_a_closed_funnel_says_so_and_takes_nothing() -> None:
    with closed():
        for answer in (Client().get("/ask/network/"), Client().get(ADVICE), send()):
            assert answer.status_code == 409
            assert "takes no requests now" in text(answer)
            assert "<textarea" not in text(answer)
        assert "/ask/network/" not in text(Client().get("/ask/"))
    assert not Request.objects.exists()


def test_the_funnel_of_an_operator_that_takes_no_new_work_is_closed(cast: Any) -> None:
    enter(cast.ines, Operator, "limit", cast.Northside, reason="for the test")
    assert send("/ask/north/automotive-advisory/", key=key("north/automotive-advisory")).status_code == 409
    assert not Request.objects.exists()


def test_a_planned_surface_is_described_and_takes_no_request() -> None:
    planned = replace(Surface.objects.get(code="landscaping").current.reads, status="planned")
    with acting(User.objects.get(username="ines"), via="test", authority="qtm.keep_surfaces as admin"):
        SurfaceVersion.publish(planned)
    assert "planned" in text(Client().get("/ask/network/"))
    for answer in (
        Client().get("/ask/network/landscaping/"),
        send("/ask/network/landscaping/", key=key("network/landscaping")),
    ):
        assert answer.status_code == 409
        assert "takes no requests yet" in text(answer)
    assert not Request.objects.exists()


def test_a_partial_surface_says_on_its_form_what_it_lacks() -> None:
    assert "cannot read back by Open311" in text(Client().get("/ask/network/municipal-works/"))


def test_what_a_funnel_does_not_offer_is_not_there() -> None:
    Funnel.objects.get(slug="north").surfaces.set(Surface.objects.filter(code="auto-detailing"))
    assert Client().get("/ask/north/automotive-advisory/").status_code == 404
    assert send("/ask/north/automotive-advisory/", key=key("north/automotive-advisory")).status_code == 404
    assert Client().get("/ask/nowhere/").status_code == 404


def test_the_form_holds_the_questions_of_its_surface_and_a_trap() -> None:
    page = text(Client().get("/ask/network/auto-detailing/"))
    for part in (
        "180.00 EUR",
        'name="answers.dog-hair"',
        'type="radio" name="tier"',
        'name="website"',
        'type="datetime-local"',
    ):
        assert part in page


def test_the_tracking_page_stays_out_of_indexes_caches_and_other_sites_logs() -> None:
    send()
    answer = Client().get(f"/track/{token()}/")
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"], answer["Cache-Control"]) == (
        "noindex, nofollow",
        "same-origin",
        "private, no-store",
    )


@pytest.mark.parametrize("change", [lambda it: it[:-1], lambda it: it + "x", lambda it: it.swapcase(), lambda it: "1"])
def test_a_tracking_link_works_only_whole(change: Any) -> None:
    send()
    assert Client().get(f"/track/{change(token())}/").status_code == 404


def test_the_tracking_page_shows_no_contact_and_nobody_of_the_house(walk: Walk) -> None:
    walk.record()
    page = text(Client().get(f"/track/{walk.request.token}/"))
    for hidden in ("Maren Holt", "maren@holt", "1234 5678", "Ines", "Will", "Northside", "T-", "console"):
        assert hidden not in page
    assert ADVISORY["description"] in page


STEPS = {
    "task": "Somebody will look at it and decide.",
    "approved": "It was approved.",
    "assignment": "Somebody was chosen to do it.",
    "job": "It was handed over to those who will do it",
    "event": "The work has not begun yet.",
    "started": "The work has begun.",
    "record": "The work has ended",
    "captured": "The payment for it was received.",
}


@pytest.mark.parametrize("step", STEPS)
def test_the_requester_reads_what_really_happened(step: str, walk: Walk) -> None:
    made = getattr(walk, step)
    if callable(made):
        made()
    page = text(Client().get(f"/track/{walk.request.token}/"))
    told = list(STEPS.values())
    ahead = told[list(STEPS).index(step) + 1 :]
    assert STEPS[step] in page
    assert not [sentence for sentence in ahead if sentence in page]


def test_money_says_nothing_of_the_work(walk: Walk) -> None:
    walk.captured()
    page = text(Client().get(f"/track/{walk.request.token}/"))
    assert "<h1>The work has ended: " in page
    assert "The payment for it was received." in page


def test_the_reason_of_a_rejection_stays_in_the_house(walk: Walk, cast: Any) -> None:
    enter(cast.ines, Task, "reject", walk.task, reason="They never pay.")
    page = text(Client().get(f"/track/{walk.request.token}/"))
    assert "It will not be done." in page
    assert "never pay" not in page


@pytest.mark.parametrize("state", ["open", "held", "approved"])
def test_the_requester_withdraws_before_it_is_assigned(state: str, walk: Walk, cast: Any) -> None:
    if state == "held":
        enter(cast.ines, Task, "hold", walk.task, reason="Waiting")
    if state == "approved":
        walk.approved()
    page = f"/track/{walk.request.token}/withdraw"
    assert "Withdraw the request" in text(Client().get(f"/track/{walk.request.token}/"))
    assert Client().post(page, {"reason": "Sold the car"}).status_code == 302
    line = Transition.objects.filter(case_id=walk.request.pk).latest("pk")
    assert (walk.task.state, line.reason, line.actor_id, line.user_id) == (
        "cancelled",
        "Sold the car",
        walk.request.actor_id,
        None,
    )
    assert (line.via, line.authority) == ("tracking page", "the requester's own link")


def test_without_a_reason_the_line_says_that_the_requester_withdrew(walk: Walk) -> None:
    Client().post(f"/track/{walk.request.token}/withdraw", {"reason": ""})
    assert Transition.objects.filter(case_id=walk.request.pk).latest("pk").reason == "Withdrawn by the requester"
    assert "You withdrew it." in text(Client().get(f"/track/{walk.request.token}/"))


def test_a_second_withdrawal_changes_nothing(walk: Walk) -> None:
    page = f"/track/{walk.request.token}/withdraw"
    Client().post(page)
    lines = Transition.objects.count()
    answer = Client().post(page)
    assert answer.status_code == 409
    assert "You withdrew it." in text(answer)
    assert Transition.objects.count() == lines


@pytest.mark.parametrize("step", ["assignment", "job", "started", "record"])
def test_once_assigned_nothing_can_be_withdrawn(step: str, walk: Walk) -> None:
    getattr(walk, step)()
    lines = Transition.objects.count()
    answer = Client().post(f"/track/{walk.request.token}/withdraw", {"reason": "Too late"})
    assert answer.status_code == 409
    assert "cannot be withdrawn any more" in text(answer)
    assert "Ines" not in text(answer)
    assert "Withdraw the request" not in text(Client().get(f"/track/{walk.request.token}/"))
    assert Transition.objects.count() == lines


def test_a_reason_with_a_nul_byte_withdraws_nothing(walk: Walk) -> None:
    assert Client().post(f"/track/{walk.request.token}/withdraw", {"reason": "a\0b"}).status_code == 422
    assert walk.task.state == "open"


def test_looking_at_the_withdrawal_withdraws_nothing(walk: Walk) -> None:
    answer = Client().get(f"/track/{walk.request.token}/withdraw")
    assert (answer.status_code, answer["Referrer-Policy"]) == (200, "same-origin"), (
        "a browser posts from it with its own origin"
    )
    assert walk.task.state == "open"


def test_no_public_page_asks_more_than_12_questions_of_the_database(
    walk: Walk, django_assert_max_num_queries: Any
) -> None:
    walk.captured()
    for page in (
        "/ask/",
        "/ask/network/",
        ADVICE,
        f"/track/{walk.request.token}/",
        f"/track/{walk.request.token}/withdraw",
    ):
        with django_assert_max_num_queries(12):
            Client().get(page)


def test_more_than_a_megabyte_is_too_large() -> None:
    assert send(description="x" * 1_000_001).status_code == 413
    assert not Intake.objects.exists()


@pytest.mark.django_db
def test_a_closed_funnel_takes_nothing_by_whatever_path() -> None:
    funnel = Funnel.objects.get(slug="network")
    funnel.is_open = False
    asking = Asking(funnel, Surface.objects.get(code="automotive-advisory"), "import", ADVISORY, "closed:1", "import")
    with pytest.raises(Conflict):
        ask(asking)
    assert not Request.objects.filter(key="closed:1").exists()
