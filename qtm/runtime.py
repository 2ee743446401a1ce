"""The runtime of a surface as data: what it asks, offers, requires and may end in; checked before it is believed."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, Self
from unicodedata import category as unicode_category

type Answer = str | int | bool

SURFACES = Path(__file__).parent / "surfaces"
STATUSES = ("planned", "partial", "live")
ASKED = ("required", "optional", "no")
FACTS = ("name", "phone", "email", "place", "position", "wished", "description")
EVIDENCE_KINDS = ("photo", "note")
# Each kind of field with the keys that only it may have.
FIELD_KINDS: dict[str, tuple[str, ...]] = {
    "text": ("max_length",),
    "longtext": ("max_length",),
    "choice": ("choices",),
    "number": ("min", "max"),
    "date": (),
    "yesno": (),
}
LENGTHS = {"text": 200, "longtext": 4000}
MOST_LENGTH, MOST_ROWS, MOST_EVIDENCE, MOST_MINOR = 10_000, 100, 50, 10**12
MOST_EVENTS = 10
# Beyond this a JSON number is not the same number everywhere (RFC 8785).
MOST_NUMBER = 2**53 - 1
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
YES_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
NAMES = {str: "text", bool: "true or false", int: "a whole number", float: "a floating-point number", list: "a list"}


class Malformed(ValueError):
    """A runtime was refused: the exact key, a sentence that says why, and the file where there is one."""

    def __init__(self, key_path: str, sentence: str, source: str = "") -> None:
        """Keep what was refused, why, and where it was read."""
        super().__init__(": ".join(part for part in (source, key_path, sentence) if part))
        self.key_path, self.sentence, self.source = key_path, sentence, source


class Unknown(LookupError):
    """The surface has nothing of that code; the text is a sentence for people."""


class _Refused(ValueError):
    """An answer was refused; the text is a sentence for the person who gave it."""


class _Coded(Protocol):
    """Anything that is known by its code."""

    @property
    def code(self) -> str:
        """The code."""


def _join(at: str, key: object) -> str:
    """Return the key path of a key inside the table at a path."""
    plain = isinstance(key, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key)
    return ".".join(part for part in (at, str(key) if plain else repr(key)[:160]) if part)


def _called(value: object) -> str:
    """Name the type of a value in plain words."""
    return "a table" if isinstance(value, Mapping) else NAMES.get(type(value), type(value).__name__)


def _text(value: object, at: str, most: int) -> str:
    """Take a printable line of text that says something."""
    if not isinstance(value, str):
        raise Malformed(at, f"This must be text, not {_called(value)}.")
    if CONTROL.search(value):
        raise Malformed(at, "This text contains a control character, such as NUL or a line break.")
    if not _says_something(value) or value != value.strip():
        raise Malformed(at, "This text must not be blank, nor begin or end with a space.")
    if len(value) > most:
        raise Malformed(at, f"This text has {len(value)} characters; at most {most} are taken.")
    return value


def _says_something(text: str) -> bool:
    """Tell whether a text holds anything that can be seen."""
    return any(unicode_category(char) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} for char in text)


class _Table:
    """A mapping at a key path, with every key that it needs and none that nobody knows."""

    def __init__(self, value: object, at: str, needs: Iterable[str], may: Iterable[str] = ()) -> None:
        """Refuse what is no mapping, what is unknown and what is missing."""
        if not isinstance(value, Mapping):
            raise Malformed(at, f"This must be a table, not {_called(value)}.")
        self.value: Mapping[Any, object] = value
        self.at = at
        known = (*needs, *may)
        for key in value:
            if key not in known:
                raise Malformed(_join(at, key), f"This key is not known here; known are {', '.join(known)}.")
        self.need(*needs)

    def need(self, *keys: str) -> None:
        """Refuse the table if one of these keys is missing."""
        for key in keys:
            if key not in self.value:
                raise Malformed(_join(self.at, key), "This key is missing.")

    def text(self, key: str, most: int) -> str:
        """Take a text."""
        return _text(self.value[key], _join(self.at, key), most)

    def help(self) -> str:
        """Take the optional help."""
        return self.text("help", 500) if "help" in self.value else ""

    def code(self, key: str = "code") -> str:
        """Take a code."""
        return self.form(key, r"[a-z][a-z0-9-]{0,39}", "a code: a-z, 0-9 and hyphens, at most 40, a letter first")

    def event(self) -> str:
        """Take the code of the event that this is of, where it says one."""
        return self.code("event") if "event" in self.value else ""

    def form(self, key: str, pattern: str, meaning: str) -> str:
        """Take a text of a given form."""
        value = self.text(key, 200)
        if not re.fullmatch(pattern, value):
            raise Malformed(_join(self.at, key), f"“{value}” is not {meaning}.")
        return value

    def word(self, key: str, offered: Iterable[str]) -> str:
        """Take one of the words that are offered."""
        value = self.text(key, 200)
        if value not in offered:
            raise Malformed(_join(self.at, key), f"“{value}” is not one of {', '.join(offered)}.")
        return value

    def flag(self, key: str) -> bool:
        """Take true or false."""
        value = self.value[key]
        if not isinstance(value, bool):
            raise Malformed(_join(self.at, key), f"This must be true or false, not {_called(value)}.")
        return value

    def number(self, key: str, least: int, most: int) -> int:
        """Take a whole number in a range."""
        value = self.value[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise Malformed(_join(self.at, key), f"This must be a whole number, not {_called(value)}.")
        if not least <= value <= most:
            raise Malformed(_join(self.at, key), f"This number must be between {least} and {most}.")
        return value

    def rows[T](
        self, key: str, read: Callable[[object, str], T], key_of: Callable[[T], object], name: str
    ) -> tuple[T, ...]:
        """Take a list that may be left out but is never empty, and in which nothing stands twice."""
        if key not in self.value:
            return ()
        at, value = _join(self.at, key), self.value[key]
        if not isinstance(value, list):
            raise Malformed(at, f"This must be a list, not {_called(value)}.")
        if not 1 <= len(value) <= MOST_ROWS:
            raise Malformed(at, f"This list has {len(value)} entries; it must have between 1 and {MOST_ROWS}.")
        taken: dict[object, T] = {}
        for number, one in enumerate(value):
            row = read(one, f"{at}[{number}]")
            if key_of(row) in taken:
                raise Malformed(f"{at}[{number}]{name}", "This stands in the list already.")
            taken[key_of(row)] = row
        return tuple(taken.values())

    def coded[T: _Coded](self, key: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        """Take a list of things that are each known by a code of their own."""
        return self.rows(key, read, lambda row: row.code, ".code")


@dataclass(frozen=True, slots=True)
class Asks:
    """How each of the common facts is asked for: required, optional, or no."""

    name: str
    phone: str
    email: str
    place: str
    position: str
    wished: str
    description: str

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read them all; none is left unsaid."""
        table = _Table(value, at, FACTS)
        return cls(**{fact: table.word(fact, ASKED) for fact in FACTS})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things to choose from: an answer, or the reason of an outcome."""

    code: str
    label: str

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = _Table(value, at, ("code", "label"))
        return cls(table.code(), table.text("label", 120))


@dataclass(frozen=True, slots=True)
class Field:
    """A question of the surface's own."""

    code: str
    label: str
    kind: str
    required: bool
    personal: bool
    help: str = ""
    choices: tuple[Choice, ...] = ()
    min: int | None = None
    max: int | None = None
    max_length: int | None = None

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it, with the keys that its kind allows and no others."""
        own = {key for keys in FIELD_KINDS.values() for key in keys}
        table = _Table(value, at, ("code", "label", "kind", "required", "personal"), ("help", *sorted(own)))
        kind, code = table.word("kind", FIELD_KINDS), table.code()
        if code in (*FACTS, "tier"):
            raise Malformed(_join(at, "code"), f"“{code}” is asked of everybody already; give the field another code.")
        for key in sorted(own.intersection(table.value).difference(FIELD_KINDS[kind])):
            raise Malformed(_join(at, key), f"A field of kind {kind} has no such key.")
        if kind == "choice":
            table.need("choices")
        choices = table.coded("choices", Choice.read)
        least, most = cls._range(table)
        words = (code, table.text("label", 120), kind, table.flag("required"), table.flag("personal"), table.help())
        return cls(*words, choices, least, most, cls._length(table, kind))

    @staticmethod
    def _range(table: _Table) -> tuple[int | None, int | None]:
        """Read the least and the most that a number may be."""
        least, most = (
            table.number(key, -MOST_NUMBER, MOST_NUMBER) if key in table.value else None for key in ("min", "max")
        )
        if least is not None and most is not None and least > most:
            raise Malformed(_join(table.at, "max"), f"The most ({most}) is less than the least ({least}).")
        return least, most

    @staticmethod
    def _length(table: _Table, kind: str) -> int | None:
        """Read how many characters a text may have, or say the usual."""
        return table.number("max_length", 1, MOST_LENGTH) if "max_length" in table.value else LENGTHS.get(kind)

    def answer(self, raw: object) -> Answer | None:
        """Give the cleaned answer, or None where an optional one is missing; refuse with a plain sentence."""
        if isinstance(raw, str) and UNSTORABLE.search(raw):
            raise _Refused(f"“{self.label}” contains a NUL byte or half a character, which cannot be stored.")
        if raw is None or (isinstance(raw, str) and not _says_something(raw)):
            if self.required:
                raise _Refused(f"“{self.label}” needs an answer.")
            return None
        return ANSWERS[self.kind](self, raw)

    def _as_text(self, raw: object) -> str:
        """Take a text as it is, but count a line break once, as browsers do."""
        if not isinstance(raw, str):
            raise _Refused(f"“{self.label}” must be text.")
        text, most = raw.replace("\r\n", "\n"), self.max_length or MOST_LENGTH
        if len(text) > most:
            raise _Refused(f"“{self.label}” may have {most} characters; this has {len(text)}.")
        return text

    def _as_choice(self, raw: object) -> str:
        """Take the code of something that is offered."""
        code = raw.strip() if isinstance(raw, str) else None
        if code is None or code not in {choice.code for choice in self.choices}:
            offered = ", ".join(choice.label for choice in self.choices)
            raise _Refused(f"“{self.label}” must be one of these: {offered}.")
        return code

    def _as_number(self, raw: object) -> int:
        """Take a whole number in range, written in any script's digits."""
        if isinstance(raw, str) and re.fullmatch(r"[+-]?\d{1,16}", raw.strip()):
            raw = int(raw)
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise _Refused(f"“{self.label}” must be a whole number, such as 3.")
        least = -MOST_NUMBER if self.min is None else self.min
        most = MOST_NUMBER if self.max is None else self.max
        if not least <= raw <= most:
            raise _Refused(f"“{self.label}” must be between {least} and {most}.")
        return raw

    def _as_date(self, raw: object) -> str:
        """Take a day of the calendar, year first."""
        try:
            if isinstance(raw, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw.strip()):
                return date.fromisoformat(raw.strip()).isoformat()
        except ValueError:
            pass
        raise _Refused(f"“{self.label}” must be a date such as 2026-11-24.")

    def _as_yes_or_no(self, raw: object) -> bool:
        """Take a yes or a no."""
        said = YES_NO.get(raw.strip().lower()) if isinstance(raw, str) else raw
        if not isinstance(said, bool):
            raise _Refused(f"“{self.label}” must be yes or no.")
        return said


ANSWERS: dict[str, Callable[[Field, object], Answer]] = {
    "text": Field._as_text,
    "longtext": Field._as_text,
    "choice": Field._as_choice,
    "number": Field._as_number,
    "date": Field._as_date,
    "yesno": Field._as_yes_or_no,
}


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money in the minor units of its currency."""

    amount_minor: int
    currency: str

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it; what costs nothing has no price."""
        table = _Table(value, at, ("amount_minor", "currency"))
        currency = table.form("currency", "[A-Z]{3}", "a currency code: three capital letters, such as EUR")
        return cls(table.number("amount_minor", 1, MOST_MINOR), currency)


@dataclass(frozen=True, slots=True)
class Tier:
    """A service that can be asked for, with its price where it has a fixed one."""

    code: str
    label: str
    help: str = ""
    price: Price | None = None

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = _Table(value, at, ("code", "label"), ("help", "price"))
        price = Price.read(table.value["price"], _join(at, "price")) if "price" in table.value else None
        return cls(table.code(), table.text("label", 120), table.help(), price)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A slot for evidence in a stage: of which kind and category, and how many are required."""

    kind: str
    category: str
    label: str
    required: int
    help: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = _Table(value, at, ("kind", "category", "label", "required"), ("help",))
        kind, required = table.word("kind", EVIDENCE_KINDS), table.number("required", 0, MOST_EVIDENCE)
        return cls(kind, table.code("category"), table.text("label", 120), required, table.help())


@dataclass(frozen=True, slots=True)
class Event:
    """One of several ServiceEvents that carry out a Job, one after the other."""

    code: str
    label: str
    help: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = _Table(value, at, ("code", "label"), ("help",))
        return cls(table.code(), table.text("label", 120), table.help())


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the work, in the order in which it is done."""

    code: str
    label: str
    help: str = ""
    evidence: tuple[Evidence, ...] = ()
    event: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = _Table(value, at, ("code", "label"), ("help", "evidence", "event"))
        slots = table.rows("evidence", Evidence.read, lambda slot: (slot.kind, slot.category), ".category")
        return cls(table.code(), table.text("label", 120), table.help(), slots, table.event())


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way in which the work may end; one that completes needs all stages and evidence."""

    code: str
    label: str
    completes: bool
    reasons: tuple[Choice, ...] = ()
    event: str = ""

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it; an outcome that does not complete always has reasons."""
        table = _Table(value, at, ("code", "label", "completes"), ("reasons", "event"))
        completes = table.flag("completes")
        if not completes:
            table.need("reasons")
        reasons = table.coded("reasons", Choice.read)
        return cls(table.code(), table.text("label", 120), completes, reasons, table.event())


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the world outside, and the tier and answers that it means here."""

    name: str
    tier: str
    fields: tuple[tuple[str, Answer], ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give it as plain data, under its name."""
        return {"tier": self.tier, **({"fields": dict(self.fields)} if self.fields else {})}


@dataclass(frozen=True, slots=True)
class Runtime:
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
        table = _Table(data, "", needs, ("lacks", "fields", "tiers", "events", "stages", "outcomes", "open311"))
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
            lacks=table.rows("lacks", lambda value, at: _text(value, at, 300), lambda line: line, ""),
            fields=table.coded("fields", Field.read),
            tiers=table.coded("tiers", Tier.read),
            events=table.coded("events", Event.read),
            stages=table.coded("stages", Stage.read),
            outcomes=outcomes,
        )
        runtime._refuse_bad_sequence(table)
        return cls(**{**_shallow(runtime), "open311": runtime._services(table)})

    @staticmethod
    def _honest(table: _Table, status: str) -> None:
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

    def _refuse_bad_sequence(self, table: _Table) -> None:
        """Refuse several events that could not be carried out one after the other, and stages of an event that is not there."""
        known = {event.code for event in self.events}
        of_event: dict[str, Sequence[Stage | Outcome]] = {"stages": self.stages, "outcomes": self.outcomes}
        for key, rows in of_event.items():
            for place, row in enumerate(rows):
                if row.event and not known:
                    raise Malformed("events", f"This key is missing, but {key}[{place}] names an event.")
                if row.event not in known and (row.event or (known and key == "stages")):
                    said = f"This surface has no event “{row.event}”." if row.event else "This key is missing."
                    raise Malformed(f"{key}[{place}].event", said)
        if not known:
            return
        table.need("stages", "outcomes")
        if not 2 <= len(known) <= MOST_EVENTS:
            raise Malformed(
                "events", f"A sequence has between 2 and {MOST_EVENTS} events; without one, leave this out."
            )
        for place, event in enumerate(self.events):
            if not self.stages_of(event.code):
                raise Malformed(f"events[{place}].code", "No stage is of this event.")
            if not any(outcome.completes for outcome in self.outcomes_of(event.code)):
                raise Malformed(f"events[{place}].code", "At least one outcome must complete this event.")

    def _services(self, table: _Table) -> tuple[Service, ...]:
        """Read the foreign services, by name, because jsonb keeps no order of keys."""
        if "open311" not in table.value:
            return ()
        at = "open311.services"
        value = _Table(table.value["open311"], "open311", ("services",)).value["services"]
        if not isinstance(value, Mapping):
            raise Malformed(at, f"This must be a table, not {_called(value)}.")
        if not 1 <= len(value) <= MOST_ROWS:
            raise Malformed(at, f"This table has {len(value)} services; it must have between 1 and {MOST_ROWS}.")
        names = [_text(name, _join(at, name), 120) for name in value]
        return tuple(self._service(name, value[name], _join(at, name)) for name in sorted(names))

    def _service(self, name: str, value: object, at: str) -> Service:
        """Read one foreign service against this runtime's own tiers and fields."""
        table = _Table(value, at, ("tier",), ("fields",))
        tier, raw = table.code("tier"), table.value.get("fields", {})
        if tier not in {one.code for one in self.tiers}:
            raise Malformed(_join(at, "tier"), f"This surface has no tier “{tier}”.")
        if not isinstance(raw, Mapping):
            raise Malformed(_join(at, "fields"), f"This must be a table, not {_called(raw)}.")
        answers, errors = self.answers(raw)
        errors.update({code: "This answer is blank." for code in raw if code not in {*answers, *errors}})
        for code, sentence in errors.items():
            raise Malformed(f"{at}.fields.{code}", sentence)
        return Service(name, tier, tuple(answers.items()))

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

    @property
    def first_part(self) -> str:
        """Give the code of the event that comes first; nothing where there is only one, which needs none."""
        return self.events[0].code if self.events else ""

    def stages_of(self, part: str) -> tuple[Stage, ...]:
        """Give the stages of one event of the sequence; all of them where there is none."""
        return tuple(stage for stage in self.stages if stage.event == part)

    def outcomes_of(self, part: str) -> tuple[Outcome, ...]:
        """Give the ways in which one event of the sequence may end: its own, and those of all."""
        return tuple(outcome for outcome in self.outcomes if outcome.event in ("", part))

    def place_of(self, part: str) -> int:
        """Give the place of an event in the sequence, counted from one."""
        return [event.code for event in self.events].index(part) + 1

    def after(self, part: str) -> Event | None:
        """Give the event that follows one of the sequence; None after the last."""
        return next(iter(self.events[self.place_of(part) :]), None) if self.events else None

    def ends(self, part: str, outcome: str) -> bool:
        """Tell whether nothing follows an event that ended so: it is the last, or its work was not completed."""
        return self.after(part) is None or not self.outcome(outcome).completes

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
        errors = {_join("", code): f"{self.name} asks no such question." for code in raw if code not in known}
        for field in self.fields:
            try:
                answer = field.answer(raw.get(field.code))
            except _Refused as refusal:
                errors[field.code] = str(refusal)
            else:
                answers.update({} if answer is None else {field.code: answer})
        return answers, errors

    def _named[T: _Coded](self, rows: Iterable[T], code: str, what: str) -> T:
        """Give the row of that code."""
        for row in rows:
            if row.code == code:
                return row
        raise Unknown(f"{self.name} has no {what} {code!r}.")


def within(label: str) -> str:
    """A label as it stands within a sentence; an abbreviation stays as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


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
