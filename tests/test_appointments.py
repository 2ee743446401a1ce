"""Appointments: set by whoever governs, in their time, never changed and never deleted; the newest counts, and it is told where the work is."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from execution.models import Job
from governance.appointments import counting
from governance.models import Appointment, Assignment
from qtm.refusals import Conflict, Forbidden, Invalid
from tests.cast import Cast, Walk, enter
from tests.sql import DENIED, attempt

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)


def at(name: str) -> Client:
    """Somebody of the cast at a browser of their own."""
    client = Client()
    client.force_login(getattr(Cast(), name))
    return client


def typed(moment: datetime) -> str:
    """A moment as a browser sends it, by the clock of the place."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def hours(first: int = 0, length: int = 2) -> dict[str, datetime]:
    """A window that begins so many hours after ten tomorrow."""
    starts = TOMORROW + timedelta(hours=first)
    return {"starts": starts, "ends": starts + timedelta(hours=length)}


def sent(**window: datetime) -> dict[str, str]:
    """The same as a form sends it."""
    return {name: typed(moment) for name, moment in window.items()}


def insert(row: Assignment, window: dict[str, datetime]) -> tuple[str, list[Any]]:
    """An appointment by SQL."""
    return (
        "INSERT INTO governance_appointment (assignment_id, starts, ends, why) VALUES (%s, %s, %s, '')",
        [row.pk, window["starts"], window["ends"]],
    )


def test_it_is_set_with_the_assignment_in_the_clock_of_the_place_and_in_the_same_act(walk: Walk, cast: Cast) -> None:
    given = {"operator": str(cast.Northside.pk), **sent(**hours())}
    assert at("ines").post(f"/tasks/{walk.approved().pk}/assign", given).status_code == 302
    row = Appointment.objects.get(assignment__case_id=walk.request.pk)
    assert (row.starts, row.ends, row.by) == (*hours().values(), cast.ines)
    assert str(row) == "10:00–12:00 tomorrow"


def test_of_several_the_newest_counts_and_the_others_stay(walk: Walk, cast: Cast) -> None:
    row = walk.assignment()
    for first in (0, 3):
        answer = at("ines").post(f"/assignments/{row.pk}/reschedule", {**sent(**hours(first)), "why": "They rang"})
        assert answer.status_code == 302
    found = counting().get(assignment__case_id=walk.request.pk)
    assert (found.starts, found.why) == (hours(3)["starts"], "They rang")
    assert Appointment.objects.filter(assignment=row).count() == 2


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"starts": TOMORROW}, "Say both"),
        ({"ends": TOMORROW}, "Say both"),
        ({"starts": TOMORROW, "ends": TOMORROW}, "It ends after it begins."),
        ({"starts": TOMORROW, "ends": TOMORROW - timedelta(hours=1)}, "It ends after it begins."),
        ({"starts": TOMORROW, "ends": TOMORROW + timedelta(hours=25)}, "lasts a day at most"),
        ({"starts": TOMORROW - timedelta(days=2), "ends": TOMORROW}, "lies in the past"),
        ({"starts": TOMORROW + timedelta(days=4000), "ends": TOMORROW + timedelta(days=4000, hours=1)}, "ten years"),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused_and_assigns_nothing(
    window: dict[str, datetime], said: str, walk: Walk, cast: Cast
) -> None:
    given = {"operator": str(cast.Northside.pk), **sent(**window)}
    answer = at("ines").post(f"/tasks/{walk.approved().pk}/assign", given)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    with pytest.raises(Invalid, match=said):
        enter(cast.ines, Assignment, "assign", walk.task, operator=cast.Northside, **window)
    assert not Assignment.objects.filter(case_id=walk.request.pk).exists()


def test_an_hour_that_the_clock_leaves_out_is_no_appointment(walk: Walk, cast: Cast) -> None:
    given = {"operator": str(cast.Northside.pk), "starts": "2027-03-28T02:30", "ends": "2027-03-28T04:00"}
    answer = at("ines").post(f"/tasks/{walk.approved().pk}/assign", given)
    assert (answer.status_code, "be interpreted in time zone" in answer.content.decode()) == (422, True)


def test_only_whoever_governs_the_case_sets_it(walk: Walk, cast: Cast) -> None:
    row, own = walk.assignment(), Walk(funnel="north").assignment()
    for name in ("nora", "will", "wim", "cora", "sam", "root", "nobody"):
        with pytest.raises(Forbidden):
            enter(getattr(cast, name), Assignment, "reschedule", row, **hours())
    for name in ("ines", "will", "sam"):
        with pytest.raises(Forbidden):
            enter(getattr(cast, name), Assignment, "reschedule", own, **hours())
    enter(cast.nora, Assignment, "reschedule", own, **hours())
    assert at("sam").get(f"/assignments/{own.pk}/reschedule").status_code == 404
    assert at("eve").get(f"/assignments/{row.pk}/reschedule").status_code == 403


def test_what_it_says_already_is_not_said_again(walk: Walk, cast: Cast) -> None:
    enter(cast.ines, Assignment, "reschedule", walk.assignment(), **hours())
    with pytest.raises(Invalid, match="says already"):
        enter(cast.ines, Assignment, "reschedule", walk.assignment(), **hours())


def test_a_withdrawn_assignment_takes_none_and_has_none_that_counts(walk: Walk, cast: Cast) -> None:
    row = walk.assignment()
    enter(cast.ines, Assignment, "reschedule", row, **hours())
    stale = Assignment.objects.get(pk=row.pk)
    enter(cast.ines, Assignment, "withdraw", row, reason="for the test")
    with pytest.raises(Conflict):
        enter(cast.ines, Assignment, "reschedule", Assignment.objects.get(pk=row.pk), **hours(3))
    with pytest.raises(Conflict):
        enter(cast.ines, Assignment, "reschedule", stale, **hours(3))
    assert not counting().exists()
    assert at("ines").get(f"/assignments/{row.pk}/reschedule").status_code == 409


def test_the_page_promises_the_requester_nothing_before_there_is_a_job(walk: Walk) -> None:
    page = at("ines").get(f"/assignments/{walk.assignment().pk}/reschedule").content.decode()
    assert "Once the job is created, it is told to the requester" in page
    assert "It is told to the requester" not in page


@pytest.mark.parametrize("end", ["cancelled", "completed"])
def test_nothing_is_appointed_once_the_work_has_ended(end: str, walk: Walk, cast: Cast) -> None:
    walk.record() if end == "completed" else walk.job()
    who = cast.will if end == "completed" else cast.ines
    enter(
        who,
        Job,
        {"cancelled": "cancel", "completed": "complete"}[end],
        walk.job(),
        **({"reason": "no"} if end == "cancelled" else {}),
    )
    with pytest.raises(Conflict, match=f"Its job is {end}"):
        enter(cast.ines, Assignment, "reschedule", walk.assignment(), **hours())
    drawn = {door.label: door.shut_words for door in at("ines").get(walk.task.page).context["drawn"]}
    assert drawn.get("Set the appointment", f"Its job is {end}.") == f"Its job is {end}."


def test_sql_takes_it_in_its_time_alone_and_changes_and_deletes_none(walk: Walk, cast: Cast) -> None:
    row, ines = walk.assignment(), cast.ines.pk
    assert attempt(insert(row, hours()), user=ines) == ""
    assert attempt(insert(row, hours()), user=ines, act="") != ""
    assert attempt(insert(row, hours())) == "someone_acts"
    assert attempt(insert(row, hours(length=-1)), user=ines) == "governance_appointment_window"
    assert attempt(insert(row, hours(length=25)), user=ines) == "governance_appointment_window"
    enter(cast.ines, Assignment, "reschedule", row, **hours())
    for statement in (
        "UPDATE governance_appointment SET ends = ends + interval '1 h'",
        "DELETE FROM governance_appointment",
    ):
        assert attempt(statement, user=ines) == DENIED
    enter(cast.ines, Assignment, "withdraw", Assignment.objects.get(pk=row.pk), reason="for the test")
    assert attempt(insert(row, hours(3)), user=ines) == "born"


def test_nobody_writes_in_another_name_or_time(walk: Walk, cast: Cast) -> None:
    row = walk.assignment()
    forged = (
        "INSERT INTO governance_appointment (assignment_id, starts, ends, why, by_id) VALUES (%s, now(), now() + interval '1 h', '', %s)",
        [row.pk, cast.nora.pk],
    )
    assert attempt(forged, user=cast.ines.pk) == DENIED


def test_it_crosses_with_the_job_and_the_newest_is_shown_where_the_work_is(walk: Walk, cast: Cast) -> None:
    enter(cast.ines, Assignment, "reschedule", walk.assignment(), **hours())
    page = at("ines").get(walk.task.page).content.decode()
    assert "10:00–12:00 tomorrow" in page.split("What crosses")[1].split("</dl>")[0]
    job = walk.job()
    assert datetime.fromisoformat(job.context["appointment"]["starts"]) == hours()["starts"]
    assert "10:00–12:00 tomorrow" in at("will").get(job.page).content.decode()
    assert "10:00–12:00 tomorrow" in at("will").get("/desk/").content.decode()
    enter(cast.ines, Assignment, "reschedule", walk.assignment(), **hours(3))
    walk.event()
    for address in (job.page, "/desk/"):
        page = at("will").get(address).content.decode()
        assert "13:00–15:00 tomorrow" in page
        assert "10:00–12:00" not in page


def test_what_has_none_crosses_without_and_shows_none(walk: Walk) -> None:
    assert walk.job().context["appointment"] is None
    assert "appointed" not in at("will").get(walk.job().page).content.decode()


def test_the_appointment_that_counted_is_sealed_in_the_record(walk: Walk, cast: Cast) -> None:
    enter(cast.ines, Assignment, "reschedule", walk.assignment(), **hours())
    record = walk.record()
    sealed = record.facts["governance"]["appointment"]
    assert {name: datetime.fromisoformat(each) for name, each in sealed.items()} == hours()
    assert "<dt>Appointment</dt>" in at("will").get(record.page).content.decode()


def test_the_requester_reads_it_once_it_is_work_and_no_longer_once_that_has_ended(walk: Walk, cast: Cast) -> None:
    enter(cast.ines, Assignment, "assign", walk.approved(), operator=cast.Northside, **hours())
    page = f"/track/{walk.request.token}/"
    assert "10:00–12:00" not in Client().get(page).content.decode(), "an assignment is no work yet"
    walk.job()
    assert "10:00–12:00 tomorrow" in Client().get(page).content.decode()
    enter(cast.ines, Assignment, "reschedule", walk.assignment(), **hours(2))
    told = Client().get(page).content.decode()
    assert ("12:00–14:00" in told, "10:00–12:00" in told) == (True, False)
    enter(cast.ines, Job, "cancel", walk.job(), reason="She moved away")
    assert "12:00–14:00" not in Client().get(page).content.decode()
