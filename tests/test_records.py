"""Records: whole in themselves, sealed in canonical form, read as far as one may, and recomputed by anybody."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from execution.models import Evidence
from governance.models import Assignment, Task
from qtm.acts import acting
from qtm.models import Membership, Operator, SurfaceVersion, Transition
from records.models import Annex, Record
from records.reading import stamp
from tests.cast import Cast, Walk, enter
from tests.pictures import place_of, taken, upload

pytestmark = pytest.mark.django_db

DETAILING: dict[str, Any] = {
    "name": "Maren Holt",
    "phone": "+49 30 1234 5678",
    "email": "maren@holt.example",
    "place": "Lindenallee 12, 14050 Berlin",
    "description": "The <b>dog</b> was in it 🙏",
    "tier": "interior-large",
    "latitude": "52.5166",
    "longitude": "13.2566",
    "answers": {"vehicle": "Volvo V70", "size": "estate", "plate": "B-MH 2016", "dog-hair": True, "child-seats": 2},
}
SECRETS = ["Maren", "Holt", "1234", "maren@", "Lindenallee", "14050", "<b>", "🙏", "52.51", "13.25", "B-MH"]


def detailing(**given: Any) -> Walk:
    """A case whose evidence is pictures."""
    return Walk(surface="auto-detailing", asked=DETAILING, outcome="completed", **given)


def photographed(walk: Walk) -> Walk:
    """All that a case requires, photos as photos, and a note."""
    event, person = walk.started(), getattr(walk.cast, walk.worker)
    with acting(person, via="test", authority="execution.capture_evidence as worker"):
        for lack in event.missing():
            if lack.kind == "stage":
                event.mark(stage=lack.stage)
            else:
                photos = [taken(upload()) for _ in range(lack.needed)]
                event.capture(stage=lack.stage, kind="photo", category=lack.category, photos=photos)
        event.capture(stage="after", kind="note", category="remarks", text="One stain stays;\nit is burnt in.")
    return walk


# What is sealed


def test_a_record_is_whole_in_itself() -> None:
    walk = photographed(detailing())
    facts = walk.record().facts
    version = SurfaceVersion.objects.get(surface__code="auto-detailing")
    assert facts["case"] == facts["request"]["reference"] == f"Q-{walk.request.pk}"
    assert facts["request"]["channel"] == "web form"
    assert facts["request"]["routed_from"] == {"funnel": "The network funnel", "owner": "the network"}
    assert {each["question"]: each["says"] for each in facts["request"]["answers"]} == {
        "Which car is it?": "Volvo V70",
        "How big is it?": "Estate car",
        "Is there dog hair, or hair of another pet?": "yes",
        "How many child seats are fitted?": "2",
    }
    assert facts["surface"] == {
        "code": "auto-detailing",
        "name": "Auto detailing",
        "version": version.number,
        "digest": version.digest,
        "status": "live",
        "lacks": [],
    }
    assert facts["tier"] == {
        "code": "interior-large",
        "label": "Interior, large vehicle",
        "price": {"amount_minor": 18000, "currency": "EUR"},
    }
    assert facts["governance"]["layer"] == "the network"
    assert facts["operator"] == {"reference": walk.cast.Northside.reference, "name": "Northside", "worker": "Will"}
    assert (facts["governance"]["task"], facts["job"], facts["event"]) == (
        walk.task.reference,
        walk.job().reference,
        walk.event().reference,
    )
    assert (facts["outcome"]["code"], facts["outcome"]["completes"]) == ("completed", True)


def test_every_stage_every_note_and_every_file_stands_in_it() -> None:
    walk = photographed(detailing())
    stages = {stage["code"]: stage for stage in walk.record().facts["stages"]}
    assert [stage["done"] for stage in stages.values()] == [True, True, True]
    assert stages["after"]["evidence"][-1]["text"] == "One stain stays;\nit is burnt in."
    sealed = [piece for stage in stages.values() for piece in stage["evidence"] if piece["kind"] == "photo"]
    kept = list(Evidence.objects.filter(event=walk.event(), kind="photo"))
    assert len(sealed) == len(kept) == 5
    for piece, row in zip(sealed, kept, strict=True):
        assert {name: piece[name] for name in ("sha256", "size_bytes", "media_type", "width", "height")} == {
            "sha256": hashlib.sha256(place_of(row.sha256).read_bytes()).hexdigest(),
            "size_bytes": row.size_bytes,
            "media_type": "image/jpeg",
            "width": 320,
            "height": 240,
        }
        assert piece["intact"] is True


def test_every_crossing_until_the_seal_stands_in_it_with_time_and_authority(walk: Walk) -> None:
    record = walk.record()
    lines = Transition.objects.filter(case_id=record.case_id).exclude(room__startswith="records.")
    sealed = [
        (each["room"], each["row"], each["was"], each["becomes"], each["authority"], each["act"], each["at"])
        for each in record.facts["crossings"]
    ]
    assert sealed == [
        (
            line.room.split(".")[1],
            str(line.row_id),
            line.was,
            line.becomes,
            line.authority,
            str(line.act),
            stamp(line.at),
        )
        for line in lines
    ]
    assert sealed[-1][:4] == ("ServiceEvent", str(record.event_id), "in_progress", "completed")


def test_the_document_is_its_own_canonical_form_and_the_seal_is_its_digest(walk: Walk) -> None:
    record = walk.record()
    document = bytes(record.document)
    assert rfc8785.dumps(json.loads(document)) == document
    assert hashlib.sha256(document).hexdigest() == record.sha256


def test_a_case_that_was_not_completed_is_recorded_like_any_other(walk: Walk, cast: Cast) -> None:
    event = walk.started()
    record = enter(
        cast.will, Record, "seal", event, outcome="not-advised", reason_code="no-answer", remark="Rang three times."
    )
    outcome = record.facts["outcome"]
    assert (outcome["completes"], outcome["remark"]) == (False, "Rang three times.")
    assert outcome["reason"]


def test_the_operators_own_layer_is_named_where_it_governed() -> None:
    facts = Walk(funnel="north").record().facts
    assert facts["governance"]["layer"] == facts["request"]["routed_from"]["owner"] == "Northside"


# What is the requester's own


def talked_about(walk: Walk) -> Walk:
    """A case in which governance typed the requester's data into every free text there is."""
    cast = walk.cast
    enter(cast.ines, Task, "hold", walk.task, reason="Maren Holt does not answer +49 30 1234 5678")
    enter(cast.ines, Task, "resume", walk.task)
    for field, becomes in (
        ("summary", "The Volvo of Maren Holt"),
        ("place", "Lindenallee 14, 14050 Berlin"),
        ("name", "Maren Holt-Weber"),
    ):
        enter(cast.ines, Task, "correct", walk.task, field=field, becomes=becomes, why="Maren said so")
    enter(cast.ines, Task, "approve", walk.task)
    enter(cast.ines, Assignment, "assign", walk.task, operator=cast.Northside, note="Ring Holt at Lindenallee 14")
    return walk


def test_no_personal_data_stands_in_the_document_however_it_came_in() -> None:
    record = photographed(talked_about(detailing())).record()
    document = bytes(record.document).decode()
    assert [secret for secret in SECRETS if secret in document] == []


def test_the_annex_holds_it_all_and_the_document_holds_the_annex_by_a_salted_digest() -> None:
    record = photographed(talked_about(detailing())).record()
    content = bytes(Annex.objects.get(record=record).content)
    said = json.loads(content)
    assert record.facts["annex_sha256"] == hashlib.sha256(content).hexdigest()
    assert (said["personal"]["name"], said["personal"]["place"]) == ("Maren Holt-Weber", "Lindenallee 14, 14050 Berlin")
    assert [each["says"] for each in said["personal"]["answers"]] == ["B-MH 2016"]
    assert said["written"]["note"] == "Ring Holt at Lindenallee 14"
    assert list(said["written"]["reasons"].values()) == ["Maren Holt does not answer +49 30 1234 5678"]
    assert [each["is"] for each in said["written"]["corrections"]] == [
        "The Volvo of Maren Holt",
        "Lindenallee 14, 14050 Berlin",
        "Maren Holt-Weber",
    ]


def test_two_annexes_of_the_same_data_have_different_digests() -> None:
    first, second = photographed(detailing()).record(), photographed(detailing()).record()
    assert first.facts["annex_sha256"] != second.facts["annex_sha256"]
    salts = {json.loads(bytes(each.content))["salt"] for each in Annex.objects.filter(record__in=[first, second])}
    assert len(salts) == 2
    assert all(len(salt) == 32 for salt in salts)


def test_that_something_was_corrected_and_that_a_reason_was_given_is_sealed_without_its_words() -> None:
    facts = photographed(talked_about(detailing())).record().facts
    assert [(each["field"], each["by"], "is" in each) for each in facts["governance"]["corrections"]] == [
        ("summary", "Ines", False),
        ("place", "Ines", False),
        ("name", "Ines", False),
    ]
    assert [each["becomes"] for each in facts["crossings"] if each["reasoned"]] == ["held"]


def test_what_was_corrected_is_recorded_as_it_stands_and_says_what_it_was_in_words(client: Client) -> None:
    walk = detailing()
    enter(walk.cast.ines, Task, "correct", walk.task, field="tier", becomes="exterior", why="only outside")
    enter(walk.cast.ines, Task, "correct", walk.task, field="answers.size", becomes="small", why="she said so")
    record = photographed(walk).record()
    facts = record.facts
    assert facts["tier"]["code"] == "exterior"
    assert [(each["was"], each["is"]) for each in facts["governance"]["corrections"]] == [
        ("interior-large", "exterior"),
        ("estate", "small"),
    ]
    shown = page(client, walk.cast.will, record.page).content.decode()
    assert all(words in shown for words in ("from “Estate car” to “Small car”", "corrected “Service”", "only outside"))


# The page


def page(client: Client, user: Any, address: str) -> Any:
    """An address as one person is answered."""
    client.force_login(user)
    return client.get(address)


def test_the_certificate_is_read_from_the_sealed_document_alone(client: Client, cast: Cast) -> None:
    record = photographed(detailing()).record()
    Operator.objects.filter(pk=cast.Northside.pk).update(name="Renamed since")
    text = page(client, cast.ines, record.page).content.decode()
    assert "Northside, by Will" in text
    assert "Renamed since" not in text
    assert record.sha256 in text
    assert "shows that what was captured is true" in text
    assert "tamper" not in text.lower()
    assert "&lt;b&gt;dog&lt;/b&gt;" in text
    assert "<b>dog</b>" not in text


def test_the_page_says_the_zone_of_its_times_and_no_other(client: Client, cast: Cast, walk: Walk) -> None:
    text = page(client, cast.ines, walk.record().page).content.decode()
    shown = re.findall(r"<time[^>]*>([^<]*)</time>", text)
    assert shown
    assert [each for each in shown if not each.endswith(" UTC")] == []
    assert "Times are in UTC, as they were sealed." in text
    assert "Times are those of" not in text


@pytest.mark.parametrize(
    ("who", "name", "contact"),
    [("ines", True, True), ("eve", True, True), ("will", True, True), ("wanda", True, True), ("cora", True, False)],
)
def test_who_reads_the_requesters_data(who: str, name: bool, contact: bool, client: Client, cast: Cast) -> None:
    record = photographed(talked_about(detailing())).record()
    text = page(client, getattr(cast, who), record.page).content.decode()
    assert ("Maren Holt" in text) is name
    for own in ("1234 5678", "maren@holt.example", "Lindenallee", "B-MH 2016", "Ring Holt"):
        assert (own in text) is contact, own
    assert page(client, getattr(cast, who), f"{record.page}annex.json").status_code == (200 if contact else 404)


@pytest.mark.parametrize("who", ["sam", "sid", "wim", "sue", "pete", "root", "nobody"])
def test_a_record_is_not_there_for_others(who: str, client: Client, cast: Cast) -> None:
    record = Walk().record()
    for address in (record.page, f"{record.page}document.json", f"{record.page}annex.json"):
        assert page(client, getattr(cast, who), address).status_code == 404, address


def test_a_record_is_for_who_is_signed_in(client: Client, walk: Walk) -> None:
    record = walk.record()
    for address in ("/records/", record.page, f"{record.page}document.json"):
        assert client.get(address).status_code == 302


def test_pictures_are_linked_only_for_who_may_see_them(client: Client, cast: Cast) -> None:
    record = photographed(detailing()).record()
    assert 'src="/evidence/' in page(client, cast.will, record.page).content.decode()
    assert "/evidence/" not in page(client, cast.cora, record.page).content.decode()


def test_the_download_is_the_very_bytes_and_sha256sum_agrees(client: Client, cast: Cast, tmp_path: Path) -> None:
    record = photographed(detailing()).record()
    answer = page(client, cast.will, f"{record.page}document.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{record.reference}.json"'
    (tmp_path / "it.json").write_bytes(answer.content)
    said = subprocess.run(["sha256sum", "it.json"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == record.sha256


def municipal(remark: str = "") -> Record:
    """The Record of work that has no price, and came to nothing."""
    walk = Walk(surface="municipal-works", asked={"place": "N Clark St", "tier": "pothole", "answers": {}})
    outcome = next(each for each in walk.task.version.reads.outcomes if not each.completes)
    given = {"outcome": outcome.code, "reason_code": outcome.reasons[0].code, "remark": remark}
    return enter(walk.cast.will, Record, "seal", walk.started(), **given)  # type: ignore[no-any-return]


def test_a_partial_surface_says_on_the_record_what_it_lacks(client: Client, cast: Cast) -> None:
    text = page(client, cast.ines, municipal().page).content.decode()
    version = SurfaceVersion.objects.get(surface__code="municipal-works")
    assert "partial" in text
    assert version.reads.lacks[0] in text


def test_a_record_says_beside_its_document_whether_that_names_a_price(walk: Walk) -> None:
    free, priced = municipal('"price":{"amount_minor":1}'), walk.record()
    assert (free.facts["tier"]["price"], free.priced) == (None, False)
    assert (priced.facts["tier"]["price"]["amount_minor"], priced.priced) == (3900, True)


# The list


def test_an_operator_lists_its_own_records_and_the_network_all(client: Client, cast: Cast) -> None:
    ours, theirs = Walk().record(), Walk(operator="Southside", worker="sid").record()
    for who, sees in (
        ("will", [ours]),
        ("nora", [ours]),
        ("sid", [theirs]),
        ("ines", [ours, theirs]),
        ("cora", [ours, theirs]),
        ("eve", [ours, theirs]),
    ):
        text = page(client, getattr(cast, who), "/records/").content.decode()
        assert [each for each in (ours, theirs) if f'href="{each.page}"' in text] == sees, who


@pytest.mark.parametrize("who", ["wim", "sue", "pete", "root", "nobody"])
def test_there_is_no_list_for_others(who: str, client: Client, cast: Cast) -> None:
    assert page(client, getattr(cast, who), "/records/").status_code == 403


def test_the_list_is_paged_from_the_newest_and_bad_places_are_the_beginning(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.paging.PAGE", 2)
    first, second, third = (Walk().record() for _ in range(3))
    text = page(client, cast.ines, "/records/").content.decode()
    assert text.index(third.page) < text.index(second.page)
    assert first.page not in text
    assert f"?before={second.pk}" in text
    older = page(client, cast.ines, f"/records/?before={second.pk}").content.decode()
    assert (first.page in older, third.page in older) == (True, False)
    for bad in ("x", "-1", "9" * 40, "²"):
        assert page(client, cast.ines, f"/records/?before={bad}").status_code == 200, bad


def test_an_empty_list_says_what_would_fill_it(client: Client, cast: Cast) -> None:
    assert "When somebody completes a service event" in page(client, cast.ines, "/records/").content.decode()


@pytest.mark.parametrize("who", ["will", "ines", "cora"])
def test_each_page_asks_the_database_at_most_twelve_times(who: str, client: Client, cast: Cast) -> None:
    record = photographed(detailing()).record()
    Walk().record()
    client.force_login(getattr(cast, who))
    for address in (record.page, "/records/", f"{record.page}document.json"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= 12, [each["sql"] for each in asked]


def test_sealing_asks_the_database_at_most_nine_times_beyond_completing(cast: Cast) -> None:
    event = photographed(detailing()).event()
    with CaptureQueriesContext(connection) as asked:
        enter(cast.will, Record, "seal", event, outcome="completed")
    after = [each["sql"] for each in asked]
    after = after[
        next(place for place, sql in enumerate(after) if sql.startswith('UPDATE "execution_serviceevent"')) + 1 :
    ]
    assert len([sql for sql in after if sql.startswith(('SELECT "', "INSERT"))]) <= 9, after


def test_leaving_the_operator_ends_the_sight_of_its_records(client: Client, cast: Cast, walk: Walk) -> None:
    record = walk.record()
    Membership.objects.get(user=cast.wanda, left_at=None).leave()
    assert page(client, cast.wanda, record.page).status_code == 404


def test_a_long_list_asks_no_more_than_a_short_one(django_assert_max_num_queries: Any, cast: Cast) -> None:
    for _ in range(14):
        Walk().record()
    for who in (cast.will, cast.cora):
        client = Client()
        client.force_login(who)
        with django_assert_max_num_queries(12):
            client.get("/records/")
