"""Workforce: what operators and members can do and when they work; who says so, and that it is ended and never deleted."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from qtm.acts import acting
from qtm.models import Operator, PersonNote, Surface
from qtm.people import Keeper
from qtm.refusals import Conflict, Forbidden
from qtm.workforce import Capability, DayOff, Hours, covers, minutes, surfaces_of, working_times
from qtm.workforce_gaps import gaps
from qtm.workforce_keeping import Kept
from tests.cast import Cast

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
NINE, NOON, ONE, FIVE, MIDNIGHT = time(9), time(12), time(13), time(17), time(0)


def kept(cast: Cast, who: str = "", by: str = "wim", operator: str = "Northside") -> Kept:
    """The work of an operator or a member, kept by somebody."""
    return Kept(Keeper(getattr(cast, by)), getattr(cast, operator), getattr(cast, who) if who else None)


def times(cast: Cast, who: str = "", day: date = MONDAY) -> Any:
    """When somebody of Northside works on a day; nothing where nobody said."""
    north = cast.Northside
    return working_times([north], day, 1).get((north.pk, getattr(cast, who).pk if who else None, day))


def raw(statement: str, *values: Any) -> None:
    """SQL as the app's role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# What is read


def test_a_member_of_whom_nothing_is_said_works_as_the_operator(cast: Cast) -> None:
    assert times(cast, "will") is None, "nobody said anything"
    kept(cast).say_hours([(0, NINE, NOON), (0, ONE, FIVE)])
    kept(cast, "wanda").say_hours([(0, ONE, FIVE)])
    assert times(cast, "will") == times(cast) == [(NINE, NOON), (ONE, FIVE)]
    assert times(cast, "wanda") == [(ONE, FIVE)]
    assert times(cast, "will", date(2026, 11, 24)) == []


def test_what_a_member_can_do_is_theirs_once_something_is_said_of_it(cast: Cast) -> None:
    one, two = Surface.objects.all()[:2]
    kept(cast).say_surfaces([one, two])
    kept(cast, "wanda").say_surfaces([two])
    north = cast.Northside
    said = surfaces_of([north])
    assert said[north.pk, None] == said[north.pk, cast.will.pk] == {one.pk, two.pk}
    assert said[north.pk, cast.wanda.pk] == {two.pk}


def test_days_off_of_the_operator_are_everybodys_and_a_members_are_theirs(cast: Cast) -> None:
    kept(cast).say_hours([(each, NINE, FIVE) for each in range(7)])
    soon = date.today() + timedelta(7)
    kept(cast).take_off(soon, soon, "Stocktaking, in confidence")
    kept(cast, "will").take_off(soon + timedelta(1), soon + timedelta(1), "Dentist")
    kept(cast, "wanda").take_off(soon + timedelta(2), soon + timedelta(2), "Her sister")
    page = as_(cast.will).get("/hours/")
    main = page.content.decode().split("<main")[1].split("</main>")[0]
    assert "08:00 to 16:00" in main
    assert "nothing of your own is said" in main
    assert "Dentist" in main
    assert "all of Northside" in main
    for other in ("in confidence", "Her sister", "<form", "Change"):
        assert other not in main
    assert as_(cast.will).post("/hours/").status_code == 405


@pytest.mark.parametrize("who", ["ines", "wim", "cora", "eve", "sue", "pete", "nobody"])
def test_hours_are_read_by_members_of_an_operator_that_is_let_in_alone(cast: Cast, who: str) -> None:
    assert as_(getattr(cast, who)).get("/hours/").status_code == 403


# The board


def test_the_board_shows_how_everybody_works_and_what_nobody_said(cast: Cast) -> None:
    kept(cast).say_hours([(0, NINE, FIVE)])
    kept(cast, "will").say_surfaces([Surface.objects.get(code="landscaping")])
    kept(cast, "will").take_off(timezone.localdate(), timezone.localdate())
    lines = {str(each.row): each for each in as_(cast.wim).get("/workforce/").context["lines"]}
    north = lines["Northside"]
    assert (north.hours, north.gaps, north.together) == ("8 h", ["no surfaces said"], "24 h")
    will = next(each for each in north.members if each.row == cast.will)
    assert ([str(each) for each in will.surfaces], will.off, will.gaps) == (["Landscaping"], "off today", [])
    assert lines["Southside"].gaps == ["no hours said", "no surfaces said"]
    assert lines["Suspended"].note == "for the test"


def test_the_board_is_sifted_and_paged_and_an_owner_sees_their_own(cast: Cast) -> None:
    kept(cast).say_hours([(0, NINE, FIVE)])
    kept(cast).say_surfaces([Surface.objects.get(code="landscaping")])

    def names(who: str, query: str = "") -> list[str]:
        return [str(each.row) for each in as_(getattr(cast, who)).get(f"/workforce/{query}").context["lines"]]

    assert names("wim", "?state=suspended") == ["Suspended"]
    assert names("wim", "?surface=landscaping") == ["Northside"]
    assert "Northside" not in names("wim", "?gap=hours")
    assert names("nora") == ["Northside"]
    for number in range(30):
        Keeper(cast.wim).take_in(name=f"Yard {number:02}")
    first = as_(cast.wim).get("/workforce/").context
    rest = as_(cast.wim).get("/workforce/", {"after": first["further"]}).context["lines"]
    every = [str(each.row) for each in [*first["lines"], *rest]]
    assert every == sorted(each.name for each in Operator.objects.all())


def test_gaps_are_counted_and_the_first_few_named(cast: Cast) -> None:
    kept(cast).say_hours([(0, NINE, FIVE)])
    kept(cast, "sid", operator="Southside").say_hours([(0, NINE, FIVE)])
    found = {each.slug: each for each in gaps()}
    assert (found["operators-hours"].count, [name for name, _ in found["operators-hours"].first]) == (
        2,
        ["Limited", "Southside"],
    )
    assert [name for name, _ in found["members-hours"].first] == ["Liam", "Sam"]
    assert found["members-surfaces"].count == 6
    assert found["operators-place"].count == 3
