"""What the oversight keeps of intake: funnels, by who keeps them on the network."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from intake.models import Funnel
from qtm.oversight import Look, holds


class KeepFunnels(Look):
    """Entry points: made and kept here by who may; whose one is, is said once."""

    list_display = ["name", "slug", "owner", "is_open"]
    list_filter = ["is_open"]
    search_fields = ["name", "slug"]
    search_help_text = "A name."
    ordering = ["name"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Its surfaces are kept here too."""
        return [*super().get_fields(request, obj), "surfaces"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the permission on the network; being a superuser is not enough."""
        return self.has_view_permission(request, obj) and holds(request, "intake.keep_funnel")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By the same permission."""
        return self.has_change_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Its number; and once it is made, whose it is and its address."""
        return ["id", *(["slug", "operator"] if obj else [])]


admin.site.register(Funnel, KeepFunnels)
