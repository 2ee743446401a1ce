"""A finding: what does not hold, of which row, and whether something was changed or something is missing."""

from dataclasses import dataclass

INTEGRITY = "integrity"  # something is not what it was
COMPLETENESS = "completeness"  # something is not there, or is there that was never made
MEANS = {INTEGRITY: "something was changed", COMPLETENESS: "something is missing, or was added past the law"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which check found it, which kind it is, the row, and a sentence."""

    check: str
    kind: str
    row: str
    says: str

    def __str__(self) -> str:
        """As it is told: one line."""
        return f"{self.row} ({self.kind}, {self.check}): {self.says}"
