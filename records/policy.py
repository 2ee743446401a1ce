"""The policies by which a ⭐ Signal is read from a sealed Record: pure functions of its document, by version.

A Record names the version that read it, and is judged by that one for ever. This file needs nothing but Python, so that anybody who has a
Record can read its ⭐ again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = "policy 1"  # by which Records are read that are sealed from now on


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: whether it holds, and what is said either way."""

    holds: bool
    yes: str
    no: str

    @property
    def words(self) -> str:
        """What is so."""
        return self.yes if self.holds else self.no


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy read: every condition, and whether all of them hold."""

    conditions: tuple[Condition, ...]

    @property
    def given(self) -> bool:
        """Whether a ⭐ follows."""
        return all(each.holds for each in self.conditions)

    @property
    def withheld(self) -> list[str]:
        """Why there is no ⭐."""
        return [each.no for each in self.conditions if not each.holds]


class UnknownPolicy(LookupError):
    """A Record names a policy that is not here."""


def judge(record: Mapping[str, Any]) -> Verdict:
    """Judge a Record by the policy that it names; `UnknownPolicy` where there is none of that name."""
    named = str(record["policy"])
    if named not in POLICIES:
        raise UnknownPolicy(f"it names “{named}”, and there is no such policy here")
    return POLICIES[named](record)


def _first(record: Mapping[str, Any]) -> Verdict:
    """By the Record alone: stages, evidence, outcome, and a human's claim and start."""
    stages: Sequence[Mapping[str, Any]] = record["stages"]
    slots = [slot for stage in stages for slot in stage["slots"]]
    kept = [piece for stage in stages for piece in stage["evidence"] if "sha256" in piece]
    done = bool(stages) and all(stage["done"] for stage in stages)
    there = all(slot["have"] >= slot["required"] for slot in slots)
    intact = all(piece["intact"] for piece in kept)
    return Verdict(
        (
            Condition(done, "Every stage is done.", "Not every stage is done."),
            Condition(there, "All required evidence is there.", "Required evidence is missing."),
            Condition(
                intact,
                "Every file was there and intact when it was sealed.",
                "A file was missing or damaged when it was sealed.",
            ),
            Condition(bool(record["outcome"]["completes"]), "It was completed, not given up.", "It was not completed."),
            Condition(
                final(record), "Nothing of its job was left to do.", "It was one part of the job, and not the last."
            ),
            Condition(
                _by_a_person(record), "A person claimed it and started it.", "No person claimed it and started it."
            ),
        )
    )


def final(record: Mapping[str, Any]) -> bool:
    """Whether nothing of the Job followed; a Record that names no part tells of all."""
    part = record.get("part")
    return part is None or bool(part["last"])


def _by_a_person(record: Mapping[str, Any]) -> bool:
    """Whether the claim and the start of the very ServiceEvent that was completed each name a person."""
    row = record["event"].removeprefix("E-")
    steps = {
        (each["was"], each["becomes"]): each["by_kind"]
        for each in record["crossings"]
        if (each["room"], each["row"]) == ("ServiceEvent", row)
    }
    return steps.get(("", "ready")) == "person" and steps.get(("ready", "in_progress")) == "person"


# Every version that ever read a Record: another is added, and none is changed or taken away.
POLICIES: Mapping[str, Callable[[Mapping[str, Any]], Verdict]] = {"policy 1": _first}
