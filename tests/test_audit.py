"""The auditor finds nothing where all is as it was, and each thing that is not."""

import io

import pytest
from django.core.management import call_command

from records.audit.finding import Finding
from records.audit.result import newest
from records.audit.run import audit
from records.audit.schema import OWN, fingerprint, shipped
from records.log.published import publish
from records.log.signing import sign
from tests.cast import DETAILING, Walk


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
