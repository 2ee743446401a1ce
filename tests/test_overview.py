"""The overview: figures that are what the log says, as of the moment they say, for those who oversee and nobody else."""

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from importlib import import_module
from math import ceil
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone

from execution.models import Job, ServiceEvent
from governance.models import Assignment, Task
from intake.asking import read
from intake.models import Request
from qtm.background import ROUNDS
from qtm.models import Operator, Surface, Transition
from qtm.overview import days, making, tasks
from qtm.overview.counted import Counted
from qtm.overview.declared import GAPS, Crossing, crossings
from qtm.overview.drawing import Table, lasting
from qtm.overview.figures import figures
from qtm.overview.making import make
from qtm.overview.models import Day, Snapshot
from qtm.overview.standing import waiting
from qtm.overview.steps import percentile, seconds_of
from qtm.queues import QUEUES, waiting_in
from qtm.spine import rooms
from tests.browser import at, clone_of
from tests.cast import ADVISORY, DETAILING, Cast, Walk, enter
from tests.conftest import cloned, point_to
from tests.leaves import all_ended
from tests.states import REACH, between
from tests.test_appointments import TOMORROW, hours

import_module("qtm.urls")
WHY = {"reason": "for the test"}
# The nth act of a case comes some seconds to some hours after the one before it.
SPREAD = """
WITH numbered AS (
  SELECT id, coalesce(case_id, 0) AS of, dense_rank() OVER (PARTITION BY case_id ORDER BY first) AS nth
  FROM (SELECT id, case_id, min(id) OVER (PARTITION BY case_id, act) AS first FROM qtm_transition) a),
acts AS (SELECT DISTINCT of, nth, power(1.9, (nth * 37 + of) % 15)::float8 AS later FROM numbered),
moments AS (SELECT of, nth, sum(later) OVER (PARTITION BY of ORDER BY nth) + 86400 * (of % 5) AS later FROM acts)
UPDATE qtm_transition t SET at = now() - interval '6 days' + make_interval(secs => later)
FROM numbered n JOIN moments m USING (of, nth) WHERE n.id = t.id
"""
# A line of yesterday, as somebody would have written it whose transaction goes on; only the owner can.
LATE = """
INSERT INTO qtm_transition (case_id, room, row_id, was, becomes, authority, via, reason, act, at, tx)
SELECT case_id, room, row_id, was, becomes, authority, via, reason, act, now() - interval '1 day', tx FROM qtm_transition WHERE room = 'intake.Request' AND was = '' LIMIT 1
"""


def as_(name: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(getattr(Cast(), name))
    return client


def crowd() -> None:
    """Cases of all sorts: each state of each room, back and forth, held and resumed, released, withdrawn, cancelled, in several parts."""
    for (room, _), reach in REACH.items():
        if room.case_column:
            reach()
    ines, will = Cast().ines, Cast().will
    version = Surface.objects.get(code="automotive-advisory").current
    details = read(version, ADVISORY).details
    enter(ines, Task, "submit", REACH[Request, "received"](), version=version, details=details)
    walk = Walk()
    for _ in range(2):
        enter(ines, Task, "hold", walk.task, **WHY)
        enter(ines, Task, "resume", walk.task)
    enter(ines, Assignment, "withdraw", walk.assignment(), **WHY)
    for _ in range(2):
        walk.event()
        enter(will, Job, "release", walk.job(), **WHY)
    event = walk.started()
    enter(will, ServiceEvent, "pause", event)
    enter(will, ServiceEvent, "resume", walk.event())
    walk.captured()
    enter(will, Job, "complete", walk.job())
    enter(ines, Task, "close", walk.task)
    parts = between()
    parts.opened()
    Walk(surface="auto-detailing", asked=DETAILING, outcome="completed").record()


@pytest.fixture(scope="module")
def crowded(template: str, django_db_blocker: Any) -> Iterator[str]:
    """A crowd whose log was spread by its owner over some days, each case's lines still one after the other: made once."""
    with cloned(f"{template}_crowd", template, django_db_blocker) as name:
        crowd()
        spread()
        point_to(template)
        yield name


@pytest.fixture
def lived(crowded: str, template: str, django_db_blocker: Any) -> Iterator[str]:
    """A house that has such a crowd behind it, each test's own; gives its name."""
    with cloned(clone_of(template), crowded, django_db_blocker) as name:
        yield name


def as_owner(*statements: str) -> None:
    """Statements of the owner, who alone can put the law aside."""
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connections["owner"].close()


def spread() -> None:
    """Moments as if the crowd had come over six days: a case's acts stay in order, and hardly two waits are alike."""
    as_owner(
        "ALTER TABLE qtm_transition DISABLE TRIGGER law_append_only",
        SPREAD,
        "ALTER TABLE qtm_transition ENABLE ALWAYS TRIGGER law_append_only",
    )


def waits(crossing: Crossing, since: date) -> list[float]:
    """Every wait before a boundary, by walking the log of each case line by line."""
    found, cases = [], defaultdict(list)
    for line in Transition.objects.exclude(case_id=None):
        cases[line.case_id].append(line)
    for lines in cases.values():
        for place, line in enumerate(lines):
            if (line.room, line.was, line.becomes) != crossing.edge or timezone.localdate(line.at) < since:
                continue
            before = [
                each
                for each in lines[:place]
                if (each.room, each.becomes) in crossing.begins
                and (not crossing.same_row or each.row_id == line.row_id)
            ]
            if before and before[-1].act != line.act:
                found.append((line.at - before[-1].at).total_seconds())
    return sorted(found)


def test_every_boundary_is_derived_and_comes_in_the_order_of_the_queues() -> None:
    assert [each.name for each in crossings()] == [
        "Submit",
        "Approve",
        "Resume",
        "Assign",
        "Create Job",
        "Claim",
        "Start",
        "Complete",
        "Go on",
        "Complete the job",
        "Open the next part",
        "Close the task",
        "Open a settlement",
        "Authorize",
        "Capture",
    ]


def test_what_is_counted_is_what_a_walk_along_the_log_finds(lived: str) -> None:
    make()
    for length in (7, 30, 90):
        counted = Counted.newest(length)
        assert counted
        for crossing in crossings():
            walked = waits(crossing, counted.today - timedelta(days=length - 1))
            assert counted.crossed(crossing) == len(walked), crossing.name
            assert walked, f"nobody in the crowd waited before {crossing.name}"
            for share in (0.5, 0.9):
                exact, told = walked[ceil(share * len(walked)) - 1], counted.wait(crossing, share)
                assert told == pytest.approx(exact, rel=0.01), (crossing.name, share)
        for edge in Transition.objects.exclude(case_id=None).values_list("room", "was", "becomes").distinct():
            lines = Transition.objects.filter(case_id__isnull=False, room=edge[0], was=edge[1], becomes=edge[2])
            assert counted.line(*edge) == lines.count()


def test_each_day_is_its_own_and_all_of_them_are_the_whole(lived: str) -> None:
    make()
    counted = Counted.newest(90)
    assert counted
    assert len(list(counted.days())) >= 5
    for day, pace in counted.days():
        begins, ends = days.bounds(day)
        asked = Transition.objects.filter(room="intake.Request", was="", at__gte=begins, at__lt=ends).count()
        assert pace is not None
        assert pace[0] == asked


def test_what_stands_is_what_stands(lived: str) -> None:
    make()
    content = Snapshot.objects.get().content
    for room in rooms():
        for state in room.states():
            number = room._base_manager.filter(state=state).count()
            assert content["rooms"][room.label()].get(state, 0) == number
    for queue in QUEUES:
        assert sum(content["queues"][queue.slug]["bands"]) == queue.room._base_manager.filter(queue.waits).count()


@pytest.mark.django_db
def test_what_waits_ages_and_is_overdue_as_the_rail_of_the_console_says(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    crowd()
    begun = timezone.now()
    for walk, due in ((Walk(funnel="north"), timedelta(minutes=30)), (Walk(), timedelta(days=90))):
        enter(walk.governor, Task, "plan", walk.task, priority=3, due=begun + due)
    late = {}
    for later in (timedelta(hours=1), timedelta(days=2), timedelta(days=29)):
        with django_assert_num_queries(1):
            said = waiting(begun + later)
        with monkeypatch.context() as patched:
            patched.setattr("qtm.queues.timezone.now", lambda then=begun + later: then)
            rails = [waiting_in(QUEUES, governor) for governor in (None, *Operator.objects.all())]
        for stands in zip(*rails, strict=True):
            each, slug = said[stands[0].queue.slug], stands[0].queue.slug
            assert sum(each["bands"]) == sum(stood.count for stood in stands), slug
            assert each["late"] == sum(stood.overdue for stood in stands), slug
            assert (each["own"], each["own_late"]) == (stands[0].count, stands[0].overdue), "as its link shows"
            oldest = min((stood.oldest for stood in stands if stood.oldest), default=None)
            assert each["oldest"] == (oldest and oldest.isoformat()), slug
        late[later.days] = said["to-review"]["late"]
    assert late[0] == 1, "whose due date has passed, though it came an hour ago"
    assert late[29] == sum(said["to-review"]["bands"]) - 1, "but not what is due later, however long it waits"


def test_the_ageing_says_how_many_of_a_queue_the_page_shows_to_which_its_name_leads(
    committed: str, client: Client
) -> None:
    for walk in (Walk(funnel="north"), Walk(), Walk(), Walk(funnel="south")):
        assert walk.task
    assert Walk().approved()
    make()
    client.force_login(Cast().ines)
    counted = Counted.newest(30)
    assert counted
    drawn = next(figure for figure in figures() if figure.slug == "ageing").made(counted)
    assert drawn
    said = {group.name: group.said for group in drawn.groups}
    assert said == {"To review": "4, of which the network’s 2", "To assign": "1"}
    review = next(group for group in drawn.groups if group.name == "To review")
    assert "2 wait, oldest first." in client.get(review.url).content.decode()
    row = next(row for row in drawn.table.rows if row[0] == "To review")
    assert dict(zip(drawn.table.head, row, strict=True))["The network’s"] == 2


def test_days_that_are_over_are_counted_once_and_today_anew(lived: str) -> None:
    make()
    made = dict(Day.objects.values_list("day", "made_at"))
    Walk().approved()
    make()
    again = dict(Day.objects.values_list("day", "made_at"))
    assert {day for day in again if again[day] != made.get(day)} == {timezone.localdate()}
    assert Day.objects.filter(closed=False).count() == 1


def test_a_day_is_not_closed_while_a_transaction_can_still_write_into_it(
    lived: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "PATIENCE_SECONDS", 0.2)
    with psycopg.connect(at(os.environ["DATABASE_OWNER_URL"], lived)) as slow:
        slow.execute("SELECT pg_current_xact_id()")  # it has begun to write
        make()
        assert not Day.objects.filter(closed=True).exists()
        assert Counted.newest(7).missing == 0  # type: ignore[union-attr]
        slow.execute("ALTER TABLE qtm_transition DISABLE TRIGGER law_by_the_law_alone")
        slow.execute(LATE)
        asked = lines_asked()
        make()
        assert lines_asked() == asked, "what is not committed is not there"
        slow.commit()
    all_ended(lived)  # nobody else's either, in any database of this server
    make()
    assert Day.objects.filter(closed=True).exists()
    assert lines_asked() == asked + 1, "what was committed late is counted all the same"


def lines_asked() -> int:
    """How many requests the newest figures tell of."""
    counted = Counted.newest(90)
    assert counted
    return counted.line("intake.Request", "", "received")


def test_days_that_were_counted_by_other_terms_are_counted_again(lived: str) -> None:
    make()
    closed = Day.objects.filter(closed=True).count()
    with override_settings(TIME_ZONE="Asia/Kathmandu"):
        assert Counted.newest(30) is None, "figures of another zone of time are none"
        make()
        assert Day.objects.filter(closed=True).count() >= closed
        there = Counted.newest(90)
        assert there
        assert sum(pace[0] for _, pace in there.days() if pace) == lines_asked()
    assert Counted.newest(30) is None


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    hours = {
        day: (days.bounds(day)[1].astimezone(UTC) - days.bounds(day)[0].astimezone(UTC)) / timedelta(hours=1)
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1))
    }
    assert list(hours.values()) == [23, 25, 24]
    assert days.bounds(date(2026, 3, 29))[1] == days.bounds(date(2026, 3, 30))[0]


def test_two_who_count_at_once_do_not_both(committed: str) -> None:
    with psycopg.connect(at(os.environ["DATABASE_URL"], committed)) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [making.LOCK])
        assert make() is None
        assert not Snapshot.objects.exists()
        other.execute("SELECT pg_advisory_unlock(%s)", [making.LOCK])
        assert make()


def test_a_percentile_is_off_by_one_per_cent_at_most() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({0: 1}, 0.9) == 0.5
    assert percentile({5: 1, 9: 8, 700: 1}, 0.9) == seconds_of(9)
    assert percentile({5: 1, 9: 8, 700: 1}, 0.91) == seconds_of(700)
    assert seconds_of(2) / seconds_of(1) == pytest.approx(1.02)


def test_lengths_of_time_are_short() -> None:
    said = {0.5: "under 1 s", 40: "40 s", 720: "12 min", 12240: "3.4 h", 86400 * 2.3: "2.3 d", 86400 * 41: "41 d"}
    assert {seconds: lasting(seconds) for seconds in said} == said
    assert lasting(None) == "–"


def test_no_cell_is_a_formula_and_none_is_lost() -> None:
    cells = ["=1+1", "+49", "-x", "@x", 'a "b", c', "Prüfung ⭐\nzwei", None]
    text = Table(("Name", "Number"), [(cell, 3) for cell in cells]).as_csv()
    assert text.endswith("\r\n")
    read = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert read == ["'=1+1", "'+49", "'-x", "'@x", 'a "b", c', "Prüfung ⭐\nzwei", ""]


def test_only_who_oversees_reads_it(lived: str) -> None:
    make()
    addresses = ["/overview/", "/overview/boundaries.csv", "/overview/gaps/tasks-without-place/"]
    for address in addresses:
        for name in ("will", "nora", "cora", "wim", "root", "nobody"):
            assert as_(name).get(address).status_code == 403, (name, address)
        for name in ("eve", "ines"):
            assert as_(name).get(address).status_code == 200, (name, address)
            assert as_(name).post(address).status_code == 405
        assert Client().get(address).status_code == 302


def test_it_is_where_an_executive_is_at_home_and_an_admin_is_not(committed: str) -> None:
    assert as_("eve").get("/").headers["Location"] == "/overview/"
    assert as_("ines").get("/").headers["Location"] == "/console/"


def test_each_figure_has_its_picture_its_table_and_its_file(lived: str) -> None:
    make()
    page = as_("eve").get("/overview/").content.decode()
    assert page.count('role="img"') > len(figures())
    for figure in figures():
        assert f'id="{figure.slug}"' in page
        answer = as_("eve").get(f"/overview/{figure.slug}.csv?days=7")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
        head, *rows = csv.reader(io.StringIO(answer.content.decode(), newline=""))
        assert rows
        assert all(len(row) == len(head) for row in rows)


def test_it_names_nobody(lived: str) -> None:
    make()
    client = as_("eve")
    said = client.get("/overview/").content.decode()
    said += "".join(client.get(f"/overview/{figure.slug}.csv").content.decode() for figure in figures())
    said += client.get("/overview/gaps/tasks-without-place/").content.decode()
    for name in ("Maren", "Quarry", "+49 30", "Northside", "Will"):
        assert name not in said


def test_what_was_never_counted_is_not_nought(committed: str) -> None:
    page = as_("eve").get("/overview/").content.decode()
    assert "Nothing has been counted yet" in page
    assert '<svg class="chart' not in page
    assert as_("eve").get("/overview/rooms.csv").status_code == 404


def test_an_empty_house_says_what_would_fill_it(committed: str) -> None:
    make()
    page = as_("eve").get("/overview/").content.decode()
    assert "The first request fills it." in page
    assert "Nothing waits anywhere." in page


def test_figures_that_are_not_counted_anew_say_so(lived: str) -> None:
    make()
    assert "have not been counted anew" not in as_("eve").get("/overview/").content.decode()
    Snapshot.objects.update(as_of=timezone.now() - timedelta(hours=2))
    assert "have not been counted anew" in as_("eve").get("/overview/").content.decode()


def test_a_day_that_is_not_counted_yet_is_said_and_not_nought(lived: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "BUDGET_SECONDS", 0)
    make()
    counted = Counted.newest(30)
    assert counted
    assert counted.missing == len(list(counted.days())) - 1
    page = as_("eve").get("/overview/").content.decode()
    assert "not counted yet" in page
    assert "No record was sealed" not in page, "that is not known"
    rows = csv.reader(io.StringIO(as_("eve").get("/overview/throughput.csv").content.decode(), newline=""))
    assert sum(row[1:] == [""] * 5 for row in rows) == counted.missing


def test_an_unknown_period_figure_or_list_is_not_there(lived: str) -> None:
    for address in ("/overview/?days=8", "/overview/?days=", "/overview/nothing.csv", "/overview/gaps/nothing/"):
        assert as_("eve").get(address).status_code == 404


def test_the_background_counts_when_it_is_due_and_not_more_often(committed: str) -> None:
    assert tasks.order_when_due in ROUNDS
    tasks.order_when_due()
    tasks.order_when_due()
    assert tasks.CHORE.of().count() == 1, "it is ordered once"
    call_command("background", "--once")
    assert Snapshot.objects.get().as_of > timezone.now() - timedelta(minutes=1)
    tasks.order_when_due()
    assert tasks.CHORE.of().count() == 1, "the figures are fresh"
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=6))
    tasks.order_when_due()
    assert tasks.CHORE.of().count() == 2


def test_a_task_that_lacks_its_place_is_listed_until_that_is_put_right(committed: str) -> None:
    task = Walk().task
    client, address = as_("ines"), "/overview/gaps/tasks-without-place/"
    assert task.page in client.get(address).content.decode()
    enter(Cast().ines, Task, "correct", task, field="place", becomes="16 Quarry Lane", why="She called")
    assert task.page not in client.get(address).content.decode()


@pytest.mark.django_db
def test_an_assigned_task_with_a_wished_day_and_no_appointment_is_a_gap() -> None:
    gap = next(each for each in GAPS if each.slug == "tasks-without-appointment")
    wished, other = Walk(), Walk()
    enter(wished.governor, Task, "correct", wished.task, field="wished", becomes=f"{TOMORROW:%Y-%m-%d %H:%M}", why="x")
    assert gap.count() == (0, 0), "what is not assigned yet has nobody who could come"
    row = wished.assignment()
    other.assignment()
    assert gap.count() == (1, 1)
    assert gap.lacking().get().pk == wished.task.pk
    enter(wished.governor, Assignment, "reschedule", row, **hours())
    assert gap.count() == (0, 1)
