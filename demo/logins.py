"""The logins of the demo: told whenever they can be told, and never simple where others can reach the house."""

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from demo.cast import MAIL, PEOPLE, ROOT
from qtm.models import User

SIMPLE = "demo"
KEPT = "set when it was made"
HINT = "Passwords are kept only as hashes. `manage.py changepassword NAME` sets a new one."


def table() -> Iterator[str]:
    """Who is there, what they are, and how they sign in."""
    known = _passwords()
    rows = [("Person", "What they are", "User name", "Password")]
    rows += [(person.name, person.words, person.login, known.get(person.login, KEPT)) for person in [*PEOPLE, ROOT]]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if KEPT in known.values() or len(known) < len(rows) - 1:
        yield f"  {HINT}"


def _passwords() -> dict[str, str]:
    """The passwords that can be told, by user name: simple ones, and random ones only at the moment they are set."""
    hashes = dict(User.objects.filter(email__endswith=MAIL).values_list("username", "password"))
    words = {hashed: _known(hashed) for hashed in set(hashes.values())}
    unsafe = [hashed for hashed, word in words.items() if word is None or (word and not settings.LOOPBACK)]
    if unsafe:
        new = SIMPLE if settings.LOOPBACK else secrets.token_urlsafe(9)
        User.objects.filter(email__endswith=MAIL, password__in=unsafe).update(password=make_password(new))
        words |= dict.fromkeys(unsafe, new)
    return {login: word for login, hashed in hashes.items() if (word := words[hashed])}


def _known(hashed: str) -> str | None:
    """The simple password if it is that, nothing where it is another, None where none was set yet."""
    if hashed.startswith("!"):
        return None
    return SIMPLE if check_password(SIMPLE, hashed) else ""
