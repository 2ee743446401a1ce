"""Execution: the Job, its ServiceEvents and their evidence."""

from importlib import import_module

from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    """Execution: the Job, its ServiceEvents and their evidence."""

    name = "execution"

    def ready(self) -> None:
        """Let it be known what people are told and written to about, and how work ends."""
        import_module("execution.told")
        import_module("execution.appointments")
        import_module("execution.letters")
        import_module("execution.overview")
        import_module("execution.outcomes")
