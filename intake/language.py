"""In which language a requester is written to: what their browser asks for, or what they say."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from qtm.letters.spoken import SPOKEN

MOST = 12


def wanted_by(request: HttpRequest) -> str:
    """The first language of a browser in which there are letters, else the first of all, else the house's own."""
    asked = [tag.split("-")[0] for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    said = [each for each in asked if each.isalpha() and len(each) <= MOST]
    return next((each for each in said if each in SPOKEN), said[0] if said else settings.LETTER_LANGUAGE)


def choices() -> list[tuple[str, str]]:
    """The languages in which there are letters, for a form."""
    return [(code, spoken.name) for code, spoken in SPOKEN.items()]
