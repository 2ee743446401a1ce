"""The policy by which a ⭐ Signal is read from a sealed Record: a pure function of its document, versioned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = "policy 1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Given or withheld, and each condition with whether it holds."""

    given: bool
    conditions: tuple[tuple[str, bool], ...]

    @property
    def withheld(self) -> list[str]:
        """The conditions that do not hold: why there is no ⭐."""
        return [words for words, holds in self.conditions if not holds]


def judge(record: Mapping[str, Any]) -> Verdict:
    """Judge by the Record alone: stages, evidence, outcome, and a human's claim and start."""
    stages: Sequence[Mapping[str, Any]] = record["stages"]
    conditions = (
        ("Every stage is done.", bool(stages) and all(stage["done"] for stage in stages)),
        (
            "All required evidence is there.",
            all(slot["have"] >= slot["required"] for stage in stages for slot in stage["slots"]),
        ),
        (
            "Every file was there and intact when it was sealed.",
            all(piece["intact"] for stage in stages for piece in stage["evidence"] if piece["kind"] == "photo"),
        ),
        ("It was completed, not given up.", bool(record["outcome"]["completes"])),
        ("A person claimed it and started it.", _by_a_person(record)),
    )
    return Verdict(all(holds for _, holds in conditions), conditions)


def _by_a_person(record: Mapping[str, Any]) -> bool:
    """Whether the claim and the start of the very ServiceEvent that was completed each name a person."""
    row = record["event"].removeprefix("E-")
    steps = {
        (each["was"], each["becomes"]): each["by_kind"]
        for each in record["crossings"]
        if (each["room"], each["row"]) == ("ServiceEvent", row)
    }
    return steps.get(("", "ready")) == "person" and steps.get(("ready", "in_progress")) == "person"
