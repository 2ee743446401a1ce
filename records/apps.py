"""Records: execution made durable, and the trust read from it."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Records: execution made durable, and the trust read from it."""

    name = "records"
