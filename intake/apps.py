"""Intake: what is asked, and how it is asked."""

from importlib import import_module

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Intake: what is asked, and how it is asked."""

    name = "intake"

    def ready(self) -> None:
        """Let it be known what requesters are told, and what the overview counts."""
        import_module("intake.told")
        import_module("intake.overview")
