"""The policy by which a ⭐ Signal is read from a sealed Record: a pure function of its document, versioned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "policy 1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Given or withheld, and each condition with whether it holds."""

    given: bool
    conditions: tuple[tuple[str, bool], ...]


def judge(record: Mapping[str, Any]) -> Verdict:
    """Judge by the Record alone: stages, evidence, outcome, and a human's claim and start."""
    conditions = (
        ("Every stage is done.", all(stage["done"] for stage in record["stages"])),
        ("All required evidence is there.", all(slot["have"] >= slot["required"] for stage in record["stages"] for slot in stage["slots"])),
        ("Every file was intact when the record was sealed.", all(piece.get("intact", True) for stage in record["stages"] for piece in stage["evidence"])),
        ("It was completed, not given up.", bool(record["outcome"]["completes"])),
        ("A person claimed it and started it.", _by_a_person(record["crossings"])),
    )
    return Verdict(all(holds for _, holds in conditions), conditions)


def _by_a_person(crossings: list[Mapping[str, Any]]) -> bool:
    """Whether the claim and the start each name a person."""
    steps = {(each["room"], each["becomes"]): each["by_kind"] for each in crossings}
    return steps.get(("ServiceEvent", "ready")) == "person" and steps.get(("ServiceEvent", "in_progress")) == "person"
