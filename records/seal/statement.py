"""The sealed bytes: an in-toto Statement (v1) in canonical form, whose predicate is the service record.

Its subjects are what the Record vouches for and does not hold: the files of the evidence and the annex with the personal data, each by
its SHA-256. The annex carries a salt of 128 bits, so that nobody can find out what it says by trying.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from records.canonical import canonical

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:qtm-os:service-record:1"
PAYLOAD = "application/vnd.in-toto+json"
ANNEX = "annex.json"


def files(facts: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every file that a service record names, each with the place at which it stands in it, such as `before/0`."""
    for stage in facts["stages"]:
        for number, piece in enumerate(stage["evidence"]):
            if "sha256" in piece:
                yield f"{stage['code']}/{number}", piece


def subjects(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The annex and the files, by name and digest."""
    named = [(ANNEX, facts["annex_sha256"]), *((f"evidence/{place}", piece["sha256"]) for place, piece in files(facts))]
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in named]


def statement(facts: Mapping[str, Any]) -> bytes:
    """The Statement about a service record, as the bytes that are sealed and never made again."""
    return canonical({"_type": STATEMENT, "predicateType": PREDICATE, "subject": subjects(facts), "predicate": facts})


def facts_in(document: bytes) -> dict[str, Any]:
    """The service record in sealed bytes."""
    return dict(json.loads(document)["predicate"])
