"""The certificate: the seal and who signed it, its place in the log, the way to its verification; and the checkpoint that everybody is given."""

import hashlib
import os
import re
from base64 import b64decode
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.models import Request
from qtm.letters.model import Letter
from qtm.letters.written import address_of, message_of
from qtm.models import Operator
from records.commitment import newest
from records.log.model import Signed
from records.log.signing import sign
from records.models import Record
from records.pdf import static_file, works
from records.shown import verification_of
from tests.cast import Cast, Walk
from tests.test_records import detailing, page, photographed

pytestmark = pytest.mark.django_db


def logged() -> None:
    """What a commit does: the leaves of what was sealed take their numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def signed() -> Signed:
    """A checkpoint of all that was sealed."""
    logged()
    made = sign()
    assert made
    return made


def seen(record: Record, who: str = "will") -> str:
    """The certificate as somebody of the house sees it, on one line."""
    return re.sub(r"\s+", " ", page(Client(), getattr(Cast(), who), record.page).content.decode())


def told(record: Record) -> str:
    """The same for whoever asked."""
    asked = Request.objects.get(pk=record.case_id)
    return re.sub(r"\s+", " ", Client().get(f"/track/{asked.token}/records/{record.pk}").content.decode())


def both(message: EmailMultiAlternatives) -> list[str]:
    """The plain text of a letter and its HTML."""
    return [str(message.body), *(str(content) for content, _ in message.alternatives)]


SIGHTS: list[Any] = [seen, told]


@pytest.mark.parametrize("sight", SIGHTS)
def test_it_says_what_was_sealed_and_by_which_key(walk: Walk, sight: Any) -> None:
    record = walk.record()
    body = bytes(record.body)
    said = sight(record)
    public = re.search(rb'"rawBytes":"([^"]+)"', body)
    assert public
    assert record.sha256 in said
    assert hashlib.sha256(b64decode(public[1])).hexdigest() in said
    assert "ECDSA P-256" in said


@pytest.mark.parametrize("sight", SIGHTS)
def test_it_says_its_leaf_and_the_newest_checkpoint_that_covers_it(walk: Walk, sight: Any) -> None:
    record = walk.record()
    first = signed()
    Walk().record()
    second = signed()
    said = sight(record)
    assert "leaf 0" in said
    assert f"{second.size} records, signed" in said
    assert bytes(second.root).hex() in said
    assert bytes(first.root).hex() not in said
    assert "None covers it yet" not in said


@pytest.mark.parametrize("sight", SIGHTS)
def test_while_none_covers_it_that_is_said_and_which_is_the_newest(walk: Walk, sight: Any) -> None:
    record = walk.record()
    logged()
    assert "None covers it yet; one will within seconds." in sight(record)
    signed()
    later = Walk().record()
    logged()
    said = sight(later)
    assert "leaf 1" in said
    assert "None covers it yet; one will within seconds." in said
    assert "The newest of the log: 1 record, signed" in said


@pytest.mark.parametrize("sight", SIGHTS)
def test_integrity_and_completeness_are_kept_apart_and_neither_is_promised_of_what_was_captured(
    walk: Walk, sight: Any
) -> None:
    said = sight(walk.record())
    assert "<dt>Integrity</dt><dd>is that nothing in it was changed since it was sealed." in said
    assert "<dt>Completeness</dt><dd>is that no record is missing. No single record can show that" in said
    assert "shows that what was captured is true" in said
    assert "tamper-proof" not in said


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_code_leads_to_its_verification_and_tells_nothing_but_the_digest(
    walk: Walk, sight: Any, settings: Any
) -> None:
    settings.SITE_URL = "https://qtm.example"
    record = walk.record()
    said = sight(record)
    assert f'href="https://qtm.example/verify/{record.sha256}"' in said
    assert verification_of(record) == f"/verify/{record.sha256}"
    drawn = re.search(r'<svg class="qr".*?</svg>', said)
    assert drawn
    assert 'role="img" aria-label="QR code that leads to the verification of R-' in drawn[0]
    assert "style=" not in drawn[0]


def test_every_stage_stands_in_it_with_its_evidence_digests_and_who_crossed_by_what_authority() -> None:
    record = photographed(detailing()).record()
    said = seen(record)
    for stage in record.facts["stages"]:
        assert stage["label"] in said
        assert [each["sha256"] for each in stage["evidence"] if each.get("sha256", "") not in said] == []
    for line in record.facts["crossings"]:
        assert line["authority"].split(" as ")[0] in said


@pytest.mark.parametrize("who", ["will", "ines", "cora"])
def test_it_asks_the_database_at_most_twelve_times_with_all_that_it_shows(who: str, client: Client) -> None:
    record = photographed(detailing()).record()
    signed()
    client.force_login(getattr(Cast(), who))
    client.post(f"{record.page}correct", {"words": "Not so."})
    with CaptureQueriesContext(connection) as asked:
        assert client.get(record.page).status_code == 200
    assert len(asked) <= 12, [each["sql"] for each in asked]


# The newest checkpoint, for everybody


def test_the_newest_commitment_is_one_query_and_none_before_anything_was_signed(walk: Walk) -> None:
    walk.record()
    assert newest() is None
    made = signed()
    with CaptureQueriesContext(connection) as asked:
        found = newest()
    assert found
    assert (found.size, found.root, found.at) == (1, bytes(made.root).hex(), made.at)
    assert len(asked) == 1


def test_whoever_has_asked_is_given_it_on_the_page_that_they_keep(walk: Walk) -> None:
    address = f"/track/{walk.request.token}/"
    assert "The log of records" not in Client().get(address).content.decode()
    Walk().record()
    made = signed()
    said = Client().get(address).content.decode()
    assert bytes(made.root).hex() in said
    assert "Whoever keeps this can show later whether the log was changed." in said
    assert bytes(made.root).hex() in page(Client(), Cast().ines, f"/intake/{walk.request.pk}/").content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "whether the log was changed"), ("de", "ob das Verzeichnis verändert wurde")]
)
@pytest.mark.parametrize("kind", ["received", "new-job"])
def test_every_letter_carries_it_in_both_of_its_forms(
    language: str, words: str, kind: str, settings: Any, walk: Walk
) -> None:
    settings.LETTER_LANGUAGE = language
    settings.SITE_URL = "https://qtm.example"
    walk.record()
    made = signed()
    Operator.objects.filter(name="Northside").update(email="n@north.example")
    Walk().job()
    Letter.objects.update(language=language)
    letter = Letter.objects.filter(kind=kind).latest("pk")
    recipient = address_of(letter)
    assert recipient
    for text in both(message_of(letter, recipient)):
        assert bytes(made.root).hex() in text
        assert words in text


def test_a_letter_before_anything_was_signed_says_nothing_of_it(walk: Walk, settings: Any) -> None:
    settings.SITE_URL = "https://qtm.example"
    letter = Letter.objects.filter(case_id=walk.request.pk).latest("pk")
    recipient = address_of(letter)
    assert recipient
    for text in both(message_of(letter, recipient)):
        assert "root" not in text


# On paper


@pytest.mark.skipif(not works() and os.environ.get("CI") != "true", reason="no Pango on this machine: no PDF was made")
@pytest.mark.parametrize("who", ["will", "cora"])
def test_it_is_had_as_a_pdf_and_the_same_twice(who: str, client: Client) -> None:
    assert works(), "weasyprint stands in requirements.txt, and Pango in what CI installs"
    record = photographed(detailing()).record()
    client.force_login(getattr(Cast(), who))
    address = f"{record.page}{record.reference}.pdf"
    assert address in client.get(record.page).content.decode()
    first, second = client.get(address), client.get(address)
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content
    assert b"testserver/evidence" not in first.content


def test_without_weasyprint_there_is_neither_link_nor_pdf(client: Client, walk: Walk, monkeypatch: Any) -> None:
    record = walk.record()
    monkeypatch.setattr("records.views.works", lambda: False)
    client.force_login(Cast().will)
    assert ".pdf" not in client.get(record.page).content.decode()
    assert client.get(f"{record.page}{record.reference}.pdf").status_code == 404


def test_there_is_no_pdf_for_others_nor_by_another_name(client: Client, walk: Walk) -> None:
    record = walk.record()
    client.force_login(Cast().sam)
    assert client.get(f"{record.page}{record.reference}.pdf").status_code == 404
    client.force_login(Cast().will)
    assert client.get(f"{record.page}R-0.pdf").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/static/css/print.css",
        "http://house.example/evidence/1/small",
        "file:///etc/passwd",
        "http://house.example/static/../manage.py",
        "http://house.example/static/no-such.css",
        "http://house.example.elsewhere/static/css/print.css",
    ],
)
def test_the_pdf_is_made_of_static_files_and_fetches_nothing_else(url: str) -> None:
    assert b"@page" in static_file("http://house.example/static/css/print.css", "http://house.example/")
    with pytest.raises((ValueError, OSError)):
        static_file(url, "http://house.example/")
