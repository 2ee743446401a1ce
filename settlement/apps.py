"""Settlement: money, downstream of the Record."""

from importlib import import_module

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """Settlement: money, downstream of the Record."""

    name = "settlement"

    def ready(self) -> None:
        """Let it be known what requesters are told, and what the overview counts."""
        import_module("settlement.told")
        import_module("settlement.overview")
