"""A phone number in whatever notation: by its last digits two notations of one number are the same."""

from typing import Any

from django.db.models import CharField, Func

LAST = 8  # without what some write and others leave out: a country's code, a zero before the town's


class Digits(Func):
    """The last digits of a phone number, in PostgreSQL."""

    template = f"right(regexp_replace(%(expressions)s, '[^0-9]', '', 'g'), {LAST})"
    output_field: Any = CharField()


def last_digits(phone: str) -> str:
    """The same in Python."""
    return "".join(sign for sign in phone if sign in "0123456789")[-LAST:]
