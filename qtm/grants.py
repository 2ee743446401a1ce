"""What the app's role and Omni's role may touch, made from the models: nothing that moves the spine by itself.

Rooms: read, be born, and change of state and living columns. Facts: read and note. The log: read. Everything else: read and write,
and nothing may be deleted where a trace belongs. Omni reads the rooms, the log and who works when, and no contact data, sessions, passwords or keys.
"""

from collections.abc import Iterator, Sequence

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.models import Model

from qtm.letters.model import Letter
from qtm.models import Surface, SurfaceVersion, Transition
from qtm.rows import given_columns
from qtm.spine import Fact, Room

# Columns that Omni does not see: contact data, what was said in confidence, keys and secret links.
HIDDEN = {
    "intake.Request": {"asked", "key", "token", "content", "language"},
    "intake.Intake": {"name", "phone", "email", "place", "latitude", "longitude", "description", "answers"},
    "governance.Assignment": {"note"},
    "governance.Question": {"text", "answer"},
    "execution.Job": {"context"},
    "execution.ServiceEvent": {"remark"},
    "records.Record": {"document", "body"},
    "qtm.Operator": {"about", "phone", "email", "address", "latitude", "longitude"},
    "qtm.Application": {"contact", "phone", "email", "address", "words", "key"},
    "qtm.Transition": {"reason"},
    "qtm.DayOff": {"why"},
    "governance.Appointment": {"why"},
}
# Besides the rooms, the log and the surfaces, what Omni reads: where cases wait, who does what and when, and when something is to be done.
OBSERVED = {"qtm.Wait", "qtm.Capability", "qtm.Hours", "qtm.DayOff", "governance.Appointment"}
DELETABLE = {
    "sessions.Session",
    "guardian.UserObjectPermission",
    "guardian.GroupObjectPermission",
    "auth.Group_permissions",
    "qtm.User_groups",
    "qtm.Attempt",
    "intake.Funnel_surfaces",
    "governance.SavedView",
    "django_tasks_database.DBTaskResult",
}
KEPT_BY_LAW = {  # tables that only the law's own functions write, or the owner
    "qtm.Wait",
    "governance.Listing",
    "execution.Hand",
    "execution.Emptied",
    "records.Key",
    "records.Leaf",
    "records.Node",
    "records.Head",
}
ADDED_TO = {
    "execution.Rendition",
    "execution.Removed",
    "records.Signed",
    "records.Cosigned",
}  # tables whose rows are made and never changed
LIVING: dict[str, Sequence[str]] = {
    "qtm.Letter": Letter.living,
    "qtm.Blocked": ("times",),
}  # of tables that are neither rooms nor facts: the columns that change


def roles() -> tuple[str, str]:
    """The names of the app's role and of Omni's."""
    return str(settings.DATABASES["default"]["USER"]), str(settings.DATABASES["omni"]["USER"])


def statements() -> Iterator[str]:
    """All grants anew: first everything is taken back."""
    app, omni = roles()
    for role in (app, omni):
        yield f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"'
        yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    yield f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{app}"'
    yield f'GRANT SELECT ON django_migrations TO "{app}"'
    for model in apps.get_models(include_auto_created=True):
        yield f'GRANT {app_may(model)} ON {model._meta.db_table} TO "{app}"'
        if observed(model):
            yield f'GRANT SELECT ({", ".join(omni_reads(model))}) ON {model._meta.db_table} TO "{omni}"'


def observed(model: type[Model]) -> bool:
    """Whether Omni reads anything of a model."""
    whole = model is Transition or model in (Surface, SurfaceVersion)
    return whole or issubclass(model, Room) or model._meta.label in OBSERVED


def app_may(model: type[Model]) -> str:
    """The rights of the app's role on a model's table."""
    if model is Transition or model._meta.label in KEPT_BY_LAW:
        return "SELECT"
    if issubclass(model, Room):
        free = {"state", *model.living, *model.amendable}
        columns = [str(field.column) for field in model._meta.local_fields if field.name in free]
        return f"SELECT, INSERT ({_given(model)}), UPDATE ({', '.join(columns)})"
    if issubclass(model, Fact):
        return f"SELECT, INSERT ({_given(model)})"
    if living := LIVING.get(model._meta.label):
        return f"SELECT, INSERT, UPDATE ({', '.join(living)})"
    if model._meta.label in ADDED_TO:
        return "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE" + (", DELETE" if model._meta.label in DELETABLE else "")


def _given(model: type[Model]) -> str:
    """The columns that a row is inserted with: its number is the database's to give, and so is what the law writes."""
    return ", ".join(str(field.column) for field in given_columns(model))


def omni_reads(model: type[Model]) -> list[str]:
    """The columns of a model that Omni sees."""
    hidden = HIDDEN.get(model._meta.label, set())
    return [str(field.column) for field in model._meta.local_fields if field.column and field.name not in hidden]


def apply_grants() -> None:
    """Give both roles exactly their rights, as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(";\n".join(statements()))
