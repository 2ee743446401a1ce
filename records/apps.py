"""Records: execution made durable, and the trust read from it."""

from importlib import import_module

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Records: execution made durable, and the trust read from it."""

    name = "records"

    def ready(self) -> None:
        """Let it be known what requesters are told, and what the overview counts."""
        import_module("records.told")
        import_module("records.overview")
