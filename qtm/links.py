"""Positions in addresses: geo: addresses, and links to maps that hold the degrees themselves. Nothing is fetched."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

DEGREES = r"-?\d{1,3}(?:\.\d{1,20})?"
PAIR = re.compile(rf"({DEGREES})[,~ ] ?({DEGREES})(?![\d.])", re.ASCII)
PIN = re.compile(rf"!3d({DEGREES})!4d({DEGREES})", re.ASCII)  # where the place is, and not where the map was looked at
LOOKED_AT = re.compile(rf"@({DEGREES}),({DEGREES})(?![\d.])", re.ASCII)
IN_PATH = re.compile(rf"/(?:place|search|dir)/(?:.*/)?({DEGREES}), ?({DEGREES})(?:/|$)", re.ASCII)
ON_MAP = re.compile(rf"map=\d{{1,2}}(?:\.\d+)?/({DEGREES})/({DEGREES})(?:[/&]|$)", re.ASCII)
TWO_NAMES = (("mlat", "mlon"), ("lat", "lon"), ("lat", "lng"), ("latitude", "longitude"))
ONE_NAME = ("q", "query", "ll", "coordinate", "daddr", "destination", "cp", "center", "sll")
EMPTY = "0,0"  # a geo: address that names its position in its query instead


def in_link(said: str) -> str:
    """The degrees that an address holds, latitude first and as it writes them; empty where it is no address, or holds none."""
    if said[:4].lower() == "geo:":
        return _geo(said[4:])
    if not re.match(r"https?://", said, re.IGNORECASE):
        return ""
    return next(_held(said), "")


def _geo(said: str) -> str:
    """A geo: address (RFC 5870), also as phones write it; another system of reference is not read."""
    place, _, query = said.partition("?")
    parts = place.split(";")
    if any(each.lower().startswith("crs=") and each.lower() != "crs=wgs84" for each in parts[1:]):
        return ""
    named = PAIR.match(parse_qs(query).get("q", [""])[0])
    degrees = parts[0].split(",")[:2]
    if named and ",".join(degrees) == EMPTY:
        return ", ".join(named.groups())
    return ", ".join(degrees) if all(re.fullmatch(DEGREES, each, re.ASCII) for each in degrees) and degrees[1:] else ""


def _held(said: str) -> Iterator[str]:
    """Every position that a link holds, the surest first."""
    try:
        parts = urlsplit(said)
    except ValueError:
        return
    path, asked = unquote(parts.path.replace("+", " ")), parse_qs(parts.query)
    if found := PIN.search(path):
        yield ", ".join(found.groups())
    for names in TWO_NAMES:
        if all(re.fullmatch(DEGREES, asked.get(each, [""])[0], re.ASCII) for each in names):
            yield ", ".join(asked[each][0] for each in names)
    for name in ONE_NAME:
        if found := PAIR.match(asked.get(name, [""])[0].removeprefix("loc:")):
            yield ", ".join(found.groups())
    for pattern, where in ((IN_PATH, path), (LOOKED_AT, path), (ON_MAP, parts.fragment), (ON_MAP, parts.query)):
        if found := pattern.search(where):
            yield ", ".join(found.groups())
