"""Reading plain data that somebody wrote: every key known, every value of its kind, or a refusal that names the key."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from unicodedata import category as unicode_category

MOST_ROWS = 100
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
NAMES = {str: "text", bool: "true or false", int: "a whole number", float: "a floating-point number", list: "a list"}


class Malformed(ValueError):
    """A runtime was refused: the exact key, a sentence that says why, and the file where there is one."""

    def __init__(self, key_path: str, sentence: str, source: str = "") -> None:
        """Keep what was refused, why, and where it was read."""
        super().__init__(": ".join(part for part in (source, key_path, sentence) if part))
        self.key_path, self.sentence, self.source = key_path, sentence, source


class Coded(Protocol):
    """Anything that is known by its code."""

    @property
    def code(self) -> str:
        """The code."""


def join(at: str, key: object) -> str:
    """Return the key path of a key inside the table at a path."""
    plain = isinstance(key, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key)
    return ".".join(part for part in (at, str(key) if plain else repr(key)[:160]) if part)


def called(value: object) -> str:
    """Name the type of a value in plain words."""
    return "a table" if isinstance(value, Mapping) else NAMES.get(type(value), type(value).__name__)


def line_of(value: object, at: str, most: int) -> str:
    """Take a printable line of text that says something."""
    if not isinstance(value, str):
        raise Malformed(at, f"This must be text, not {called(value)}.")
    if CONTROL.search(value):
        raise Malformed(at, "This text contains a control character, such as NUL or a line break.")
    if not says_something(value) or value != value.strip():
        raise Malformed(at, "This text must not be blank, nor begin or end with a space.")
    if len(value) > most:
        raise Malformed(at, f"This text has {len(value)} characters; at most {most} are taken.")
    return value


def says_something(text: str) -> bool:
    """Tell whether a text holds anything that can be seen."""
    return any(unicode_category(char) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} for char in text)


class Table:
    """A mapping at a key path, with every key that it needs and none that nobody knows."""

    def __init__(self, value: object, at: str, needs: Iterable[str], may: Iterable[str] = ()) -> None:
        """Refuse what is no mapping, what is unknown and what is missing."""
        if not isinstance(value, Mapping):
            raise Malformed(at, f"This must be a table, not {called(value)}.")
        self.value: Mapping[Any, object] = value
        self.at = at
        known = (*needs, *may)
        for key in value:
            if key not in known:
                raise Malformed(join(at, key), f"This key is not known here; known are {', '.join(known)}.")
        self.need(*needs)

    def need(self, *keys: str) -> None:
        """Refuse the table if one of these keys is missing."""
        for key in keys:
            if key not in self.value:
                raise Malformed(join(self.at, key), "This key is missing.")

    def text(self, key: str, most: int) -> str:
        """Take a text."""
        return line_of(self.value[key], join(self.at, key), most)

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
            raise Malformed(join(self.at, key), f"“{value}” is not {meaning}.")
        return value

    def word(self, key: str, offered: Iterable[str]) -> str:
        """Take one of the words that are offered."""
        value = self.text(key, 200)
        if value not in offered:
            raise Malformed(join(self.at, key), f"“{value}” is not one of {', '.join(offered)}.")
        return value

    def flag(self, key: str) -> bool:
        """Take true or false."""
        value = self.value[key]
        if not isinstance(value, bool):
            raise Malformed(join(self.at, key), f"This must be true or false, not {called(value)}.")
        return value

    def number(self, key: str, least: int, most: int) -> int:
        """Take a whole number in a range."""
        value = self.value[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise Malformed(join(self.at, key), f"This must be a whole number, not {called(value)}.")
        if not least <= value <= most:
            raise Malformed(join(self.at, key), f"This number must be between {least} and {most}.")
        return value

    def rows[T](
        self,
        key: str,
        read: Callable[[object, str], T],
        key_of: Callable[[T], object],
        name: str,
        most: int = MOST_ROWS,
    ) -> tuple[T, ...]:
        """Take a list that may be left out but is never empty, and in which nothing stands twice."""
        if key not in self.value:
            return ()
        at, value = join(self.at, key), self.value[key]
        if not isinstance(value, list):
            raise Malformed(at, f"This must be a list, not {called(value)}.")
        if not 1 <= len(value) <= most:
            raise Malformed(at, f"This list has {len(value)} entries; it must have between 1 and {most}.")
        taken: dict[object, T] = {}
        for number, one in enumerate(value):
            row = read(one, f"{at}[{number}]")
            if key_of(row) in taken:
                raise Malformed(f"{at}[{number}]{name}", "This stands in the list already.")
            taken[key_of(row)] = row
        return tuple(taken.values())

    def coded[T: Coded](self, key: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        """Take a list of things that are each known by a code of their own."""
        return self.rows(key, read, lambda row: row.code, ".code")
