"""What the oversight keeps of intake: the network's funnels, by who keeps them there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from intake.models import Funnel
from intake.staff import KEEP
from qtm.oversight import Look, holds


class KeepFunnels(Look):
    """Entry points: all may be looked at, and those of the network are made and kept here."""

    list_display = ["name", "slug", "owner", "is_open"]
    list_filter = ["is_open"]
    search_fields = ["name", "slug"]
    search_help_text = "A name."
    ordering = ["name"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Its surfaces are kept here too."""
        return [*super().get_fields(request, obj), "surfaces"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The network's funnels by who keeps them there; an operator's are its owners' to keep, here as everywhere."""
        return holds(request, KEEP) and not (obj and obj.operator_id) and self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By the same permission; what is made here is the network's."""
        return self.has_change_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Its number and whose it is; once it is made, its address too."""
        return ["id", "operator", *(["slug"] if obj else [])]


admin.site.register(Funnel, KeepFunnels)
