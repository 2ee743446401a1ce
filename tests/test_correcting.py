"""Corrections: every detail that was asked can be put right, by the rules by which it is asked, and what crosses is what stands."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from execution.asked import Asked
from governance.models import Correction, Task
from records.models import Annex
from tests.cast import ADVISORY, DETAILING, Cast, Walk, enter

import_module("qtm.urls")
WORKS = {"place": "1200 W 81st", "latitude": "41.746857", "longitude": "-87.65364", "tier": "pothole"}


@pytest.fixture(autouse=True)
def rolled_back(request: pytest.FixtureRequest) -> None:
    """Every test is rolled back but the one that needs real commits."""
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")


def works() -> Walk:
    """A case with a position, which its surface requires."""
    return Walk(surface="municipal-works", asked={**WORKS, "answers": {"where": "roadway"}}, outcome="fixed")


def detailing() -> Walk:
    """A case with answers of every kind, one of them personal."""
    answers = {**DETAILING["answers"], "plate": "B-MH 2016", "dog-hair": True, "child-seats": 2}
    return Walk(surface="auto-detailing", asked={**DETAILING, "answers": answers}, outcome="completed")


def right(walk: Walk, field: str, becomes: str) -> Any:
    """Put a detail right, at the page."""
    client = Client()
    client.force_login(walk.governor)
    given = {"field": field, "becomes": becomes, "why": "She called"}
    return client.post(f"/tasks/{walk.task.pk}/correct", given)


def page(walk: Walk, path: str = "") -> str:
    """A page as whoever governs reads it, the case's own where no other is named."""
    client = Client()
    client.force_login(walk.governor)
    return unescape(client.get(path or walk.task.page).content.decode())


@pytest.mark.parametrize(
    ("field", "becomes", "stands", "crosses"),
    [
        ("answers.vehicle", "A van", "A van", "A van"),
        ("answers.size", "van OR off-roader", "large", "large"),
        ("answers.size", "small", "small", "small"),
        ("answers.dog-hair", "No", "no", False),
        ("answers.child-seats", " 3 ", "3", 3),
        ("answers.plate", "B-MH 2017", "B-MH 2017", "B-MH 2017"),
        ("answers.child-seats", "", "", None),
        ("answers.power", "yes", "yes", True),
    ],
)
def test_an_answer_is_put_right_and_crosses_as_what_it_is(field: str, becomes: str, stands: str, crosses: Any) -> None:
    walk = detailing()
    stored = walk.intake.answers
    assert right(walk, field, becomes).status_code == 302
    assert walk.task.stands()[field] == stands
    assert walk.job().context["answers"].get(field.removeprefix("answers.")) == crosses
    assert walk.intake.answers == stored


@pytest.mark.parametrize(
    ("field", "becomes", "said"),
    [
        ("answers.size", "a lorry", "must be one of these"),
        ("answers.vehicle", "", "This is needed."),
        ("answers.child-seats", "many", "must be a whole number"),
        ("answers.child-seats", "9" * 5000, "must be a whole number"),
        ("answers.dog-hair", "perhaps", "must be yes or no"),
        ("answers.dog-hair", "YES", "That is what it says already."),
        ("answers.nothing", "x", "Select a valid choice"),
        ("answers", "x", "Select a valid choice"),
    ],
)
def test_a_wrong_answer_is_refused_as_it_is_when_it_is_asked(field: str, becomes: str, said: str) -> None:
    walk = detailing()
    answer = right(walk, field, becomes)
    assert (answer.status_code, said in unescape(answer.content.decode())) == (422, True)
    assert not Correction.objects.exists()


@pytest.mark.parametrize(("becomes", "said"), [("91", "Between -90"), ("1e9999999", "Between -90"), ("x", "no number")])
def test_a_wrong_position_is_refused_as_it_is_when_it_is_asked(becomes: str, said: str) -> None:
    walk = works()
    answer = right(walk, "latitude", becomes)
    assert (answer.status_code, said in unescape(answer.content.decode())) == (422, True)
    assert not Correction.objects.exists()


def test_a_corrected_position_leads_the_operator_there() -> None:
    walk = works()
    right(walk, "latitude", "41.75")
    right(walk, "longitude", "-87.66")
    asked = Asked(walk.job())
    assert (asked.place, asked.position) == ("1200 W 81st", ("41.750000", "-87.660000"))
    assert "41.750000" in asked.map


def test_another_place_leaves_its_old_position_behind() -> None:
    walk = works()
    assert right(walk, "place", "16 Quarry Lane").status_code == 302
    said = page(walk)
    assert "nothing<small" in said.split("<dt>Position</dt>")[1].split("</dd>")[0]
    assert "was <del>41.746857, -87.653640</del>" in said
    asked = Asked(walk.job())
    assert asked.position is None
    assert asked.directions == "geo:0,0?q=16%20Quarry%20Lane"
    assert "16+Quarry+Lane" in asked.map


def test_after_another_place_the_position_is_given_anew_or_stays_out_and_all_else_can_be_put_right() -> None:
    walk = works()
    right(walk, "place", "16 Quarry Lane")
    assert right(walk, "description", "It is deep.").status_code == 302
    assert right(walk, "latitude", "41.746857").status_code == 302, "the same as it was, and said of the new place"
    assert Asked(Walk.job(walk)).position is None, "half a position is none"


def test_a_position_given_after_the_place_crosses() -> None:
    walk = works()
    for field, becomes in (("place", "16 Quarry Lane"), ("latitude", "41.8"), ("longitude", "-87.653640")):
        assert right(walk, field, becomes).status_code == 302
    assert Asked(walk.job()).position == ("41.800000", "-87.653640")


def test_the_form_offers_every_detail_by_the_name_that_people_know_and_says_in_which_zone_a_moment_is_meant() -> None:
    walk = detailing()
    form = page(walk, f"/tasks/{walk.task.pk}/correct")
    for offered in (
        "How big is it? Estate car",
        "Number plate: B-MH 2016",
        "Place: 14 Quarry Lane",
        "Is there a water tap that we can use? nothing yet",
        "How big is it? Small car; Saloon; Estate car; Van or off-roader.",
        "A time as 2026-11-24 09:00, Berlin time.",
    ):
        assert offered in form


def test_the_case_shows_an_answer_that_was_put_right_beside_what_it_was() -> None:
    walk = detailing()
    right(walk, "answers.size", "large")
    said = page(walk)
    assert "was <del>Estate car</del>, “She called”, Ines" in said
    assert "Estate car → Van or off-roader" in said


def test_a_personal_answer_put_right_stands_in_the_annex_alone_and_any_other_in_the_document() -> None:
    walk = detailing()
    right(walk, "answers.plate", "B-MH 2017")
    right(walk, "answers.size", "large")
    record = walk.record()
    document = bytes(record.document).decode()
    assert "B-MH" not in document
    personal, plain = record.facts["governance"]["corrections"]
    assert set(personal) == {"field", "label", "by", "at"}
    assert (plain["field"], plain["was"], plain["is"]) == ("answers.size", "estate", "large")
    assert {each["code"]: each["answer"] for each in record.facts["request"]["answers"]}["size"] == "large"
    written = json.loads(bytes(Annex.objects.get(record=record).content))["written"]["corrections"]
    assert (written[0]["was"], written[0]["is"]) == ("B-MH 2016", "B-MH 2017")


def test_of_several_who_correct_at_once_each_says_what_really_stood_before(committed: str) -> None:
    task, barrier = Walk(asked={**ADVISORY, "place": "14 Quarry Lane"}).task, threading.Barrier(8)

    def press(number: int) -> None:
        """Correct the same detail, all at once."""
        mine, ines = Task.objects.get(pk=task.pk), Cast().ines
        try:
            barrier.wait()
            enter(ines, Task, "correct", mine, field="place", becomes=f"{number} Quarry Lane", why="She called")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, range(8)))
    chain = list(Correction.objects.filter(task=task).order_by("pk"))
    assert [each.was for each in chain] == ["14 Quarry Lane", *(each.becomes for each in chain[:-1])]
