"""A piece of evidence of every kind that fits its slot, as the verb takes it."""

from collections.abc import Callable
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from execution import documents, files
from execution.models import ServiceEvent
from qtm.runtime import Evidence
from tests.pictures import upload

_numbers = count(1)
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"

FITTING: dict[str, Callable[[Evidence, int], dict[str, Any]]] = {
    "photo": lambda slot, wanted: {"photos": [files.check(upload()) for _ in range(wanted)]},
    "note": lambda slot, wanted: {"text": "As agreed."},
    "measurement": lambda slot, wanted: {"amount": slot.min or slot.max or "1", "unit": slot.units[0]},
    "checklist": lambda slot, wanted: {"answers": {item.code: "yes" for item in slot.items}},
    "signature": lambda slot, wanted: {"name": "Maren Holt", "typed": True},
    "file": lambda slot, wanted: {"files": [documents.check(paper()) for _ in range(wanted)]},
}


def paper(name: str = "delivery.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A paper unlike every other one of this run, as a form brings it."""
    return SimpleUploadedFile(name, content.replace(b"1 0 obj", b"%d 0 obj" % next(_numbers)))


def fill(event: ServiceEvent) -> None:
    """Capture all that is missing, and mark every stage; inside of an act."""
    for lack in event.missing():
        if lack.kind == "stage":
            event.mark(stage=lack.stage)
            continue
        slot = event.version.reads.evidence(lack.stage, lack.kind, lack.category)
        where = {"stage": lack.stage, "kind": lack.kind, "category": lack.category, "item": lack.item}
        event.capture(**where, **FITTING[lack.kind](slot, lack.needed - lack.have))
