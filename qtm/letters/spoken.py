"""The languages in which letters are written, and how each says a moment; Django's own would need the whole machinery of translation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a language calls itself, and how it says a moment."""

    name: str
    days: Sequence[str]
    months: Sequence[str]
    form: str


PLAIN = "en"  # a language in which a letter is not there gets all of it in this one
# Each has its letters in `templates/letters/<language>/`.
SPOKEN = {
    "en": Spoken(
        "English",
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        "{day}, {date.day} {month} {date.year}, {date:%H:%M}",
    ),
    "de": Spoken(
        "Deutsch",
        ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        "{day}, {date.day}. {month} {date.year}, {date:%H:%M} Uhr",
    ),
}


def moment(when: datetime, language: str) -> str:
    """A moment in the zone of the place, such as “Tuesday, 24 November 2026, 14:05”."""
    date, how = localtime(when), SPOKEN[language]
    return how.form.format(day=how.days[date.weekday()], month=how.months[date.month - 1], date=date)
