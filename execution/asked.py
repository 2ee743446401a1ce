"""What was asked, as the operator reads it on a Job: where to go, whom to call, and every detail under its label."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from execution.models import Job
from intake.facts import CONTACT, Facts, answer_words, position_words, service_words, wished_words

MAP = "https://www.openstreetmap.org"


@dataclass(frozen=True)
class Asked:
    """The context that crossed over with a Job."""

    job: Job

    @property
    def said(self) -> dict[str, Any]:
        """The context as data."""
        return self.job.context  # type: ignore[no-any-return]

    @property
    def summary(self) -> str:
        """What it is called."""
        return str(self.said.get("summary") or self.job.reference)

    @property
    def place(self) -> str:
        """Where it is."""
        return str(self.said.get("place") or "")

    @cached_property
    def wished(self) -> str:
        """When it is wished for."""
        return wished_words(self.said.get("wished"))

    @property
    def appointment(self) -> str:
        """When it is to be done, if an appointment was set."""
        return str(self.job.appointment or "")

    @property
    def service(self) -> str:
        """The service that was chosen, with its price."""
        return service_words(self.job.version.reads, self.said.get("tier"))

    @property
    def position(self) -> tuple[str, str] | None:
        """Latitude and longitude, where both are known."""
        latitude, longitude = self.said.get("latitude"), self.said.get("longitude")
        return (str(latitude), str(longitude)) if latitude and longitude else None

    @property
    def directions(self) -> str:
        """For the telephone's own map."""
        at = ",".join(self.position) if self.position else "0,0"
        said = at if self.position else self.place
        return f"geo:{at}?q={quote(said)}" if said else ""

    @property
    def map(self) -> str:
        """For OpenStreetMap, which follows nobody."""
        if self.position:
            latitude, longitude = self.position
            return f"{MAP}/?{urlencode({'mlat': latitude, 'mlon': longitude})}#map=18/{latitude}/{longitude}"
        return f"{MAP}/search?{urlencode({'query': self.place})}" if self.place else ""

    @property
    def call(self) -> str:
        """The number to dial."""
        number = re.sub(r"[^+\d]", "", str(self.said.get("phone") or ""))
        return f"tel:{number}" if number else ""

    @property
    def first_name(self) -> str:
        """Whom one calls, in a word."""
        return next(iter(str(self.said.get("name") or "").split()), "")

    @property
    def facts(self) -> Facts:
        """Every detail under its label, but for the place and the wished time, which stand above all."""
        answers = self.said.get("answers") or {}
        asked = [(field.label, answer_words(field, answers.get(field.code))) for field in self.job.version.reads.fields]
        contact = [(label, str(self.said.get(name) or "")) for label, name in CONTACT]
        above = [("Service", self.service), ("In their words", str(self.said.get("description") or ""))]
        return [*above, *asked, ("Position", position_words(self.said)), *contact]

    @property
    def note(self) -> str:
        """What was said when it was assigned."""
        return str(self.said.get("note") or "")
