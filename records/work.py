"""What was carried out, as a Record tells it: stages with their evidence, and how it ended."""

from collections.abc import Iterable
from typing import Any

from execution.files import intact
from execution.models import ServiceEvent
from qtm.runtime import Outcome, Stage
from records.reading import Reading, Row, stamp


def outcome(event: ServiceEvent) -> dict[str, Any]:
    """How it ended."""
    ending: Outcome = event.version.reads.outcome(event.outcome)
    reason = next((each.label for each in ending.reasons if each.code == event.reason), "")
    return {
        "code": ending.code,
        "label": ending.label,
        "completes": ending.completes,
        "reason": reason,
        "remark": event.remark,
        "paid": event.get_paid_display(),
    }


def stages(event: ServiceEvent, there: Reading) -> list[dict[str, Any]]:
    """Each stage with its mark, what it requires, and its evidence."""
    return [_stage(stage, there) for stage in event.version.reads.stages]


def _stage(stage: Stage, there: Reading) -> dict[str, Any]:
    """One stage as data."""
    mark = next((mark for mark in there.marks if mark["stage"] == stage.code), None)
    pieces = [piece for piece in there.evidence if piece["stage"] == stage.code]
    return {
        "code": stage.code,
        "label": stage.label,
        "done": bool(mark),
        "done_at": stamp(mark["at"]) if mark else "",
        "done_by": there.name(mark["by"]) if mark else "",
        "slots": [_slot(slot, pieces) for slot in stage.evidence],
        "evidence": [_piece(piece, stage, there) for piece in pieces],
    }


def _slot(slot: Any, pieces: Iterable[Row]) -> dict[str, Any]:
    """What a stage requires of one kind and category, and how much of it there is."""
    have = sum((piece["kind"], piece["category"]) == (slot.kind, slot.category) for piece in pieces)
    return {"kind": slot.kind, "category": slot.category, "label": slot.label, "required": slot.required, "have": have}


def _piece(piece: Row, stage: Stage, there: Reading) -> dict[str, Any]:
    """One piece of evidence: a note in full, a file by digest, size and type."""
    label = next(
        (slot.label for slot in stage.evidence if (slot.kind, slot.category) == (piece["kind"], piece["category"])),
        piece["category"],
    )
    facts = {
        "kind": piece["kind"],
        "category": piece["category"],
        "label": label,
        "at": stamp(piece["at"]),
        "by": there.name(piece["by"]),
        "text": piece["text"],
    }
    if piece["kind"] != "photo":
        return facts
    file = {name: piece[name] for name in ("sha256", "size_bytes", "media_type", "width", "height", "claimed_at")}
    return {**facts, **file, "intact": intact(piece["sha256"], piece["size_bytes"])}
