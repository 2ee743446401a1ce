"""The demo, last of all, as it walks the whole spine."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """People, operators and cases to look at."""

    name = "demo"
