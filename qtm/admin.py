"""What the oversight shows of the house and of every zone: each room and fact, read-only; people's accounts a little more."""

from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest

from qtm.models import Attempt, Invitation, Membership, Surface, Transition, User
from qtm.oversight import Look, LookAtRooms
from qtm.people import Keeper, last_admin
from qtm.spine import Fact, Room
from qtm.working import Capability, DayOff, Hours


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
    """Accounts: names are put right, and accounts closed; no password and no role is given."""

    list_display = ["__str__", "username", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username", "first_name", "last_name"]
    search_help_text = "A name."
    ordering = ["username"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Without Django's own word for who may come in here, as this house does not ask it."""
        return [name for name in super().get_fields(request, obj) if name != "is_staff"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever keeps accounts keeps their names too."""
        return self.has_view_permission(request, obj) and bool(keeper_of(request).accounts)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but the names and, of others, whether the account is open."""
        free = {"first_name", "last_name", "email"}
        if obj and keeper_of(request).may_close(obj) and not last_admin(obj):
            free.add("is_active")
        return [name for name in self.get_fields(request, obj) if name not in free]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Names as they were typed; an account is opened or closed by the one verb that does it anywhere."""
        obj.save(update_fields=[name for name in form.changed_data if name != "is_active"])
        if "is_active" in form.changed_data:
            keeper = keeper_of(request)
            (keeper.reopen if obj.is_active else keeper.close)(obj)


def keeper_of(request: HttpRequest) -> Keeper:
    """Who is signed in, as somebody who may keep people."""
    return Keeper(cast(User, request.user))


admin.site.register([model for model in apps.get_models() if issubclass(model, Room)], LookAtRooms)
admin.site.register([model for model in apps.get_models() if issubclass(model, Fact)], LookAtFacts)
admin.site.register(Transition, LookAtLog)
admin.site.register([Membership, Invitation, Surface, Attempt, Capability, Hours, DayOff], Look)
admin.site.register(User, KeepAccounts)
