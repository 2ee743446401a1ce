"""The questions of a surface's own, and what counts as an answer to them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Self

from qtm.runtime.table import Malformed, Table, join, says_something

type Answer = str | int | bool | list[str] | tuple[str, ...]

ASKED = ("required", "optional", "no")
FACTS = ("name", "phone", "email", "place", "position", "wished", "description")
FIELD_KINDS: dict[str, tuple[str, ...]] = {
    "text": ("max_length",),
    "longtext": ("max_length",),
    "choice": ("choices",),
    "choices": ("choices",),
    "number": ("min", "max"),
    "date": (),
    "yesno": (),
}
LENGTHS = {"text": 200, "longtext": 4000}
MOST_LENGTH, MOST_ROWS, MOST_EVIDENCE, MOST_MINOR = 10_000, 100, 50, 10**12
MOST_LENGTH = 10_000
# Beyond this a JSON number is not the same number everywhere (RFC 8785).
MOST_NUMBER = 2**53 - 1
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
YES_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


class Refused(ValueError):
    """An answer was refused; the text is a sentence for the person who gave it."""


def codes_in(raw: object) -> list[str]:
    """Codes as a list holds them, or a text with commas between; what is neither stands for itself, and is no code."""
    several = raw.split(",") if isinstance(raw, str) else raw
    return [str(one).strip() for one in several] if isinstance(several, list | tuple) else [repr(raw)]


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
        table = Table(value, at, FACTS)
        return cls(**{fact: table.word(fact, ASKED) for fact in FACTS})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things to choose from: an answer, or the reason of an outcome."""

    code: str
    label: str

    @classmethod
    def read(cls, value: object, at: str) -> Self:
        """Read it."""
        table = Table(value, at, ("code", "label"))
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
        table = Table(value, at, ("code", "label", "kind", "required", "personal"), ("help", *sorted(own)))
        kind, code = table.word("kind", FIELD_KINDS), table.code()
        if code in (*FACTS, "tier"):
            raise Malformed(join(at, "code"), f"“{code}” is asked of everybody already; give the field another code.")
        for key in sorted(own.intersection(table.value).difference(FIELD_KINDS[kind])):
            raise Malformed(join(at, key), f"A field of kind {kind} has no such key.")
        table.need(*(key for key in FIELD_KINDS[kind] if key == "choices"))
        choices = table.coded("choices", Choice.read)
        least, most = cls._range(table)
        words = (code, table.text("label", 120), kind, table.flag("required"), table.flag("personal"), table.help())
        return cls(*words, choices, least, most, cls._length(table, kind))

    @staticmethod
    def _range(table: Table) -> tuple[int | None, int | None]:
        """Read the least and the most that a number may be."""
        least, most = (
            table.number(key, -MOST_NUMBER, MOST_NUMBER) if key in table.value else None for key in ("min", "max")
        )
        if least is not None and most is not None and least > most:
            raise Malformed(join(table.at, "max"), f"The most ({most}) is less than the least ({least}).")
        return least, most

    @staticmethod
    def _length(table: Table, kind: str) -> int | None:
        """Read how many characters a text may have, or say the usual."""
        return table.number("max_length", 1, MOST_LENGTH) if "max_length" in table.value else LENGTHS.get(kind)

    def answer(self, raw: object) -> Answer | None:
        """Give the cleaned answer, or None where an optional one is missing; refuse with a plain sentence."""
        if isinstance(raw, str) and UNSTORABLE.search(raw):
            raise Refused(f"“{self.label}” contains a NUL byte or half a character, which cannot be stored.")
        nothing = raw is None or (raw == [] and self.kind == "choices")
        if nothing or (isinstance(raw, str) and not says_something(raw)):
            if self.required:
                raise Refused(f"“{self.label}” needs an answer.")
            return None
        return ANSWERS[self.kind](self, raw)

    def _as_text(self, raw: object) -> str:
        """Take a text as it is, but count a line break once, as browsers do."""
        if not isinstance(raw, str):
            raise Refused(f"“{self.label}” must be text.")
        text, most = raw.replace("\r\n", "\n"), self.max_length or MOST_LENGTH
        if len(text) > most:
            raise Refused(f"“{self.label}” may have {most} characters; this has {len(text)}.")
        return text

    def _as_choice(self, raw: object) -> str:
        """Take the code of something that is offered."""
        code = raw.strip() if isinstance(raw, str) else None
        if code is None or code not in {choice.code for choice in self.choices}:
            offered = ", ".join(choice.label for choice in self.choices)
            raise Refused(f"“{self.label}” must be one of these: {offered}.")
        return code

    def _as_choices(self, raw: object) -> list[str]:
        """Take the codes of several things that are offered, each once, in the order in which they are; as text with commas between."""
        codes = codes_in(raw)
        if not set(codes) <= {choice.code for choice in self.choices}:
            offered = ", ".join(choice.label for choice in self.choices)
            raise Refused(f"“{self.label}” must be some of these: {offered}.")
        return [choice.code for choice in self.choices if choice.code in codes]

    def named(self, answer: object) -> str:
        """An answer in words: what was chosen by its label, everything else as it is."""
        labels = {choice.code: choice.label for choice in self.choices}
        codes = codes_in(answer) if self.kind == "choices" else [str(answer)]
        return ", ".join(labels.get(code, code) for code in codes)

    def _as_number(self, raw: object) -> int:
        """Take a whole number in range, written in any script's digits."""
        if isinstance(raw, str) and re.fullmatch(r"[+-]?\d{1,16}", raw.strip()):
            raw = int(raw)
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise Refused(f"“{self.label}” must be a whole number, such as 3.")
        least = -MOST_NUMBER if self.min is None else self.min
        most = MOST_NUMBER if self.max is None else self.max
        if not least <= raw <= most:
            raise Refused(f"“{self.label}” must be between {least} and {most}.")
        return raw

    def _as_date(self, raw: object) -> str:
        """Take a day of the calendar, year first."""
        try:
            if isinstance(raw, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw.strip()):
                return date.fromisoformat(raw.strip()).isoformat()
        except ValueError:
            pass
        raise Refused(f"“{self.label}” must be a date such as 2026-11-24.")

    def _as_yes_or_no(self, raw: object) -> bool:
        """Take a yes or a no."""
        said = YES_NO.get(raw.strip().lower()) if isinstance(raw, str) else raw
        if not isinstance(said, bool):
            raise Refused(f"“{self.label}” must be yes or no.")
        return said


ANSWERS: dict[str, Callable[[Field, object], Answer]] = {
    "text": Field._as_text,
    "longtext": Field._as_text,
    "choice": Field._as_choice,
    "choices": Field._as_choices,
    "number": Field._as_number,
    "date": Field._as_date,
    "yesno": Field._as_yes_or_no,
}
