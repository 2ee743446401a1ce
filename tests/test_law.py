"""The law of the spine, held by PostgreSQL: for every room every pair of states; the log, and who acts."""

from typing import Any

import pytest
from django.db.models import Q

from qtm.models import Transition
from qtm.refusals import Conflict, Invalid, Lawless
from qtm.spine import all_rooms, rooms, spine_table
from tests.cast import Cast, Walk, enter
from tests.sql import DENIED, attempt, table
from tests.states import REACH

pytestmark = pytest.mark.django_db

ROOM_STATES = [(room, state) for room in all_rooms() for state in room.states()]
# What a move writes beside the state, where the database asks for it.
ALSO = {
    "completed": ", outcome = 'not-advised', reason = 'no-answer', final = true",
    "captured": ", captured_minor = 1",
    "taken_in": ", operator_id = (SELECT id FROM qtm_operator WHERE name = 'Pending')",
}


def names(part: Any) -> str:
    """A test's name from its room and state."""
    return str(getattr(part, "__name__", part))


def doer(room: Any) -> int:
    """Somebody whom the database lets move a row of the room: what is carried out, by who carries it out."""
    return int((Cast().will if room.zone == "execution" else Cast().cora).pk)


def test_every_state_of_every_room_is_reached_through_the_doors() -> None:
    assert set(REACH) == set(ROOM_STATES)


@pytest.mark.parametrize(("room", "state"), ROOM_STATES, ids=names)
def test_of_every_pair_of_states_only_the_declared_pass(room: Any, state: str) -> None:
    row = REACH[room, state]()
    assert row.state == state
    for becomes in [*room.states(), "elsewhere"]:
        also = ALSO.get(becomes, "") if room.__name__ in {"ServiceEvent", "Settlement", "Application"} else ""
        law = attempt((f"UPDATE {table(room)} SET state = %s{also} WHERE id = %s", [becomes, row.pk]), user=doer(room))
        if becomes == state and room.amendable:
            assert law == "", "to amend what is no part of the law is no move"
        elif (state, becomes) in room.edges():
            assert law in {"", "stands", "access"}, (
                "a declared pair passes the fence; whether it may stand alone is another law"
            )
        else:
            assert law in ({"still", "settlement_settlement_captured"} if becomes == state else {"fence"}), (
                state,
                becomes,
            )


@pytest.mark.parametrize(("room", "state"), ROOM_STATES, ids=names)
def test_the_app_may_write_no_column_that_is_fixed_at_birth(room: Any, state: str) -> None:
    row = REACH[room, state]()
    free = {"state", *room.living, *room.amendable}
    for field in room._meta.local_fields:
        if field.name not in free:
            assert (
                attempt((f"UPDATE {table(room)} SET {field.column} = {field.column} WHERE id = %s", [row.pk]), user=1)
                == DENIED
            ), field.name


@pytest.mark.parametrize("room", all_rooms(), ids=names)
def test_no_row_of_the_spine_is_deleted_by_the_app(room: Any) -> None:
    REACH[room, room.first]()
    assert attempt(f"DELETE FROM {table(room)}", user=1) == DENIED
    assert attempt(f"TRUNCATE {table(room)} CASCADE", user=1) == DENIED


@pytest.mark.parametrize(("room", "edge"), [(room, edge) for room in all_rooms() for edge in room.edges()], ids=names)
def test_no_move_is_made_by_nobody(room: Any, edge: tuple[str, str]) -> None:
    was, becomes = edge
    row = REACH[room, was]()
    also = ALSO.get(becomes, "") if room.__name__ in {"ServiceEvent", "Settlement", "Application"} else ""
    update = (f"UPDATE {table(room)} SET state = %s{also} WHERE id = %s", [becomes, row.pk])
    assert attempt(update, act="", user=doer(room)) == "someone_acts"
    assert attempt(update, user=None) in {"someone_acts", "access"}
    assert attempt(update, user=doer(room), authority="") in {"someone_acts", "access"}


@pytest.mark.parametrize("room", [room for room in all_rooms() if any(verb.no for verb in room.moves())], ids=names)
def test_every_no_takes_a_reason_in_the_verb_and_in_the_database(room: Any) -> None:
    for verb in room.moves():
        for was in verb.was if verb.no else ():
            row = REACH[room, was]()
            law = attempt(
                (f"UPDATE {table(room)} SET state = %s WHERE id = %s", [verb.becomes, row.pk]),
                user=doer(room),
                reason="  ",
            )
            assert law in {"reason", "access"}, verb.name
            if verb.own_door:
                with pytest.raises(Invalid):
                    enter(_who_may(row, room, verb), room, verb.name, row, reason="  ")


def _who_may(row: Any, room: Any, verb: Any) -> Any:
    """Somebody of the cast who may do it."""
    return next(user for user in Cast().everybody() if user.authority_for(row, room, verb))


def test_no_verb_moves_outside_an_act(walk: Walk) -> None:
    task = walk.task
    with pytest.raises(Lawless):
        task.approve()
    assert walk.task.state == "open"


def test_a_move_from_a_row_that_has_moved_on_is_a_conflict_and_changes_nothing(walk: Walk, cast: Cast) -> None:
    from governance.models import Task

    stale = walk.task
    walk.approved()
    before = Transition.objects.count()
    with pytest.raises(Conflict):
        enter(cast.ines, Task, "approve", stale)
    assert Transition.objects.count() == before


def test_every_birth_and_move_of_a_whole_case_is_on_the_log_with_who_and_by_what_authority(
    walk: Walk, cast: Cast
) -> None:
    walk.captured()
    lines = list(Transition.objects.filter(case_id=walk.request.pk))
    said = [
        (
            line.room.split(".")[1],
            line.was,
            line.becomes,
            str(line.user) if line.user_id else "Actor" if line.actor_id else "system",
        )
        for line in lines
    ]
    assert said == [
        ("Request", "", "received", "Actor"),
        ("Request", "received", "submitted", "Actor"),
        ("Intake", "", "stored", "system"),
        ("Task", "", "open", "system"),
        ("Task", "open", "approved", "Ines"),
        ("Task", "approved", "assigned", "Ines"),
        ("Assignment", "", "active", "Ines"),
        ("Task", "assigned", "handed_off", "Ines"),
        ("Assignment", "active", "handed_off", "Ines"),
        ("Job", "", "queued", "Ines"),
        ("Job", "queued", "claimed", "Will"),
        ("ServiceEvent", "", "ready", "Will"),
        ("ServiceEvent", "ready", "in_progress", "Will"),
        ("ServiceEvent", "in_progress", "completed", "Will"),
        ("Record", "", "sealed", "system"),
        ("Signal", "", "active", "system"),
        ("Settlement", "", "open", "Cora"),
        ("Settlement", "open", "authorized", "Cora"),
        ("Settlement", "authorized", "captured", "Cora"),
    ]
    assert all(line.authority for line in lines)
    assert {line.authority for line in lines if line.room == "execution.Job" and not line.was} == {
        "execution.create_job as admin"
    }


def test_one_press_is_one_act_and_all_its_lines_share_its_id(walk: Walk) -> None:
    walk.job()
    born = Transition.objects.get(case_id=walk.request.pk, room="execution.Job", was="")
    lines = Transition.objects.filter(act=born.act).values_list("room", "becomes")
    assert sorted(lines) == [
        ("execution.Job", "queued"),
        ("governance.Assignment", "handed_off"),
        ("governance.Task", "handed_off"),
    ]


def test_the_case_of_the_request_stands_on_every_row_and_line(walk: Walk) -> None:
    walk.captured()
    for room in rooms():
        if room.case_column == "case_id":
            assert room._default_manager.filter(Q(case_id=walk.request.pk)).exists(), room
    assert Transition.objects.filter(case_id=walk.request.pk).values("room").distinct().count() == len(rooms())


def test_the_printed_spine_is_the_missions_table() -> None:
    assert spine_table() == [
        (
            "Actor → Request",
            "open entry: web form, operator-managed intake page, import, a named system",
            "asking commits nobody",
        ),
        ("Request → Intake → Task", "governed submit path", "intake becomes a governance item"),
        ("Task → Assignment", "human-initiated assignment", "routing origin does not equal assignment"),
        ("Assignment → Job", "explicit Create Job handoff", "assignment does not create executable work by itself"),
        ("Job → ServiceEvent", "operator-initiated claim/start path", "operator execution begins from job state"),
        ("ServiceEvent → Record", "service-event completion path", "execution truth becomes durable record"),
        ("Record → ⭐ Signal", "the system, by policy", "trust is read from the Record, never given"),
        ("Record → Settlement", "economic settlement path", "settlement remains downstream economic state"),
    ]
