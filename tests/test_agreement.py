"""Agreement: what the rows of the house say otherwise than a Record is named, and the Record stays what it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
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

in_a_transaction = pytest.mark.django_db


@contextmanager
def altered(row: Any, **columns: Any) -> Iterator[None]:
    """What somebody with the keys of the database could do: write other things into a row, past every law. Afterwards it is as it was."""
    before = [getattr(row, name) for name in columns]
    values = [json.dumps(each) if isinstance(each, dict) else each for each in columns.values()]
    kept = [json.dumps(each) if isinstance(each, dict) else each for each in before]
    pairs = ", ".join(f"{name} = %s" for name in columns)
    with _lawless(row) as cursor:
        cursor.execute(f"UPDATE {table(row)} SET {pairs} WHERE id = %s", [*values, row.pk])
        yield
        cursor.execute(f"UPDATE {table(row)} SET {pairs} WHERE id = %s", [*kept, row.pk])


@contextmanager
def taken_out(row: Any) -> Iterator[None]:
    """The same, with a row that is not there for a while."""
    with _lawless(row) as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE aside AS SELECT * FROM {table(row)} WHERE id = %s", [row.pk])
        cursor.execute(f"DELETE FROM {table(row)} WHERE id = %s", [row.pk])
        yield
        cursor.execute(f"INSERT INTO {table(row)} OVERRIDING SYSTEM VALUE SELECT * FROM aside")
        cursor.execute("DROP TABLE aside")


@contextmanager
def _lawless(row: Any) -> Iterator[Any]:
    """A table without its laws, in the hands of its owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table(row)} DISABLE TRIGGER USER")
        yield cursor


def told(record: Record) -> str:
    """The differences as one text."""
    return "\n".join(differences(Record.objects.get(pk=record.pk)))


@in_a_transaction
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


@in_a_transaction
def test_what_happens_later_and_may_makes_no_difference(cast: Cast) -> None:
    walk = Walk()
    record = walk.record()
    enter(cast.will, Job, "complete", walk.job())
    enter(cast.ines, Task, "close", walk.task)
    walk.captured()
    Operator.objects.filter(pk=cast.Northside.pk).update(name="Renamed since")
    User.objects.filter(username__in=["will", "ines"]).update(first_name="Renamed")
    assert told(record) == ""


@in_a_transaction
def test_the_first_part_agrees_though_the_work_went_on() -> None:
    walk = Walk(surface="event-coordination", asked=PARTY, outcome="plan-agreed")
    first = walk.record()
    walk.opened()
    last = enter(Cast().will, Record, "seal", walk.filled(), outcome="held")
    assert [told(each) for each in (first, last)] == ["", ""]


@in_a_transaction
def test_what_was_talked_of_beside_the_case_makes_no_difference(walk: Walk) -> None:
    asked(walk)
    assert told(walk.record()) == ""


def test_whatever_was_altered_is_named_and_nothing_else(committed: str, cast: Cast) -> None:
    walk, other = photographed(detailing()), detailing().job()
    record, event = walk.record(), walk.event()
    photo, note = Evidence.objects.filter(event=event, kind="photo")[0], Evidence.objects.get(event=event, kind="note")
    lines = Transition.objects.filter(case_id=record.case_id)
    approved = lines.get(room="governance.Task", becomes="approved")
    crossing = f"Crossings › Task {walk.task.pk} open → approved"
    found = {
        "Outcome › code: the row says “no-such”, the Record says “completed”.": altered(event, outcome="no-such"),
        "Outcome › remark: the row says “Fine.”, the Record says nothing.": altered(event, remark="Fine."),
        "Outcome › paid: the row says “paid”, the Record says “not said”.": altered(event, paid="paid"),
        "The state of its ServiceEvent: the row says “paused”": altered(event, state="paused"),
        f"Operator › reference: the row says “{cast.Southside.reference}”": altered(
            event, operator_id=cast.Southside.pk
        ),
        f"Job: the row says “{other.reference}”, the Record says “{walk.job().reference}”.": altered(
            event, job_id=other.pk
        ),
        "Tier › code: the row says “exterior”, the Record says “interior-large”.": altered(
            walk.job(), context={**walk.job().context, "tier": "exterior"}
        ),
        f"SHA-256: the row says “{'0' * 64}”, the Record says “{photo.sha256}”.": altered(photo, sha256="0" * 64),
        "text: the row says “Spotless.”": altered(note, text="Spotless."),
        "done: the row says “False”, the Record says “True”.": taken_out(StageMark.objects.filter(event=event)[0]),
        f"{crossing} › authority: the row says “my own”": altered(approved, authority="my own"),
        f"{crossing} › via: the row says “sql”": altered(approved, via="sql"),
        f"{crossing} › at: the row says “2020": altered(approved, at=datetime(2020, 1, 1, tzinfo=UTC)),
        f"{crossing} › by kind: the row says “system”, the Record says “person”.": altered(approved, user_id=None),
        f"{crossing}: the row says nothing": taken_out(approved),
        "the row says nothing, the Record says Remarks": taken_out(note),
        "Crossings": taken_out(lines.get(room=ServiceEvent.label(), becomes="completed")),
    }
    unsaid: dict[str, str] = {}
    for words, change in found.items():
        with change:
            said = told(record)
        unsaid |= {words: said} if words not in said else {}
        assert told(record) == "", "and it is as it was"
    assert not unsaid


def test_the_page_says_it_in_words_and_the_record_stays_as_it_is(committed: str, cast: Cast, client: Client) -> None:
    walk = Walk()
    record = walk.record()
    client.force_login(cast.will)
    assert "Its ServiceEvent agrees with it" in client.get(record.page).content.decode()
    with altered(walk.event(), remark="All was fine."):
        said = client.get(record.page).content.decode()
    assert "Its ServiceEvent no longer agrees with it" in said
    assert "the row says “All was fine.”, the Record says nothing" in said
    assert Record.objects.get(pk=record.pk).sha256 == record.sha256


@in_a_transaction
def test_the_app_itself_could_make_no_such_difference(walk: Walk, cast: Cast) -> None:
    record = walk.record()
    sql = f"UPDATE {table(walk.event())} SET remark = 'x' WHERE id = {record.event_id}"
    assert attempt(sql, user=cast.will.pk) not in ("", None)
    assert attempt(f"DELETE FROM {table(Evidence)}", user=cast.will.pk) == DENIED


@in_a_transaction
def test_many_are_compared_by_two_queries_in_their_order() -> None:
    records = [Walk().record() for _ in range(4)][::-1]
    records[2].facts["outcome"]["remark"] = "All was fine."
    with CaptureQueriesContext(connection) as captured:
        found = [(record.pk, bool(said)) for record, said in disagreements(records)]
    assert found == [(each.pk, place == 2) for place, each in enumerate(records)]
    assert len(captured) == 2
