"""The calendar feed: one's own jobs at an address that is its own key, for nobody who has it no longer."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from execution import calendar as feeds
from execution.models import Feed, Job
from governance.models import Assignment
from qtm.models import Attempt, Membership
from tests.cast import ADVISORY, DETAILING, Cast, Walk, enter
from tests.test_desk import access, as_, given_to, read

pytestmark = pytest.mark.django_db
WISHED = datetime.fromisoformat("2027-07-01T09:30:00+02:00")


def address(user: Any) -> str:
    """A new address of somebody, made on the page."""
    page = as_(user).post("/calendar/new").content.decode()
    found = re.search(r'value="https?://testserver(/calendar/[^"]+\.ics)"', page)
    assert found
    return found[1]


def entries(path: str) -> dict[str, Any]:
    """What a calendar program reads at an address, by the reference of the job."""
    answer = Client().get(path)
    assert answer.status_code == 200
    read_back = Calendar.from_ical(answer.content)
    return {re.findall(r"J-\d+", str(each["summary"]))[0]: each for each in read_back.walk("VEVENT")}


def wished(**more: Any) -> Walk:
    """A case with a wished time."""
    return Walk(asked={**ADVISORY, "wished": WISHED.isoformat()}, **more)


def test_what_one_claimed_and_what_waits_by_name_is_read_without_a_session(cast: Cast) -> None:
    claimed, named, others, queued = wished(), given_to(cast.will), wished(worker="wanda"), wished()
    claimed.event()
    others.event()
    queued.job()
    named.job()
    timed = Walk(asked={**ADVISORY, "wished": WISHED.isoformat()})
    enter(cast.ines, Assignment, "assign", timed.approved(), operator=cast.Northside, worker=cast.will)
    timed.job()
    found = entries(address(cast.will))
    assert set(found) == {claimed.job().reference, timed.job().reference}, "what waits without a time is on no day"


def test_an_entry_says_what_when_where_and_the_way_to_the_job(cast: Cast) -> None:
    walk = Walk(surface="auto-detailing", asked={**DETAILING, "wished": WISHED.isoformat()}, outcome="completed")
    walk.event()
    entry = entries(address(cast.will))[walk.job().reference]
    assert entry.start == WISHED
    assert entry["dtstart"].params["TZID"] == "Europe/Berlin"
    assert str(entry["location"]) == DETAILING["place"]
    assert str(entry["url"]) == f"http://testserver{walk.job().page}"
    assert entry["last-modified"].dt == walk.job().since.replace(microsecond=0)


def test_a_calendar_with_nothing_in_it_holds_the_zone_of_the_place_and_is_read(cast: Cast) -> None:
    empty = Calendar.from_ical(Client().get(address(cast.will)).content)
    assert [(each.name, str(each["tzid"])) for each in empty.subcomponents] == [("VTIMEZONE", "Europe/Berlin")]
    assert empty.timezones[0].to_tz().utcoffset(WISHED.replace(tzinfo=None)) == timedelta(hours=2)


def test_a_calendar_names_the_zone_once(cast: Cast) -> None:
    wished().event()
    full = Calendar.from_ical(Client().get(address(cast.will)).content)
    assert [each.name for each in full.subcomponents] == ["VTIMEZONE", "VEVENT"]


def test_no_word_of_it_reaches_the_requester(cast: Cast) -> None:
    wished().event()
    text = Client().get(address(cast.will)).content.decode()
    for personal in (ADVISORY["phone"], ADVISORY["email"], ADVISORY["name"], ADVISORY["description"]):
        assert personal not in text


def test_what_was_claimed_without_a_time_stands_on_the_day_of_the_claim(cast: Cast, walk: Walk) -> None:
    walk.event()
    assert entries(address(cast.will))[walk.job().reference].start == timezone.localdate()
    assert isinstance(entries(address(cast.will))[walk.job().reference].start, date)


def test_a_job_keeps_its_name_in_the_calendar_from_the_queue_to_the_claim_and_from_one_address_to_another(
    cast: Cast,
) -> None:
    walk = Walk(asked={**ADVISORY, "wished": WISHED.isoformat()})
    enter(cast.ines, Assignment, "assign", walk.approved(), operator=cast.Northside, worker=cast.will)
    job = walk.job()
    before = entries(address(cast.will))[job.reference]["uid"]
    walk.event()
    assert entries(address(cast.will))[walk.job().reference]["uid"] == before


@pytest.mark.parametrize("end", ["release", "complete", "cancel"])
def test_what_is_given_back_completed_or_cancelled_disappears(cast: Cast, end: str) -> None:
    walk = wished()
    if end == "cancel":
        enter(cast.ines, Assignment, "assign", walk.approved(), operator=cast.Northside, worker=cast.will)
        walk.job()
    else:
        walk.event()
    path = address(cast.will)
    assert len(entries(path)) == 1
    if end == "complete":
        walk.record()
    who = cast.ines if end == "cancel" else cast.will
    enter(who, Job, end, walk.job(), **({} if end == "complete" else {"reason": "for the test"}))
    assert entries(path) == {}


@pytest.mark.parametrize(
    "nasty", ["a\r\nBEGIN:VEVENT\r\nSUMMARY:b", "a;b,c\\d:e", "a\x0b\x1b\x85b", "a\rATTENDEE:x", "🙂" * 60]
)
def test_what_was_typed_begins_no_line_of_its_own(cast: Cast, nasty: str) -> None:
    walk = Walk(surface="auto-detailing", asked={**DETAILING, "place": f"x {nasty} y"}, outcome="completed")
    walk.event()
    raw = Client().get(address(cast.will)).content
    assert all(len(each) <= 75 for each in raw.split(b"\r\n"))
    assert raw.splitlines().count(b"BEGIN:VEVENT") == 1
    assert b"\nATTENDEE" not in raw.replace(b"\r", b"\n")
    assert str(next(iter(Calendar.from_ical(raw).walk("VEVENT")))["location"]) == feeds.line(f"x {nasty} y")


# Who reads it no longer


def test_an_address_is_revoked_and_another_ends_the_one_before(cast: Cast) -> None:
    first = address(cast.will)
    second = address(cast.will)
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    assert Feed.objects.filter(ended_at=None).count() == 1
    assert as_(cast.will).post("/calendar/revoke").status_code == 302
    assert Client().get(second).status_code == 404
    assert "You have no address yet" in read(as_(cast.will).get("/calendar/"))


def test_whyever_it_leads_nowhere_it_says_the_same(cast: Cast) -> None:
    said = set()
    for name, end in {
        "will": lambda: Membership.objects.get(user=cast.will, left_at=None).leave(),
        "sid": lambda: type(cast.sid).objects.filter(pk=cast.sid.pk).update(is_active=False),
        "nora": lambda: access(cast.Northside, "suspend", cast.ines),
        "sam": lambda: Feed.revoke(cast.sam),
    }.items():
        path = address(getattr(cast, name))
        assert Client().get(path).status_code == 200
        end()  # type: ignore[no-untyped-call]
        answer = Client().get(path)
        said.add((answer.status_code, answer.content))
    unknown = Client().get("/calendar/unknown.ics")
    assert said == {(404, unknown.content)}


def test_who_works_elsewhere_later_reads_nothing_at_the_old_address(cast: Cast) -> None:
    path = address(cast.will)
    Membership.objects.get(user=cast.will, left_at=None).leave()
    Membership.join(cast.will, cast.Southside, "worker")
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("who", ["ines", "cora", "root", "nobody", "sue", "pete"])
def test_who_carries_nothing_out_has_no_calendar(cast: Cast, who: str) -> None:
    client = as_(getattr(cast, who))
    for answer in (client.get("/calendar/"), client.post("/calendar/new"), client.post("/calendar/revoke")):
        assert answer.status_code == 403
    assert not Feed.objects.exists()


def test_nobody_makes_or_reads_one_without_signing_in_nor_by_a_link() -> None:
    assert Client().get("/calendar/").status_code == 302
    assert Client().post("/calendar/new").status_code == 302
    assert not Feed.objects.exists()


def test_making_one_takes_a_press(cast: Cast) -> None:
    for path in ("/calendar/new", "/calendar/revoke"):
        assert as_(cast.will).get(path).status_code == 405


def test_guessing_addresses_ends_after_some_tries(cast: Cast) -> None:
    limit = feeds.UNKNOWN.of_a_place
    statuses = [Client().get(f"/calendar/guess{number}.ics").status_code for number in range(limit + 2)]
    assert statuses == [404] * limit + [429] * 2
    Attempt.objects.update(at=timezone.now() - timedelta(hours=1))
    assert Client().get("/calendar/guess.ics").status_code == 404


def test_the_address_itself_is_kept_nowhere(cast: Cast) -> None:
    client = as_(cast.will)
    page = client.post("/calendar/new").content.decode()
    token = re.findall(r"/calendar/([^/\"]+)\.ics", page)[0]
    assert token not in client.get("/calendar/").content.decode(), "shown this once"
    assert token not in str(list(Feed.objects.values()))
    assert re.fullmatch(r"[0-9a-f]{64}", Feed.objects.get().token_sha256)
    assert token not in str(dict(client.session))


def test_no_cache_keeps_it_and_no_browser_tells_of_it(cast: Cast) -> None:
    answer = Client().get(address(cast.will))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers


def test_a_feed_has_an_end_and_asks_little(cast: Cast, monkeypatch: Any, django_assert_max_num_queries: Any) -> None:
    monkeypatch.setattr(feeds, "MOST", 2)
    for walk in [wished() for _ in range(4)]:
        walk.event()
    path = address(cast.will)
    with django_assert_max_num_queries(12):
        assert len(entries(path)) == 2


def test_omni_sees_no_address() -> None:
    omni = settings.DATABASES["omni"]["USER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'execution_feed', 'SELECT'), has_any_column_privilege(%s, 'execution_feed', 'SELECT')",
            [omni, omni],
        )
        assert cursor.fetchone() == (False, False)
