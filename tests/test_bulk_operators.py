"""Operators over many cases: each with its reasons, nobody preselected, and what stands against them said case by case before and after."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.bulk import Bulk
from governance.conflicts import day_words
from governance.models import Assignment, Task
from qtm.models import Surface
from records.models import Signal
from tests.cast import DETAILING, Cast, Walk, enter
from tests.test_appointments import hours
from tests.test_bulk import ASSIGN, at, drawn, read, ticked
from tests.test_ranking import DAY, by_name, does, kept, many, off, placed, said, works

pytestmark = pytest.mark.django_db


def approved(number: int, **asked: Any) -> list[Walk]:
    """Cases that wait to be assigned."""
    walks = [Walk(**asked) for _ in range(number)]
    for walk in walks:
        walk.approved()
    return walks


def wished(walk: Walk) -> Walk:
    """The same case, wished for that day."""
    enter(Cast().ines, Task, "correct", walk.task, field="wished", becomes=f"{DAY} 10:00", why="for the test")
    return walk


def page(*walks: Walk, who: str = "ines") -> Any:
    """The confirmation of assigning them all."""
    return at(getattr(Cast(), who)).get(ASSIGN, ticked(*walks))


def press(*walks: Walk, again: bool = False, **typed: Any) -> Any:
    """Assign them all to Northside, and where it is asked for once more."""
    cast = Cast()
    client = at(cast.ines)
    given = {"list": drawn(client, ASSIGN, **ticked(*walks)), "operator": cast.Northside.pk, **typed}
    answer = client.post(ASSIGN, given)
    if again:
        given["known"] = answer.context["form"].known_as
        return client.post(ASSIGN, given)
    return answer


def test_each_says_of_how_many_it_does_the_surface_and_the_likeliest_comes_first(cast: Cast) -> None:
    walks = [*approved(3), *approved(1, surface="auto-detailing", asked=DETAILING)]
    does(cast.Southside)
    found = page(*walks).context["form"].crowd.suggested
    assert [(each.name, said(each)[0]) for each in found] == [
        ("Southside", "Does the surface of 3 of 4"),
        ("Northside", "Has not said to do the surface of any"),
    ]
    kept(cast.Northside).say_surfaces(Surface.objects.all())
    first = page(*walks).context["form"].crowd.suggested[0]
    assert (first.name, said(first)[0]) == ("Northside", "Does the surface of all 4")


def test_nobody_is_preselected_not_even_the_only_one(cast: Cast) -> None:
    own = Walk(funnel="north")
    own.approved()
    answer = at(cast.nora).get("/inbox/to-assign/bulk/assign", ticked(own))
    assert [each.name for each in answer.context["form"].crowd.suggested] == ["Northside"]
    assert not re.findall(r'<input type="radio" [^>]* checked', answer.content.decode())
    assert not re.findall(r'<input type="radio" [^>]* checked', page(*approved(2)).content.decode())


def test_days_load_and_distance_are_told_over_all_of_them(cast: Cast) -> None:
    type(cast.Northside).objects.filter(name="Northside").update(latitude="52.520000", longitude="13.405000")
    works(cast.Northside)
    off(cast.Southside)
    enter(cast.ines, Assignment, "assign", Walk().approved(), operator=cast.Northside, worker=cast.will, **hours())
    far = approved(1, surface="municipal-works", asked=placed("48.137000", "11.575000"))
    walks = [*map(wished, approved(2)), *far]
    found = by_name(page(*walks).context["form"].crowd.suggested)
    assert said(found["Northside"])[1:] == [
        "Works on the day wished for in all 2",
        "1 appointment on those days, 2 h of 27 h",
        "504 km away",
    ]
    assert said(found["Southside"])[1:3] == ["Has not said when it works", "No appointments on those days"]


def test_a_star_changes_nothing(cast: Cast) -> None:
    walks = approved(2)
    before = [(each.name, said(each), each.weight) for each in page(*walks).context["form"].crowd.suggested]
    for _ in range(3):
        Walk(operator="Southside", worker="sid").record()
    assert Signal.objects.filter(job__operator=cast.Southside).count() == 3
    assert [(each.name, said(each), each.weight) for each in page(*walks).context["form"].crowd.suggested] == before


def test_what_stands_against_it_is_said_case_by_case_before_anything_is_done(cast: Cast) -> None:
    does(cast.Northside)
    fits, wrong, day = approved(1)[0], approved(1, surface="auto-detailing", asked=DETAILING)[0], approved(1)[0]
    wished(day)
    works(cast.Northside)
    off(cast.Northside)
    answer = press(fits, wrong, day)
    words = read(answer)
    assert answer.status_code == 422
    assert f"Northside has not said to do Auto detailing. {wrong.request.reference} " in words
    assert f"does not work on {day_words(DAY)}, the day wished for. {day.request.reference} " in words
    assert "Assign 3 cases to Northside all the same" in words
    assert (Bulk.objects.count(), Assignment.objects.count()) == (0, 0)


def test_pressed_all_the_same_it_is_done_and_the_outcome_names_it_row_by_row(cast: Cast) -> None:
    does(cast.Northside)
    fits, wrong = approved(1)[0], approved(1, surface="auto-detailing", asked=DETAILING)[0]
    answer = press(fits, wrong, again=True)
    assert answer.status_code == 302
    assert Assignment.objects.filter(operator=cast.Northside).count() == 2
    outcome = at(cast.ines).get(answer.headers["Location"])
    assert "Assign: 2 of 2 done" in read(outcome)
    rows = {row["reference"]: list(row["against"]) for row in outcome.context["rows"]}
    assert rows == {
        fits.request.reference: [],
        wrong.request.reference: ["Northside has not said to do Auto detailing."],
    }


def test_where_nothing_stands_against_it_one_press_is_enough(cast: Cast) -> None:
    does(cast.Northside)
    assert press(*approved(2)).status_code == 302
    assert Bulk.objects.get().warned == {}


@pytest.mark.parametrize("known", ["", "x", "0" * 16])
def test_what_was_not_read_is_said_whatever_the_form_claims(known: str) -> None:
    assert press(*approved(2), known=known).status_code == 422
    assert not Assignment.objects.exists()


def test_what_was_read_of_one_operator_is_not_read_of_another(cast: Cast) -> None:
    walks, client = approved(2), at(cast.ines)
    given = {"list": drawn(client, ASSIGN, **ticked(*walks)), "operator": cast.Northside.pk}
    given["known"] = client.post(ASSIGN, given).context["form"].known_as
    assert client.post(ASSIGN, {**given, "operator": cast.Southside.pk}).status_code == 422
    assert client.post(ASSIGN, given).status_code == 302


def test_a_person_who_is_chosen_is_told_of_by_name(cast: Cast) -> None:
    does(cast.Northside)
    works(cast.Northside)
    off(cast.Northside, cast.will)
    walk = wished(approved(1)[0])
    assert f"Will does not work on {day_words(DAY)}" in read(press(walk, worker=cast.will.pk))
    assert press(walk, worker=cast.wanda.pk).status_code == 302


def test_a_full_day_is_said(cast: Cast) -> None:
    does(cast.Northside)
    works(cast.Northside, cast.will, 10, 12)
    for person in (cast.nora, cast.wanda):
        off(cast.Northside, person)
    enter(cast.ines, Assignment, "assign", Walk().approved(), operator=cast.Northside, worker=cast.will, **hours())
    words = f"Northside has no time left on {day_words(DAY)}, the day wished for: 2 h of 2 h are taken."
    assert words in read(press(wished(approved(1)[0])))


def test_it_asks_no_more_however_many_operators_and_cases_there_are(cast: Cast) -> None:
    def asked(walks: list[Walk]) -> int:
        client = at(cast.ines)
        with CaptureQueriesContext(connection) as found:
            assert client.get(ASSIGN, ticked(*walks)).status_code == 200
        return len(found)

    few = asked(approved(2))
    many(cast, 12)
    assert asked(approved(8)) == few <= 12
