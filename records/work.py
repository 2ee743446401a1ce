"""What was carried out, as a Record tells it: stages with their evidence, and how it ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from execution.files import intact
from execution.models import ServiceEvent
from qtm.runtime import Outcome, Stage


def stamp(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC, to the microsecond."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


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


def stages(event: ServiceEvent) -> list[dict[str, Any]]:
    """Each stage with its mark, what it requires, and its evidence."""
    marks = {mark.stage: mark for mark in event.marks.select_related("by")}
    pieces = list(event.evidence.select_related("by"))
    return [
        _stage(stage, marks.get(stage.code), [piece for piece in pieces if piece.stage == stage.code])
        for stage in event.version.reads.stages
    ]


def _stage(stage: Stage, mark: Any, pieces: list[Any]) -> dict[str, Any]:
    """One stage as data."""
    return {
        "code": stage.code,
        "label": stage.label,
        "done": bool(mark),
        "done_at": stamp(mark.at) if mark else "",
        "done_by": str(mark.by) if mark else "",
        "slots": [_slot(slot, pieces) for slot in stage.evidence],
        "evidence": [_piece(piece, stage) for piece in pieces],
    }


def _slot(slot: Any, pieces: Iterable[Any]) -> dict[str, Any]:
    """What a stage requires of one kind and category, and how much of it there is."""
    have = sum((piece.kind, piece.category) == (slot.kind, slot.category) for piece in pieces)
    return {"kind": slot.kind, "category": slot.category, "label": slot.label, "required": slot.required, "have": have}


def _piece(piece: Any, stage: Stage) -> dict[str, Any]:
    """One piece of evidence: a note in full, a file by digest, size and type."""
    label = next(
        (slot.label for slot in stage.evidence if (slot.kind, slot.category) == (piece.kind, piece.category)),
        piece.category,
    )
    facts = {
        "kind": piece.kind,
        "category": piece.category,
        "label": label,
        "at": stamp(piece.at),
        "by": str(piece.by),
        "text": piece.text,
    }
    if piece.kind != "photo":
        return facts
    file = {name: getattr(piece, name) for name in ("sha256", "size_bytes", "media_type", "width", "height")}
    return {**facts, **file, "intact": intact(piece.sha256, piece.size_bytes)}
