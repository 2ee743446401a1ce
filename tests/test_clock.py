"""Time: running since start, pauses and travel apart, truthful over midnight, a changing clock and many pauses; and who may say that they travel."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from execution.clock import ARRIVED, ON_THE_WAY, clock_of, course_of
from execution.models import ServiceEvent, Travel
from qtm.models import Transition
from qtm.refusals import Conflict, Lawless
from qtm.words import lasted
from records.models import Record
from tests.cast import Cast, Walk, enter
from tests.sql import DENIED, attempt
from tests.test_desk import access, as_, press, read

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def after(*minutes: float) -> list[datetime]:
    """Moments, each so many minutes after the one before; the first after noon."""
    return [NOON + timedelta(minutes=each) for each in accumulate(minutes)]


def counted(course: Any, now: datetime, **more: Any) -> dict[str, int]:
    """Minutes of each kind that a course has counted at a moment."""
    clock = clock_of([course], now, **more)
    return {name: clock.seconds(name) // 60 for name in clock.hands}


# What is counted


def test_work_pauses_and_the_way_there_are_counted_each_for_itself() -> None:
    was = ["ready", ON_THE_WAY, "in_progress", "paused", "in_progress", "completed"]
    course = list(zip(was, after(0, 10, 20, 30, 40, 50), strict=True))
    assert counted(course, NOON + timedelta(days=3)) == {"worked": 80, "travelled": 20, "paused": 40}


def test_nothing_runs_before_the_start_nor_after_the_end() -> None:
    for course in (
        [],
        [("ready", NOON)],
        [("ready", NOON), ("abandoned", NOON)],
        [("in_progress", NOON), ("completed", NOON)],
    ):
        clock = clock_of([course], NOON + timedelta(hours=5))
        assert (clock.running, clock.shown) == (None, [])


def test_what_runs_says_since_when_and_how_much_was_before() -> None:
    course = list(zip(["ready", "in_progress", "paused", "in_progress"], after(0, 0, 15, 5), strict=True))
    hand = clock_of([course], NOON + timedelta(minutes=30)).hands["worked"]
    assert (hand.since, hand.before_seconds) == (NOON + timedelta(minutes=20), 900)
    assert hand.seconds(NOON + timedelta(minutes=30)) == 1500


def test_a_browser_whose_clock_runs_behind_counts_nothing_backwards() -> None:
    hand = clock_of([[("in_progress", NOON)]], NOON).hands["worked"]
    assert hand.seconds(NOON - timedelta(hours=1)) == 0


def test_moments_out_of_order_take_nothing_away() -> None:
    course = list(zip(["in_progress", "paused", "in_progress", "completed"], after(0, 60, -45, 10), strict=True))
    assert counted(course, NOON) == {"worked": 70, "travelled": 0, "paused": 0}


def test_a_hundred_pauses_add_up_to_the_second() -> None:
    states = ["in_progress", "paused"] * 100 + ["completed"]
    moments = [NOON + timedelta(seconds=1.75 * each) for each in range(201)]
    clock = clock_of([list(zip(states, moments, strict=True))], moments[-1])
    assert (clock.seconds("worked"), clock.seconds("paused")) == (175, 175)


def test_a_night_is_counted_across_midnight_and_the_day_from_midnight_on() -> None:
    course = [("in_progress", datetime(2026, 11, 23, 22, tzinfo=BERLIN))]
    now, midnight = datetime(2026, 11, 24, 1, 30, tzinfo=BERLIN), datetime(2026, 11, 24, tzinfo=BERLIN)
    assert counted(course, now)["worked"] == 210
    assert counted(course, now, since=midnight)["worked"] == 90
    assert counted([*course, ("paused", midnight - timedelta(hours=1))], now, since=midnight)["worked"] == 0


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 5), ("2026-10-25", 7)])
def test_a_night_in_which_the_clocks_change_is_as_long_as_it_was(day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    course = [("in_progress", midnight), ("completed", midnight.replace(hour=6))]
    assert counted(course, NOON)["worked"] == hours * 60


def test_travel_in_a_pause_is_travel_and_no_pause_and_who_has_arrived_rests_again() -> None:
    course = list(zip(["in_progress", "paused", ON_THE_WAY, ARRIVED, "in_progress"], after(0, 1, 2, 4, 8), strict=True))
    assert counted(course, NOON + timedelta(minutes=15)) == {"worked": 1, "travelled": 4, "paused": 10}
    course = list(zip(["ready", ON_THE_WAY, ARRIVED], after(0, 5, 5), strict=True))
    assert counted(course, NOON + timedelta(hours=9)) == {"worked": 0, "travelled": 5, "paused": 0}


def test_several_service_events_are_counted_together_and_each_for_itself() -> None:
    plan = list(zip(["ready", "in_progress", "completed"], after(0, 0, 30), strict=True))
    day = list(zip(["ready", "in_progress"], after(100, 0), strict=True))
    clock = clock_of([plan, day], NOON + timedelta(minutes=110))
    assert (clock.seconds("worked"), clock.hands["worked"].before_seconds) == (2400, 1800)


@dataclass(frozen=True)
class Leg:
    """A travel fact."""

    rest: datetime
    at: datetime
    arrived: bool = False
    act: object = None


def test_travel_of_one_rest_is_never_counted_in_another() -> None:
    moments = after(0, 10, 10, 10)
    lines = [
        Transition(becomes=state, at=at)
        for state, at in zip(["ready", "in_progress", "paused", "in_progress"], moments, strict=True)
    ]
    course = course_of(lines, [Leg(moments[2], moments[2] + timedelta(minutes=4))])
    assert [what for what, _ in course] == ["ready", "in_progress", "paused", ON_THE_WAY, "in_progress"]
    assert counted(course, moments[-1]) == {"worked": 10, "travelled": 6, "paused": 4}


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "under a minute"), (59, "under a minute"), (60, "1 min"), (3900, "1 h 05 min"), (3_600_000, "1,000 h 00 min")],
)
def test_how_long_it_took_is_said_to_the_minute(seconds: int, says: str) -> None:
    assert lasted(seconds) == says


# Travel: who may say it, and when

pytest_db = pytest.mark.django_db


@pytest_db
def test_on_my_way_runs_until_the_start_and_the_record_keeps_it(cast: Cast, walk: Walk) -> None:
    event = walk.event()
    assert press(cast.will, event, "set_off").status_code == 302
    page = as_(cast.will).get(event.page).content.decode()
    assert "On the way" in page
    assert f'data-running-since="{Travel.objects.get().at.isoformat()}"' in page
    assert walk.event().state == "ready", "nothing has started by it"
    enter(cast.will, ServiceEvent, "start", walk.event())
    time = walk.record().facts["time"]
    assert set(time) == {"worked_seconds", "paused_seconds", "travel_seconds", "travel"}
    assert [(each["says"], each["by"]) for each in time["travel"]] == [("on the way", "Will")]
    assert "on the way: Will" in read(as_(cast.will).get(walk.record().page))


@pytest_db
def test_the_requester_reads_that_they_are_on_their_way_and_there(cast: Cast, walk: Walk) -> None:
    link = f"/track/{walk.request.token}/"
    enter(cast.will, ServiceEvent, "set_off", walk.event())
    assert as_(cast.will).get(link).context["now"].sentence == "They are on their way."
    enter(cast.will, ServiceEvent, "arrive", walk.event())
    assert as_(cast.will).get(link).context["now"].sentence == "They have arrived."
    enter(cast.will, ServiceEvent, "start", walk.event())
    assert as_(cast.will).get(link).context["now"].sentence == "The work has begun."


@pytest_db
def test_a_page_without_a_script_says_as_of_when_its_figures_are(cast: Cast, walk: Walk) -> None:
    page = read(as_(cast.will).get(walk.started().page))
    assert "Worked under a minute" in page
    assert " as of " in page
    enter(cast.will, ServiceEvent, "pause", walk.event())
    again = as_(cast.will).get(walk.event().page).context["bench"].clock
    assert again.hands["worked"].since is None, "what rests does not run, after a reload neither"
    assert again.hands["paused"].since == walk.event().since


@pytest_db
@pytest.mark.parametrize("reach", ["started", "record"])
def test_nobody_sets_off_to_what_is_in_work_or_has_ended(cast: Cast, walk: Walk, reach: str) -> None:
    getattr(walk, reach)()
    for verb in ("set_off", "arrive"):
        assert press(cast.will, walk.event(), verb).status_code == 409
    assert not Travel.objects.exists()


@pytest_db
def test_it_is_said_once_a_rest_and_again_in_the_next(cast: Cast, walk: Walk) -> None:
    assert press(cast.will, walk.event(), "arrive").status_code == 409, "nobody arrives who was not on the way"
    assert [press(cast.will, walk.event(), "set_off").status_code for _ in range(2)] == [302, 409]
    assert [press(cast.will, walk.event(), "arrive").status_code for _ in range(2)] == [302, 409]
    for verb in ("start", "pause", "set_off"):
        assert press(cast.will, walk.event(), verb).status_code == 302
    assert [each.arrived for each in Travel.objects.all()] == [False, True, False]


@pytest_db
@pytest.mark.parametrize(("who", "status"), [("wanda", 403), ("ines", 403), ("sam", 404), ("cora", 404), ("root", 404)])
def test_who_does_not_carry_it_on_is_not_on_the_way(cast: Cast, walk: Walk, who: str, status: int) -> None:
    assert press(getattr(cast, who), walk.event(), "set_off").status_code == status
    assert not Travel.objects.exists()
    assert press(cast.nora, walk.event(), "set_off").status_code == 302, "an owner may, in their place"


@pytest_db
def test_who_may_not_start_does_not_set_off_and_who_is_on_the_way_arrives(cast: Cast, walk: Walk) -> None:
    enter(cast.will, ServiceEvent, "set_off", walk.event())
    other = Walk()
    other.event()
    access(cast.Northside, "limit", cast.ines)
    assert "nothing new begun" in ServiceEvent.shut(ServiceEvent.verbs["set_off"], other.event())
    with pytest.raises(Lawless):
        enter(cast.will, ServiceEvent, "set_off", other.event())
    enter(cast.will, ServiceEvent, "arrive", walk.event())


@pytest_db
def test_a_stale_page_says_nothing_of_another_rest(cast: Cast, walk: Walk) -> None:
    walk.started()
    enter(cast.will, ServiceEvent, "pause", walk.event())
    stale = walk.event()
    for verb in ("resume", "pause"):
        enter(cast.will, ServiceEvent, verb, walk.event())
    with pytest.raises(Conflict):
        enter(cast.will, ServiceEvent, "set_off", stale)


@pytest_db
def test_the_database_takes_no_travel_but_that_of_the_rest_it_is_in(cast: Cast, walk: Walk) -> None:
    event, will = walk.event(), cast.will.pk
    insert = "INSERT INTO execution_travel (event_id, rest, arrived) VALUES (%s, %s, %s)"
    assert attempt((insert, [event.pk, event.since, False]), user=will) == ""
    assert attempt((insert, [event.pk, NOON, False]), user=will) == "born"
    assert attempt((insert, [event.pk, event.since, True]), user=will) == "born"
    assert attempt((insert, [event.pk, event.since, False]), user=cast.wanda.pk) == "carried_on"
    assert attempt((insert, [event.pk, event.since, False]), act="") == "someone_acts"
    assert (
        attempt(
            (
                "INSERT INTO execution_travel (event_id, rest, arrived, at) VALUES (%s, %s, false, %s)",
                [event.pk, event.since, NOON],
            ),
            user=will,
        )
        == DENIED
    )
    enter(cast.will, ServiceEvent, "set_off", event)
    assert attempt("UPDATE execution_travel SET rest = now()", user=will) == DENIED
    enter(cast.will, ServiceEvent, "start", walk.event())
    assert attempt((insert, [event.pk, walk.event().since, False]), user=will) == "born"


@pytest_db
def test_a_record_that_was_paused_for_long_says_so_in_seconds(cast: Cast, walk: Walk) -> None:
    walk.started()
    for verb in ("pause", "resume"):
        enter(cast.will, ServiceEvent, verb, walk.event())
    facts = walk.record().facts
    lines = [each for each in facts["crossings"] if each["room"] == "ServiceEvent"]
    course = [(each["becomes"], datetime.fromisoformat(each["at"])) for each in lines]
    clock = clock_of([course], NOON)
    assert [facts["time"][f"{name}_seconds"] for name in ("worked", "paused")] == [
        clock.seconds("worked"),
        clock.seconds("paused"),
    ]
    assert Record.objects.get(case_id=walk.request.pk).facts["time"]["travel"] == []
