"""Omni: reads through a connection that can only read, sees nothing it must not, and opens nothing."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execution.models import Job
from governance import queues
from governance.models import Task
from intake.models import Intake, Request
from qtm import omni
from qtm.grants import HIDDEN
from qtm.models import Operator, Transition, User
from qtm.people import Keeper
from qtm.queues import QUEUES
from qtm.spine import all_rooms
from qtm.workforce_keeping import Kept
from tests.cast import ADVISORY, Cast, Walk, enter
from tests.test_records import municipal

AS_OMNI = pytest.mark.django_db(databases=["default", "omni"])
CLOSED = [
    *(
        "qtm_user",
        "qtm_membership",
        "qtm_invitation",
        "qtm_attempt",
        "django_session",
        "guardian_userobjectpermission",
    ),
    *("intake_actor", "records_annex", "execution_evidence"),
]
LATER = timedelta(days=30)


def as_(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def run(sql: str) -> Any:
    """A statement as Omni's role."""
    with connections["omni"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def case(committed: str) -> Walk:
    """A case with a queued Job, committed, as Omni sees nothing else."""
    walk = Walk()
    walk.job()
    return walk


def test_only_who_oversees_reads_it(committed: str) -> None:
    found = {person.username: as_(person).get("/omni/").status_code for person in Cast().everybody()}
    assert found == {name: 200 if name in {"ines", "eve"} else 403 for name in found}
    assert Client().get("/omni/").status_code == 302


def test_it_reads_rooms_and_log_through_its_own_connection_alone(case: Walk) -> None:
    client = as_(case.cast.eve)
    with CaptureQueriesContext(connections["omni"]) as omnis, CaptureQueriesContext(connections["default"]) as apps:
        page = client.get("/omni/")
    assert page.status_code == 200
    assert b"handed off" in page.content
    tables = {room._meta.db_table for room in all_rooms() if room is not Operator} | {Transition._meta.db_table}
    assert not [query["sql"] for query in apps if any(f'"{table}"' in query["sql"] for table in tables)]
    assert len(omnis) + len(apps) <= 12


def test_it_has_no_door(case: Walk) -> None:
    page = as_(case.cast.ines).get("/omni/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    assert "<button" not in main
    assert as_(case.cast.ines).post("/omni/").status_code == 405


def test_what_waits_too_long_is_named_with_what_would_move_it(case: Walk, monkeypatch: Any) -> None:
    Walk().task  # noqa: B018
    assigned = Walk().assignment()
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + LATER)
    seen = omni.look()
    said = " ".join(each.sentence for each in seen.stuck)
    assert f"Ask Northside to claim {case.request.reference}, or cancel it." in said
    assert f"Create Job from {assigned.case_reference} for Northside, or withdraw the assignment." in said
    assert re.search(r"Approve or reject Q-\d+\. It waits 30 d in “To review”\.", said)
    assert {one.queue.name: one.late for one in seen.queues}["Waiting for claim"] == 1


def test_omni_knows_due_dates_as_the_queues_do(case: Walk, monkeypatch: Any) -> None:
    due, later = Walk(), Walk()
    soon = timezone.now() + timedelta(hours=1)
    enter(due.governor, Task, "plan", due.task, priority=1, due=soon)
    enter(later.governor, Task, "plan", later.task, priority=1, due=soon + LATER)
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + timedelta(hours=3))
    said = [each.sentence for each in omni.look().stuck]
    assert said == [f"Approve or reject {due.request.reference}. It was due 2 h ago, and waits 3 h in “To review”."]
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + timedelta(days=5))
    review = next(each for each in omni.look().queues if each.queue.slug == "to-review")
    assert (review.count, review.late) == (2, 1), "what is due later is not late, however long it waits"
    place = queues.console(case.cast.ines.standing)
    here = next(each for each in place.waiting() if each.queue.slug == "to-review")
    assert (here.count, here.overdue) == (review.count, review.late)


def test_what_is_past_its_due_date_comes_first_among_what_is_to_be_assigned(case: Walk, monkeypatch: Any) -> None:
    walks = [Walk() for _ in range(7)]
    enter(walks[6].governor, Task, "plan", walks[6].task, priority=1, due=timezone.now() + timedelta(hours=1))
    for walk in walks:
        walk.approved()
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + timedelta(hours=3))
    found = omni.packet().suggests
    assert [each.case_id for each in found] == [walk.request.pk for walk in (walks[6], *walks[:4])]
    assert "was due 2 h ago" in found[0].about
    assert "was due" not in found[1].about


def test_a_job_left_open_and_a_task_never_closed_are_named(committed: str, monkeypatch: Any) -> None:
    open_job, open_task, cancelled, closed = (Walk() for _ in range(4))
    for walk in (open_job, open_task, closed):
        walk.record()
    for walk in (open_task, closed):
        enter(walk.cast.will, Job, "complete", walk.job())
    enter(cancelled.cast.ines, Job, "cancel", cancelled.job(), reason="called off")
    enter(closed.cast.ines, Task, "close", closed.task)
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + LATER)
    said = " ".join(each.sentence for each in omni.look().stuck)
    assert f"Ask Northside to complete {open_job.request.reference}: its record is sealed." in said
    found = set(re.findall(r"Close the task of (Q-\d+), which has ended", said))
    assert found == {open_task.request.reference, cancelled.request.reference}


def test_what_costs_nothing_is_never_late(committed: str, monkeypatch: Any) -> None:
    free, priced = municipal(), Walk().record()
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + LATER)
    assert re.findall(r"Settle (Q-\d+)", " ".join(each.sentence for each in omni.look().stuck)) == [
        priced.case_reference
    ]
    assert free.case_reference != priced.case_reference


def test_what_is_fresh_is_not_called_stuck(case: Walk) -> None:
    seen = omni.look()
    assert seen.stuck == []
    assert {one.queue.name: one.count for one in seen.queues}["Waiting for claim"] == 1
    assert seen.idle == ["Southside"], "Northside has a job, and the others are not active"


def test_every_queue_has_its_suggestion() -> None:
    assert {queue.slug for queue in QUEUES} <= set(omni.RULES)


@AS_OMNI
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE governance_task SET state = 'approved'",
        "INSERT INTO qtm_transition DEFAULT VALUES",
        "DELETE FROM execution_job",
        "TRUNCATE records_record",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE qtm_transition (id int)",
        "SELECT nextval('governance_task_id_seq')",
    ],
)
def test_its_role_changes_nothing(sql: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(sql)


@AS_OMNI
@pytest.mark.parametrize(
    "table",
    [
        "qtm_user",
        "django_session",
        "intake_actor",
        "qtm_invitation",
        "qtm_attempt",
        "qtm_membership",
        "records_annex",
        "guardian_userobjectpermission",
        "execution_evidence",
    ],
)
def test_its_role_reads_no_people_sessions_or_links(table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"SELECT count(*) FROM {table}")


@AS_OMNI
@pytest.mark.parametrize(
    ("label", "column"), [(label, column) for label, columns in HIDDEN.items() for column in sorted(columns)]
)
def test_its_role_reads_no_contact_and_nothing_said_in_confidence(label: str, column: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"SELECT {column} FROM {label.replace('.', '_').lower()}")


def test_personal_data_of_a_case_is_hidden() -> None:
    assert {"name", "phone", "email", "place", "description", "answers"} <= HIDDEN[Intake._meta.label]
    assert {"asked", "token", "key"} <= HIDDEN[Request._meta.label]


def test_nothing_else_of_the_house_reads_as_omni(case: Walk) -> None:
    used: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        used.append(sql)
        return execute(sql, params, many, context)

    with connections["omni"].execute_wrapper(watch):
        for url in ("/", "/spine/", "/people/", f"/cases/{case.request.pk}/"):
            as_(case.cast.ines).get(url)
    assert used == []


# The decision packet


def told(client: Client, page: str = "/omni/packet") -> Any:
    """The packet as a page draws it."""
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.context["packet"]


def test_the_packet_tells_what_it_found_what_it_suggests_and_what_it_cannot_resolve(committed: str) -> None:
    cast, wished = Cast(), timezone.localtime().replace(hour=12) + timedelta(days=3)
    walk = Walk(asked={**ADVISORY, "wished": wished.isoformat()})
    task = walk.approved()
    kept = Kept(Keeper(cast.wim), cast.Southside)
    kept.say_surfaces([task.version.surface])
    kept.say_hours([(wished.weekday(), time(8), time(17))])
    packet = told(as_(cast.eve))
    (suggestion,) = packet.suggests
    assert suggestion.about.startswith(f"Q-{task.case_id}, Automotive advisory, wished for ")
    assert suggestion.words[0].startswith("Southside: Does Automotive advisory. Works on ")
    assert len(suggestion.words) == 1, "nobody is suggested who has not said to do it"
    assert any("Northside: no hours are said" in gap for gap in packet.unresolved)
    assert any("How far each operator is" in gap for gap in packet.unresolved)
    assert not any("no operator has said" in gap for gap in packet.unresolved)


def test_the_packet_says_where_no_operator_comes_into_question(committed: str) -> None:
    task = Walk().approved()
    unresolved = told(as_(Cast().ines)).unresolved
    assert f"Q-{task.case_id}: no operator has said to do Automotive advisory." in unresolved
    assert (
        f"Q-{task.case_id}: no day within the next 28 days is wished for, so hours and load are not compared."
        in unresolved
    )


def test_a_task_of_an_operators_funnel_is_suggested_to_that_operator_alone(committed: str) -> None:
    task = Walk(funnel="north").approved()
    for operator in (Cast().Northside, Cast().Southside):
        Kept(Keeper(Cast().wim), operator).say_surfaces([task.version.surface])
    (suggestion,) = told(as_(Cast().nora), "/omni/packet/own").suggests
    assert [words.split(":")[0] for words in suggestion.words] == ["Northside"]


def test_an_owner_reads_the_packet_of_their_own_cases_and_nothing_of_anybody_elses(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = {funnel: Walk(funnel=funnel).approved() for funnel in ("network", "north", "south")}
    monkeypatch.setattr("qtm.omni.timezone.now", lambda: datetime.now(UTC) + LATER)
    for who, page, funnel, others in (
        ("nora", "/omni/packet/own", "north", "Southside"),
        ("sam", "/omni/packet/own", "south", "Northside"),
        ("ines", "/omni/packet", "network", ""),
    ):
        client = as_(getattr(Cast(), who))
        packet, html = told(client, page), client.get(page).content.decode()
        assert [each.case_id for each in packet.suggests] == [tasks[funnel].case_id]
        assert [each.case_id for each in packet.stuck] == [tasks[funnel].case_id]
        assert [(one.count, one.late) for one in packet.late] == [(1, 1)]
        main = html[html.index("<main") : html.index("</main>")]
        assert set(re.findall(r"Q-\d+", main)) == {f"Q-{tasks[funnel].case_id}"}
        assert not others or others not in main


def test_the_packet_is_a_press_away_from_each_place_and_an_operators_is_its_owners_alone(committed: str) -> None:
    assert 'href="/omni/packet"' in as_(Cast().ines).get("/console/").content.decode()
    assert 'href="/omni/packet/own"' in as_(Cast().nora).get("/inbox/").content.decode()
    found = {person.username: as_(person).get("/omni/packet/own").status_code for person in Cast().everybody()}
    assert found == {name: 200 if name in {"nora", "sam", "liam"} else 403 for name in found}


def test_the_packet_is_read_as_omni_has_no_door_and_names_nobody(committed: str) -> None:
    cast = Cast()
    Walk().approved()
    client = as_(cast.ines)
    with CaptureQueriesContext(connections["omni"]) as omnis, CaptureQueriesContext(connections["default"]) as apps:
        page = client.get("/omni/packet").content.decode()
    assert len(omnis) + len(apps) <= 12
    assert not [query["sql"] for query in apps if '"governance_task"' in query["sql"]]
    main = page[page.index("<main") : page.index("</main>")]
    assert not re.findall(r"<(?:form|button)", main)
    assert set(re.findall(r'href="([^"]+)"', main)) <= {"/omni/", *re.findall(r'href="(/cases/\d+/)"', main)}
    for personal in (*ADVISORY.values(), "Will", "Wanda", "Sid"):
        assert str(personal) not in main


def test_only_who_oversees_reads_the_packet(committed: str) -> None:
    found = {person.username: as_(person).get("/omni/packet").status_code for person in Cast().everybody()}
    assert found == {name: 200 if name in {"ines", "eve"} else 403 for name in found}


@pytest.mark.parametrize(
    ("sql", "may"),
    [
        ("SELECT first, last, operator_id, user_id FROM qtm_dayoff", True),
        ("SELECT why FROM qtm_dayoff", False),
        ("SELECT starts, ends FROM governance_appointment", True),
        ("SELECT why FROM governance_appointment", False),
        ("SELECT latitude FROM qtm_operator", False),
        ("SELECT user_id FROM qtm_membership", False),
        ("DELETE FROM governance_appointment RETURNING 1", False),
        ("UPDATE qtm_hours SET until = now() RETURNING 1", False),
    ],
)
@AS_OMNI
def test_omni_reads_when_somebody_works_and_never_why_not(sql: str, may: bool) -> None:
    if may:
        assert run(sql) == []
        return
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(sql)
