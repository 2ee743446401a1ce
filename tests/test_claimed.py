"""What a phone's own clock says of the time stands beside the server's, and counts nothing where it cannot be so."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from execution import claimed as claims
from execution.claimed import Claimed, claimed_of
from execution.models import ServiceEvent, Travel
from qtm.receipts import Receipt
from tests.cast import DETAILING, Cast, Walk, enter
from tests.test_desk import as_, read
from tests.test_receipts import sends

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A line of the log."""

    becomes: str
    at: datetime
    act: str


@dataclass(frozen=True)
class Leg:
    """A travel fact."""

    rest: datetime
    arrived: bool
    at: datetime
    act: str


def minutes(after: float) -> datetime:
    """A moment, by its distance from noon."""
    return NOON + timedelta(minutes=after)


# Claimed at noon; an hour's work without network was sent from the yard in one go, and completed there.
LINES = [
    Line("ready", NOON, "a"),
    Line("in_progress", minutes(70), "b"),
    Line("paused", minutes(70.1), "c"),
    Line("in_progress", minutes(70.2), "d"),
    Line("completed", minutes(75), "e"),
]
WENT = [Leg(NOON, False, minutes(69.9), "f")]
SAID = {"f": minutes(2), "b": minutes(5), "c": minutes(35), "d": minutes(45)}


def found(**said: datetime) -> Claimed:
    """What is claimed where devices said so, besides what they say above."""
    answer = claimed_of([(LINES, WENT)], SAID | said, LINES[-1].at)
    assert answer
    return answer


def test_work_without_network_is_counted_by_the_phone_s_moments_and_by_the_server_s_where_it_gave_none() -> None:
    clock = found().clock
    assert clock
    assert {name: clock.seconds(name) / 60 for name in clock.hands} == {"worked": 60, "paused": 10, "travelled": 3}


def test_where_no_phone_said_anything_of_it_nothing_is_claimed() -> None:
    assert claimed_of([(LINES, WENT)], {}) is None
    assert claimed_of([(LINES, WENT)], {"of-a-photo": NOON}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"b": minutes(36)},  # started after it was paused
        {"b": minutes(-60)},  # started before it was claimed
        {"f": minutes(6)},  # set off after the start
        {"d": minutes(75.1)},  # went on after it was completed
        {"b": datetime(2000, 1, 1, tzinfo=UTC)},
        {"b": minutes(71.1), "c": minutes(71.2), "d": minutes(71.3)},  # later than they came, by more than a minute
        {each: moment + timedelta(days=365) for each, moment in SAID.items()},
    ],
)
def test_what_cannot_be_so_is_not_counted_nor_bent(wrong: dict[str, datetime]) -> None:
    assert found(**wrong).clock is None


def test_a_clock_that_is_out_by_less_than_a_minute_counts() -> None:
    assert found(d=minutes(71.19)).clock


def test_of_several_parts_a_clock_set_wrong_in_one_counts_in_none() -> None:
    day = [Line("ready", minutes(80), "g"), Line("in_progress", minutes(90), "h")]
    right, wrong = ({**SAID, "h": minutes(each)} for each in (85, 79))
    assert [claimed_of([(LINES, WENT), (day, [])], said, minutes(95)).clock is None for said in (right, wrong)] == [  # type: ignore[union-attr]
        False,
        True,
    ]


@pytest.fixture
def detailing() -> Walk:
    """A car to clean."""
    return Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")


def arrives_late(cast: Cast, walk: Walk) -> None:
    """The way there and the start were kept on the phone for a moment; then both arrive."""
    event, said_at = walk.event(), timezone.now()
    time.sleep(1.2)
    for verb, after in (("set_off", 0), ("start", 0.1)):
        moment = (said_at + timedelta(seconds=after)).isoformat()
        assert sends(cast.will, event, verb, said_at=moment).status_code == 200
    assert {each.act for each in Travel.objects.all()} <= set(Receipt.objects.values_list("act", flat=True))


@pytest.mark.django_db
def test_the_record_keeps_what_is_claimed_beside_the_server_s_durations(cast: Cast, detailing: Walk) -> None:
    arrives_late(cast, detailing)
    spent = detailing.record().facts["time"]
    assert set(spent["claimed"]) == {"worked_seconds", "paused_seconds", "travel_seconds"}
    assert spent["claimed"]["worked_seconds"] > spent["worked_seconds"]
    assert "By the phone’s own clock: worked under a minute" in read(as_(cast.will).get(detailing.record().page))


@pytest.mark.django_db
def test_the_record_of_a_clock_set_wrong_says_so_and_no_duration(cast: Cast, detailing: Walk) -> None:
    sends(cast.will, detailing.event(), "start", said_at="2001-01-01T00:00:00Z")
    spent = detailing.record().facts["time"]
    assert spent["claimed"] == {"unusable": True}
    assert spent["worked_seconds"] >= 0
    assert "The phone’s own clock was set wrong" in read(as_(cast.will).get(detailing.record().page))


@pytest.mark.django_db
def test_a_record_of_which_phones_said_nothing_claims_nothing(cast: Cast, detailing: Walk) -> None:
    sends(cast.will, detailing.started(), "capture", {"slot": "after/note/remarks", "text": "Spotless."})
    assert "claimed" not in detailing.record().facts["time"]
    assert "phone’s own clock: worked" not in read(as_(cast.will).get(detailing.record().page))


@pytest.mark.django_db
def test_the_job_says_it_only_where_it_differs_by_a_minute(
    cast: Cast, detailing: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives_late(cast, detailing)
    assert "phone’s own clock" not in read(as_(cast.will).get(detailing.event().page))
    monkeypatch.setattr(claims, "WORTH_SAYING", 1)
    assert "By the phone’s own clock: worked" in read(as_(cast.will).get(detailing.event().page))


@pytest.mark.django_db
def test_the_job_says_of_a_clock_in_the_future_that_it_counts_nothing(cast: Cast, detailing: Walk) -> None:
    ahead: Any = (timezone.now() + timedelta(hours=1)).isoformat()
    sends(cast.will, detailing.event(), "start", said_at=ahead)
    page = read(as_(cast.will).get(detailing.event().page))
    assert "The phone’s own clock is set wrong, and counts nothing here" in page
    assert "By the phone’s own clock" not in page
    enter(cast.will, ServiceEvent, "pause", detailing.event())
