"""A whole runtime: read from plain data or TOML, and given back as the same."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Self

from qtm.runtime.fields import Answer, Asks, Choice, Field, Refused
from qtm.runtime.parts import Event, Outcome, Service, Stage, Tier
from qtm.runtime.sequence import InSequence
from qtm.runtime.slots import Evidence
from qtm.runtime.table import MOST_ROWS, Coded, Malformed, Table, called, join, line_of

SURFACES = Path(__file__).parent.parent / "surfaces"
STATUSES = ("planned", "partial", "live")


class Unknown(LookupError):
    """The surface has nothing of that code; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Runtime(InSequence):
    """A surface as data; no key of it can switch a law off, because a key that nobody knows is refused."""

    code: str
    name: str
    summary: str
    status: str
    asks: Asks
    lacks: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    tiers: tuple[Tier, ...] = ()
    events: tuple[Event, ...] = ()
    stages: tuple[Stage, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    open311: tuple[Service, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, object]) -> Self:
        """Read a runtime, or refuse it naming the exact key."""
        needs = ("code", "name", "summary", "status", "asks")
        table = Table(data, "", needs, ("lacks", "fields", "tiers", "events", "stages", "outcomes", "open311"))
        status = table.word("status", STATUSES)
        cls._honest(table, status)
        outcomes = table.coded("outcomes", Outcome.read)
        if outcomes and not any(outcome.completes for outcome in outcomes):
            raise Malformed("outcomes", "At least one outcome must complete the work.")
        runtime = cls(
            code=table.code(),
            name=table.text("name", 80),
            summary=table.text("summary", 500),
            status=status,
            asks=Asks.read(table.value["asks"], "asks"),
            lacks=table.rows("lacks", lambda value, at: line_of(value, at, 300), lambda line: line, ""),
            fields=table.coded("fields", Field.read),
            tiers=table.coded("tiers", Tier.read),
            events=table.coded("events", Event.read),
            stages=table.coded("stages", Stage.read),
            outcomes=outcomes,
        )
        runtime._areas_known()
        runtime._refuse_bad_sequence(table)
        return cls(**{**_shallow(runtime), "open311": runtime._services(table)})

    def _areas_known(self) -> None:
        """Refuse a slot that is owed for each of what is not asked, may be left open, or is nobody's to read in a Record."""
        areas = {
            field.code for field in self.fields if field.kind == "choices" and field.required and not field.personal
        }
        for place, stage in enumerate(self.stages):
            for number, slot in enumerate(stage.evidence):
                if slot.each and slot.each not in areas:
                    at = f"stages[{place}].evidence[{number}].each"
                    raise Malformed(at, f"No field “{slot.each}” of kind choices is required and not personal.")

    @staticmethod
    def _honest(table: Table, status: str) -> None:
        """Refuse a status that claims more or less than the runtime holds."""
        if status == "planned":
            if "open311" in table.value:
                raise Malformed("open311", "A planned surface takes no request from anywhere.")
            return
        table.need("tiers", "stages", "outcomes")
        if status == "partial" and "lacks" not in table.value:
            raise Malformed("lacks", "This key is missing: a partial surface says what it lacks.")
        if status == "live" and "lacks" in table.value:
            raise Malformed("lacks", "A live surface lacks nothing; call it partial, or leave this out.")

    def _services(self, table: Table) -> tuple[Service, ...]:
        """Read the foreign services, by name, because jsonb keeps no order of keys."""
        if "open311" not in table.value:
            return ()
        at = "open311.services"
        value = Table(table.value["open311"], "open311", ("services",)).value["services"]
        if not isinstance(value, Mapping):
            raise Malformed(at, f"This must be a table, not {called(value)}.")
        if not 1 <= len(value) <= MOST_ROWS:
            raise Malformed(at, f"This table has {len(value)} services; it must have between 1 and {MOST_ROWS}.")
        names = [line_of(name, join(at, name), 120) for name in value]
        return tuple(self._service(name, value[name], join(at, name)) for name in sorted(names))

    def _service(self, name: str, value: object, at: str) -> Service:
        """Read one foreign service against this runtime's own tiers and fields."""
        table = Table(value, at, ("tier",), ("fields",))
        tier, raw = table.code("tier"), table.value.get("fields", {})
        if tier not in {one.code for one in self.tiers}:
            raise Malformed(join(at, "tier"), f"This surface has no tier “{tier}”.")
        if not isinstance(raw, Mapping):
            raise Malformed(join(at, "fields"), f"This must be a table, not {called(raw)}.")
        answers, errors = self.answers(raw)
        errors.update({code: "This answer is blank." for code in raw if code not in {*answers, *errors}})
        for code, sentence in errors.items():
            raise Malformed(f"{at}.fields.{code}", sentence)
        kept = ((code, tuple(each) if isinstance(each, list) else each) for code, each in answers.items())
        return Service(name, tier, tuple(kept))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a runtime from a TOML file, or refuse it naming the file and the line or key."""
        return cls.parse(Path(path).read_bytes(), Path(path).name)

    @classmethod
    def parse(cls, raw: bytes, source: str) -> Self:
        """Read a runtime from TOML, or refuse it naming where it is from and the line or key."""
        try:
            data = tomllib.loads(raw.decode())
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise Malformed(f"line {line}", "This is not UTF-8 text.", source) from None
        except (ValueError, RecursionError) as error:
            found = re.search(r"at line (\d+)", str(error))
            line = int(found[1]) if found else raw.count(b"\n") + 1
            raise Malformed(f"line {line}", f"This is not TOML: {error}.", source) from None
        try:
            return cls.read(data)
        except Malformed as refusal:
            raise Malformed(refusal.key_path, refusal.sentence, source) from None

    @property
    def executable(self) -> bool:
        """Tell whether it takes requests."""
        return self.status != "planned"

    def as_json(self) -> dict[str, Any]:
        """Give the runtime as plain data, from which the same runtime can be read."""
        data = {key: _plain(value) for key, value in _shallow(self).items() if _said(value)}
        if self.open311:
            data["open311"] = {"services": {service.name: service.as_json() for service in self.open311}}
        return data

    def digest(self) -> str:
        """Give the SHA-256 of the runtime's plain data, in hexadecimal."""
        text = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def field(self, code: str) -> Field:
        """Give the field of that code."""
        return self._named(self.fields, code, "field")

    def tier(self, code: str) -> Tier:
        """Give the tier of that code."""
        return self._named(self.tiers, code, "service tier")

    def stage(self, code: str) -> Stage:
        """Give the stage of that code."""
        return self._named(self.stages, code, "stage")

    def event(self, code: str) -> Event:
        """Give the event of that code."""
        return self._named(self.events, code, "event")

    def outcome(self, code: str) -> Outcome:
        """Give the outcome of that code."""
        return self._named(self.outcomes, code, "outcome")

    def reason(self, outcome: str, code: str) -> Choice:
        """Give the reason of that code of an outcome."""
        return self._named(self.outcome(outcome).reasons, code, f"reason for “{self.outcome(outcome).label}”")

    def service(self, name: str) -> Service:
        """Give what a foreign service of that name means here."""
        for service in self.open311:
            if service.name == name:
                return service
        raise Unknown(f"{self.name} knows no outside service {name!r}.")

    def evidence(self, stage: str, kind: str, category: str) -> Evidence:
        """Give the slot for evidence of that kind and category in a stage."""
        for slot in self.stage(stage).evidence:
            if (slot.kind, slot.category) == (kind, category):
                return slot
        raise Unknown(f"{self.name} takes no {kind!r} of {category!r} in the stage “{self.stage(stage).label}”.")

    def requires(self, stage: str, kind: str, category: str) -> int:
        """Give how many pieces of that evidence a stage requires; 0 means that it is taken but not required."""
        return self.evidence(stage, kind, category).required

    def answers(self, raw: Mapping[str, object]) -> tuple[dict[str, Answer], dict[str, str]]:
        """Check raw answers to the surface's own fields; give the cleaned ones, and a sentence for each wrong one."""
        known = {field.code for field in self.fields}
        answers: dict[str, Answer] = {}
        errors = {join("", code): f"{self.name} asks no such question." for code in raw if code not in known}
        for field in self.fields:
            try:
                answer = field.answer(raw.get(field.code))
            except Refused as refusal:
                errors[field.code] = str(refusal)
            else:
                answers.update({} if answer is None else {field.code: answer})
        return answers, errors

    def _named[T: Coded](self, rows: Iterable[T], code: str, what: str) -> T:
        """Give the row of that code."""
        for row in rows:
            if row.code == code:
                return row
        raise Unknown(f"{self.name} has no {what} {code!r}.")


def shipped() -> tuple[Runtime, ...]:
    """Read the runtimes that come with the product, by code."""
    return tuple(Runtime.load(path) for path in sorted(SURFACES.glob("*.toml")))


def _shallow(thing: Any) -> dict[str, Any]:
    """Give the attributes of a dataclass as they are."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def _said(value: object) -> bool:
    """Tell whether a value was said at all; what was not is left out of plain data."""
    return value is not None and value not in ("", ())


def _plain(value: object) -> object:
    """Turn dataclasses and tuples into tables and lists."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {key: _plain(one) for key, one in _shallow(value).items() if _said(one)}
    return value
