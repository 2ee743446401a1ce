"""Governance: review, approval and assignment, before any work."""

from importlib import import_module

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Governance: review, approval and assignment, before any work."""

    name = "governance"

    def ready(self) -> None:
        """Let it be known what lists are asked, what people are told and written to about, what stands around a door, and what Omni finds here."""
        import_module("governance.filters")
        import_module("governance.around")
        import_module("governance.told")
        import_module("governance.packet")
        import_module("governance.letters")
        import_module("governance.overview")
