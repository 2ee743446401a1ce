"""What the oversight shows of the house and of every zone: each room and fact, read-only; people's accounts a little more."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest

from qtm.models import FailedSignIn, Invitation, Membership, Surface, Transition, User
from qtm.oversight import Look, LookAtRooms, holds
from qtm.people import last_admin
from qtm.spine import Fact, Room


class LookAtLog(Look):
    """The log, newest first."""

    list_display = ["at", "room", "row_id", "was", "becomes", "user", "via", "case_id"]
    list_filter = ["room", "via"]
    search_fields = ["=case_id", "=row_id"]
    search_help_text = "The number of a case or of a row."
    ordering = ["-id"]


class LookAtFacts(Look):
    """What was noted once."""

    list_display = ["__str__", "by", "at"]
    ordering = ["-pk"]


class KeepAccounts(Look):
    """Accounts: names are put right, accounts closed, and who may look here is said; no password and no role is given."""

    list_display = ["__str__", "username", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["username", "first_name", "last_name"]
    search_help_text = "A name."
    ordering = ["username"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the permission to keep roles, or as the superuser, whom none of this lets through a door of the spine."""
        keeps = isinstance(request.user, User) and (request.user.is_superuser or holds(request, "qtm.keep_roles"))
        return keeps and self.has_view_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but the names and, of others, whether the account is open and may look here."""
        free = {"first_name", "last_name", "email"}
        if obj and obj != request.user and not obj.is_superuser:
            free |= {"is_staff"} if last_admin(obj) else {"is_active", "is_staff"}
        return [name for name in self.get_fields(request, obj) if name not in free]


admin.site.register([model for model in apps.get_models() if issubclass(model, Room)], LookAtRooms)
admin.site.register([model for model in apps.get_models() if issubclass(model, Fact)], LookAtFacts)
admin.site.register(Transition, LookAtLog)
admin.site.register([Membership, Invitation, Surface, FailedSignIn], Look)
admin.site.register(User, KeepAccounts)
