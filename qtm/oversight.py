"""Django's admin as an oversight: who oversees may look at everything, and nothing of the spine can be touched."""

import re
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.db.models import BinaryField, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from qtm.fields import TransactionIdField
from qtm.models import Transition, User
from qtm.refusals import Forbidden
from qtm.signing import SignOut

# What nobody reads here: passwords, and links that are their own key.
SECRET = {"password", "token", "token_sha256", "key", "content", "name_hmac"}
REFERENCE = re.compile(r"(?:(?P<letter>[A-Z])-)?(?P<number>[0-9]{1,18})")
LOOKUPS = {"", "exact", "isnull", "id__exact"}
UNREADABLE = (BinaryField, TransactionIdField)


def readable(model: type[Model]) -> list[Any]:
    """The columns of a model that may be read."""
    return [
        field for field in model._meta.local_fields if field.name not in SECRET and not isinstance(field, UNREADABLE)
    ]


def holds(request: HttpRequest, permission: str) -> bool:
    """Whether who is signed in holds a permission on the network."""
    return isinstance(request.user, User) and bool(request.user.standing.holds(permission))


def oversees(request: HttpRequest) -> bool:
    """Whether who is signed in may look at everything; Django's word for it, `is_staff`, is not asked."""
    return holds(request, "qtm.oversee")


def keeps_the_machine(request: HttpRequest) -> bool:
    """Whether a superuser is signed in: they look at people, operators and surfaces, and at no case."""
    return isinstance(request.user, User) and request.user.is_active and request.user.is_superuser


class Look(ModelAdmin):  # type: ignore[type-arg]
    """Rows as they are: to be found, read, and left alone."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["pk"]
    search_help_text = "A reference such as J-318, or a number."

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What there is to be read."""
        return [field.name for field in readable(self.model)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of it."""
        return self.get_fields(request, obj)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only whole values of what may be read: nothing hidden is guessed by its beginning."""
        name, _, how = lookup.partition("__")
        return name not in SECRET and how in LOOKUPS and super().lookup_allowed(lookup, value, request)

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """One query for a list, whatever its rows name."""
        return [field.name for field in readable(self.model) if field.many_to_one or field.one_to_one]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who oversees may look, and a superuser at what belongs to no case."""
        caseless = self.model._meta.app_label == "qtm" and self.model is not Transition
        return oversees(request) or (caseless and keeps_the_machine(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted, here or anywhere."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Every zone is shown of which something may be looked at."""
        return self.has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """A list is read."""
        if request.method not in {"GET", "HEAD"}:
            raise Forbidden("Nothing is done here to many rows at once.")
        return super().changelist_view(request, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """There is no such page, whoever asks."""
        raise Forbidden("Nothing is deleted in this house.")


class LookAtRooms(Look):
    """A room: found by reference or case, filtered by state."""

    list_filter = ["state"]
    ordering = ["-pk"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The reference, where it stands and since when."""
        case = ["case_id"] if any(field.name == "case_id" for field in self.model._meta.local_fields) else []
        return ["__str__", "state", "since", *case]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By its reference, or by the number of its case."""
        found = REFERENCE.fullmatch(search_term.strip().upper())
        if found is None:
            return (queryset.none() if search_term.strip() else queryset), False
        by_case = {self.model.case_column or "pk": found["number"]}
        wanted = {
            self.model.letter: Q(pk=found["number"]),
            "Q": Q(**by_case),
            None: Q(**by_case) | Q(pk=found["number"]),
        }
        return queryset.filter(wanted.get(found["letter"], Q(pk=None))), False


class Oversight(AdminSite):
    """The admin of the house: one way in and out, and only what this house has registered."""

    site_header = site_title = "QTM OS · Oversight"
    index_title = "Everything, to be looked at"
    site_url = "/"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in what only looks, and nothing that a library brings along."""
        if admin_class and issubclass(admin_class, Look):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Who oversees is let in, and a superuser."""
        return oversees(request) or keeps_the_machine(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign in where everybody does; who is signed in already may not come in."""
        if request.user.is_authenticated:
            raise Forbidden(
                "The oversight is for those who oversee the network. What you work with is at your workplace."
            )
        return redirect_to_login(request.GET.get("next") or request.get_full_path())

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Sign out as everybody does."""
        return SignOut.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Change the password where everybody does."""
        return redirect("password_change")
