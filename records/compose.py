"""Composing a Record: everything that was asked, governed and done, as canonical bytes (RFC 8785) with their SHA-256.

What is the requester's own stands in the annex. So does every text that governance typed by hand (reasons, notes, a summary put
right), because it may name them; what the operator wrote of the work stands in the document as it was written.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from execution.files import intact
from execution.models import ServiceEvent
from governance.models import Correction
from intake.models import Request
from qtm.models import Transition
from qtm.runtime import Answer, Field, Outcome, Runtime, Stage

FORM = "qtm record 1"
PERSONAL = ("summary", "name", "phone", "email", "place", "latitude", "longitude", "description")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A Record's document and its annex as canonical bytes, the document's digest, and the document as data."""

    document: bytes
    annex: bytes
    sha256: str
    facts: Mapping[str, Any]


def compose(event: ServiceEvent, policy: str) -> Sealed:
    """Compose the Record of a ServiceEvent that has just been completed; `policy` is the one that will read it."""
    lines = list(Transition.objects.filter(case_id=event.case_id).select_related("user"))
    request = Request.objects.select_related("actor", "funnel").defer("asked").get(pk=event.case_id)
    corrections = list(Correction.objects.filter(task__case_id=event.case_id).select_related("by"))
    annex = rfc8785.dumps(
        {"salt": secrets.token_hex(16), "personal": _personal(event), "written": _written(event, corrections, lines)}
    )
    facts = {
        "form": FORM,
        "policy": policy,
        "case": request.reference,
        "request": _request(event, request),
        "surface": _surface(event),
        "tier": _tier(event.version.reads, event.job.context["tier"]),
        "governance": _governance(event, corrections, lines),
        "operator": {
            "reference": event.operator.reference,
            "name": event.operator.name,
            "worker": _worker(event, lines),
        },
        "job": event.job.reference,
        "event": event.reference,
        "stages": _stages(event),
        "outcome": _outcome(event),
        "crossings": [_crossing(line) for line in lines],
        "annex_sha256": hashlib.sha256(annex).hexdigest(),
    }
    document = rfc8785.dumps(facts)
    return Sealed(document, annex, hashlib.sha256(document).hexdigest(), facts)


def stamp(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC, to the microsecond."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _answers(event: ServiceEvent, *, personal: bool) -> list[dict[str, Any]]:
    """The answers to the surface's own questions, personal or not, each with the words of its question and of its choice."""
    answers: Mapping[str, Any] = event.job.context["answers"]
    fields = [each for each in event.version.reads.fields if each.personal is personal and each.code in answers]
    return [
        {
            "code": each.code,
            "question": each.label,
            "answer": answers[each.code],
            "says": _says(each, answers[each.code]),
        }
        for each in fields
    ]


def _says(field: Field, answer: Answer) -> str:
    """An answer as people say it."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return next((choice.label for choice in field.choices if choice.code == answer), str(answer))


def _personal(event: ServiceEvent) -> dict[str, Any]:
    """What the requester said of themselves, with corrections."""
    context = event.job.context
    return {name: context[name] for name in PERSONAL if context[name]} | {"answers": _answers(event, personal=True)}


def _written(event: ServiceEvent, corrections: Iterable[Any], lines: Sequence[Transition]) -> dict[str, Any]:
    """What people typed by hand on the way; a reason by the place of its crossing in the document."""
    return {
        "note": event.job.context["note"],
        "corrections": [
            {"field": each.field, "was": each.was, "is": each.becomes, "why": each.why} for each in corrections
        ],
        "reasons": {str(place): line.reason for place, line in enumerate(lines) if line.reason},
    }


def _request(event: ServiceEvent, request: Request) -> dict[str, Any]:
    """What was asked, as far as it is nobody's own; a system that asked is named."""
    actor = request.actor
    return {
        "reference": request.reference,
        "channel": request.get_channel_display(),
        "asked_by": {"kind": actor.kind, "name": actor.name if actor.kind == "system" else ""},
        "routed_from": {"funnel": request.funnel.name, "owner": _layer(event)},
        "asked_at": stamp(request.since),
        "wished": event.job.context["wished"],
        "follows": f"Q-{request.follows_id}" if request.follows_id else "",
        "answers": _answers(event, personal=False),
    }


def _layer(event: ServiceEvent) -> str:
    """Who governs the case: the network, or the operator, which then is the one that did the work."""
    return event.operator.name if event.job.governor_id else "the network"


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


def _tier(runtime: Runtime, code: str) -> dict[str, Any] | None:
    """The service tier with its price in minor units, where one was chosen."""
    if not code:
        return None
    tier = runtime.tier(code)
    price = {"amount_minor": tier.price.amount_minor, "currency": tier.price.currency} if tier.price else None
    return {"code": code, "label": tier.label, "price": price}


def _governance(event: ServiceEvent, corrections: Iterable[Any], lines: Iterable[Transition]) -> dict[str, Any]:
    """The layer that governed, its rows, whom it named, and what it corrected, without the values that may be personal."""
    job = event.job
    task = next(line.row_id for line in lines if line.room == "governance.Task")
    return {
        "layer": _layer(event),
        "task": f"T-{task}",
        "assignment": {"reference": f"A-{job.assignment_id}", "worker": str(job.worker) if job.worker_id else ""},
        "corrections": [_correction(each) for each in corrections],
    }


def _correction(each: Any) -> dict[str, str]:
    """A correction as data."""
    facts = {"field": each.field, "by": str(each.by), "at": stamp(each.at)}
    return facts if each.field in PERSONAL else {**facts, "was": each.was, "is": each.becomes}


def _worker(event: ServiceEvent, lines: Iterable[Transition]) -> str:
    """The name of who carried it out: whoever claimed it, who stands in the log."""
    return next((str(line.user) for line in lines if line.user_id == event.worker_id), "") or str(event.worker)


def _outcome(event: ServiceEvent) -> dict[str, Any]:
    """How it ended."""
    outcome: Outcome = event.version.reads.outcome(event.outcome)
    reason = next((each.label for each in outcome.reasons if each.code == event.reason), "")
    return {
        "code": outcome.code,
        "label": outcome.label,
        "completes": outcome.completes,
        "reason": reason,
        "remark": event.remark,
        "paid": event.get_paid_display(),
    }


def _stages(event: ServiceEvent) -> list[dict[str, Any]]:
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


def _crossing(line: Transition) -> dict[str, Any]:
    """One birth or move of the case, with its time and authority; what was given as a reason stands in the annex."""
    return {
        "room": line.room.split(".")[1],
        "row": str(line.row_id),
        "was": line.was,
        "becomes": line.becomes,
        "by": str(line.user) if line.user_id else "the requester" if line.actor_id else "system",
        "by_kind": "person" if line.user_id else "actor" if line.actor_id else "system",
        "authority": line.authority,
        "via": line.via,
        "reasoned": bool(line.reason),
        "act": str(line.act),
        "at": stamp(line.at),
    }
