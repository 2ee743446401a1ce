"""What a phone sends on its own: the same thing twice is one thing, another thing under the same id is refused, and only its own person sends it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from execution.models import Evidence, ServiceEvent, StageMark
from qtm.acts import acting
from qtm.models import Transition, User
from qtm.receipts import Receipt
from qtm.refusals import Conflict
from records.reading import stamp
from tests.cast import DETAILING, Cast, Walk
from tests.pictures import drawn
from tests.test_desk import as_, press, read

SAID_AT = "2026-11-24T09:41:07.120Z"
ARRIVAL = {"slot": "arrival/photo/arrival"}


@pytest.fixture
def detailing() -> Walk:
    """A car to clean."""
    return Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")


def digest(path: str, fields: Mapping[str, str], files: Sequence[tuple[str, bytes]] = ()) -> str:
    """What a phone computes of what it sends."""
    given = [*fields.items(), *((name, hashlib.sha256(data).hexdigest()) for name, data in files)]
    said = [path, *([name, value] for name, value in sorted(given, key=lambda pair: pair[0]))]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def sends(
    user: User,
    event: ServiceEvent,
    verb: str,
    fields: Mapping[str, str] = {},
    photo: bytes = b"",
    client: Client | None = None,
    **said: Any,
) -> Any:
    """What a phone sends, with what it says beside it."""
    path = f"/serviceevents/{event.pk}/{verb}"
    files = [("photos", photo)] if photo else []
    headers = {
        "Qtm-Item": str(uuid4()),
        "Qtm-Digest": digest(path, fields, files),
        "Qtm-Said-At": SAID_AT,
        "Qtm-Person": str(user.pk),
        **{f"Qtm-{name.replace('_', '-').title()}": value for name, value in said.items()},
    }
    given = {**fields, **({"photos": SimpleUploadedFile("a.jpg", photo)} if photo else {})}
    return (client or as_(user)).post(path, given, headers=headers)


@pytest.mark.django_db
def test_what_arrives_has_a_receipt_with_the_phone_s_time_and_that_of_arrival(cast: Cast, detailing: Walk) -> None:
    event, item = detailing.event(), str(uuid4())
    answer = sends(cast.will, event, "start", item=item)
    receipt = Receipt.objects.get(item=item)
    assert (answer.status_code, answer.json()["stored"]) == (200, receipt.at.isoformat())
    assert receipt.said_at.isoformat() == "2026-11-24T09:41:07.120000+00:00"
    assert receipt.act == Transition.objects.get(room=ServiceEvent.label(), becomes="in_progress").act
    assert (receipt.by, receipt.door, receipt.row_id) == (cast.will, "door-serviceevent-start", event.pk)


@pytest.mark.django_db
def test_the_same_thing_sent_again_is_answered_the_same_and_done_once(cast: Cast, detailing: Walk) -> None:
    event, item, photo = detailing.started(), str(uuid4()), drawn()
    answers = [sends(cast.will, event, "capture", ARRIVAL, photo, item=item) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1
    assert (Evidence.objects.count(), Receipt.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_press_sent_again_after_the_work_went_on_is_not_refused(cast: Cast, detailing: Walk) -> None:
    event, item = detailing.event(), str(uuid4())
    for _ in range(2):
        assert sends(cast.will, event, "start", item=item).status_code == 200
    press(cast.will, event, "pause")
    assert sends(cast.will, event, "start", item=item).status_code == 200
    assert detailing.event().state == "paused"


@pytest.mark.django_db
def test_other_bytes_under_the_same_id_are_409_and_change_nothing(cast: Cast, detailing: Walk) -> None:
    event, item = detailing.started(), str(uuid4())
    sends(cast.will, event, "capture", ARRIVAL, drawn(), item=item)
    for answer in (
        sends(cast.will, event, "capture", ARRIVAL, drawn(), item=item),
        sends(cast.will, event, "mark", {"stage": "arrival"}, item=item),
        sends(cast.nora, event, "capture", ARRIVAL, drawn(), item=item),
    ):
        assert (answer.status_code, answer.json()["why"]) == (
            409,
            "Something else came under this number before. Nothing was changed.",
        )
    assert (Evidence.objects.count(), StageMark.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_what_came_damaged_is_not_taken_and_the_phone_is_told_to_send_it_again(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    answer = sends(cast.will, event, "capture", ARRIVAL, drawn(), digest="0" * 64)
    assert (answer.status_code, answer.json()["again"]) == (422, True)
    assert not Evidence.objects.exists()
    assert not Receipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "7"},
        {"item": ""},
        {"said_at": "yesterday"},
        {"said_at": "2026-13-40T00:00:00Z"},
        {"said_at": "2026-01-01T00:00:00"},
        {"said_at": "9999-12-31T23:00:00-23:00"},
        {"said_at": "0001-01-01T00:00:00Z"},
    ],
)
def test_what_a_phone_says_that_cannot_be_read_is_422(cast: Cast, detailing: Walk, wrong: dict[str, Any]) -> None:
    assert sends(cast.will, detailing.event(), "start", **wrong).status_code == 422
    assert detailing.event().state == "ready"


@pytest.mark.django_db
def test_what_one_captured_another_cannot_send_from_the_same_phone(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    answer = sends(cast.nora, event, "capture", ARRIVAL, drawn(), person=str(cast.will.pk))
    assert answer.status_code == 403
    assert "somebody else on this phone" in answer.json()["why"]
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_a_session_that_has_ended_is_401_in_words_and_nothing_is_read(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    answer = sends(cast.will, event, "capture", ARRIVAL, drawn(), client=Client())
    assert (answer.status_code, answer.json()["why"]) == (
        401,
        "You are signed out. Sign in again, and what waits is sent.",
    )
    large = Client().generic(
        "POST",
        f"/serviceevents/{event.pk}/capture",
        b"x" * 1_100_000,
        content_type="multipart/form-data; boundary=x",
        headers={"Qtm-Item": str(uuid4())},
    )
    assert large.status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "fields", "status", "says"),
    [
        ("start", {}, 409, "moved on"),
        ("capture", {"slot": "nowhere/photo/x"}, 422, "takes no such evidence"),
        ("mark", {"stage": "arrival"}, 422, "Still needed"),
    ],
)
def test_a_refusal_is_one_sentence_and_leaves_no_receipt(
    cast: Cast, detailing: Walk, verb: str, fields: dict[str, str], status: int, says: str
) -> None:
    answer = sends(cast.will, detailing.started(), verb, fields)
    assert answer.status_code == status
    assert says in answer.json()["why"]
    assert not Receipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["sam", "ines", "wanda"])
def test_a_phone_opens_no_door_that_a_press_does_not(cast: Cast, detailing: Walk, who: str) -> None:
    event = detailing.event()
    assert (
        sends(getattr(cast, who), event, "start").status_code == press(getattr(cast, who), event, "start").status_code
    )
    assert (detailing.event().state, Receipt.objects.count()) == ("ready", 0)


@pytest.mark.django_db
def test_nothing_is_completed_while_a_piece_that_the_phone_names_has_not_arrived(cast: Cast, detailing: Walk) -> None:
    event, item = detailing.filled(), str(uuid4())
    other = str(uuid4())
    sends(cast.will, Walk().event(), "start", item=other)
    for unarrived in (item, other, "nonsense"):
        refused = press(cast.will, event, "complete", outcome="completed", captured=[unarrived])
        assert (refused.status_code, "has not arrived yet" in read(refused)) == (409, True)
    assert detailing.event().state == "in_progress"
    sends(cast.will, event, "capture", {"slot": "after/note/remarks", "text": "Spotless."}, item=item)
    assert press(cast.will, event, "complete", outcome="completed", captured=[item]).status_code == 302


@pytest.mark.django_db
def test_the_app_s_role_can_neither_change_nor_remove_a_receipt(cast: Cast, detailing: Walk) -> None:
    sends(cast.will, detailing.event(), "start")
    for statement in ("UPDATE qtm_receipt SET said_at = now()", "DELETE FROM qtm_receipt", "TRUNCATE qtm_receipt"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    forged = "INSERT INTO qtm_receipt (item, door, row_id, digest, said_at, at) SELECT gen_random_uuid(), 'x', 1, repeat('a', 64), now(), now()"
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        acting(cast.will, via="test", authority="x"),
        connection.cursor() as cursor,
    ):
        cursor.execute(forged)


def test_sixteen_at_once_with_the_same_piece_make_one_and_all_hear_that_it_is_there(committed: str) -> None:
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    event, item, photo = walk.started(), str(uuid4()), drawn()
    will = Cast().will

    def one(_: int) -> int:
        try:
            return int(sends(will, event, "capture", ARRIVAL, photo, item=item).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(one, range(16))) == [200] * 16
    assert (Evidence.objects.count(), Receipt.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_record_says_by_the_phone_s_clock_what_came_late_and_by_the_server_s_when_it_came(
    cast: Cast, detailing: Walk
) -> None:
    event = detailing.event()
    sends(cast.will, event, "start")
    sends(cast.will, event, "capture", ARRIVAL, drawn())
    facts = detailing.record().facts
    start = next(each for each in facts["crossings"] if (each["was"], each["becomes"]) == ("ready", "in_progress"))
    piece = facts["stages"][0]["evidence"][0]
    assert start["device_at"] == piece["device_at"] == "2026-11-24T09:41:07.120000Z"
    assert start["at"] == stamp(Transition.objects.get(room=ServiceEvent.label(), becomes="in_progress").at)
    assert facts["stages"][1]["evidence"][0]["device_at"] == ""
    page = read(as_(cast.will).get(detailing.record().page))
    assert page.count("by the phone’s own clock 24 November 2026, 09:41:07 UTC") == 2


@pytest.mark.django_db
def test_a_phone_keeps_no_crossing_for_later(cast: Cast, detailing: Walk) -> None:
    for user, row, address in (
        (cast.will, detailing.job(), "jobs/{}/claim"),
        (cast.will, detailing.filled(), "serviceevents/{}/complete"),
        (cast.will, detailing.job(), "jobs/{}/complete"),
    ):
        headers = {"Qtm-Item": str(uuid4()), "Qtm-Said-At": SAID_AT, "Qtm-Person": str(user.pk)}
        answer = as_(user).post("/" + address.format(row.pk), headers=headers)
        assert (answer.status_code, "pressed on its page" in answer.json()["why"]) == (403, True)
    assert detailing.event().state == "in_progress"


@pytest.mark.django_db
def test_no_receipt_is_written_by_sql_of_what_was_not_received(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    for door in ("door-serviceevent-capture", "door-job-claim"):
        with (
            pytest.raises(Conflict, match="written with what came of it"),
            acting(cast.will, via="test", authority="x"),
        ):
            Receipt.noted(item=uuid4(), door=door, row_id=event.pk, digest="a" * 64, said_at="2026-11-24T09:00:00Z")
    assert not Receipt.objects.exists()
