"""Exporting a Record: one download that anybody can check, the same byte for byte, and a receipt that shows nothing."""

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from intake.models import Request
from qtm.refusals import Conflict
from records.export.download import download, receipt
from records.log.signing import sign
from records.models import Record
from records.verifying.verify_record import NAMES
from tests.cast import Walk
from tests.test_records import detailing, photographed

in_a_transaction = pytest.mark.django_db


def sealed(walk: Walk | None = None) -> Record:
    """A Record under a signed checkpoint. Leaves are appended when a transaction ends, so this asks for `committed`."""
    record = (walk or Walk()).record()
    sign()
    return record


def opened(archive: bytes) -> dict[str, bytes]:
    """The files of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert files.testzip() is None
        return {name: files.read(name) for name in files.namelist()}


def got(name: str, record: Record, what: str = "record.zip") -> Any:
    """The answer to somebody who asks for a download."""
    client = Client()
    client.force_login(getattr(Walk().cast, name))
    return client.get(f"{record.page}{what}")


def token(record: Record) -> str:
    """The key of the requester's link."""
    return Request.objects.get(pk=record.case_id).token


def test_the_download_holds_all_that_it_takes(committed: str) -> None:
    record = sealed(photographed(detailing()))
    answer = got("will", record)
    files = opened(answer.content)
    assert list(files) == [*NAMES.split(), "README.txt"]
    assert files["statement.json"] == bytes(record.document)
    assert sha256(files["statement.json"]).hexdigest() == record.sha256
    assert files["leaf.json"] == bytes(record.body)
    lines = files["evidence.sha256"].decode().splitlines()
    named = [f"{each['digest']['sha256']}  {each['name']}" for each in json.loads(bytes(record.document))["subject"]]
    assert lines == named
    assert len(lines) > 4
    assert answer["Content-Disposition"] == f'attachment; filename="{record.reference}.zip"'
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]


def test_the_same_record_under_the_same_checkpoint_is_the_same_bytes(committed: str) -> None:
    record = sealed()
    assert download(record) == download(Record.objects.get(pk=record.pk))
    first = opened(download(record))
    sealed()
    later = opened(download(record))
    assert {name for name in first if first[name] != later[name]} == {"record.tlog-proof", "bundle.sigstore.json"}


def test_a_record_that_no_checkpoint_covers_is_refused_and_never_proves_less(committed: str) -> None:
    sealed()
    record = Walk().record()
    for made in (download, receipt):
        with pytest.raises(Conflict, match="No signed checkpoint of the log covers"):
            made(record)
    answer = got("will", record)
    assert answer.status_code == 409
    assert "In a few seconds" in answer.content.decode()
    assert Client().get(f"/track/{token(record)}/records/{record.pk}/receipt.zip").status_code == 409
    sign()
    assert got("will", record).status_code == 200


def test_the_download_is_for_whoever_may_read_the_record(committed: str) -> None:
    record = sealed()
    may = {name: got(name, record).status_code for name in ("will", "nora", "ines", "cora", "eve", "sam", "nobody")}
    read = {name: got(name, record, "").status_code for name in may}
    assert may == read
    assert (may["will"], may["ines"], may["sam"], may["nobody"]) == (200, 200, 404, 404)
    assert Client().get(f"{record.page}record.zip").status_code == 302


def test_the_receipt_is_for_whoever_holds_the_link_and_shows_nothing_of_the_record(committed: str) -> None:
    record, other = sealed(), sealed()
    answer = Client().get(f"/track/{token(record)}/records/{record.pk}/receipt.zip")
    assert answer.status_code == 200
    assert "noindex" in answer["X-Robots-Tag"]
    files = opened(answer.content)
    assert "statement.json" not in files
    assert files["leaf.json"] == bytes(record.body)
    for words in (b"Holt", b"Will", b"Northside", b"advis", record.sha256.encode(), record.facts["case"].encode()):
        assert words not in b"".join(files.values()), words
    assert Client().get(f"/track/{token(record)}/records/{other.pk}/receipt.zip").status_code == 404
    assert Client().get(f"/track/nothing/records/{record.pk}/receipt.zip").status_code == 404


@in_a_transaction
def test_only_a_look_is_answered() -> None:
    record = Walk().record()
    client = Client()
    client.force_login(Walk().cast.will)
    assert client.post(f"{record.page}record.zip").status_code == 405
