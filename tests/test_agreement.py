"""Agreement: what the rows of the house say otherwise than a Record is named, and the Record stays what it is."""

from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from execution.models import Evidence, Job, ServiceEvent, StageMark
from governance.models import Task
from qtm.models import Operator, Transition, User
from records.agreement import differences, disagreements
from records.models import Record
from tests.cast import GARDEN, PARTY, Cast, Walk, enter
from tests.sql import DENIED, attempt, table
from tests.states import asked
from tests.test_records import detailing, photographed, talked_about

pytestmark = pytest.mark.django_db


def altered(row: Any, **columns: Any) -> None:
    """What somebody with the keys of the database could do: write other things into a row, past every law."""
    pairs = ", ".join(f"{name} = %s" for name in columns)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table(row)} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table(row)} SET {pairs} WHERE id = %s", [*columns.values(), row.pk])


def taken_out(row: Any) -> None:
    """The same, with a row that is not there any more."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table(row)} DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM {table(row)} WHERE id = %s", [row.pk])


def told(record: Record) -> str:
    """The differences as one text."""
    return "\n".join(differences(Record.objects.get(pk=record.pk)))


@pytest.mark.parametrize(
    "walk",
    [
        lambda: photographed(talked_about(detailing())),
        lambda: Walk(funnel="north"),
        lambda: Walk(surface="event-coordination", asked=PARTY, outcome="plan-agreed"),
        lambda: Walk(surface="landscaping", asked=GARDEN, outcome="completed"),
    ],
)
def test_whatever_was_just_sealed_agrees_with_its_rows(walk: Any) -> None:
    assert told(walk().record()) == ""


def test_what_happens_later_and_may_makes_no_difference(cast: Cast) -> None:
    walk = Walk()
    record = walk.record()
    enter(cast.will, Job, "complete", walk.job())
    enter(cast.ines, Task, "close", walk.task)
    walk.captured()
    Operator.objects.filter(pk=cast.Northside.pk).update(name="Renamed since")
    User.objects.filter(username__in=["will", "ines"]).update(first_name="Renamed")
    assert told(record) == ""


def test_the_first_part_agrees_though_the_work_went_on() -> None:
    walk = Walk(surface="event-coordination", asked=PARTY, outcome="plan-agreed")
    first = walk.record()
    walk.opened()
    last = enter(Cast().will, Record, "seal", walk.filled(), outcome="held")
    assert [told(each) for each in (first, last)] == ["", ""]


def test_what_was_talked_of_beside_the_case_makes_no_difference(walk: Walk) -> None:
    asked(walk)
    assert told(walk.record()) == ""


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"outcome": "not-advised"}, "Outcome › code: the row says “not-advised”, the Record says “advised”."),
        ({"outcome": "no-such"}, "The rows cannot be read as what was sealed"),
        ({"remark": "All was fine."}, "Outcome › remark: the row says “All was fine.”, the Record says nothing."),
        ({"paid": "paid"}, "Outcome › paid: the row says “paid”, the Record says “not said”."),
        ({"state": "in_progress"}, "The state of its ServiceEvent: the row says “in_progress”"),
    ],
)
def test_another_ending_is_named(walk: Walk, columns: dict[str, str], says: str) -> None:
    record = walk.record()
    altered(walk.event(), **columns)
    assert says in told(record)


def test_another_operator_is_named(walk: Walk, cast: Cast) -> None:
    record = walk.record()
    altered(walk.event(), operator_id=cast.Southside.pk)
    assert f"Operator › reference: the row says “{cast.Southside.reference}”" in told(record)


def test_another_job_is_named(walk: Walk) -> None:
    record, other = walk.record(), Walk().job()
    altered(walk.event(), job_id=other.pk)
    assert f"Job: the row says “{other.reference}”, the Record says “{walk.job().reference}”." in told(record)


def test_other_details_of_the_job_are_named(walk: Walk) -> None:
    record, job = walk.record(), walk.job()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE execution_job DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE execution_job SET context = jsonb_set(context, '{tier}', '\"hour\"') WHERE id = %s", [job.pk]
        )
    assert "Tier" in told(record) or "The rows cannot be read" in told(record)


def test_a_swapped_file_another_word_and_another_value_are_named() -> None:
    walk = photographed(detailing())
    record = walk.record()
    photo = Evidence.objects.filter(event=walk.event(), kind="photo").first()
    note = Evidence.objects.filter(event=walk.event(), kind="note").last()
    assert photo
    assert note
    altered(photo, sha256="0" * 64)
    altered(note, text="Spotless.")
    said = told(record)
    assert f"SHA-256: the row says “{'0' * 64}”, the Record says “{photo.sha256}”." in said
    assert "› text: the row says “Spotless.”" in said


def test_evidence_that_was_taken_out_or_put_in_is_named(walk: Walk) -> None:
    record = walk.record()
    piece = Evidence.objects.filter(event=walk.event()).last()
    assert piece
    taken_out(piece)
    assert "the row says nothing, the Record says" in told(record)


def test_a_mark_that_was_taken_out_is_named() -> None:
    walk = photographed(detailing())
    record = walk.record()
    mark = StageMark.objects.filter(event=walk.event()).first()
    assert mark
    taken_out(mark)
    assert "done: the row says “False”, the Record says “True”." in told(record)


def test_a_crossing_that_was_taken_out_is_named_alone(walk: Walk) -> None:
    record = walk.record()
    line = Transition.objects.get(case_id=record.case_id, room="governance.Task", becomes="approved")
    taken_out(line)
    assert told(record).count("\n") == 0
    assert f"Crossings › Task {walk.task.pk} open → approved: the row says nothing" in told(record)


@pytest.mark.parametrize(
    ("column", "value"), [("authority", "of my own"), ("via", "sql"), ("at", "2020-01-01T00:00:00Z")]
)
def test_a_crossing_of_another_authority_way_or_moment_is_named(walk: Walk, column: str, value: str) -> None:
    record = walk.record()
    line = Transition.objects.get(case_id=record.case_id, room="governance.Task", becomes="approved")
    altered(line, **{column: value})
    assert f"approved › {column}: the row says" in told(record)


def test_a_crossing_by_somebody_else_is_not_a_matter_of_names_alone(walk: Walk) -> None:
    record = walk.record()
    line = Transition.objects.get(case_id=record.case_id, room="governance.Task", becomes="approved")
    altered(line, user_id=None)
    assert "by kind: the row says “system”, the Record says “person”." in told(record)


def test_a_log_without_the_end_of_the_work_is_named_and_breaks_nothing(walk: Walk) -> None:
    record = walk.record()
    for line in Transition.objects.filter(case_id=record.case_id, room=ServiceEvent.label()):
        taken_out(line)
    assert told(record)


def test_the_page_says_it_in_words_and_the_record_stays_as_it_is(walk: Walk, cast: Cast, client: Client) -> None:
    record = walk.record()
    client.force_login(cast.will)
    assert "Its ServiceEvent agrees with it" in client.get(record.page).content.decode()
    altered(walk.event(), remark="All was fine.")
    said = client.get(record.page).content.decode()
    assert "Its ServiceEvent no longer agrees with it" in said
    assert "the row says “All was fine.”, the Record says nothing" in said
    assert Record.objects.get(pk=record.pk).sha256 == record.sha256


def test_the_app_itself_could_make_no_such_difference(walk: Walk, cast: Cast) -> None:
    record = walk.record()
    sql = f"UPDATE {table(walk.event())} SET remark = 'x' WHERE id = {record.event_id}"
    assert attempt(sql, user=cast.will.pk) not in ("", None)
    assert attempt(f"DELETE FROM {table(Evidence)}", user=cast.will.pk) == DENIED


def test_many_are_compared_by_two_queries_in_their_order() -> None:
    walks = [Walk() for _ in range(4)]
    records = [each.record() for each in walks][::-1]
    altered(walks[1].event(), remark="All was fine.")
    with CaptureQueriesContext(connection) as captured:
        found = [(record.pk, bool(said)) for record, said in disagreements(records)]
    assert found == [(each.pk, each.pk == walks[1].record().pk) for each in records]
    assert len(captured) == 2
