"""The canonical form of what a Record is made of: the bytes of RFC 8785, by Python's own encoder."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

MOST = 2**53 - 1  # the whole numbers that JSON holds exactly
LAST = "\ud7ff"  # up to it UTF-16, by which RFC 8785 orders keys, orders like Python


class NotCanonical(ValueError):
    """Data that this encoder would write otherwise than RFC 8785; says why."""


def canonical(facts: Mapping[str, Any]) -> bytes:
    """The bytes of RFC 8785 for text, whole numbers, truth, nothing, and lists and mappings of them.

    For those the standard library's encoder, which is written in C, gives the same bytes as the library rfc8785, which is not and took
    a sixth of the time of a whole case; that it does is a test. Verifying a Record asks rfc8785 where these are not the bytes. What the two
    would write differently, or only one of them would write at all, is refused.
    """
    _fit(facts)
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _fit(value: Any) -> None:
    """Refuse what the two encoders do not write alike; text, which is most of it, is passed by."""
    if isinstance(value, dict):
        for key in value:
            _ordered(key)
        _each(value.values())
    elif isinstance(value, list | tuple):
        _each(value)
    elif isinstance(value, int):
        if not -MOST <= value <= MOST:
            raise NotCanonical(f"{value} is beyond the whole numbers that JSON holds exactly.")
    elif value is not None:
        raise NotCanonical(f"{value!r} is neither text nor a whole number.")


def _each(values: Iterable[Any]) -> None:
    """The same of each of several."""
    for each in values:
        if not isinstance(each, str):
            _fit(each)


def _ordered(key: Any) -> None:
    """Refuse a key that is no text, or has characters that UTF-16 and Python may order differently."""
    if not isinstance(key, str):
        raise NotCanonical(f"the key {key!r} is no text.")
    if not key.isascii() and max(key) > LAST:
        raise NotCanonical(f"the key {key!r} has characters that are not ordered alike everywhere.")
