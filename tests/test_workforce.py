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
    kept(cast).take_off(MONDAY, MONDAY, "Stocktaking")
    kept(cast, "will").take_off(date(2026, 11, 24), date(2026, 11, 25))
    assert times(cast, "wanda") == times(cast) == []
    assert times(cast, "will", date(2026, 11, 25)) == []
    assert times(cast, "will", date(2026, 11, 26)) == times(cast, "wanda", date(2026, 11, 25)) == [(NINE, FIVE)]


def test_few_questions_are_asked_however_many_operators_there_are(cast: Cast, django_assert_num_queries: Any) -> None:
    operators = list(Operator.objects.all())
    for each in operators:
        kept(cast, operator=each.name).say_hours([(0, NINE, FIVE)])
    with django_assert_num_queries(2):
        assert len(working_times(operators, MONDAY, 7)) > 7 * len(operators)
    with django_assert_num_queries(2):
        surfaces_of(operators)


def test_a_span_may_end_at_midnight_and_goes_on_the_next_day(cast: Cast) -> None:
    night = [(0, time(22), MIDNIGHT), (1, MIDNIGHT, time(2))]
    kept(cast).say_hours(night)
    assert times(cast) == [(time(22), MIDNIGHT)]
    assert minutes(times(cast)) == 120
    assert covers(times(cast), time(23), MIDNIGHT)
    assert not covers(times(cast), time(21), time(23))


def test_spans_that_touch_are_one_and_a_gap_between_them_is_none() -> None:
    assert covers([(NINE, NOON), (NOON, FIVE)], time(10), time(16))
    assert not covers([(NINE, NOON), (ONE, FIVE)], time(10), time(16))
    assert not covers([], NINE, NOON)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_hours_are_those_of_the_clock_on_days_on_which_it_is_changed(cast: Cast, day: date) -> None:
    kept(cast).say_hours([(6, time(1), time(4))])
    assert times(cast, day=day) == [(time(1), time(4))]


# Who says so, and that it is noted


@pytest.mark.parametrize("by", ["ines", "wim", "nora"])
def test_whoever_keeps_people_says_how_they_work_and_it_is_noted(cast: Cast, by: str) -> None:
    kept(cast, "will", by).say_hours([(0, NINE, FIVE)])
    note = PersonNote.objects.get(person=cast.will)
    assert (str(note), note.by, note.operator) == (
        "said the hours: Mon 09:00 to 17:00",
        getattr(cast, by),
        cast.Northside,
    )


@pytest.mark.parametrize("by", ["sam", "will", "cora", "eve", "nobody", "root", "sue"])
def test_nobody_else_does(cast: Cast, by: str) -> None:
    work = kept(cast, "will", by)
    with pytest.raises(Forbidden):
        work.say_hours([(0, NINE, FIVE)])
    with pytest.raises(Forbidden):
        work.say_surfaces(Surface.objects.all())
    with pytest.raises(Forbidden):
        work.take_off(MONDAY, MONDAY)
    assert not PersonNote.objects.exists()
    assert not Hours.objects.exists()


def test_what_changes_nothing_is_not_noted_and_what_is_taken_back_stays_on_file(cast: Cast) -> None:
    work = kept(cast)
    work.say_hours([(0, NINE, FIVE), (1, NINE, FIVE)])
    work.say_hours([(1, NINE, FIVE), (0, NINE, FIVE)])
    work.say_hours([(1, NINE, FIVE)])
    assert [str(note) for note in PersonNote.objects.all()] == [
        "said the hours: Tue 09:00 to 17:00",
        "said the hours: Mon 09:00 to 17:00, Tue 09:00 to 17:00",
    ]
    assert [each.until is None for each in Hours.objects.order_by("pk")] == [False, True]


# The law


def test_spans_of_one_day_do_not_overlap_and_those_of_others_may(cast: Cast) -> None:
    kept(cast).say_hours([(0, NINE, NOON)])
    kept(cast, "will").say_hours([(0, NINE, NOON)])
    kept(cast, operator="Southside").say_hours([(0, NINE, NOON)])
    kept(cast).say_hours([(0, NINE, NOON), (0, NOON, FIVE), (1, NINE, NOON)])
    for wrong in ([(0, time(11), ONE)], [(0, time(10), time(11))]):
        with pytest.raises(Conflict, match="overlap"):
            kept(cast).say_hours([(0, NINE, NOON), *wrong])
    with pytest.raises(Conflict, match="overlap"):
        kept(cast).say_hours([(6, NINE, MIDNIGHT), (6, time(23), MIDNIGHT)])


def test_a_span_ends_after_it_begins_and_days_off_last_a_year_at_most(cast: Cast) -> None:
    for week in ([(0, FIVE, NINE)], [(0, NINE, NINE)]):
        with pytest.raises(IntegrityError):
            kept(cast).say_hours(week)
    with pytest.raises(IntegrityError), Keeper(cast.wim).noting("x", "said", operator=cast.Northside):
        Hours.objects.create(operator=cast.Northside, weekday=7, opens=NINE, closes=FIVE)
    for first, last in ((date(2026, 12, 2), MONDAY), (MONDAY, date(2027, 11, 24))):
        with pytest.raises(IntegrityError):
            kept(cast).take_off(first, last)
    kept(cast).take_off(MONDAY, date(2027, 11, 23))


HOURS = "INSERT INTO qtm_hours (operator_id, user_id, weekday, opens, closes) VALUES (%s, %s, 0, '09:00', '17:00')"


def test_sql_gives_no_hours_to_who_is_not_a_member(cast: Cast) -> None:
    north = cast.Northside
    for who in (cast.sid, cast.wim, cast.nobody):
        with pytest.raises(Conflict, match="does not belong"), Keeper(cast.wim).noting("x", "said", operator=north):
            raw(HOURS, north.pk, who.pk)


def test_sql_says_nothing_by_nobody_and_nothing_without_a_note(cast: Cast) -> None:
    north = cast.Northside
    with pytest.raises(IntegrityError, match="nobody acts"):
        raw(HOURS, north.pk, None)
    with pytest.raises(Conflict, match="noted"), acting(cast.wim, via="sql", authority="x"):
        raw(HOURS, north.pk, None)
    with pytest.raises(Conflict, match="noted"), Keeper(cast.wim).noting("x", "said", operator=cast.Southside):
        raw(HOURS, north.pk, None)


def test_what_was_said_is_ended_once_and_neither_changed_nor_deleted(cast: Cast) -> None:
    kept(cast).say_hours([(0, NINE, FIVE)])
    keeping = Keeper(cast.wim)
    for change in ("closes = '18:00'", "until = NULL", "since = now(), until = now()"):
        with pytest.raises(Conflict), keeping.noting("x", "said", operator=cast.Northside):
            raw(f"UPDATE qtm_hours SET {change}")
    kept(cast).say_hours([])
    with pytest.raises(Conflict), keeping.noting("x", "said", operator=cast.Northside):
        raw("UPDATE qtm_hours SET until = now()")
    for table in ("qtm_hours", "qtm_capability", "qtm_dayoff"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            raw(f"DELETE FROM {table}")


def test_half_a_position_is_none(cast: Cast) -> None:
    pk = cast.Northside.pk
    for where in ("latitude = 52", "latitude = 91, longitude = 13", "longitude = 181, latitude = 52", "longitude = 1"):
        with pytest.raises(IntegrityError):
            raw(f"UPDATE qtm_operator SET {where} WHERE id = %s", pk)
    raw("UPDATE qtm_operator SET latitude = 52.5, longitude = 13.4 WHERE id = %s", pk)


# A membership's end


def test_what_is_said_of_a_member_ends_with_the_membership_and_does_not_come_back_with_them(cast: Cast) -> None:
    kept(cast).say_hours([(0, NINE, NOON)])
    mine = kept(cast, "will")
    mine.say_hours([(0, ONE, FIVE)])
    mine.say_surfaces(Surface.objects.all())
    mine.take_off(MONDAY, MONDAY)
    Keeper(cast.nora).end(cast.will.memberships.get(left_at=None))
    for kind in (Hours, Capability, DayOff):
        assert not mine.said(kind).exists()
        assert kind.objects.filter(user=cast.will).exists(), "it stays on file"
    assert times(cast, "will") is None
    with pytest.raises(Conflict, match="does not belong"):
        mine.say_hours([(0, ONE, FIVE)])
    cast.will.memberships.model.join(cast.will, cast.Northside, "worker")
    assert times(cast, "will") == [(NINE, NOON)]


def test_whoever_becomes_owner_keeps_their_hours(cast: Cast) -> None:
    kept(cast, "will").say_hours([(0, ONE, FIVE)])
    Keeper(cast.nora).make(cast.will.memberships.get(left_at=None), "owner")
    assert times(cast, "will") == [(ONE, FIVE)]


# The pages


def as_(user: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def week(client: Client, path: str, **days: str) -> Any:
    """Send a week as it stands on the page, with some days changed."""
    form = client.get(path).context["form"]
    return client.post(path, {**form.initial, **days})


def member(cast: Cast, who: str) -> int:
    """The number of somebody's membership."""
    return int(getattr(cast, who).memberships.get(left_at=None).pk)


@pytest.mark.parametrize("who", ["ines", "wim", "nora"])
def test_a_week_is_typed_as_people_write_it(cast: Cast, who: str) -> None:
    client, path = as_(getattr(cast, who)), f"/operators/{cast.Northside.pk}/hours"
    assert week(client, path, day0="9-12:30, 13.15 – 18", day1="22 to 24", day2="0-2").status_code == 302
    assert times(cast) == [(NINE, time(12, 30)), (time(13, 15), time(18))]
    assert times(cast, day=date(2026, 11, 24)) == [(time(22), MIDNIGHT)]
    page = client.get(cast.Northside.page).content.decode()
    assert "09:00 to 12:30, 13:15 to 18:00" in page
    assert "12.25 h a week" in page
    assert 'value="09:00-12:30, 13:15-18:00"' in client.get(path).content.decode()


@pytest.mark.parametrize(
    "line", ["17-9", "9-9", "25-26", "9:75-10", "9-24:30", "always", "9-12, 11-13", "22-24, 23-24"]
)
def test_what_cannot_be_a_day_is_said_and_kept_to_be_mended(cast: Cast, line: str) -> None:
    client = as_(cast.wim)
    page = week(client, f"/operators/{cast.Northside.pk}/hours", day0=line)
    assert page.status_code == 422
    assert f'value="{line}"' in page.content.decode()
    assert times(cast) is None


def test_one_press_copies_monday_to_friday_and_keeps_nothing_yet(cast: Cast) -> None:
    client = as_(cast.wim)
    page = week(client, f"/members/{member(cast, 'will')}/hours", day0="9-17", day5="10-12", copy="1")
    assert page.status_code == 200
    assert page.content.decode().count('value="9-17"') == 5
    assert 'value="10-12"' in page.content.decode()
    assert not Hours.objects.exists()


def test_a_stale_page_overwrites_nobody_unseen_and_a_double_press_is_one(cast: Cast) -> None:
    client, path = as_(cast.wim), f"/operators/{cast.Northside.pk}/hours"
    stale = client.get(path).context["form"].initial
    assert client.post(path, {**stale, "day0": "9-17"}).status_code == 302
    assert client.post(path, {**stale, "day0": "9-17"}).status_code == 302, "it says the same"
    page = client.post(path, {**stale, "day1": "8-16"})
    assert page.status_code == 409
    assert 'value="8-16"' in page.content.decode()
    assert times(cast) == [(NINE, FIVE)]
    assert PersonNote.objects.count() == 1


def test_surfaces_are_ticked_each_with_its_honest_status(cast: Cast) -> None:
    client, path = as_(cast.nora), f"/members/{member(cast, 'will')}/surfaces"
    page = client.get(path)
    assert "partial" in page.content.decode()
    surface = Surface.objects.get(code="landscaping")
    assert client.post(path, {"surfaces": [surface.pk], "seen": ""}).status_code == 302
    assert surfaces_of([cast.Northside])[cast.Northside.pk, cast.will.pk] == {surface.pk}
    assert client.post(path, {"surfaces": ["9999"], "seen": ""}).status_code == 422


def test_days_off_are_added_and_ended_and_what_is_over_stays(cast: Cast) -> None:
    client, path = as_(cast.nora), f"/members/{member(cast, 'will')}/off"
    today = timezone.localdate()
    first, last = today - timedelta(2), today + timedelta(2)
    assert client.post(path, {"first": last, "last": first}).status_code == 422
    assert client.post(path, {"first": first, "last": first + timedelta(366)}).status_code == 422
    assert client.post(path, {"first": first, "last": last, "why": "Flu"}).status_code == 302
    assert client.post(path, {"first": first, "last": last}).status_code == 409
    row = DayOff.objects.get()
    kept(cast).say_hours([(each, NINE, FIVE) for each in range(7)])
    assert times(cast, "will", today) == []
    assert client.post(f"/days-off/{row.pk}/end").status_code == 302
    assert client.post(f"/days-off/{row.pk}/end").status_code == 409
    assert times(cast, "will", today) == [(NINE, FIVE)]
    assert times(cast, "will", first) == [], "what was, was"


@pytest.mark.parametrize("who", ["sam", "will", "eve", "cora", "sue", "nobody", "root"])
def test_the_pages_are_nobody_elses(cast: Cast, who: str) -> None:
    kept(cast, "will").take_off(MONDAY, MONDAY)
    client, row = as_(getattr(cast, who)), DayOff.objects.get()
    for part in ("surfaces", "hours", "off"):
        for path in (f"/operators/{cast.Northside.pk}/{part}", f"/members/{member(cast, 'will')}/{part}"):
            assert client.get(path).status_code in {403, 404}
            assert client.post(path, {"day0": "9-17", "first": "2026-11-23"}).status_code in {403, 404}
    assert client.post(f"/days-off/{row.pk}/end").status_code in {403, 404}
    assert not Hours.objects.exists()


def test_nothing_can_be_said_of_who_has_left(cast: Cast) -> None:
    number = member(cast, "will")
    Keeper(cast.nora).end(cast.will.memberships.get(left_at=None))
    assert as_(cast.nora).post(f"/members/{number}/hours", {"day0": "9-17"}).status_code == 404


def test_the_position_of_an_operator_is_amended_whole_or_not_at_all(cast: Cast) -> None:
    client, path = as_(cast.nora), f"/operators/{cast.Northside.pk}/details"
    assert client.post(path, {"latitude": "52.38"}).status_code == 422
    assert client.post(path, {"latitude": "91", "longitude": "9.7"}).status_code == 422
    assert client.post(path, {"latitude": "52.38", "longitude": "9.7"}).status_code == 302
    assert "52.380000, 9.700000" in client.get(cast.Northside.page).content.decode()


# One's own


def test_a_worker_reads_their_own_hours_and_days_off_and_changes_nothing_there(cast: Cast) -> None:
    kept(cast).say_hours([(0, time(8), time(16))])
    soon = timezone.localdate() + timedelta(7)
    kept(cast).take_off(soon, soon, "In confidence")
    kept(cast, "will").take_off(soon + timedelta(1), soon + timedelta(1), "Dentist")
    kept(cast, "wanda").take_off(soon + timedelta(2), soon + timedelta(2), "Her sister")
    main = as_(cast.will).get("/hours/").content.decode().split("<main")[1].split("</main>")[0]
    assert "08:00 to 16:00" in main
    assert "nothing of your own is said" in main
    assert "Dentist" in main
    assert "all of Northside" in main
    for other in ("In confidence", "Her sister", "<form", "Change"):
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


def test_a_member_lacks_what_neither_they_nor_their_operator_said(cast: Cast) -> None:
    kept(cast).say_surfaces([Surface.objects.get(code="landscaping")])
    kept(cast, "sid", operator="Southside").say_hours([(0, NINE, FIVE)])
    every = as_(cast.wim).get("/workforce/?gap=hours").context["lines"]
    lacking = {str(one.row): one.gaps for each in every for one in each.members}
    assert (lacking["Will"], lacking["Sid"]) == (["no hours said"], ["no surfaces said"])
    assert lacking["Sam"] == ["no hours said", "no surfaces said"]
