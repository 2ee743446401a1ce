"""Composing a Record: everything that was asked, governed and done, as the canonical bytes (RFC 8785) that are sealed, with their SHA-256.

What is the requester's own stands in the annex. So does every text that governance typed by hand (reasons, notes, a summary put
right), because it may name them, and the name of whoever signed; what the operator wrote of the work stands in the document as it was written.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from execution.files import intact
from execution.models import ServiceEvent
from governance.context import label_of, spoken
from intake.models import CHANNELS
from qtm.runtime import Answer, Field, Runtime
from records.canonical import canonical
from records.reading import Reading, Row, read, stamp
from records.seal.statement import statement
from records.timing import time
from records.work import Whole, confided, outcome, part, stages

FORM = "qtm record 2"
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
    there = read(event)
    salt, personal = secrets.token_hex(16), _personal(event)
    annex = canonical(
        {"salt": salt, "personal": personal, "written": _written(event, there), "claimed": _claimed(there)}
    )
    facts = {
        "form": FORM,
        "policy": policy,
        **told(event, there),
        "annex_sha256": hashlib.sha256(annex).hexdigest(),
    }
    document = statement(facts)
    return Sealed(document, annex, hashlib.sha256(document).hexdigest(), facts)


def told(event: ServiceEvent, there: Reading, whole: Whole = intact) -> dict[str, Any]:
    """What the rows tell of a ServiceEvent and its case; `whole`: how it is found out whether a file is."""
    return {
        "case": f"Q-{event.case_id}",
        "request": _request(event, there.request),
        "surface": _surface(event),
        "tier": _tier(event.version.reads, event.job.context["tier"]),
        "governance": _governance(event, there),
        "operator": {
            "reference": event.operator.reference,
            "name": event.operator.name,
            "worker": there.name(event.worker_id),
        },
        "job": event.job.reference,
        "event": event.reference,
        "part": part(event),
        "stages": stages(event, there, whole),
        "time": time(event, there),
        "outcome": outcome(event),
        "crossings": [_crossing(line, there) for line in there.lines],
    }


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
    return field.named(answer)


def _personal(event: ServiceEvent) -> dict[str, Any]:
    """What the requester said of themselves, with corrections."""
    context = event.job.context
    return {name: context[name] for name in PERSONAL if context[name]} | {"answers": _answers(event, personal=True)}


def _written(event: ServiceEvent, there: Reading) -> dict[str, Any]:
    """What people typed by hand on the way; a reason by the place of its crossing in the document."""
    return {
        "note": event.job.context["note"],
        "corrections": [{name: each[name] for name in ("field", "was", "is", "why")} for each in there.corrections],
        "confided": confided(event, there),
        "reasons": {str(place): line["reason"] for place, line in enumerate(there.lines) if line["reason"]},
    }


def _claimed(there: Reading) -> dict[str, Any]:
    """Where cameras say that they were, by the digest of the photo: it may be the requester's home."""
    return {
        piece["sha256"]: {name: piece[name] for name in ("latitude", "longitude")}
        for piece in there.evidence
        if piece["latitude"]
    }


def _request(event: ServiceEvent, request: Row) -> dict[str, Any]:
    """What was asked, as far as it is nobody's own; a system that asked is named."""
    return {
        "reference": f"Q-{event.case_id}",
        "channel": dict(CHANNELS)[request["channel"]],
        "asked_by": {"kind": request["kind"], "name": request["name"]},
        "routed_from": {"funnel": request["funnel"], "owner": _layer(event)},
        "asked_at": stamp(request["since"]),
        "wished": event.job.context["wished"],
        "follows": f"Q-{request['follows']}" if request["follows"] else "",
        "corrects": {"record": f"R-{request['corrected']}", "sha256": request["corrects"]}
        if request["corrects"]
        else None,
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


def priced(facts: Mapping[str, Any]) -> bool:
    """Whether the service that a document tells of has a price."""
    return bool(facts["tier"] and facts["tier"]["price"])


def _governance(event: ServiceEvent, there: Reading) -> dict[str, Any]:
    """The layer that governed, its rows, whom it named, and what it corrected, without the values that may be personal."""
    job = event.job
    task = next(line["row"] for line in there.lines if line["room"] == "governance.Task")
    return {
        "layer": _layer(event),
        "task": f"T-{task}",
        "assignment": {"reference": f"A-{job.assignment_id}", "worker": there.name(job.worker_id)},
        "appointment": {name: stamp(when) for name, when in there.appointment.items()} if there.appointment else None,
        "corrections": [_correction(each, there, event.version.reads) for each in there.corrections],
    }


def _correction(each: Row, there: Reading, runtime: Runtime) -> dict[str, str]:
    """A correction as data; what may be the requester's own stands in the annex alone, an answer as its question says."""
    personal = {*PERSONAL, *(f"answers.{field.code}" for field in runtime.fields if field.personal)}
    name = each["field"]
    facts = {"field": name, "label": label_of(runtime, name), "by": there.name(each["by"]), "at": stamp(each["at"])}
    if name in personal:
        return facts
    says = {f"{when}_says": spoken(runtime, name, each[when]) for when in ("was", "is")}
    return {**facts, "was": each["was"], "is": each["is"], **says}


def _crossing(line: Row, there: Reading) -> dict[str, Any]:
    """One birth or move of the case, with its time and authority; what was given as a reason stands in the annex."""
    return {
        "room": line["room"].split(".")[1],
        "row": str(line["row"]),
        "was": line["was"],
        "becomes": line["becomes"],
        "by": there.name(line["user"]) or ("the requester" if line["actor"] else "system"),
        "by_user": line["user"],  # names change, and accounts do not
        "by_kind": "person" if line["user"] else "actor" if line["actor"] else "system",
        "authority": line["authority"],
        "via": line["via"],
        "reasoned": bool(line["reason"]),
        "act": line["act"],
        "at": stamp(line["at"]),
        "device_at": there.said_at(line["act"]),
    }
