"""System checks: deployment mistakes, each with an id and a sentence on how to mend it."""

import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.urls import NoReverseMatch, get_resolver, resolve, reverse

from qtm.doors import all_doors
from qtm.law import Law
from qtm.letters.post import missing
from qtm.roles import MEMBER, NETWORK
from qtm.spine import Room, all_rooms

OWNS = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole AND relnamespace = 'public'::regnamespace"
CREATES = (
    "SELECT has_schema_privilege('public', 'CREATE') OR has_database_privilege(current_database(), 'CREATE, TEMPORARY')"
)
RISES = "SELECT rolsuper OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
WRITES = (
    "SELECT has_function_privilege('lo_from_bytea(oid, bytea)', 'EXECUTE') OR EXISTS ("
    "SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND (has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(oid, 'INSERT, UPDATE')))"
)


@register(Tags.urls)
def every_verb_has_its_door(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """qtm.E001: each move and crossing that has a door has exactly one, and its address leads to it."""
    import_module(settings.ROOT_URLCONF)
    doors = {(door.room, door.verb.name): door for door in all_doors()}
    verbs = [(room, verb.name) for room in all_rooms() for verb in room.verbs.values() if verb.own_door]
    missing = [f"{room.__name__}.{name}" for room, name in verbs if (room, name) not in doors]
    astray = [door.name for door in doors.values() if not leads_home(door.name)]
    return [
        *(
            Error(f"{name} has no door.", hint="Name its room in doors(…) in its zone's urls.py.", id="qtm.E001")
            for name in missing
        ),
        *(
            Error(
                f"The address of {name} is not its alone.",
                hint="Give each verb of a room's row its own label.",
                id="qtm.E001",
            )
            for name in astray
        ),
    ]


def leads_home(name: str) -> bool:
    """Whether a door has one route, and its address is taken by no other."""
    try:
        return resolve(reverse(name, args=[1])).url_name == name and len(get_resolver().reverse_dict.getlist(name)) == 1
    except NoReverseMatch:
        return False


@register(Tags.models)
def every_room_has_its_law(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """qtm.E002: each room carries its law among its constraints."""
    return [
        Error(
            f"{room.__name__} has no law.",
            hint="Let its Meta inherit Room.Meta and leave `constraints` a list.",
            obj=room,
            id="qtm.E002",
        )
        for room in all_rooms()
        if not has_law(room)
    ]


def has_law(room: type[Room]) -> bool:
    """Whether makemigrations sees the room's law."""
    return any(isinstance(each, Law) for each in room._meta.constraints)


@register(Tags.security)
def roles_name_what_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """qtm.E003: each permission that a role names is declared by a model."""
    declared = {f"{model._meta.app_label}.{code}" for model in apps.get_models() for code, _ in model._meta.permissions}
    named = {name for names in [*NETWORK.values(), *MEMBER.values()] for name in names}
    return [
        Error(f"No model declares the permission {name}.", hint="Mend qtm/roles.py.", id="qtm.E003")
        for name in sorted(named - declared)
    ]


@register(Tags.security)
def three_roles(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """qtm.E004: the app, Omni and the owner enter the database as three different roles."""
    users = [database["USER"] for database in settings.DATABASES.values()]
    if len(set(users)) == len(users):
        return []
    return [
        Error(
            "Two of the DATABASE_…URLs name the same role.",
            hint="`python -m qtm.postgres` prints how to make the three roles.",
            id="qtm.E004",
        )
    ]


@register(Tags.database)
def roles_are_small(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """qtm.E005: the app's role and Omni's own nothing and can make nothing; Omni's writes nothing."""
    seen = [said for alias in ("default", "omni") if alias in (databases or ()) for said in too_much(alias)]
    return [Error(said, hint="See “against a real Postgres” in the README.", id="qtm.E005") for said in seen]


def too_much(alias: str) -> Iterator[str]:
    """What a role may that it should not."""
    asks = {
        "owns tables": OWNS,
        "can create things in the database": CREATES,
        "is a superuser or can make roles": RISES,
    }
    with connections[alias].cursor() as cursor:
        for said, question in (asks | ({"can write": WRITES} if alias == "omni" else {})).items():
            cursor.execute(question)
            if cursor.fetchone()[0]:
                yield f"The role of “{alias}” {said}."


@register(Tags.security)
def a_long_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """qtm.E006: the key that signs sessions and links is long enough to be none that can be guessed."""
    if len(settings.SECRET_KEY) >= 40 and len(set(settings.SECRET_KEY)) >= 10:
        return []
    return [
        Error(
            "SECRET_KEY is too short.",
            hint='`python -c "import secrets; print(secrets.token_urlsafe(50))"` makes one.',
            id="qtm.E006",
        )
    ]


@register("mail", deploy=True)
def letters_go_out(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """qtm.W002: the house can send e-mail, and its letters lead back to it."""
    return [
        Warning(f"{name} is not set: letters are written, and wait.", hint="See “E-mail” in the README.", id="qtm.W002")
        for name in missing()
    ]


@register(Tags.files)
def evidence_is_private(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """qtm.E007, qtm.W001: evidence can be written, and lies where nothing is served from."""
    if settings.STORAGES["evidence"]["BACKEND"] != "execution.storage.Folder":
        return []
    root = Path(settings.EVIDENCE_ROOT).resolve()
    served = [Path(folder).resolve() for folder in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS)]
    if any(root.is_relative_to(folder) or folder.is_relative_to(root) for folder in served):
        return [
            Error(
                "EVIDENCE_ROOT and the static files lie in one folder.",
                hint="Evidence is private: keep it apart.",
                id="qtm.E007",
            )
        ]
    nearest = next(folder for folder in (root, *root.parents) if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        Warning(
            f"Evidence cannot be written to {root}.",
            hint="Set EVIDENCE_ROOT to a folder that the server may write.",
            id="qtm.W001",
        )
    ]
