"""What is in hand: kept by the law as Jobs are claimed, given back and completed, and by nobody else; and a Desk finds it however much one holds."""

import pytest
from django.db.models import F
from django.test import Client
from icalendar import Calendar

from execution.desk import Desk
from execution.hand import Hand
from execution.models import Job, ServiceEvent
from qtm.models import User
from tests.cast import Cast, Walk, enter
from tests.sql import DENIED, attempt
from tests.states import between
from tests.test_calendar import address

pytestmark = pytest.mark.django_db


def in_hand(walk: Walk) -> tuple[User, ServiceEvent] | None:
    """Who has the Job of a case in hand, and by which ServiceEvent, if anybody."""
    found = Hand.objects.filter(job=walk.job()).first()
    return (found.worker, found.event) if found else None


def shown(user: User, kind: str, most: int = 10) -> list[Job]:
    """What the Desk of somebody shows of one kind."""
    return [each.job for each in getattr(Desk(user, most=most), kind)]


def test_a_job_is_in_hand_from_its_claim_on_until_it_is_completed(cast: Cast, walk: Walk) -> None:
    walk.job()
    assert in_hand(walk) is None
    event = walk.started()
    assert in_hand(walk) == (cast.will, event)
    walk.record()
    assert in_hand(walk) == (cast.will, event), "the work is done, and the Job is not"
    assert Hand.objects.get(job=walk.job(), since=walk.job().since)
    enter(cast.will, Job, "complete", walk.job())
    assert in_hand(walk) is None


def test_what_was_given_back_is_in_nobodys_hand_until_it_is_claimed_again(cast: Cast, walk: Walk) -> None:
    walk.event()
    enter(cast.will, Job, "release", walk.job(), reason="for the test")
    assert in_hand(walk) is None
    enter(cast.wanda, ServiceEvent, "claim", walk.job())
    assert in_hand(walk) == (cast.wanda, walk.event())
    assert Hand.objects.get(job=walk.job()).since == walk.job().since


def test_the_next_part_is_in_the_hand_of_whoever_opened_it_since_the_job_was_claimed(cast: Cast) -> None:
    party = between()
    assert shown(cast.will, "mine") == [party.job()]
    enter(cast.nora, ServiceEvent, "open_next", party.job())
    assert in_hand(party) == (cast.nora, party.event())
    assert Hand.objects.filter(job=party.job(), since=F("job__since")).exists()
    assert (shown(cast.nora, "mine"), shown(cast.will, "mine")) == ([party.job()], [])
    assert (shown(cast.nora, "others"), shown(cast.will, "others")) == ([], [party.job()])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO execution_hand (job_id, event_id, operator_id, worker_id, since) SELECT 0, 0, operator_id, worker_id, now() FROM execution_hand",
        "UPDATE execution_hand SET worker_id = operator_id",
        "DELETE FROM execution_hand",
        "TRUNCATE execution_hand",
    ],
)
def test_nobody_but_the_law_writes_what_is_in_hand(cast: Cast, walk: Walk, statement: str) -> None:
    walk.event()
    assert attempt(statement, user=cast.will.pk) == DENIED
    assert in_hand(walk)


def test_who_holds_nearly_all_hides_nobody_elses(cast: Cast) -> None:
    held = [Walk() for _ in range(3)]
    for each in held:
        each.event()
    last = Walk(worker="wanda")
    last.event()
    assert shown(cast.will, "others", most=2) == [last.job()]
    assert shown(cast.wanda, "others", most=2) == [each.job() for each in held[:2]], "the oldest first, and no more"
    assert shown(cast.nora, "others") == [*(each.job() for each in held), last.job()], (
        "across their hands, the oldest first"
    )
    assert shown(cast.sue, "others") == [], "another operator's"


def test_what_somebody_held_who_has_left_is_still_seen_by_the_others(cast: Cast, walk: Walk) -> None:
    walk.event()
    cast.will.memberships.get(left_at=None).leave()
    assert shown(cast.nora, "others") == [walk.job()]


def test_a_job_of_several_parts_is_one_entry_of_a_calendar(cast: Cast) -> None:
    between().opened()
    content = Client().get(address(cast.will)).content
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 1
