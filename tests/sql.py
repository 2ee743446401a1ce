"""Raw SQL as somebody who writes around the verbs would try it: in an act or out of one, as the app's role or as the owner."""

from typing import Any
from uuid import uuid4

from django.db import DatabaseError, connections, transaction

from qtm.refusals import law_broken

SAY = (
    "SELECT set_config('qtm.act', %s, true), set_config('qtm.user', %s, true), set_config('qtm.actor', '', true),"
    " set_config('qtm.authority', %s, true), set_config('qtm.via', 'sql', true), set_config('qtm.reason', %s, true)"
)


def attempt(
    *statements: str | tuple[str, list[Any]],
    user: int | None = None,
    act: str | None = None,
    reason: str = "because",
    authority: str = "forged",
    using: str = "default",
    keep: bool = False,
) -> str:
    """Try statements in one act; gives the law (or the SQLSTATE) that refused, "" where all passed to the end. Nothing stays unless `keep`."""
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(SAY, [str(uuid4()) if act is None else act, str(user or ""), authority, reason])
            for statement in statements:
                text, values = statement if isinstance(statement, tuple) else (statement, [])
                cursor.execute(text, values or None)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            transaction.set_rollback(not keep, using=using)
    except DatabaseError as error:
        return law_broken(error) or str(getattr(error.__cause__, "sqlstate", error))
    return ""


def table(room: Any) -> str:
    """The table of a room."""
    return str(room._meta.db_table)


DENIED = "42501"  # insufficient_privilege
