"""A Record as its page shows it: read from the sealed document, and from the annex as far as the viewer may."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.dateparse import parse_datetime

from execution.kinds import KINDS
from execution.sight import pieces_for
from governance.models import Task
from qtm.standing import Standing
from qtm.words import exact
from records import policy
from records.afterwards import Afterwards
from records.crossings import OPENED, STEPS, Crossing, crossing_of, device_at
from records.models import Record
from records.work import numbered

# What people read for what the requester said of themselves, in this order.
PERSONAL_WORDS = {
    "name": "Name",
    "phone": "Phone",
    "email": "E-mail",
    "place": "Place",
    "position": "Position",
    "summary": "In short",
    "description": "Description",
}


class Certificate(Afterwards):
    """Everything that a Record's page shows to one person."""

    def __init__(self, record: Record, standing: Standing) -> None:
        """`standing`: whose eyes it is for."""
        super().__init__(record, standing)
        self.facts = record.facts

    @property
    def title(self) -> str:
        """What was done: the surface and the service."""
        tier = self.facts["tier"]
        return f"{self.facts['surface']['name']}: {tier['label']}" if tier else str(self.facts["surface"]["name"])

    @property
    def part(self) -> dict[str, Any]:
        """Which part of its Job's work it tells of; empty where it tells of all."""
        return self.facts["part"] or {}

    @property
    def later(self) -> bool:
        """Whether another part came before it."""
        return bool(self.part.get("number", 1) > 1)

    @cached_property
    def others(self) -> list[Record]:
        """The Records of the other parts of the same Job, as far as this person sees them."""
        if not self.part:
            return []
        of_case = Record.objects.filter(self.standing.sight(Record), case_id=self.record.case_id)
        return list(of_case.exclude(pk=self.record.pk).order_by("pk"))

    @property
    def page(self) -> str:
        """Where this person reads it."""
        return str(self.record.page)

    @property
    def sealed_at(self) -> datetime:
        """The moment of completing, in whose transaction it was sealed."""
        return datetime.fromisoformat(self.facts["crossings"][-1]["at"])

    @property
    def asked_at(self) -> datetime:
        """The moment of asking."""
        return datetime.fromisoformat(self.facts["request"]["asked_at"])

    @property
    def wished(self) -> str:
        """The moment that was wished for, if any; what a correction left unreadable stands as it is."""
        wished = str(self.facts["request"]["wished"])
        moment = parse_datetime(wished) if wished else None
        return exact(moment) if moment and moment.tzinfo else wished

    @property
    def appointment(self) -> list[datetime]:
        """From when until when it was to be done, if an appointment was set."""
        sealed = self.facts["governance"]["appointment"] or {}
        return [datetime.fromisoformat(sealed[name]) for name in ("starts", "ends") if sealed]

    @cached_property
    def sees_case(self) -> bool:
        """Whether this person may see the case it comes from."""
        return Task.objects.filter(self.standing.sight(Task), case_id=self.record.case_id).exists()

    @cached_property
    def sees_annex(self) -> bool:
        """Whether the requester's data is for them: members of the operator, and who may see the case."""
        return self._of_own(self.record) or self.sees_case

    @cached_property
    def _annex(self) -> bytes | memoryview | None:
        """The annex, as long as it was not erased; with a Record that was read with it nothing is asked."""
        if "annex_content" in vars(self.record):
            return vars(self.record)["annex_content"]  # type: ignore[no-any-return]
        return self.record.annexes.values_list("content", flat=True).first()

    @property
    def erased(self) -> bool:
        """Whether the annex was erased, as the law may demand; the Record is whole without it."""
        return self._annex is None

    @cached_property
    def annex(self) -> dict[str, Any]:
        """The annex as data: all of it, or for who settles and governs nothing but the requester's name."""
        said = dict(json.loads(bytes(self._annex))) if self._annex else {}
        return said if self.sees_annex else {"personal": {"name": said.get("personal", {}).get("name", "")}}

    @property
    def personal(self) -> list[tuple[str, str]]:
        """What the requester said of themselves, in words."""
        said = dict(self.annex.get("personal", {}))
        position = f"{said['latitude']}, {said['longitude']}" if "latitude" in said and "longitude" in said else ""
        said |= {"position": position, "summary": said.get("summary", "").replace(self.title, "")}
        pairs = [(words, said.get(name, "")) for name, words in PERSONAL_WORDS.items()]
        return [*pairs, *((each["question"], each["says"]) for each in said.get("answers", []))]

    @property
    def note(self) -> str:
        """What was said at assignment."""
        return str(self.annex.get("written", {}).get("note", ""))

    @property
    def put_right(self) -> list[dict[str, Any]]:
        """What review put right, with the words of it where this person may read them."""
        written = self.annex.get("written", {}).get("corrections", [])
        plain = self.facts["governance"]["corrections"]
        read = [*written, *({} for _ in plain[len(written) :])]
        return [
            {**sealed, **said, "at": datetime.fromisoformat(sealed["at"])}
            for sealed, said in zip(plain, read, strict=True)
        ]

    @cached_property
    def crossings(self) -> list[Crossing]:
        """Every crossing until the seal, in order."""
        reasons = self.annex.get("written", {}).get("reasons", {})
        return [crossing_of(each, reasons.get(str(place), "")) for place, each in enumerate(self.facts["crossings"])]

    @cached_property
    def steps(self) -> list[Crossing]:
        """The crossings that a certificate names, the last of each kind, in the order of the path; of ServiceEvents only its own."""
        own = self.facts["event"].removeprefix("E-")
        ours = [each for each in self.crossings if each.room != "ServiceEvent" or each.row == own]
        last = {each.label: each for each in ours if each.label and (each.label != OPENED or self.later)}
        return [last[label] for label in STEPS.values() if label in last]

    @property
    def travel(self) -> list[dict[str, Any]]:
        """Every moment of the way there."""
        return [{**each, "at": datetime.fromisoformat(each["at"])} for each in self.facts["time"]["travel"]]

    @cached_property
    def verdict(self) -> policy.Verdict:
        """Why the ⭐ was given or withheld, read anew from the document."""
        return policy.judge(self.facts)

    @cached_property
    def pictures(self) -> dict[str, int]:
        """Where the files are kept, by digest, as far as this person may see them."""
        if self.files_erased:
            return {}
        pieces = pieces_for(self.standing).filter(event=self.record.event_id).exclude(sha256="")
        return dict(pieces.values_list("sha256", "pk"))

    @property
    def photos(self) -> bool:
        """Whether any photo is among what was captured."""
        return any(piece["kind"] == "photo" for stage in self.facts["stages"] for piece in stage["evidence"])

    def stages(self) -> Iterator[dict[str, Any]]:
        """Each stage with its pictures, and with its other pieces as their kinds are drawn."""
        for stage in self.facts["stages"]:
            pieces = [self._shown(place, piece) for place, piece in numbered(stage["code"], stage["evidence"])]
            done_at = datetime.fromisoformat(stage["done_at"]) if stage["done"] else None
            yield {
                **stage,
                "done_at": done_at,
                "photos": [each for each in pieces if each["kind"] == "photo"],
                "others": [each for each in pieces if each["kind"] != "photo" and each["template"]],
            }

    def _shown(self, place: str, piece: Mapping[str, Any]) -> dict[str, Any]:
        """One piece, with where its file is and what was confided in it, as far as this person may see."""
        return {
            **piece,
            "at": datetime.fromisoformat(piece["at"]),
            "device_at": device_at(piece),
            "kept": self.pictures.get(piece.get("sha256", "")),
            "confided": self.annex.get("written", {}).get("confided", {}).get(place, ""),
            "template": KINDS[piece["kind"]].sealed_template if piece["kind"] in KINDS else "",
        }
