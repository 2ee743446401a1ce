"""Steps of a walk that put evidence of other kinds than words and pictures into its slots."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from demo.gardens import signature
from demo.stories import Story
from execution import documents, files
from execution.models import ServiceEvent
from qtm.models import User

NOTE_OF_DELIVERY = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n% {}\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


class Captures:
    """What somebody at work measures, checks, has signed and hands in."""

    story: Story
    hand: User

    def _enter(self, user: User, room: Any, verb: str, **given: Any) -> Any:
        """Press one door."""
        raise NotImplementedError

    def _capture(self, stage: str, kind: str, category: str, **given: Any) -> None:
        """Put a piece into a slot."""
        self._enter(self.hand, ServiceEvent, "capture", stage=stage, kind=kind, category=category, **given)

    def measure(self, stage: str, category: str, amount: str, unit: str, text: str = "") -> None:
        """Say how much there is of something."""
        self._capture(stage, "measurement", category, amount=amount, unit=unit, text=text)

    def check(self, stage: str, category: str, answers: dict[str, str], text: str = "") -> None:
        """Go through a checklist."""
        self._capture(stage, "checklist", category, answers=answers, text=text)

    def sign(self, stage: str, category: str, name: str, drawn: bool = True) -> None:
        """Have somebody sign, with a finger or with their name."""
        drawing = SimpleUploadedFile("signature.png", signature(name), "image/png")
        how = {"drawing": [files.check(drawing)]} if drawn else {"typed": True}
        self._capture(stage, "signature", category, name=name, **how)

    def file(self, stage: str, category: str, name: str, text: str = "") -> None:
        """Hand in a paper."""
        paper = SimpleUploadedFile(name, NOTE_OF_DELIVERY.format(f"{self.story.key} {name}").encode())
        self._capture(stage, "file", category, files=[documents.check(paper)], text=text)
