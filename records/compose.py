"""Composing a Record: everything that was asked, governed and done, as canonical bytes (RFC 8785) with their SHA-256.

What is the requester's own stands in the annex. So does every text that governance typed by hand (reasons, notes, a summary put
right), because it may name them; what the operator wrote of the work stands in the document as it was written.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from execution.models import ServiceEvent
from governance.models import Correction
from intake.models import Request
from qtm.models import Transition
from qtm.runtime import Answer, Field, Runtime
from records.work import outcome, stages, stamp

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
        "stages": stages(event),
        "outcome": outcome(event),
        "crossings": [_crossing(line) for line in lines],
        "annex_sha256": hashlib.sha256(annex).hexdigest(),
    }
    document = rfc8785.dumps(facts)
    return Sealed(document, annex, hashlib.sha256(document).hexdigest(), facts)


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
