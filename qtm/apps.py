"""The house itself, and the admin as an oversight."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class QtmConfig(AppConfig):
    """What every zone stands on."""

    name = "qtm"

    def ready(self) -> None:
        """Let the system checks be known, and what acts have written."""
        import_module("qtm.checks")
        import_module("qtm.letters.ordered")
        import_module("qtm.overview.tasks")
        import_module("qtm.overview.gaps")


class Oversight(AdminConfig):
    """Django's admin, read-only over the spine."""

    default_site = "qtm.oversight.Oversight"
