"""Intake: what is asked, and how it is asked."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Intake: what is asked, and how it is asked."""

    name = "intake"
