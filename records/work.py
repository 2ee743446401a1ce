"""What was carried out, as a Record tells it: stages with their evidence, and how it ended."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from execution.files import intact
from execution.kinds import KINDS
from execution.models import ServiceEvent
from qtm.runtime import Outcome, Place, Stage
from records.reading import Reading, Row, stamp

FILE = ("sha256", "size_bytes", "media_type", "width", "height", "claimed_at")
PUT = ("stage", "kind", "category", "item")

type Whole = Callable[[str, int], bool]


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


def stages(event: ServiceEvent, there: Reading, whole: Whole = intact) -> list[dict[str, Any]]:
    """Each stage with its mark, what it requires, and its evidence; `whole`: how it is found out whether a file is."""
    return [_stage(stage, event.places, there, whole) for stage in event.version.reads.stages_of(event.part)]


def part(event: ServiceEvent) -> dict[str, Any] | None:
    """Which part of its Job's work it was, of how many, and whether nothing follows; nothing where there is only one."""
    if not event.part:
        return None
    runtime = event.version.reads
    return {
        "code": event.part,
        "label": runtime.event(event.part).label,
        "number": runtime.place_of(event.part),
        "of": len(runtime.events),
        "last": event.final,
    }


def confided(event: ServiceEvent, there: Reading) -> dict[str, str]:
    """What pieces hold that is somebody's own, by the place of each in the document: its stage, and its number there."""
    own = {
        place: KINDS[piece["kind"]].confides(piece["value"])
        for stage in event.version.reads.stages
        for place, piece in numbered(stage.code, _pieces(stage, there))
    }
    return {place: words for place, words in own.items() if words}


def numbered[T](stage: str, pieces: Sequence[T]) -> Iterator[tuple[str, T]]:
    """The pieces of a stage, each with its place in the document."""
    return ((f"{stage}/{number}", piece) for number, piece in enumerate(pieces))


def _stage(stage: Stage, places: Sequence[Place], there: Reading, whole: Whole) -> dict[str, Any]:
    """One stage as data."""
    mark = next((mark for mark in there.marks if mark["stage"] == stage.code), None)
    pieces, here = _pieces(stage, there), [place for place in places if place.stage is stage]
    put: dict[tuple[str, ...], Place] = {_where(place): place for place in here}
    newest = {_put(piece): piece for piece in pieces}
    return {
        "code": stage.code,
        "label": stage.label,
        "done": bool(mark),
        "done_at": stamp(mark["at"]) if mark else "",
        "done_device_at": there.said_at(mark["act"]) if mark else "",
        "done_by": there.name(mark["by"]) if mark else "",
        "slots": [_slot(place, pieces) for place in here],
        "evidence": [_piece(piece, put[_put(piece)], there, newest[_put(piece)] is piece, whole) for piece in pieces],
    }


def _pieces(stage: Stage, there: Reading) -> list[Row]:
    """The evidence of a stage, in the order in which it was captured."""
    return [piece for piece in there.evidence if piece["stage"] == stage.code]


def _put(piece: Row) -> tuple[str, ...]:
    """Where a piece was put."""
    return tuple(piece[name] for name in PUT)


def _where(place: Place) -> tuple[str, ...]:
    """The same of a place."""
    return place.stage.code, place.slot.kind, place.slot.category, place.item


def _slot(place: Place, pieces: Sequence[Row]) -> dict[str, Any]:
    """What a stage requires at one place, and how much of it there is; where the newest counts, that is one at most."""
    slot, put = place.slot, _where(place)
    have = sum(_put(piece) == put for piece in pieces)
    return {
        "kind": slot.kind,
        "category": slot.category,
        "item": place.item,
        "label": place.label,
        "required": slot.required,
        "have": min(1, have) if slot.newest_counts else have,
    }


def _piece(piece: Row, place: Place, there: Reading, newest: bool, whole: Whole) -> dict[str, Any]:
    """One piece of evidence: its words and its value in full, a file by digest, size and type."""
    facts = {
        "kind": piece["kind"],
        "category": piece["category"],
        "item": piece["item"],
        "label": place.label,
        "at": stamp(piece["at"]),
        "device_at": there.said_at(piece["act"]),
        "by": there.name(piece["by"]),
        "text": piece["text"],
        "counts": newest or not place.slot.newest_counts,
        **KINDS[piece["kind"]].tells(place.slot, piece["value"]),
    }
    if not piece["sha256"]:
        return facts
    return {**facts, **{name: piece[name] for name in FILE}, "intact": whole(piece["sha256"], piece["size_bytes"])}
