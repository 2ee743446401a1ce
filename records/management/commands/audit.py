"""`manage.py audit`: whether everything that is kept is still what it was, and all there; exit status 1 where it is not."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from records.audit.before import CHECK
from records.audit.result import begun, keep
from records.audit.run import PARTS, audit
from records.audit.schema import SHIPPED, ship
from records.audit.steps import Step
from records.audit.tree import name_of


class Command(BaseCommand):
    """Check Records, log, spine, files and the law itself, and name each finding with its row."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """As whom, which parts, and whether to write down the law as it stands."""
        parser.add_argument(
            "--database", default="default", choices=["default", "owner"], help="as the app, or as the owner"
        )
        parser.add_argument(
            "--only", action="append", default=[], choices=[*PARTS], help="this part alone; may be repeated"
        )
        parser.add_argument("--expect", action="store_true", help=f"write {SHIPPED.name} of a database just migrated")
        parser.add_argument(
            "--acknowledge",
            metavar="NAME",
            default="",
            help="what the audit before saw is known to be lost, of the log of that name",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say each finding as it is found, and keep what came of it."""
        alias, began, name = options["database"], monotonic(), options["acknowledge"]
        if options["expect"]:
            ship(alias)
            return
        if name and name != name_of(alias):
            raise CommandError(f"The log is called {name_of(alias)}, and not {name}.")
        self.looked_at: list[str] = []
        result, seen = (
            begun(str(connections[alias].settings_dict["USER"]), options["only"] or [*PARTS]),
            dict[str, Any](),
        )
        for finding in audit(alias, options["only"], self.told, seen):
            if name and finding.check == CHECK:
                self.stdout.write(f"Acknowledged: {finding}")
                continue
            result.add(finding)
            self.stderr.write(str(finding))
        result.took_s = round(monotonic() - began, 1)
        result.log = seen if seen and not result.total else result.log
        keep(result)
        if result.total:
            counted = " and ".join(f"{number:,} of {kind} ({means})" for kind, number, means in result.kinds if number)
            raise CommandError(f"{result.total:,} findings: {counted}.")
        self.stdout.write(f"No findings: all is there, and as it was. {' · '.join(self.looked_at)}. {result.took_s} s.")

    def told(self, step: Step) -> None:
        """How far it has come, on a terminal."""
        if step.over:
            self.looked_at.append(str(step))
        if self.stderr.isatty():
            self.stderr.write(f"\r· {step.name}: {step.done:,} of {step.of:,}", ending="\n" if step.over else "")
