"""`manage.py import_requests FILE [--funnel SLUG] [--language de]`: Open311 service requests, through the submit path; safe to run again."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.submit import Asking, ask
from intake.models import Funnel
from intake.offers import funnels, offers_of
from intake.open311 import Services, foreign, in_their_words, services_of
from intake.rows import NoList, Row, Rows
from qtm.letters.spoken import SPOKEN
from qtm.refusals import Invalid, Refusal

MADE, THERE, REFUSED = "made", "already there", "refused"
MOST_NAME = 40


class Command(BaseCommand):
    """Ask for each row of the file as a named system; what comes of it is a Task to review, and nothing further."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the funnel, and the name of the system that asks."""
        parser.add_argument("file", type=Path, help="JSON, a list of GeoReport v2 service requests")
        parser.add_argument("--funnel", default="", help="the funnel they come through; needed where several would do")
        parser.add_argument(
            "--system", default="Open311", help="the name of the system that asks; its ids are told from others' by it"
        )
        parser.add_argument(
            "--language", default="", choices=list(SPOKEN), help="in which those who asked are written to"
        )

    def handle(self, *args: Any, file: Path, funnel: str, system: str, language: str, **options: Any) -> None:
        """A line for each row, then the sum; the exit status is 1 where anything was refused."""
        entry, said = _funnel(funnel), Counter[str]()
        services, name = services_of(offers_of(entry)), _name(system)
        try:
            for row in Rows(_text(file)):
                outcome, words = self._row(row, entry, services, name, language)
                said[outcome] += 1
                self.stdout.write(f"{row.number:>6}  {outcome:<13}  {words}")
        except NoList:
            raise CommandError(f"{file} is no list of service requests.") from None
        self.stdout.write(
            f"{said.total()} rows: {said[MADE]} made, {said[THERE]} already there, {said[REFUSED]} refused."
        )
        if said[REFUSED]:
            raise CommandError(f"{said[REFUSED]} of {said.total()} rows were refused; the others are in.")

    def _row(self, row: Row, funnel: Funnel, services: Services, system: str, language: str) -> tuple[str, str]:
        """What became of one row, in words."""
        if row.broken:
            return REFUSED, f"{row.broken}."
        try:
            one = foreign(row.value, services)
            key = f"open311:{system}:{one.id}"
            asking = Asking(
                funnel,
                one.surface,
                "import",
                one.asked,
                key,
                "import",
                "import by the command line",
                system=system,
                past=True,
                language=language,
            )
            request, new = ask(asking)
        except Invalid as invalid:
            return REFUSED, f"{_named(row.value)}{in_their_words(invalid)}"
        except Refusal as refusal:
            return REFUSED, f"{_named(row.value)}{refusal.sentence}"
        return (MADE if new else THERE), f"{request.reference}  {one.id}"


def _named(value: Any) -> str:
    """The id of a row that was refused, as far as it has one."""
    number = value.get("service_request_id") if isinstance(value, dict) else None
    return f"{ascii(number)[1:-1][:60]}: " if isinstance(number, str) and number else ""


def _funnel(slug: str) -> Funnel:
    """The funnel, if it is there and open; where none was named the network's only one that knows outside services."""
    if not slug:
        return _only(
            [each for each in funnels().filter(operator=None) if not each.shut and services_of(offers_of(each))]
        )
    found = funnels().filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no funnel {slug!r}.")
    if found.shut:
        raise CommandError(found.shut)
    return found


def _only(found: Sequence[Funnel]) -> Funnel:
    """The one funnel that would do; where there are several, or none, it is for people to say which."""
    if len(found) != 1:
        names = (
            ", ".join(each.slug for each in found)
            or "none of the network's open ones offers what knows outside services"
        )
        raise CommandError(f"Say through which funnel, with --funnel: {names}.")
    return found[0]


def _name(system: str) -> str:
    """The name of a system: part of every key, so it holds no colon."""
    name = system.strip()
    if not 0 < len(name) <= MOST_NAME or ":" in name or not name.isprintable():
        raise CommandError(f"A system has a name of 1 to {MOST_NAME} characters, without a colon.")
    return name


def _text(file: Path) -> str:
    """What the file says; bytes that are no UTF-8 cost only the row in which they stand."""
    try:
        return file.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
