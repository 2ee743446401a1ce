"""What somebody typed to find a case: a reference, the number of one, a phone number in any notation, or words."""

import re

from qtm.paging import number
from qtm.spine import Room, rooms

LEAST_DIGITS = 6  # fewer are part of very many numbers
REFERENCE = re.compile(r"([A-Z])\s*-?\s*(\d{1,18})", re.ASCII)
TEL = re.compile(r"\s*tel[.:]*\s*", re.IGNORECASE)  # as a link and a letterhead write it before the number


def reference_in(said: str) -> tuple[type[Room], int] | None:
    """The room and the number that a letter and a number name, such as T-4; None where it is no reference."""
    found = REFERENCE.fullmatch(said.upper())
    room = next((room for room in rooms() if found and room.letter == found[1]), None)
    return (room, int(found[2])) if found and room else None


def number_in(said: str) -> int:
    """The number of a case that is said without its letter, and may as well be a postcode or a phone number; 0 where it is none."""
    return 0 if said.startswith("0") else number(said)


def phone_in(said: str) -> str:
    """A phone number as the law keeps it: whatever has no letter, but "tel", and digits enough; empty where it is none."""
    plain = TEL.sub("", said, count=1) if TEL.match(said) else said
    digits = "" if any(each.isalpha() for each in plain) else backwards(plain)
    return digits if len(digits) >= LEAST_DIGITS else ""


def backwards(phone: str) -> str:
    """The digits of a phone number: without the zeros in front and in brackets, backwards, as the last are those that stay."""
    return "".join(re.findall("[0-9]", phone.replace("(0)", ""))).lstrip("0")[::-1]
