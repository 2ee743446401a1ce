"""The auditor finds nothing where all is as it was, and each thing that is not."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from intake.models import Funnel
from records.audit.finding import Finding
from records.audit.result import newest
from records.audit.run import audit
from records.audit.schema import OWN, fingerprint, shipped
from records.audit.steps import Step
from records.log.published import publish
from records.log.signing import sign
from tests.cast import DETAILING, Cast, Walk


def findings(*only: str, alias: str = "default") -> list[Finding]:
    """What an audit finds."""
    return list(audit(alias, only))


def test_a_house_in_which_all_is_as_it_was_has_no_findings(committed: str) -> None:
    Walk(surface="auto-detailing", asked=DETAILING, outcome="completed").record()
    Walk().captured()
    sign()
    Walk(surface="auto-detailing", asked=DETAILING).filled()
    Walk().record()
    sign()
    publish()
    assert findings() == []
    call_command("audit", stdout=io.StringIO())
    assert (before := newest())
    assert before.log["checkpoints"] == 2
    assert findings(alias="owner") == []


@pytest.mark.django_db
def test_the_law_that_is_shipped_is_the_law_of_a_database_just_migrated() -> None:
    found = fingerprint("default")
    assert {name for name, digest in shipped().items() if found[name] != digest} == set()
    assert {name for name in shipped().keys() ^ found.keys() if not name.startswith(OWN)} == set()


def told_of(who: str) -> str:
    """The page of the newest audit, to one person."""
    client = Client()
    client.force_login(getattr(Cast(), who))
    return client.get("/records/audit/").content.decode()


def test_who_oversees_reads_what_the_newest_audit_found(committed: str) -> None:
    assert "No audit yet" in told_of("ines")
    record = Walk().record()
    call_command("audit", stdout=io.StringIO())
    assert "No findings" in told_of("ines")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE records_signal DISABLE TRIGGER law_stays")
    with pytest.raises(CommandError, match=r"1 findings: 1 of integrity \(something was changed\)"):
        call_command("audit", "--database", "owner", stderr=io.StringIO())
    page = told_of("eve")
    assert "trigger records_signal.law_stays" in page
    assert "1 finding." in page
    assert record.reference not in page
    assert "trigger" not in told_of("cora")


def test_an_audit_is_a_stream_of_one_view_and_writes_nothing(committed: str) -> None:
    Walk().record()

    def meddling(step: Step) -> None:
        """Write while the audit reads."""
        if not step.over:
            Funnel.objects.update(name="x")

    found = list(audit(only=["spine"], told=meddling))
    assert [each.check for each in found] == ["unreadable"]
    assert "read-only" in found[0].says
    assert not Funnel.objects.filter(name="x").exists()
