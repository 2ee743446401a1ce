"""The rows of a JSON list, one by one: a broken one costs itself and not the others."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any

SPACE = re.compile(r"[\s\ufeff]*")
TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|(?=\n))|[][{}]')
NEXT = re.compile(r'[^][{}",]*,\s*(?=\{)')
SHUTS = {"}": "{", "]": "["}


class NoList(ValueError):
    """The text does not begin as a list."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it says, or why it cannot be read."""

    number: int
    value: Any = None
    broken: str = ""


@dataclass(slots=True)
class Rows:
    """Reads a text that should be a JSON list; goes on behind what is broken as soon as it can tell where the next row begins."""

    text: str
    at: int = 0
    number: int = 0
    decoder: JSONDecoder = field(default_factory=JSONDecoder)

    def __iter__(self) -> Iterator[Row]:
        """Every row in order; `NoList` if there is no list at all."""
        self._over_space()
        if not self._takes("["):
            raise NoList
        self._over_space()
        ended = self._takes("]")
        while not ended:
            self.number += 1
            yield (row := self._row())
            ended = self._end_of_list() if not row.broken else self.at < 0
        if self.at >= 0 and (rest := self.text[self.at :].strip()):
            yield Row(self.number + 1, broken=f"the list has ended, and something follows it: {rest[:20]!r}")

    def _row(self) -> Row:
        """The row that begins here."""
        begins = self.at
        try:
            value, self.at = self.decoder.raw_decode(self.text, begins)
            after = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.text[after : after + 1] not in {",", "]", ""}:
                raise json.JSONDecodeError("Expecting ',' delimiter", self.text, after)
        except (ValueError, RecursionError) as error:
            self.at = self._next_row(begins)
            return Row(self.number, broken=_why(error))
        self.at = after
        return Row(self.number, value)

    def _end_of_list(self) -> bool:
        """Go over what stands behind a row that could be read; whether the list ends with it."""
        ended = self._takes("]")
        if not ended:
            self._takes(",")
            self._over_space()
        return ended

    def _next_row(self, begins: int) -> int:
        """Where the row after a broken one begins, or -1: behind its last bracket, or where a line begins as this row's did."""
        if behind := NEXT.match(self.text, self._last_bracket(begins)):
            return behind.end()
        indent = self.text[self.text.rfind("\n", 0, begins) + 1 : begins]
        if indent.strip():
            return -1
        found = re.compile(rf"^{indent}\{{", re.MULTILINE).search(self.text, begins + 1)
        return found.end() - 1 if found else -1

    def _last_bracket(self, begins: int) -> int:
        """Where every bracket that a row opens is shut again, or its beginning; a string ends at the latest with its line."""
        opened: list[str] = []
        if not self.text.startswith(("{", "["), begins):
            return begins
        for token in TOKEN.finditer(self.text, begins):
            if token[0] in "[{":
                opened.append(token[0])
            elif token[0] in SHUTS and (not opened or opened.pop() != SHUTS[token[0]]):
                return begins
            if not opened:
                return token.end()
        return begins

    def _over_space(self) -> None:
        """Go to the next sign that says something."""
        self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]

    def _takes(self, sign: str) -> bool:
        """Go over a sign if it stands here."""
        stands = self.text.startswith(sign, self.at)
        self.at += stands
        return stands


def _why(error: Exception) -> str:
    """Why it cannot be read, and where."""
    if isinstance(error, json.JSONDecodeError):
        return f"this is not JSON: {error.msg}, line {error.lineno}, column {error.colno}"
    return (
        "this is nested too deeply" if isinstance(error, RecursionError) else "this holds a number that nobody can read"
    )
