"""The ranking: operators that come into question, each with its reasons in words; a suggestion, and never by what a ⭐ says."""

import ast
import inspect
from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execution.models import Job
from governance import conflicts, crews, ranking, roster
from governance.models import Assignment, Task
from governance.ranking import distance_km
from qtm.acts import acting
from qtm.models import Membership, Operator, Surface, User
from qtm.people import Keeper
from qtm.workforce_keeping import Kept
from records.models import Signal
from tests.cast import Cast, Walk, enter
from tests.test_appointments import TOMORROW, at, hours, sent

pytestmark = pytest.mark.django_db
DAY = timezone.localdate(TOMORROW)


def kept(operator: Operator, user: User | None = None) -> Kept:
    """The work of an operator or of one of its people."""
    return Kept(Keeper(Cast().wim), operator, user)


def works(operator: Operator, user: User | None = None, opens: int = 8, closes: int = 17) -> None:
    """Somebody works on that weekday."""
    kept(operator, user).say_hours([(DAY.weekday(), time(opens), time(closes))])


def does(operator: Operator, user: User | None = None) -> None:
    """Somebody does automotive advisory."""
    kept(operator, user).say_surfaces([Surface.objects.get(code="automotive-advisory")])


def off(operator: Operator, user: User | None = None) -> None:
    """Somebody has that day off."""
    kept(operator, user).take_off(DAY, DAY, "Dentist")


def form(walk: Walk, who: str = "ines", **query: Any) -> Any:
    """The form of Assign as its page draws it."""
    answer = at(who).get(f"/tasks/{walk.approved().pk}/assign", query)
    assert answer.status_code == 200
    return answer.context["door"].form


def said(found: Any) -> list[str]:
    """The reasons in words."""
    return [each.words for each in found.reasons]


def by_name(found: list[Any]) -> dict[str, Any]:
    """Those who are suggested, by name."""
    return {each.name: each for each in found}


def booked(cast: Cast, worker: User | None, **window: Any) -> Assignment:
    """Somebody of Northside has an appointment."""
    given = {"operator": cast.Northside, "worker": worker, **(window or hours())}
    return enter(cast.ines, Assignment, "assign", Walk().approved(), **given)  # type: ignore[no-any-return]


def test_what_speaks_for_each_is_spelled_out_and_the_likeliest_comes_first(walk: Walk, cast: Cast) -> None:
    for operator in (cast.Northside, cast.Southside):
        works(operator)
    does(cast.Southside)
    works(cast.Northside, cast.will, 9, 12)
    off(cast.Northside, cast.wanda)
    first, second = form(walk, **sent(**hours())).suggested
    assert (first.name, second.name) == ("Southside", "Northside")
    assert said(first)[0] == "Does Automotive advisory"
    assert said(second)[0] == "Has not said to do Automotive advisory"
    assert said(second)[1].startswith("2 of 3 of its people work on ")
    assert said(second)[1].endswith("08:00–17:00")
    assert said(second)[2] == "2 of 3 of its people are free then"
    assert said(second)[3] == "No appointments that day, 12 h to give"


def test_nobody_is_preselected_not_even_the_only_one(cast: Cast) -> None:
    own = Walk(funnel="north")
    page = form(own, "nora")
    assert [each.name for each in page.suggested] == ["Northside"]
    assert (page.chosen, page["operator"].value(), page["worker"].value()) == (None, None, None)
    answer = at("nora").get(f"/tasks/{own.task.pk}/assign", {"operator": cast.Northside.pk}).content.decode()
    assert "checked" not in answer.split("Who of theirs?")[1].split("</fieldset>")[0]


def test_the_way_to_an_operator_is_a_confirmation_and_no_act(walk: Walk, cast: Cast) -> None:
    query = {"operator": cast.Northside.pk, "worker": cast.will.pk, **sent(**hours())}
    page = at("ines").get(f"/tasks/{walk.approved().pk}/assign", query).content.decode()
    assert "<h1>Assign to Northside</h1>" in page
    assert f'value="{cast.will.pk}" required checked' in page
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("asked", ["", "x", "99999999999999999999", "0", "-1"])
def test_an_address_that_names_nobody_offers_all(asked: str, walk: Walk) -> None:
    page = form(walk, operator=asked)
    assert (page.chosen, len(page.suggested)) == (None, 2)


def test_one_who_takes_no_work_now_is_said_and_not_chosen(walk: Walk, cast: Cast) -> None:
    page = form(walk, operator=cast.Limited.pk)
    assert (page.chosen, "takes no new work" in page.refused) == (None, True)


def test_who_is_off_or_double_booked_can_be_chosen_once_it_was_said(walk: Walk, cast: Cast) -> None:
    works(cast.Northside)
    off(cast.Northside, cast.wanda)
    booked(cast, cast.will)
    address, day = f"/tasks/{walk.approved().pk}/assign", conflicts.day_words(DAY)
    for person, sentence in (
        (cast.wanda, f"Wanda has a day off: {day}."),
        (cast.will, "Will has another appointment then: 10:00–12:00"),
    ):
        given = {"operator": str(cast.Northside.pk), "worker": str(person.pk), **sent(**hours())}
        answer = at("ines").post(address, given)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
        assert b"Assign to Northside all the same" in answer.content
        assert not Assignment.objects.filter(task=walk.task).exists()
    told = answer.context["door"].form.said
    assert at("ines").post(address, {**given, "known": told}).status_code == 302
    assert Assignment.objects.get(task=walk.task).worker == cast.will


def test_what_was_said_of_one_time_is_not_said_of_another(walk: Walk, cast: Cast) -> None:
    works(cast.Northside)
    booked(cast, cast.will)
    booked(cast, cast.will, **hours(3))
    told = form(walk, operator=cast.Northside.pk, worker=cast.will.pk, **sent(**hours())).said
    given = {"operator": str(cast.Northside.pk), "worker": str(cast.will.pk), "known": told}
    assert at("ines").post(f"/tasks/{walk.task.pk}/assign", {**given, **sent(**hours(3))}).status_code == 422
    assert not Assignment.objects.filter(task=walk.task).exists()


def test_why_somebody_is_off_is_told_nobody_who_assigns(walk: Walk, cast: Cast) -> None:
    works(cast.Northside)
    off(cast.Northside, cast.will)
    answer = at("ines").get(f"/tasks/{walk.approved().pk}/assign", {"operator": cast.Northside.pk, **sent(**hours())})
    assert "Has a day off" in answer.content.decode()
    assert "Dentist" not in answer.content.decode()


def test_hours_capacity_and_load_are_flagged(walk: Walk, cast: Cast) -> None:
    works(cast.Northside, cast.will, 9, 12)
    booked(cast, cast.will, **hours(-1, 1))
    page = form(walk, operator=cast.Northside.pk, **sent(**hours(0, 3)))
    will = by_name(page.crew)["Will"]
    assert said(will)[2] == "1 appointment that day, 1 h of 3 h"
    assert will.conflicts[0].startswith("Will works 09:00–12:00 on ")
    assert will.conflicts[1].startswith("Will would have 4 h of 3 h on ")


def test_cancelled_work_takes_nobodys_time(walk: Walk, cast: Cast) -> None:
    works(cast.Northside)
    row = booked(cast, cast.will)
    job = enter(cast.ines, Job, "create", row)
    assert by_name(form(walk, operator=cast.Northside.pk, **sent(**hours())).crew)["Will"].conflicts
    enter(cast.ines, Job, "cancel", job, reason="for the test")
    assert not by_name(form(walk, operator=cast.Northside.pk, **sent(**hours())).crew)["Will"].conflicts


def test_the_distance_is_told_where_both_places_are_known_and_goes_by_the_corrected_one(cast: Cast) -> None:
    Operator.objects.filter(name="Northside").update(latitude="52.520000", longitude="13.405000")
    walk = Walk(surface="municipal-works", asked=placed("48.137000", "11.575000"))
    north, south = (by_name(form(walk).suggested)[name] for name in ("Northside", "Southside"))
    assert said(north)[-1] == "504 km away"
    assert said(south)[-1] == "How far it is, is not known: its place is not on file"
    for field, becomes in (("latitude", "52.520000"), ("longitude", "13.420000")):
        enter(cast.ines, Task, "correct", walk.task, field=field, becomes=becomes, why="for the test")
    assert said(by_name(form(walk).suggested)["Northside"])[-1] == "1.0 km away"


def test_the_haversine_is_right() -> None:
    assert distance_km((52.52, 13.405), (52.52, 13.405)) == 0
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20015.1, abs=0.1)
    assert distance_km((52.5200, 13.4050), (48.8566, 2.3522)) == pytest.approx(877.46, abs=0.1)


def test_a_star_changes_nothing(walk: Walk, cast: Cast) -> None:
    before = [(each.name, said(each), each.weight) for each in form(walk).suggested]
    for _ in range(3):
        Walk(operator="Southside", worker="sid").record()
    assert Signal.objects.filter(job__operator=cast.Southside).count() == 3
    assert [(each.name, said(each), each.weight) for each in form(walk).suggested] == before


@pytest.mark.parametrize("module", [ranking, conflicts, roster, crews], ids=lambda module: module.__name__)
def test_the_ranking_cannot_know_a_star(module: Any) -> None:
    names = [
        node.module or "" for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ImportFrom)
    ]
    assert not [name for name in names if name.split(".")[0] in {"execution", "records", "settlement"}]


def many(cast: Cast, number: int) -> None:
    """More operators, each with a person."""
    for each in range(number):
        with acting(cast.ines, via="test", authority="qtm.keep_people as admin"):
            operator = Operator.born(name=f"Company {each:03}")
        for step in ("accept", "activate"):
            enter(cast.ines, Operator, step, Operator.objects.get(pk=operator.pk))
        person = User.objects.create(username=f"person{each}", first_name=f"Person {each}")
        Membership.join(person, operator, "owner")


def test_it_asks_no_more_however_many_operators_there_are(walk: Walk, cast: Cast) -> None:
    def asked(**query: Any) -> int:
        client, address = at("ines"), f"/tasks/{walk.approved().pk}/assign"
        with CaptureQueriesContext(connection) as found:
            assert client.get(address, {**query, **sent(**hours())}).status_code == 200
        return len(found)

    few = asked(), asked(operator=cast.Northside.pk)
    many(cast, 12)
    assert (asked(), asked(operator=cast.Northside.pk)) == few
    assert max(few) <= 12


def test_the_best_stand_open_and_the_others_are_folded_and_found_by_name(walk: Walk, cast: Cast) -> None:
    many(cast, 12)
    page = form(walk)
    assert (len(page.best), len(page.others)) == (6, 8)
    found = form(walk, name="company 01")
    assert [each.name for each in found.best] == ["Company 010", "Company 011"]
    assert found.others == []


def placed(latitude: str, longitude: str) -> dict[str, Any]:
    """A pothole at a position."""
    return {
        "name": "Maren Holt",
        "place": "Quarry Lane",
        "latitude": latitude,
        "longitude": longitude,
        "tier": "pothole",
        "answers": {},
    }
