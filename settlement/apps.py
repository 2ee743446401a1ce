"""Settlement: money, downstream of the Record."""

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """Settlement: money, downstream of the Record."""

    name = "settlement"
