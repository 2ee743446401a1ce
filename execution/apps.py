"""Execution: the Job, its ServiceEvents and their evidence."""

from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    """Execution: the Job, its ServiceEvents and their evidence."""

    name = "execution"
