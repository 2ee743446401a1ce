"""What differs between two runtimes of a surface, key by key, as people read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One key with what it says now and what it would say; empty where it says nothing."""

    key: str
    was: str
    becomes: str


def differences(was: Mapping[str, Any], becomes: Mapping[str, Any]) -> list[Difference]:
    """Every key that does not say the same in both, in the order of the new one."""
    before, after = dict(_lines(was)), dict(_lines(becomes))
    said = ((key, before.get(key, ""), after.get(key, "")) for key in after | before)
    return [Difference(*each) for each in said if each[1] != each[2]]


def _lines(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Each key with what it says; a list says first what is in it, and in which order."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _lines(one, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        names = [_name(one) for one in value]
        yield at, "; ".join(names)
        for name, one in zip(names, value, strict=True):
            if isinstance(one, Mapping):
                yield from _lines(one, f"{at}[{name}]")
    else:
        yield at, str(value) if not isinstance(value, bool) else "yes" if value else "no"


def _name(one: Any) -> str:
    """By what a thing in a list is known: its code, or its kind and category."""
    if isinstance(one, Mapping):
        return str(one.get("code") or " ".join(str(one[key]) for key in ("kind", "category") if key in one))
    return str(one)
