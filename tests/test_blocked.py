"""Blocked attempts are facts too: who tried what, where, when and by which law; written down apart, bounded, and never changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.test import Client

from execution.models import Job, ServiceEvent
from governance.models import Assignment, Task
from qtm.blocked import noting
from qtm.blocked.model import Blocked
from qtm.models import Transition
from tests.cast import PEOPLE, Cast, Walk, enter
from tests.sql import DENIED, attempt
from tests.states import WHY

in_a_transaction = pytest.mark.django_db


def press(who: str, address: str, **typed: Any) -> int:
    """One press at a browser; gives the status of the answer."""
    client = Client()
    if who:
        client.force_login(getattr(Cast(), who))
    return client.post(address, typed).status_code


def said() -> list[tuple[Any, ...]]:
    """What was written down: who, by which address, on which row, by which law, and how often."""
    rows = Blocked.objects.order_by("pk").values_list("user__username", "route", "row_id", "law", "status", "times")
    return list(rows)


# What is written down


def _complete_without_evidence(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Complete, while something required is missing."""
    event = walk.started()
    return "will", f"/serviceevents/{event.pk}/complete", {"outcome": "advised", "paid": "paid"}, event.pk


def _approve_twice(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Approve what is approved."""
    task = walk.approved()
    return "ines", f"/tasks/{task.pk}/approve", {}, task.pk


def _assign_unapproved(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Assign what nobody has approved, on the way to a Job."""
    task = walk.task
    return "ines", f"/tasks/{task.pk}/assign", {}, task.pk


def _job_of_withdrawn(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Create a Job of an Assignment that does not stand."""
    row = walk.assignment()
    enter(walk.cast.ines, Assignment, "withdraw", row, **WHY)
    return "ines", f"/assignments/{row.pk}/create-job", {}, row.pk


def _of_another_operator(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Claim what is another operator's."""
    job = walk.job()
    return "sid", f"/jobs/{job.pk}/claim", {}, job.pk


def _not_theirs(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Approve what one may only read."""
    task = walk.task
    return "eve", f"/tasks/{task.pk}/approve", {}, task.pk


def _settle_nothing(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Settle a Record that is not there."""
    walk.started()
    return "cora", "/records/987654/open-a-settlement", {}, 987654


def _complete_early(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Complete a Job of which no Record is sealed."""
    walk.started()
    return "will", f"/jobs/{walk.job().pk}/complete", {}, walk.job().pk


def _nobody(walk: Walk) -> tuple[str, str, dict[str, Any], Any]:
    """Approve without having signed in."""
    task = walk.task
    return "", f"/tasks/{task.pk}/approve", {}, task.pk


SHORTCUTS: dict[str, tuple[Callable[[Walk], Any], str, int]] = {
    "complete without evidence": (_complete_without_evidence, "evidence", 422),
    "approve twice": (_approve_twice, "fence", 409),
    "assign what is not approved": (_assign_unapproved, "born", 409),
    "create a job of what was withdrawn": (_job_of_withdrawn, "born", 409),
    "act on what is another operator's": (_of_another_operator, "sight", 404),
    "press what one may only read": (_not_theirs, "authority", 403),
    "settle without a record": (_settle_nothing, "sight", 404),
    "complete a job without a record": (_complete_early, "conflict", 409),
    "press without having signed in": (_nobody, "signed_in", 302),
}


@in_a_transaction
@pytest.mark.parametrize("name", SHORTCUTS)
def test_each_shortcut_is_refused_and_written_down_with_who_where_and_by_which_law(name: str, walk: Walk) -> None:
    make, law, status = SHORTCUTS[name]
    who, address, typed, pk = make(walk)
    before = Transition.objects.count()
    assert press(who, address, **typed) == status
    assert Transition.objects.count() == before
    (row,) = Blocked.objects.all()
    assert (row.user.username if row.user else "", row.row_id, row.law, row.times) == (who, pk, law, 1)
    assert row.route.startswith("door-")
    assert row.case_id == (None if pk == 987654 else walk.request.pk)
    assert row.via == "page"


@in_a_transaction
def test_what_is_done_is_not_written_down_and_no_look_is(walk: Walk) -> None:
    task = walk.task
    assert press("ines", f"/tasks/{task.pk}/approve") == 302
    client = Client()
    client.force_login(Cast().eve)
    assert client.get(f"/tasks/{task.pk}/approve").status_code == 403
    assert client.get("/people/").status_code == 403
    assert said() == []


@in_a_transaction
def test_what_was_only_typed_wrong_is_not_written_down(walk: Walk) -> None:
    assert press("ines", f"/tasks/{walk.task.pk}/reject", reason="") == 422
    assert press("ines", f"/tasks/{walk.task.pk}/correct", field="nothing", becomes="x", why="y") == 422
    assert said() == []


@in_a_transaction
def test_a_press_at_no_door_is_written_down_by_its_address(walk: Walk) -> None:
    assert press("nora", "/people/invite", role="admin", name="A friend") == 403
    assert said() == [("nora", "invite", None, "authority", 403, 1)]


@in_a_transaction
def test_a_device_and_a_press_for_many_are_told_apart(walk: Walk) -> None:
    event = walk.started()
    client = Client()
    client.force_login(Cast().will)
    headers = {"Qtm-Item": "6c1a2f0e-8f3a-4c5e-9c51-0d5f3b0f9f11", "Qtm-Digest": "0" * 64, "Qtm-Person": "0"}
    headers["Qtm-Said-At"] = "2026-11-30T08:00:00Z"
    assert client.post(f"/serviceevents/{event.pk}/pause", headers=headers).status_code == 403
    assert list(Blocked.objects.values_list("via", "law")) == [("device", "authority")]


@in_a_transaction
def test_it_holds_nothing_that_was_typed_and_nothing_of_who_asked(walk: Walk) -> None:
    event = walk.started()
    press("will", f"/serviceevents/{event.pk}/complete", outcome="advised", remark="Maren said a secret", paid="paid")
    press("", f"/track/{walk.request.token}/withdraw", reason="Maren says so")
    press("", "/track/not-a-link/withdraw", reason="Maren says so")
    text = " ".join(map(str, Blocked.objects.values_list()))
    assert Blocked.objects.exists()
    for personal in ("Maren", "secret", walk.request.token, "not-a-link", *walk.asked.values()):
        assert str(personal) not in text


# Bounded


@in_a_transaction
def test_what_is_tried_again_within_a_minute_is_counted_up(walk: Walk) -> None:
    task = walk.approved()
    for _ in range(5):
        press("ines", f"/tasks/{task.pk}/approve")
    assert sum(row[-1] for row in said()) == 5
    assert len(said()) <= 2, "a minute may have ended between two of them"


def test_of_sixteen_at_once_all_are_counted(committed: str) -> None:
    task = Walk().approved()

    def try_it(_: int) -> int:
        try:
            return press("ines", f"/tasks/{task.pk}/approve")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(try_it, range(16))) == {409}
    assert sum(row[-1] for row in said()) == 16
    assert len(said()) <= 2


@in_a_transaction
@pytest.mark.parametrize("who", ["will", ""])
def test_no_minute_holds_many_rows_of_one_person_or_of_all_who_are_nobody(who: str) -> None:
    user = getattr(Cast(), who) if who else Client().request().wsgi_request.user
    for number in range(130):
        noting.note(user, "door-task-approve", number, ("sight", 404), "page")
    assert len(said()) <= 2 * 61
    assert sum(row[-1] for row in said()) == 130
    assert ("many", None) in {(row[3], row[2]) for row in said()}
    noting.note(Cast().ines, "door-task-approve", 1, ("fence", 409), "page")
    assert said()[-1][:4] == ("ines", "door-task-approve", 1, "fence"), "nobody else is kept out by it"


@in_a_transaction
def test_a_number_that_no_row_could_have_breaks_nothing(walk: Walk) -> None:
    assert press("ines", f"/tasks/{10**30}/approve") == 404
    assert said() == [("ines", "door-task-approve", None, "sight", 404, 1)]


# Written apart


@in_a_transaction
def test_the_answer_goes_out_as_it_is_where_nothing_can_be_written(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    task = walk.approved()
    monkeypatch.setattr(noting, "INSERT", "INSERT INTO qtm_no_such_table VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    assert press("ines", f"/tasks/{task.pk}/approve") == 409
    assert "a refusal could not be written down" in caplog.text
    assert said() == []


def test_it_stays_although_the_refused_transaction_is_gone(committed: str) -> None:
    walk = Walk()
    event = walk.started()
    press("will", f"/serviceevents/{event.pk}/complete", outcome="advised", paid="paid")
    connections.close_all()
    assert [row[:4] for row in said()] == [("will", "door-record-seal", event.pk, "evidence")]
    assert ServiceEvent.objects.get(pk=event.pk).state == "in_progress"


def test_it_is_added_to_and_counted_up_and_nothing_else(committed: str) -> None:
    press("ines", f"/tasks/{Walk().approved().pk}/approve")
    for statement in (
        "DELETE FROM qtm_blocked",
        "TRUNCATE qtm_blocked",
        "UPDATE qtm_blocked SET law = 'none'",
        "UPDATE qtm_blocked SET user_id = NULL",
        "UPDATE qtm_blocked SET at = now()",
    ):
        assert attempt(statement) == DENIED, statement
    for times in ("times", "times - 1", "times + 2", "0"):
        assert attempt(f"UPDATE qtm_blocked SET times = {times}") == "stays", times
    for statement in ("DELETE FROM qtm_blocked", "UPDATE qtm_blocked SET law = 'none'", "TRUNCATE qtm_blocked"):
        assert attempt(statement, using="owner") == "stays", statement
    assert len(said()) == 1


@in_a_transaction
def test_whoever_adds_a_row_by_hand_dates_and_counts_nothing_back(cast: Cast) -> None:
    law = attempt(
        (
            "INSERT INTO qtm_blocked (minute, at, times, user_id, route, room, law, status, via)"
            " VALUES ('2020-01-01', '2020-01-01', 99, %s, 'x', '', 'x', 409, 'page')",
            [cast.will.pk],
        ),
        keep=True,
    )
    assert law == ""
    row = Blocked.objects.get()
    assert (row.at.year > 2020, row.minute.year > 2020, row.times) == (True, True, 1)


@in_a_transaction
def test_what_is_done_around_the_house_leaves_nothing_here(walk: Walk, cast: Cast) -> None:
    assert attempt(("UPDATE governance_task SET state = 'closed' WHERE id = %s", [walk.task.pk]), user=cast.ines.pk)
    assert said() == []


# As people see it


@in_a_transaction
@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "ines"])
def test_nobody_but_an_admin_reads_them(who: str, client: Client) -> None:
    client.force_login(getattr(Cast(), who))
    assert client.get("/refusals/").status_code == 403


@in_a_transaction
def test_the_page_tells_the_newest_first_and_is_filtered_by_who_law_room_and_case(walk: Walk, client: Client) -> None:
    task = walk.approved()
    press("eve", f"/tasks/{task.pk}/reject")
    press("ines", f"/tasks/{task.pk}/approve")
    press("", f"/jobs/{Walk().job().pk}/claim")
    client.force_login(Cast().ines)

    def told(query: str = "") -> list[str]:
        """The laws that the page tells, in order."""
        return [each.row.law for each in client.get(f"/refusals/{query}").context["shown"]]

    assert told() == ["signed_in", "fence", "authority"]
    assert told("?who=eve") == ["authority"]
    assert told("?who=nobody") == ["signed_in"]
    assert told("?law=fence") == ["fence"]
    assert told("?room=execution.Job") == ["signed_in"]
    assert told(f"?case=q-{task.case_id}") == ["fence", "authority"]
    assert told("?case=Q-x") == []
    assert told(f"?before={Blocked.objects.get(law='fence').pk}") == ["authority"]
    text = client.get("/refusals/").content.decode()
    for words in (
        "Approve",
        f"T-{task.pk}",
        "There is no such move.",
        "Somebody who was not signed in",
        "around the house",
    ):
        assert words in text


@in_a_transaction
def test_further_pages_follow_by_their_place(client: Client, cast: Cast) -> None:
    for number in range(55):
        noting.note(cast.will, "door-task-approve", number, ("sight", 404), "page")
    client.force_login(cast.ines)
    first = client.get("/refusals/").context
    second = client.get(f"/refusals/?before={first['older']}").context
    shown = [each.row.pk for page in (first, second) for each in page["shown"]]
    assert (len(first["shown"]), second["older"]) == (50, None)
    assert shown == sorted(Blocked.objects.values_list("pk", flat=True), reverse=True)


@in_a_transaction
def test_a_case_says_how_much_was_blocked_in_it_to_whoever_governs_it(client: Client) -> None:
    own, theirs = Walk(funnel="north"), Walk()
    for walk in (own, theirs):
        task = walk.approved()
        for _ in range(2):
            press(walk.governor.username, f"/tasks/{task.pk}/approve")

    def says(who: str, walk: Walk) -> bool:
        """Whether the page of a case says it to somebody."""
        client.force_login(getattr(Cast(), who))
        return "Blocked attempts:" in client.get(f"/cases/{walk.request.pk}/").content.decode()

    assert (says("nora", own), says("ines", theirs)) == (True, True)
    assert (says("ines", own), says("eve", theirs)) == (False, False), "who only reads it is not told"


def test_a_press_for_many_writes_each_refusal_down(committed: str) -> None:
    from governance.many import Carrier, Chosen

    cast, walk = Cast(), Walk()
    chosen = Chosen(
        "6c1a2f0e-8f3a-4c5e-9c51-0d5f3b0f9f11",
        cast.ines.pk,
        None,
        "to-review",
        "",
        "door-task-hold",
        [walk.approved().pk],
    )
    authority = cast.ines.authority_for(walk.task, Task, Task.verbs["hold"])
    Carrier(chosen.press(cast.ines, authority, {"reason": ["for the test"]}, {})[0], cast.ines).carry(10)
    assert list(Blocked.objects.values_list("via", "law", "case_id")) == [("many", "fence", walk.request.pk)]


@in_a_transaction
def test_one_that_is_broken_off_by_the_database_is_no_attempt(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any, **__: Any) -> None:
        """What a database that is away does."""
        raise DatabaseError("away")

    monkeypatch.setattr(Job, "cancel", break_off)
    job = walk.job()
    with pytest.raises(DatabaseError):
        press("ines", f"/jobs/{job.pk}/cancel", reason="x")
    assert said() == []
