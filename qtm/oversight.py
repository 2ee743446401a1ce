"""Django's admin as an oversight."""

from django.contrib.admin import AdminSite


class Oversight(AdminSite):
    """The admin of the house."""
