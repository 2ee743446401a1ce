"""The three roles and what they may: one place for the embedded database and for a real server."""

import secrets
from collections.abc import Iterator

from psycopg import sql

DATABASE = "qtm"
ROLES = {"DATABASE_URL": "qtm_app", "DATABASE_OWNER_URL": "qtm_owner", "DATABASE_OMNI_URL": "qtm_omni"}


# PostgreSQL lets everybody make and write large objects, a role that may only read too; nothing here keeps any.
LARGE_OBJECTS = [
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_open(oid, integer)",
    "lo_put(oid, bigint, bytea)",
    "lo_truncate(integer, integer)",
    "lo_truncate64(integer, bigint)",
    "lo_unlink(oid)",
    "lowrite(integer, bytea)",
]


def new_password() -> str:
    """A password that needs no quoting anywhere."""
    return secrets.token_urlsafe(24)


def roles_sql(passwords: dict[str, str], existing: set[str]) -> Iterator[sql.Composed]:
    """The three roles, none of which can do more than it was granted."""
    for role in ROLES.values():
        if role not in existing:
            yield sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(sql.Identifier(role))
        yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(passwords[role]))
    # A page asks many small things: to compile a plan, or to fork workers for it, takes longer than what is asked.
    for setting in ("jit", "max_parallel_workers_per_gather"):
        yield sql.SQL("ALTER ROLE qtm_app SET {} = 0").format(sql.Identifier(setting))


def database_sql(name: str, template: str) -> sql.Composed:
    """A database of the owner's."""
    make = sql.SQL("CREATE DATABASE {} OWNER qtm_owner ENCODING 'UTF8' TEMPLATE {}")
    return make.format(sql.Identifier(name), sql.Identifier(template))


def schema_sql() -> Iterator[sql.SQL]:
    """The owner makes things in the schema; the other two see only what they are granted there."""
    yield sql.SQL("ALTER SCHEMA public OWNER TO qtm_owner")
    yield sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO qtm_app, qtm_omni")
    yield sql.SQL(f"REVOKE EXECUTE ON FUNCTION {', '.join(LARGE_OBJECTS)} FROM PUBLIC")


def entry_sql(database: str) -> Iterator[sql.Composed]:
    """Only the three roles enter a database, and only the owner makes temporary tables in it."""
    name = sql.Identifier(database)
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC, qtm_app, qtm_omni").format(name)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO qtm_owner, qtm_app, qtm_omni").format(name)


def script(database: str, host: str) -> str:
    """What a server's administrator runs with psql, with fresh passwords, and the addresses that follow from it."""
    passwords = {role: new_password() for role in ROLES.values()}
    outside = [
        *roles_sql(passwords, existing=set()),
        sql.SQL("GRANT qtm_owner TO CURRENT_USER"),
        database_sql(database, "template0"),
    ]
    inside = [*schema_sql(), *entry_sql(database), sql.SQL("REVOKE qtm_owner FROM CURRENT_USER")]
    addresses = [f"-- {name}=postgresql://{role}:{passwords[role]}@{host}/{database}" for name, role in ROLES.items()]
    lines = [
        *_lines(outside),
        rf'\connect "{database}"',
        *_lines(inside),
        "",
        "-- Then set in the environment:",
        *addresses,
    ]
    return "\n".join([r"\set ON_ERROR_STOP on", *lines])


def _lines(statements: list[sql.Composable]) -> list[str]:
    """Statements as text."""
    return [f"{statement.as_string(None)};" for statement in statements]
