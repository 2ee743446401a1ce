"""Positions as people write and paste them: decimal degrees, degrees with minutes and seconds, geo: addresses, links to a map that hold one.

Latitude comes first unless letters say otherwise. What could be meant in two ways is not guessed: it is refused with a sentence.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from unicodedata import normalize

from django.http import QueryDict

from qtm.links import in_link

LIMITS = {"latitude": 90, "longitude": 180}
LETTERS = {"N": "latitude", "S": "latitude", "E": "longitude", "W": "longitude"}
LONGEST = 2000
UNREAD = "This is not understood as a position. Write it as 52.5200, 13.4050, or paste a link to a map that holds it."
ALONE = "This is no number of degrees. Write it as 52.5200, or as 52°31'12\" N."
WHICH = "Nobody can tell whether the comma parts two numbers or is a decimal comma. Write it as 52.5200, 13.4050."
NO_DEGREES = "This link holds no degrees. Open it, and copy the position or the long address of the map from there."
BOTH = "This holds a whole position. Here it is the {} alone."

SIGNS = str.maketrans(
    {"−": "-", "–": "-", "º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "´": "'", "″": '"', "”": '"', "“": '"'}
)
NUMBER = r"\d{1,3}(?:\.\d{1,20})?"
SIZE = rf"{NUMBER}(?: ?[°:] ?(?:{NUMBER} ?[':]? ?)?(?:{NUMBER} ?\"? ?)?)?"
SPACED = rf"{NUMBER} {NUMBER}(?: {NUMBER})?"
PART = rf"[NSEW] ?{SIZE}|[-+]?{SIZE}(?: ?[NSEW])?|[NSEW] ?{SPACED}|{SPACED} ?[NSEW]"
LABEL = r"(?:LATITUDE|LONGITUDE|LAT|LONG|LNG|LON)\.? ?[:=]? ?"
ONE = re.compile(rf"(?:{LABEL})?({PART})", re.ASCII)
TWO = re.compile(rf"(?:{LABEL})?({PART})(?: ?[,;/] ?| )(?:{LABEL})?({PART})", re.ASCII)
COMMAS = re.compile(r"([-+]?\d{1,3}),(\d{1,20})(?: ?[;/] ?|, | )([-+]?\d{1,3}),(\d{1,20})", re.ASCII)
NUMERAL = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:E[-+]?\d{1,9})?", re.ASCII)
LINK = re.compile(r"\s*(?:https?|geo):", re.IGNORECASE)
UNCLEAR = re.compile(r"[-+]?\d{1,3},[-+]?\d{1,20}", re.ASCII)


class Unread(ValueError):
    """What was written is no position, or not surely one; the sentence says why."""


def position_in(said: str) -> tuple[Decimal, Decimal]:
    """Latitude and longitude of what was written or pasted; `Unread` where it is not understood."""
    if len(said) > LONGEST:
        raise Unread(UNREAD)
    linked = in_link(said.strip())
    if not linked and LINK.match(said):
        raise Unread(NO_DEGREES)
    plain = _plain(linked or said)
    if UNCLEAR.fullmatch(plain) and not linked:
        raise Unread(WHICH)
    if commas := COMMAS.fullmatch(plain):
        plain = "{}.{}, {}.{}".format(*commas.groups())
    found = TWO.fullmatch(plain)
    if not found:
        raise Unread(UNREAD)
    return _ordered([_degrees(each) for each in found.groups()])


def degrees_in(said: str, axis: str) -> Decimal:
    """Degrees of one axis; `Unread` where they are not understood, or are of the other."""
    plain = _plain(said[:LONGEST])
    if NUMERAL.fullmatch(plain):  # as programs write it
        return _within(Decimal(plain), axis)
    if re.fullmatch(r"[-+]?\d{1,3},\d{1,20}", plain, re.ASCII):
        plain = plain.replace(",", ".")
    if not (found := ONE.fullmatch(plain)):
        raise Unread(BOTH.format(axis) if whole(said) else NO_DEGREES if LINK.match(said) else ALONE)
    degrees, meant = _degrees(found[1])
    if meant not in ("", axis):
        raise Unread(f"This is a {meant}, and no {axis}.")
    return _within(degrees, axis)


def spread(typed: QueryDict) -> QueryDict:
    """What was typed, where a whole position that was put into the first of its two fields stands in both."""
    both = whole(str(typed.get("latitude") or "")) if not typed.get("longitude") else None
    if both is None:
        return typed
    anew = typed.copy()
    anew["latitude"], anew["longitude"] = map(str, both)
    return anew


def whole(said: str) -> tuple[Decimal, Decimal] | None:
    """Both, where a whole position was written; nothing where it was not, or is not understood."""
    try:
        return position_in(said)
    except Unread:
        return None


def _plain(said: str) -> str:
    """The same in one notation: capital letters, single spaces, one kind of each sign, and no brackets around it."""
    plain = normalize("NFKC", said.translate(SIGNS)).replace("''", '"')
    text = " ".join(plain.upper().split())
    return text[1:-1].strip() if text[:1] + text[-1:] == "()" else text


def _degrees(said: str) -> tuple[Decimal, str]:
    """Degrees as a decimal number, and which axis a letter says they are of."""
    letters = re.findall(r"[NSEW]", said)
    parts = [Decimal(each) for each in re.findall(NUMBER, said, re.ASCII)]
    if len(letters) > 1 or len(parts) > 3 or (letters and "-" in said):
        raise Unread(UNREAD)
    if len(parts) > 1 and not (letters or "°" in said or ":" in said):
        raise Unread(UNREAD)
    if any(each >= 60 for each in parts[1:]) or any(each % 1 for each in parts[:-1]):
        raise Unread("Minutes and seconds are less than 60, and only the last of them has decimals.")
    size = sum((each / 60**at for at, each in enumerate(parts)), Decimal(0))
    south_or_west = "-" in said or letters in (["S"], ["W"])
    return -size if south_or_west else size, LETTERS[letters[0]] if letters else ""


def _ordered(found: Sequence[tuple[Decimal, str]]) -> tuple[Decimal, Decimal]:
    """Latitude first, as letters say or else as they were written."""
    (first, axis), (second, other) = found
    if bool(axis) != bool(other) or (axis and axis == other):
        raise Unread(
            "One is the latitude, with N or S, and one the longitude, with E or W. Say both letters or neither."
        )
    latitude, longitude = (second, first) if axis == "longitude" else (first, second)
    return _within(latitude, "latitude"), _within(longitude, "longitude")


def _within(degrees: Decimal, axis: str) -> Decimal:
    """Degrees that there are, to a millionth."""
    limit = LIMITS[axis]
    if not -limit <= degrees <= limit:
        raise Unread(f"Between -{limit} and {limit} degrees, and the latitude comes first.")
    return round(degrees, 6)
