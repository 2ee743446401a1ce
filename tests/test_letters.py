"""Letters: written with the act, sent through a real mail server whatever it does, each at least once, and never dropped without a word."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from execution.models import Job, ServiceEvent
from governance.letters import requester
from governance.models import Assignment, Correction, Task
from governance.question import Question
from intake.models import Actor, Funnel, Request
from qtm.acts import acting
from qtm.letters import declared
from qtm.letters.model import Letter, SentAgain
from qtm.letters.post import GIVEN_UP, NOBODY, OVERTAKEN, POST
from qtm.letters.spoken import SPOKEN, moment
from qtm.models import Operator, Surface, User
from tests.cast import ADVISORY, DETAILING, Cast, Walk, enter
from tests.post import FROM, SITE, Box, post_sent, sending_to, served
from tests.sql import DENIED, attempt
from tests.test_desk import as_

pytestmark = pytest.mark.django_db
TEMPLATES = Path(settings.HERE) / "templates" / "letters"


@pytest.fixture
def box() -> Iterator[Box]:
    """A mail server that is there, and what arrives."""
    made = Box()
    with served(made) as controller, sending_to(controller.port):
        yield made


def states() -> dict[str, str]:
    """What became of each letter, by its kind and to whom."""
    return {f"{each.kind} {each.who}": each.state for each in Letter.objects.order_by("id")}


def only() -> Letter:
    """The only letter that there is."""
    return Letter.objects.get()


def parts(message: Any) -> tuple[str, str]:
    """The plain text and the HTML of a message."""
    return tuple(message.get_body((kind,)).get_content() for kind in ("plain", "html"))


class Words(HTMLParser):
    """The words of HTML between its tags, and where its links lead."""

    def __init__(self, html: str) -> None:
        """Read it all."""
        super().__init__()
        self.words, self.links, self.skips = "", list[str](), ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.skips = tag
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += "" if self.skips in {"title", "h1"} else f" {data}"


# What is written, and when


def test_whoever_asked_is_written_to_along_the_way_and_the_operator_of_its_job(
    box: Box, cast: Cast, walk: Walk
) -> None:
    reachable(cast)
    enter(cast.will, ServiceEvent, "set_off", walk.event())
    post_sent()
    enter(cast.will, ServiceEvent, "arrive", walk.event())
    walk.record()
    post_sent()
    assert states() == {
        "received requester": "sent",
        "new-job operator": "sent",
        "on-the-way requester": "sent",
        "done requester": "sent",
    }
    assert [each["To"] for each in box.got].count("Maren Holt <maren@holt.example>") == 3


def reachable(cast: Cast, name: str = "Northside") -> None:
    """An operator gets an e-mail address."""
    Operator.objects.filter(name=name).update(email="desk@northside.example")


def test_the_case_says_when_nobody_of_the_operator_is_written_to(cast: Cast) -> None:
    walk, said = Walk(), "Northside has no e-mail address on file, so nobody there is written to."
    page = as_(cast.ines).get(f"/cases/{walk.task.case_id}/").content.decode()
    assert said not in page, "nobody is to do it yet"
    walk.job()
    page = as_(cast.ines).get(f"/cases/{walk.task.case_id}/").content.decode()
    assert said in page
    reachable(cast)
    assert said not in as_(cast.ines).get(f"/cases/{walk.task.case_id}/").content.decode()


def test_the_rail_counts_the_letters_that_failed_of_the_cases_that_one_governs() -> None:
    def rail(who: str, place: str) -> str:
        page = as_(getattr(Cast(), who)).get(place).content.decode()
        found = re.search(r">Letters that failed(.*?)</a>", page)
        assert found
        return re.sub(r"<[^>]+>", "", found[1]).strip()

    for funnel in ("network", "network", "north"):
        assert Walk(funnel=funnel).task
    assert (rail("ines", "/console/"), rail("nora", "/inbox/")) == ("", "")
    Letter.objects.update(state="failed")
    assert (rail("ines", "/console/"), rail("nora", "/inbox/"), rail("sam", "/inbox/")) == ("2", "1", "")
    assert rail("ines", f"/cases/{Request.objects.earliest('pk').pk}/") == "2"


def test_whoever_asked_is_told_when_somebody_is_to_come_once_there_is_a_job_and_again_when_it_changes(
    box: Box, cast: Cast, walk: Walk
) -> None:
    starts = timezone.now().replace(microsecond=0) + timedelta(days=2)
    window = {"starts": starts, "ends": starts + timedelta(hours=2)}
    later = {name: each + timedelta(days=1) for name, each in window.items()}
    walk.approved()
    assignment = enter(cast.ines, Assignment, "assign", walk.task, operator=cast.Northside)
    enter(cast.ines, Assignment, "reschedule", assignment, **window)
    assert "scheduled requester" not in states(), "an assignment is no work yet"
    enter(cast.ines, Job, "create", Assignment.objects.get(pk=assignment.pk))
    enter(cast.ines, Assignment, "reschedule", Assignment.objects.get(pk=assignment.pk), **later)
    post_sent()
    assert list(Letter.objects.filter(kind="scheduled").values_list("state", flat=True)) == ["sent", "sent"]
    told = [parts(each)[0] for each in box.got if "is to come" in each["Subject"]]
    assert all(moment(later["starts"], "en") in each and "Northside" in each for each in told)


def test_what_is_no_longer_so_is_not_told_as_news(box: Box, cast: Cast, walk: Walk) -> None:
    enter(cast.will, ServiceEvent, "set_off", walk.event())
    enter(cast.will, ServiceEvent, "arrive", walk.event())
    walk.record()
    post_sent()
    late = Letter.objects.get(kind="on-the-way")
    assert (late.state, late.error) == ("failed", OVERTAKEN)
    assert not any("on the way" in each["Subject"] for each in box.got)


def test_a_job_without_an_appointment_promises_no_hour(cast: Cast, walk: Walk) -> None:
    walk.job()
    assert "scheduled requester" not in states()


@pytest.mark.parametrize(("verb", "kind"), [("reject", "turned-down"), ("cancel", "cancelled")])
def test_a_no_is_told_by_a_letter(cast: Cast, walk: Walk, verb: str, kind: str) -> None:
    enter(cast.ines, Task, verb, walk.task, reason="for the test")
    assert states() == {"received requester": "waiting", f"{kind} requester": "waiting"}


def test_a_cancelled_job_is_told_to_both_sides_and_to_whom_it_names(box: Box, cast: Cast, walk: Walk) -> None:
    reachable(cast)
    User.objects.filter(username="will").update(email="will@northside.example")
    walk.approved()
    door(cast, walk, worker=cast.will)
    enter(cast.ines, Job, "cancel", walk.job(), reason="for the test")
    post_sent()
    assert states() == dict.fromkeys(
        [
            "received requester",
            "new-job operator",
            "new-job worker",
            "cancelled requester",
            "job-cancelled operator",
            "job-cancelled worker",
        ],
        "sent",
    )


def door(cast: Cast, walk: Walk, **given: Any) -> None:
    """Assign a task."""
    enter(cast.ines, Assignment, "assign", walk.task, operator=cast.Northside, **given)


def test_who_withdraws_is_not_told_that_they_did(walk: Walk) -> None:
    Client().post(f"/track/{walk.request.token}/withdraw", {"reason": ""})
    assert walk.task.state == "cancelled"
    assert states() == {"received requester": "waiting"}


def test_nobody_is_written_to_whose_address_is_not_known_and_the_case_says_so(cast: Cast) -> None:
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    walk.record()
    assert not Letter.objects.exists()
    page = as_(cast.ines).get(f"/cases/{walk.request.pk}/").content.decode()
    assert "No e-mail address of the requester is known" in page


def test_an_operator_whose_access_was_closed_meanwhile_is_not_written_to(box: Box, cast: Cast, walk: Walk) -> None:
    reachable(cast)
    walk.job()
    with acting(cast.ines, via="test", authority="qtm.suspend_operator as admin"):
        cast.Northside.suspend(reason="for the test")
    post_sent()
    assert Letter.objects.get(kind="new-job").error == NOBODY
    assert [each["To"] for each in box.got] == ["Maren Holt <maren@holt.example>"]


def test_an_act_that_is_rolled_back_sends_nothing(box: Box, cast: Cast, walk: Walk) -> None:
    task = walk.task

    def fail(task: Task) -> None:
        with acting(cast.ines, via="test", authority="governance.reject_task as admin"):
            task.reject(reason="for the test")
            raise ZeroDivisionError

    def fail_later(task: Task) -> None:
        with transaction.atomic():
            enter(cast.ines, Task, "reject", task, reason="for the test")
            raise ZeroDivisionError

    for way in (fail, fail_later):
        with pytest.raises(ZeroDivisionError):
            way(Task.objects.get(pk=task.pk))
    post_sent()
    assert states() == {"received requester": "sent"}
    assert len(box.got) == 1


def test_raw_sql_sends_nothing(walk: Walk, cast: Cast) -> None:
    change = f"UPDATE governance_task SET state = 'rejected' WHERE id = {walk.task.pk}"
    assert attempt(change, user=cast.ines.pk, keep=True) == ""
    assert states() == {"received requester": "waiting"}


def test_what_is_released_and_queued_again_is_no_new_job(cast: Cast, walk: Walk) -> None:
    reachable(cast)
    walk.event()
    enter(cast.will, Job, "release", walk.job(), reason="for the test")
    assert Letter.objects.filter(kind="new-job").count() == 1


@pytest.mark.parametrize("broken", ["to", "database"])
def test_a_broken_letter_breaks_no_act_and_is_seen(
    cast: Cast, walk: Walk, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    task = walk.task
    kind = declared.LETTERS[Task.label(), "rejected"][0]

    def fails(row: Any) -> Any:
        return list(Task.objects.raw("SELECT no_such_column")) if broken == "database" else 1 / 0

    worse = declared.Kind(kind.name, kind.label, kind.who, kind.case, fails, kind.says)
    monkeypatch.setitem(declared.LETTERS, (Task.label(), "rejected"), [worse])
    enter(cast.ines, Task, "reject", task, reason="for the test")
    assert walk.task.state == "rejected"
    letter = Letter.objects.get(kind="turned-down")
    assert (letter.state, "could not be written" in letter.error) == ("failed", True)


def test_a_broken_letter_keeps_no_other_of_its_act_back(
    cast: Cast, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kind,) = declared.LETTERS[Task.label(), "rejected"]
    task, worse = walk.task, replace(kind, name="cancelled", case=lambda row: Task.objects.raw("SELECT no_column")[0])
    monkeypatch.setitem(declared.LETTERS, (Task.label(), "rejected"), [kind, worse, replace(kind, name="done")])
    enter(cast.ines, Task, "reject", task, reason="for the test")
    assert states() == dict.fromkeys(["received requester", "turned-down requester", "done requester"], "waiting")


@pytest.mark.parametrize(
    "put_right", [[], ["maren@new.example"], ["maren@new.example", ""], ["a@b.example", "c@d.example"]]
)
def test_a_letter_goes_to_the_address_that_stands(cast: Cast, walk: Walk, put_right: list[str]) -> None:
    task = walk.task
    with acting(cast.ines, via="test", authority="governance.correct_task as admin"):
        for field, becomes in [*(("email", email) for email in put_right), ("name", "Mara Holt")]:
            Correction.noted(task=task, field=field, becomes=becomes, why="for the test")
    said = Task.objects.get(pk=task.pk).stands()
    assert said["email"] == [ADVISORY["email"], *put_right][-1]
    stand = [(said["email"], said["name"])] if said["email"] else []
    assert [(each.address, each.name) for each in requester(task.case_id)] == stand


@pytest.mark.parametrize("said", [{}, {"email": "maren@holt.example"}, {"email": "", "name": "Maren"}])
def test_of_an_incomplete_request_a_letter_goes_to_the_address_that_was_asked_with(
    cast: Cast, said: dict[str, str]
) -> None:
    with acting(cast.ines, via="test", authority="intake.take_request as admin"):
        actor = Actor.noted()
        asked = Request.born(
            actor=actor,
            funnel=Funnel.objects.get(slug="network"),
            surface=Surface.objects.get(code="automotive-advisory"),
            channel="phone",
            asked=said,
            key="incomplete",
            content="",
        )
    stand = [(said["email"], said.get("name", ""))] if said.get("email") else []
    assert [(each.address, each.name) for each in requester(asked.pk)] == stand


def test_a_letter_that_cannot_be_composed_is_seen(box: Box, walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    walk.task  # noqa: B018
    monkeypatch.setattr("qtm.letters.post.message_of", lambda *given: 1 / 0)
    post_sent()
    assert (only().state, "division by zero" in only().error) == ("failed", True)


def test_the_app_can_change_what_became_of_a_letter_and_nothing_else(walk: Walk) -> None:
    walk.task  # noqa: B018
    assert attempt("UPDATE qtm_letter SET case_id = 0") == DENIED
    assert attempt("UPDATE qtm_letter SET who = 'operator'") == DENIED
    assert attempt("DELETE FROM qtm_letter") == DENIED


@pytest.mark.django_db(databases=["default", "omni"])
def test_omni_sees_no_letter_and_no_language(walk: Walk) -> None:
    assert attempt("SELECT 1 FROM qtm_letter", using="omni") == DENIED
    assert attempt("SELECT language FROM intake_request", using="omni") == DENIED


# What the server does


def test_a_server_that_says_for_good_no_is_asked_once_and_quoted(box: Box, walk: Walk) -> None:
    walk.task  # noqa: B018
    box.rcpt.append("550 5.1.1 There is no Maren here")
    post_sent()
    post_sent()
    assert (only().state, only().tries) == ("failed", 1)
    assert only().error == "The mail server answered: 550 5.1.1 There is no Maren here"


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_server_that_says_later_is_asked_again(box: Box, walk: Walk, where: str) -> None:
    walk.task  # noqa: B018
    getattr(box, where).append("451 4.7.1 Come back in a minute")
    post_sent()
    assert (only().state, only().error) == ("waiting", "The mail server answered: 451 4.7.1 Come back in a minute")
    post_sent()
    assert (only().state, only().tries, only().error, len(box.got)) == ("sent", 2, "", 1)


@pytest.mark.parametrize("fate", ["hang", "gone"])
def test_a_server_that_falls_silent_or_dies_in_the_middle_is_asked_again(box: Box, walk: Walk, fate: str) -> None:
    walk.task  # noqa: B018
    box.data.append(fate)
    post_sent()
    assert (only().state, only().tries, bool(only().error)) == ("waiting", 1, True)
    post_sent()
    assert (only().state, only().tries, len(box.got)) == ("sent", 2, 1)


def test_a_message_whose_yes_was_lost_is_sent_again_under_the_same_number(box: Box, walk: Walk) -> None:
    walk.task  # noqa: B018
    box.data.append("taken, then gone")
    post_sent()
    post_sent()
    assert only().state == "sent"
    assert len({each["Message-ID"] for each in box.got}) == 1
    assert len(box.got) == 2


def test_while_the_server_is_away_letters_wait_and_none_is_lost(walk: Walk) -> None:
    box = Box()
    with served(box) as controller:
        port = controller.port
    for _ in range(3):
        Walk().task  # noqa: B018
    with sending_to(port):
        post_sent()
        assert sorted(Letter.objects.values_list("state", "tries")) == [("waiting", 0), ("waiting", 0), ("waiting", 1)]
        with served(box, port):
            post_sent()
            post_sent()
    assert (set(states().values()), len(box.got)) == ({"sent"}, 3)


def test_after_five_tries_it_is_given_up_and_seen_and_can_be_sent_again(box: Box, cast: Cast, walk: Walk) -> None:
    task = walk.task
    box.data += ["451 later"] * POST.tries
    for _ in range(POST.tries + 2):
        post_sent()
    assert (only().state, only().tries) == ("failed", 5)
    assert only().error == GIVEN_UP.format(tries=5, why="The mail server answered: 451 later")
    page = as_(cast.ines).get(f"/cases/{task.case_id}/").content.decode()
    assert "Failed after 5 tries" in page
    assert "m…@holt.example" in page
    enter(cast.ines, Task, "correct", task, field="email", becomes="maren@new.example", why="She called")
    answer = as_(cast.ines).post(f"/letters/{only().pk}/again", {"next": f"/cases/{task.case_id}/"})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{task.case_id}/")
    assert SentAgain.objects.get().by == cast.ines
    post_sent()
    assert (only().state, only().address, only().tries) == ("sent", "maren@new.example", 6)
    assert [each["To"] for each in box.got] == ["Maren Holt <maren@new.example>"]


def test_without_a_mail_server_letters_wait_and_the_case_says_so(cast: Cast, walk: Walk) -> None:
    task = walk.task
    post_sent()
    assert (only().state, only().tries) == ("waiting", 0)
    page = as_(cast.ines).get(f"/cases/{task.case_id}/").content.decode()
    assert "This house sends no e-mail yet" in page


@pytest.mark.parametrize("name", ["eve", "nora", "will", "cora", "sam"])
def test_sending_again_is_for_who_governs_the_case(cast: Cast, walk: Walk, name: str) -> None:
    task = walk.task
    Letter.objects.update(state="failed")
    answer = as_(getattr(cast, name)).post(f"/letters/{only().pk}/again")
    assert answer.status_code == (403 if name == "eve" else 404)
    assert (only().state, task.case_id) == ("failed", only().case_id)


def test_what_has_not_failed_is_not_sent_again(cast: Cast, walk: Walk) -> None:
    walk.task  # noqa: B018
    assert as_(cast.ines).post(f"/letters/{only().pk}/again").status_code == 409
    assert not SentAgain.objects.exists()


def test_an_owner_sees_the_failed_letters_of_their_own_funnel_alone(cast: Cast) -> None:
    own, others = Walk(funnel="north"), Walk()
    assert own.task.pk != others.task.pk
    Letter.objects.update(state="failed")
    for name, sees, not_sees in (("nora", own, others), ("ines", others, own)):
        page = as_(getattr(cast, name)).get("/letters/").content.decode()
        assert (f"Q-{sees.request.pk}<" in page, f"Q-{not_sees.request.pk}<" in page) == (True, False)


# What a letter says


def test_text_and_html_say_the_same_and_lead_to_the_same_page(box: Box, walk: Walk) -> None:
    walk.record()
    post_sent()
    for message in box.got:
        text, html = parts(message)
        read, (link,) = Words(html), re.findall(r"https?://\S+", text)
        assert " ".join(text.replace(f": {link}", "").split()) == " ".join(read.words.split())
        assert read.links == [link] == [f"{SITE}/track/{walk.request.token}/"]
        assert (message["Auto-Submitted"], message["From"]) == ("auto-generated", FROM)
        assert "+49" not in text + html


def test_a_letter_to_an_operator_holds_neither_the_secret_link_nor_who_asked(box: Box, cast: Cast, walk: Walk) -> None:
    reachable(cast)
    walk.job()
    post_sent()
    said = "".join(parts(next(each for each in box.got if "northside" in each["To"])))
    assert f"{SITE}/jobs/{walk.job().pk}/" in said
    for secret in (walk.request.token, "Maren", "Holt", "+49", "holt.example"):
        assert secret not in said


def ask_in(header: str) -> Request:
    """A request through the public form of a browser that wants these languages."""
    page = Client().get("/ask/network/automotive-advisory/")
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())
    assert key
    typed = {**ADVISORY, "key": key[1]}
    answers = {f"answers.{name}": value for name, value in typed.pop("answers").items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.forms.PublicForm.least", timedelta(0))
        answer = Client(headers={"Accept-Language": header}).post(page.request["PATH_INFO"], {**typed, **answers})
    assert answer.status_code == 302, answer.content.decode()
    return Request.objects.latest("pk")


@pytest.mark.parametrize(
    ("header", "kept", "written"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de", "de"),
        ("fr,de;q=0.8,en;q=0.5", "de", "de"),
        ("fr-CA", "fr", "en"),
        ("", "en", "en"),
        ("*;q=x,,;", "en", "en"),
    ],
)
def test_the_language_is_the_browsers_where_there_are_letters_in_it(
    box: Box, header: str, kept: str, written: str
) -> None:
    assert ask_in(header).language == kept
    post_sent()
    (message,) = box.got
    assert message["Content-Language"] == written
    assert f'<html lang="{written}">' in parts(message)[1]
    assert ("ist eingegangen" in message["Subject"]) == (written == "de")


def test_german_dates_are_german(box: Box) -> None:
    ask_in("de")
    post_sent()
    days, months = "|".join(SPOKEN["de"].days), "|".join(SPOKEN["de"].months)
    assert re.search(rf"am ({days}), \d+\. ({months}) \d{{4}}, \d\d:\d\d Uhr erreicht", parts(box.got[0])[0])


def test_every_language_has_every_letter() -> None:
    kinds = {kind.name for kinds in declared.LETTERS.values() for kind in kinds}
    assert {each.name for each in TEMPLATES.iterdir() if each.is_dir()} == set(SPOKEN)
    for language in SPOKEN:
        assert {each.stem for each in (TEMPLATES / language).glob("[!_]*.txt")} == kinds


@pytest.mark.parametrize("name", ["Mära Łópez ☕", "A\r\nBcc: victim@example.com", 'Q" <x@y.example>, "', "a\u2028b"])
def test_no_header_and_no_paragraph_is_begun_by_a_name(box: Box, name: str) -> None:
    Walk(asked={**ADVISORY, "name": name}).task  # noqa: B018
    post_sent()
    (message,), (envelope,) = box.got, box.envelopes
    assert envelope.rcpt_tos == ["maren@holt.example"]
    assert message["Bcc"] is None
    assert [each.addr_spec for each in message["To"].addresses] == ["maren@holt.example"]
    assert message["To"].addresses[0].display_name == " ".join(name.split())


def test_words_that_look_like_a_link_of_elsewhere_lead_nowhere(box: Box) -> None:
    Walk(asked={**ADVISORY, "name": "See: https://evil.example/x"}).task  # noqa: B018
    post_sent()
    assert all(link.startswith(SITE) for link in Words(parts(box.got[0])[1]).links)


def test_a_question_is_sent_in_its_own_words(box: Box, cast: Cast, walk: Walk) -> None:
    asked = walk.request
    enter(cast.ines, Question, "ask", asked, text="Which year is it of?\n\nSee: https://evil.example/x")
    post_sent()
    text, html = parts(next(each for each in box.got if "question" in each["Subject"]))
    assert "“Which year is it of? See: https://evil.example/x”" in text
    assert Words(html).links == [f"{SITE}/track/{asked.token}/"]
