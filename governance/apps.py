"""Governance: review, approval and assignment, before any work."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Governance: review, approval and assignment, before any work."""

    name = "governance"
