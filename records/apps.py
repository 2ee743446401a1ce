"""Records: execution made durable, and the trust read from it."""

from importlib import import_module

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Records: execution made durable, and the trust read from it."""

    name = "records"

    def ready(self) -> None:
        """Let it be known what people are told, and written to about."""
        import_module("records.seal.keeping")
        import_module("records.log.round")
        import_module("records.told")
        import_module("records.commitment")
        import_module("records.letters")
        import_module("records.overview")
