"""Governance: review, approval and assignment, before any work."""

from importlib import import_module

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Governance: review, approval and assignment, before any work."""

    name = "governance"

    def ready(self) -> None:
        """Let it be known what requesters are told, and what Omni finds here."""
        import_module("governance.told")
        import_module("governance.packet")
