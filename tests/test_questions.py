"""Questions to the requester: asked by whoever governs, answered once by the holder of the link, read by somebody; and they move nothing."""

import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from governance.models import Task
from governance.question import Question
from intake import limit
from intake.models import Request
from qtm.models import Transition
from qtm.refusals import Conflict, Forbidden
from qtm.spine import rooms, spine_table
from tests.cast import Cast, Walk, enter
from tests.sql import attempt
from tests.states import REACH, asked
from tests.test_race import AT_ONCE, Crowd, crowd  # noqa: F401

ASK = "INSERT INTO governance_question (state, case_id, request_id, governor_id, text, answer) VALUES ('asked', %s, %s, %s, 'When?', '')"


def as_(name: str) -> Client:
    """Somebody at a browser."""
    client = Client()
    client.force_login(getattr(Cast(), name))
    return client


def answering(question: Question) -> str:
    """Where the requester answers."""
    return f"/track/{question.request.token}/questions/{question.pk}"


def now(question: Question) -> Question:
    """The question as it stands."""
    return Question.objects.get(pk=question.pk)


def page(client: Client, url: str) -> str:
    """A page as text."""
    return client.get(url).content.decode()


# Asking


@pytest.mark.django_db
def test_a_question_stands_beside_the_spine_and_asking_moves_nothing_on_it(walk: Walk) -> None:
    state = walk.task.state
    question = asked(walk)
    assert (walk.task.state, question.state, question.case_id) == (state, "asked", walk.request.pk)
    assert Question not in rooms()
    assert not any("Question" in row[0] for row in spine_table())
    line = Transition.objects.get(case_id=walk.request.pk, room=Question.label())
    assert (str(line.user), line.authority) == ("Ines", "governance.ask_question as admin")
    assert "Ask the requester" in page(as_("ines"), f"/cases/{walk.request.pk}/")


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["received", "submitted"])
def test_an_incomplete_request_can_be_asked_about_as_well(state: str) -> None:
    request = REACH[Request, state]()
    assert as_("ines").post(f"/requests/{request.pk}/ask-the-requester", {"text": "Which car?"}).status_code == 302
    assert Question.objects.get(request=request).text == "Which car?"
    assert "Which car?" in page(Client(), f"/track/{request.token}/")


@pytest.mark.django_db
@pytest.mark.parametrize(("room", "state"), [(Request, "discarded"), (Task, "rejected"), (Task, "cancelled")])
def test_nothing_is_asked_of_whoever_was_turned_away_by_page_verb_or_sql(room: Any, state: str) -> None:
    row = REACH[room, state]()
    request = Request.objects.get(pk=row.case_id)
    answer = as_("ines").post(f"/requests/{request.pk}/ask-the-requester", {"text": "Why?"})
    assert answer.status_code == 409
    assert attempt((ASK, [request.pk, request.pk, None]), user=Cast().ines.pk) in {"over", "born"}
    assert not Question.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["will", "sam", "eve", "cora", "root", "nobody"])
def test_only_who_governs_the_case_asks(walk: Walk, who: str) -> None:
    assert as_(who).post(f"/requests/{walk.request.pk}/ask-the-requester", {"text": "x"}).status_code in {403, 404}
    with pytest.raises(Forbidden):
        enter(getattr(Cast(), who), Question, "ask", walk.request, text="x")


@pytest.mark.django_db
def test_an_operators_own_case_is_asked_about_by_its_owner_and_not_by_the_network() -> None:
    walk = Walk(funnel="north")
    with pytest.raises(Forbidden):
        enter(Cast().ines, Question, "ask", walk.request, text="x")
    question = asked(walk)
    assert question.governor == Cast().Northside
    assert as_("sam").post(f"/questions/{question.pk}/withdraw", {"reason": "x"}).status_code == 404


@pytest.mark.django_db
def test_one_question_at_a_time(walk: Walk) -> None:
    asked(walk)
    answer = as_("ines").post(f"/requests/{walk.request.pk}/ask-the-requester", {"text": "And where?"})
    assert answer.status_code == 409
    assert b"one question at a time" in answer.content
    assert b"<dd>And where?</dd>" in answer.content
    assert attempt((ASK, [walk.request.pk, walk.request.pk, None]), user=Cast().ines.pk).endswith("_one_living")


@pytest.mark.django_db
def test_what_cannot_be_asked_now_is_not_offered_and_it_is_said_why(walk: Walk) -> None:
    ines, case = as_("ines"), f"/cases/{walk.request.pk}/"
    offered = f'action="/requests/{walk.request.pk}/ask-the-requester"'
    assert offered in page(ines, case)
    question = asked(walk)
    assert offered not in page(ines, case)
    assert "once this one is answered or taken back" in page(ines, case)
    Client().post(answering(question), {"answer": "After nine."})
    assert offered not in page(ines, case)
    assert "Mark the answer as read first" in page(ines, case)
    refused = ines.get(f"/requests/{walk.request.pk}/ask-the-requester")
    assert (refused.status_code, "Mark the answer as read first" in refused.content.decode()) == (409, True)
    ines.post(f"/questions/{question.pk}/mark_read")
    assert offered in page(ines, case)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "a\0b"])
def test_a_question_says_something_and_is_no_letter(walk: Walk, text: str) -> None:
    assert as_("ines").post(f"/requests/{walk.request.pk}/ask-the-requester", {"text": text}).status_code == 422


@pytest.mark.django_db
def test_sql_carries_no_question_into_another_layer_and_none_by_nobody(walk: Walk) -> None:
    north = Cast().Northside.pk
    assert attempt((ASK, [walk.request.pk, walk.request.pk, north]), user=Cast().ines.pk) == "born"
    assert attempt((ASK, [Walk().request.pk, walk.request.pk, None]), user=Cast().ines.pk) == "born"
    assert attempt((ASK, [walk.request.pk, walk.request.pk, None]), user=None) == "someone_acts"
    assert attempt((ASK, [walk.request.pk, walk.request.pk, None]), user=Cast().ines.pk) == ""


# Answering


@pytest.mark.django_db
def test_the_holder_of_the_link_answers_and_it_lands_in_the_case_and_in_a_queue(walk: Walk) -> None:
    question, task = asked(walk), walk.task.state
    assert "When are you at home?" in page(Client(), f"/track/{walk.request.token}/")
    assert Client().post(answering(question), {"answer": "After nine."}).status_code == 302
    assert (now(question).state, now(question).answer, walk.task.state) == ("answered", "After nine.", task)
    line = Transition.objects.get(room=Question.label(), becomes="answered")
    assert (line.actor_id, line.user_id, line.via) == (walk.request.actor_id, None, "tracking page")
    ines = as_("ines")
    assert walk.request.reference in page(ines, "/console/answers-to-read/")
    assert "After nine." in page(ines, f"/cases/{walk.request.pk}/")
    assert ines.post(f"/questions/{question.pk}/mark_read").status_code == 302
    assert f'id="case-{walk.request.pk}"' not in page(ines, "/console/answers-to-read/")
    assert "Your answer was read." in page(Client(), f"/track/{walk.request.token}/")


def heading(walk: Walk) -> str:
    """The heading of the tracking page, with what stands under it."""
    return " ".join(
        page(Client(), f"/track/{walk.request.token}/").split('<div class="head">')[1].split("</div>")[0].split()
    )


@pytest.mark.django_db
def test_the_requester_reads_that_it_is_their_move_and_once_they_answered_what_comes_next(walk: Walk) -> None:
    before, question = heading(walk), asked(walk)
    assert "It is your move" not in before
    assert "<h1>It is your move: we need to know something from you</h1>" in heading(walk)
    Client().post(answering(question), {"answer": "After nine."})
    said = heading(walk)
    assert "<h1>Thank you, your answer has reached us</h1>" in said
    assert "Somebody reads it next, and then decides." in said
    assert "your move" not in said
    as_("ines").post(f"/questions/{question.pk}/mark_read")
    assert heading(walk) == before


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["withdraw", "reject"])
def test_it_is_nobodys_move_to_answer_what_is_not_asked_any_more(walk: Walk, end: str) -> None:
    question = asked(walk)
    row = question if end == "withdraw" else walk.task
    enter(Cast().ines, type(row), end, row, reason="for the test")
    assert "your move" not in heading(walk)


@pytest.mark.django_db
def test_what_was_approved_goes_on_with_choosing_who_does_it(walk: Walk) -> None:
    walk.approved()
    Client().post(answering(asked(walk)), {"answer": "After nine."})
    assert "and then chooses who is to do it" in heading(walk)


@pytest.mark.django_db
def test_whose_move_it_is_is_a_queue_of_its_own(walk: Walk) -> None:
    question, ines = asked(walk), as_("ines")
    assert walk.request.reference in page(ines, "/console/waiting-for-requester/")
    assert "It is their move." in page(ines, f"/cases/{walk.request.pk}/")
    Client().post(answering(question), {"answer": "After nine."})
    assert walk.request.reference not in page(ines, "/console/waiting-for-requester/")


@pytest.mark.django_db
def test_a_case_with_an_open_question_is_the_requesters_move_wherever_it_stands_and_is_the_networks_again_once_answered(
    walk: Walk,
) -> None:
    assert walk.task.state == "open"
    ines, marked = as_("ines"), "The requester’s move since"
    lists = ("/console/to-review/", "/console/", "/console/find?q=Maren")
    assert not any(marked in page(ines, each) for each in lists)
    assert "To review just now · the network’s move" in chips(ines, walk)
    question = asked(walk)
    assert all(marked in page(ines, each) for each in lists), "its queue stands, and it is marked there"
    assert marked not in page(ines, "/console/waiting-for-requester/"), "where that goes without saying"
    said = chips(ines, walk)
    assert "To review just now · the requester’s move since" in said
    assert "the network’s move" not in said
    Client().post(answering(question), {"answer": "After nine."})
    assert not any(marked in page(ines, each) for each in lists)
    assert "To review just now · the network’s move" in chips(ines, walk)


@pytest.mark.django_db
def test_what_the_operator_is_to_do_stays_their_move_while_the_requester_is_asked(walk: Walk) -> None:
    walk.job()
    asked(walk)
    said = chips(as_("ines"), walk)
    assert "Waiting for claim just now · the operator’s move" in said
    assert "The requester’s move since" not in page(as_("ines"), "/console/waiting-for-claim/")


def chips(client: Client, walk: Walk) -> str:
    """Where a case waits, since when and at whose move, as its page says it."""
    found = re.search(r'<p class="whose">(.*?)</p>', page(client, f"/cases/{walk.request.pk}/"), re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


@pytest.mark.django_db
def test_a_question_of_a_case_that_ended_waits_for_nobody(walk: Walk) -> None:
    asked(walk)
    enter(Cast().ines, Task, "reject", walk.task, reason="no")
    assert walk.request.reference not in page(as_("ines"), "/console/waiting-for-requester/")
    assert "Send the answer" not in page(Client(), f"/track/{walk.request.token}/")


@pytest.mark.django_db
def test_the_same_answer_again_is_the_same_and_another_one_is_409(walk: Walk) -> None:
    question = asked(walk)
    statuses = [Client().post(answering(question), {"answer": said}).status_code for said in ("A", "A", "B")]
    assert statuses == [302, 302, 409]
    assert now(question).answer == "A"
    assert "B" in Client().post(answering(question), {"answer": "B"}).content.decode(), "what was typed is not lost"
    assert Transition.objects.filter(room=Question.label(), becomes="answered").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["", "  ", "x" * 2001, "a\0b"])
def test_an_answer_says_something_and_has_an_end(walk: Walk, answer: str) -> None:
    question = asked(walk)
    assert Client().post(answering(question), {"answer": answer}).status_code == 422
    assert now(question).state == "asked"


@pytest.mark.django_db
def test_looking_at_a_question_answers_nothing(walk: Walk) -> None:
    question = asked(walk)
    assert Client().get(answering(question)).status_code == 200
    assert now(question).state == "asked"


@pytest.mark.django_db
def test_a_link_answers_no_question_of_another_request(walk: Walk) -> None:
    question, other = asked(walk), Walk().request
    path = f"/track/{other.token}/questions/{question.pk}"
    assert Client().post(path, {"answer": "x"}).status_code == 404
    assert Client().post(f"/track/wrong/questions/{question.pk}", {"answer": "x"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["withdraw", "reject", "cancel"])
def test_what_was_taken_back_or_has_ended_takes_no_answer_and_says_so(walk: Walk, end: str) -> None:
    question = asked(walk)
    enter(Cast().ines, *((Question, end, question) if end == "withdraw" else (Task, end, walk.task)), reason="no")
    answer = Client().post(answering(question), {"answer": "After nine."})
    assert answer.status_code == 409
    assert b"After nine." in answer.content, "what was typed is not lost"
    assert now(question).answer == ""


@pytest.mark.django_db
def test_too_many_answers_from_one_place_are_429(walk: Walk, monkeypatch: Any) -> None:
    question = asked(walk)
    monkeypatch.setattr(limit.FORMS.__class__, "spent", lambda *_: True)
    answer = Client().post(answering(question), {"answer": "After nine."})
    assert (answer.status_code, now(question).state) == (429, "asked")
    assert b"After nine." in answer.content


@pytest.mark.django_db
def test_somebody_who_governs_writes_down_what_they_were_told(walk: Walk) -> None:
    question = asked(walk)
    assert as_("ines").post(f"/questions/{question.pk}/say", {"answer": "At nine, by phone."}).status_code == 302
    line = Transition.objects.get(room=Question.label(), becomes="answered")
    assert (str(line.user), line.actor_id) == ("Ines", None), "and the log says who wrote it"
    assert as_("ines").post(f"/questions/{question.pk}/say", {"answer": "At ten."}).status_code == 409


def _say(question: Question, actor: int, answer: str = "x") -> tuple[tuple[str, list[Any]], ...]:
    """The answer in SQL, by an Actor."""
    return (
        ("SELECT set_config('qtm.actor', %s, true)", [str(actor)]),
        ("UPDATE governance_question SET state = 'answered', answer = %s WHERE id = %s", [answer, question.pk]),
    )


@pytest.mark.django_db
def test_sql_takes_an_answer_from_that_very_actor_or_from_somebody_of_the_house(walk: Walk) -> None:
    question, other = asked(walk), Walk().request.actor_id
    assert attempt(*_say(question, walk.request.actor_id)) == ""
    assert attempt(*_say(question, other)) == "someone_acts"
    assert attempt(_say(question, 0)[1]) == "someone_acts"
    assert attempt(_say(question, 0)[1], user=Cast().ines.pk) == ""
    assert attempt(*_say(question, walk.request.actor_id, "")) == "governance_question_answered"
    written = ("UPDATE governance_question SET state = 'withdrawn', answer = 'x' WHERE id = %s", [question.pk])
    assert attempt(written, user=Cast().ines.pk) in {"written", "governance_question_answered"}
    changed = ("UPDATE governance_question SET text = 'other' WHERE id = %s", [question.pk])
    assert attempt(changed, user=Cast().ines.pk) == "42501"


def test_what_was_asked_never_changes_not_even_by_the_owner(committed: str) -> None:
    question = asked(Walk())
    changed = ("UPDATE governance_question SET text = 'other' WHERE id = %s", [question.pk])
    assert attempt(changed, user=Cast().ines.pk, using="owner") == "fixed"
    assert attempt("DELETE FROM governance_question", using="owner") == "stays"


@pytest.mark.django_db
def test_sql_answers_nothing_once_the_case_has_ended(walk: Walk) -> None:
    question = asked(walk)
    enter(Cast().ines, Task, "reject", walk.task, reason="no")
    assert attempt(*_say(question, walk.request.actor_id)) == "over"


def test_omni_reads_that_something_was_asked_and_not_what(committed: str) -> None:
    asked(Walk())
    with connections["omni"].cursor() as cursor:
        cursor.execute("SELECT state FROM governance_question")
        assert cursor.fetchall() == [("asked",)]
    assert attempt("SELECT text, answer FROM governance_question", using="omni") == "42501"


def test_of_sixteen_answers_at_once_one_is_taken(crowd: Crowd) -> None:  # noqa: F811
    question = asked(Walk())
    found: list[int] = []
    crowd.press(lambda number: found.append(Client().post(answering(question), {"answer": str(number)}).status_code))
    assert sorted(found) == [302] + [409] * (AT_ONCE - 1)


def test_of_sixteen_questions_at_once_one_is_asked(crowd: Crowd) -> None:  # noqa: F811
    walk, ines = Walk(), Cast().ines
    assert ines.standing
    copies = [Request.objects.get(pk=walk.request.pk) for _ in range(AT_ONCE)]
    assert crowd.press(lambda number: enter(ines, Question, "ask", copies[number], text="When?")) == {
        "won": 1,
        Conflict.__name__: AT_ONCE - 1,
    }


def test_an_answer_and_the_end_of_the_case_at_once_leave_no_answer_to_what_had_ended(crowd: Crowd) -> None:  # noqa: F811
    ines = Cast().ines
    assert ines.standing
    for _ in range(8):
        walk = Walk()
        question, task = asked(walk), walk.task

        def deed(number: int) -> None:
            if number == 0:
                enter(ines, Task, "reject", task, reason="no")
            elif number == 1:
                Client().post(answering(question), {"answer": "x"})

        crowd.press(deed)
        lines = {(line.room, line.becomes): line.pk for line in Transition.objects.filter(case_id=walk.request.pk)}
        if (Question.label(), "answered") in lines:
            assert lines[Question.label(), "answered"] < lines[Task.label(), "rejected"]
