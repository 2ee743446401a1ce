"""Composing a Record: everything that was asked, governed and done, as canonical bytes (RFC 8785) with their SHA-256."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from execution.files import intact
from execution.models import ServiceEvent
from qtm.models import Transition

PERSONAL = ("name", "phone", "email", "place", "latitude", "longitude", "description")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A Record's document and its annex as canonical bytes, the document's digest, and the document as data."""

    document: bytes
    annex: bytes
    sha256: str
    facts: Mapping[str, Any]


def compose(event: ServiceEvent) -> Sealed:
    """Compose the Record of a ServiceEvent that has just been completed."""
    facts, personal = _split(event)
    annex = rfc8785.dumps({"salt": secrets.token_hex(16), "personal": personal})
    facts["personal"] = {"annex_sha256": hashlib.sha256(annex).hexdigest()}
    document = rfc8785.dumps(facts)
    return Sealed(document, annex, hashlib.sha256(document).hexdigest(), facts)


def _split(event: ServiceEvent) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands in the document, and what is the requester's own and stands in the annex."""
    job, assignment = event.job, event.job.assignment
    request = assignment.task.intake.request
    runtime = event.version.reads
    context = job.context
    private = {field.code for field in runtime.fields if field.personal}
    personal = {name: context[name] for name in PERSONAL if context[name]}
    personal["answers"] = {code: value for code, value in context["answers"].items() if code in private}
    corrections = [_correction(each) for each in assignment.task.corrections.select_related("by")]
    personal["corrections"] = [each for each in corrections if each["field"] in PERSONAL]
    return {
        "form": "qtm record 1",
        "case": request.reference,
        "summary": context["summary"],
        "request": {
            "reference": request.reference,
            "channel": request.get_channel_display(),
            "routed_from": {"funnel": request.funnel.name, "owner": request.funnel.owner},
            "asked_at": stamp(request.since),
            "wished": context["wished"],
            "follows": f"Q-{request.follows_id}" if request.follows_id else "",
            "answers": {code: value for code, value in context["answers"].items() if code not in private},
        },
        "surface": _surface(event),
        "tier": _tier(runtime, context["tier"]),
        "governance": {
            "layer": str(job.governor) if job.governor_id else "the network",
            "task": assignment.task.reference,
            "assignment": {"reference": assignment.reference, "note": assignment.note},
            "corrections": [each for each in corrections if each["field"] not in PERSONAL],
        },
        "operator": {"reference": event.operator.reference, "name": event.operator.name, "worker": str(event.worker)},
        "job": job.reference,
        "event": event.reference,
        "stages": _stages(event, runtime),
        "outcome": _outcome(event, runtime),
        "crossings": _crossings(event.case_id),
    }, personal


def stamp(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC, to the microsecond."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _correction(each: Any) -> dict[str, str]:
    """A correction as data."""
    return {"field": each.field, "was": each.was, "is": each.becomes, "why": each.why, "by": str(each.by), "at": stamp(each.at)}


def _surface(event: ServiceEvent) -> dict[str, Any]:
    """The surface in the version that was pinned, with its honest status."""
    version, runtime = event.version, event.version.reads
    return {
        "code": runtime.code,
        "name": runtime.name,
        "version": version.number,
        "digest": version.digest,
        "status": runtime.status,
        "lacks": list(runtime.lacks),
    }


def _tier(runtime: Any, code: str) -> dict[str, Any] | None:
    """The service tier with its price in minor units, where one was chosen."""
    if not code:
        return None
    tier = runtime.tier(code)
    price = {"amount_minor": tier.price.amount_minor, "currency": tier.price.currency} if tier.price else None
    return {"code": code, "label": tier.label, "price": price}


def _outcome(event: ServiceEvent, runtime: Any) -> dict[str, Any]:
    """How it ended."""
    outcome = runtime.outcome(event.outcome)
    reason = runtime.reason(event.outcome, event.reason).label if event.reason else ""
    return {"code": outcome.code, "label": outcome.label, "completes": outcome.completes, "reason": reason, "remark": event.remark, "paid": event.get_paid_display()}


def _stages(event: ServiceEvent, runtime: Any) -> list[dict[str, Any]]:
    """Each stage with its mark, what it requires, and its evidence."""
    marks = {mark.stage: mark for mark in event.marks.select_related("by")}
    pieces = list(event.evidence.select_related("by"))
    return [_stage(stage, marks.get(stage.code), [piece for piece in pieces if piece.stage == stage.code]) for stage in runtime.stages]


def _stage(stage: Any, mark: Any, pieces: list[Any]) -> dict[str, Any]:
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


def _piece(piece: Any, stage: Any) -> dict[str, Any]:
    """One piece of evidence: a note in full, a file by digest, size and type."""
    label = next((slot.label for slot in stage.evidence if (slot.kind, slot.category) == (piece.kind, piece.category)), piece.category)
    facts = {"kind": piece.kind, "category": piece.category, "label": label, "at": stamp(piece.at), "by": str(piece.by), "text": piece.text}
    if piece.kind != "photo":
        return facts
    file = {name: getattr(piece, name) for name in ("sha256", "size_bytes", "media_type", "width", "height")}
    return {**facts, **file, "intact": intact(piece.sha256, piece.size_bytes)}


def _crossings(case_id: int) -> list[dict[str, str]]:
    """Every birth and move of the case so far, with its time and authority."""
    lines = Transition.objects.filter(case_id=case_id).select_related("user")
    return [
        {
            "room": line.room.split(".")[1],
            "row": str(line.row_id),
            "was": line.was,
            "becomes": line.becomes,
            "by": str(line.user) if line.user_id else "the requester" if line.actor_id else "system",
            "by_kind": "person" if line.user_id else "actor" if line.actor_id else "system",
            "authority": line.authority,
            "via": line.via,
            "reason": line.reason,
            "act": str(line.act),
            "at": stamp(line.at),
        }
        for line in lines
    ]
