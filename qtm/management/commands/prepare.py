"""`manage.py prepare`: everything between an empty database and one that can be served; safe to run again."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from qtm.acts import acting
from qtm.grants import apply_grants
from qtm.models import SurfaceVersion
from qtm.prepared import PREPARATIONS
from qtm.roles import load_roles
from qtm.runtime import shipped


class Command(BaseCommand):
    """Migrate as the owner, give both roles their rights, load the roles and the shipped surfaces."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step says what it did."""
        if "owner" not in connections.settings:
            raise CommandError("Set DATABASE_OWNER_URL: only the owner of the tables can migrate.")
        call_command("migrate", database="owner", verbosity=options["verbosity"], interactive=False)
        apply_grants()
        connections["owner"].close()
        load_roles()
        call_command("clearsessions")
        self.stdout.write("Migrated; rights and roles are as the house says.")
        for step in PREPARATIONS:
            self.stdout.write(self._done(step))
        with acting(via="prepare", authority="system"):
            made = [version for version, new in map(SurfaceVersion.publish, shipped()) if new]
        self.stdout.write(f"Surfaces: {', '.join(map(str, made))} published." if made else "Surfaces: unchanged.")

    def _done(self, step: Callable[[], str]) -> str:
        """What a step says that it did; what it refuses is said as plainly."""
        try:
            return step()
        except (ImproperlyConfigured, ValueError) as refusal:
            raise CommandError(str(refusal)) from refusal
