"""A log of many leaves without the work that they would take: the law's own function appends them, everything else of a sealing is left out."""

import os
from time import monotonic, sleep

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from records.log.model import size
from tests.cast import Walk

COPIES = """
INSERT INTO records_record (state, since, case_id, event_id, operator_id, final, document, sha256, body, priced)
SELECT r.state, r.since, r.case_id, -n, r.operator_id, r.final, d.document, encode(sha256(d.document), 'hex'),
  r.body || convert_to(' ' || n, 'UTF8'), r.priced
FROM records_record r, generate_series(%s::bigint, %s::bigint) n, LATERAL (SELECT r.document || convert_to(' ' || n, 'UTF8') document) d
WHERE r.id = (SELECT min(id) FROM records_record) ORDER BY n
"""


def superuser(database: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection of the superuser's, whom no law stops."""
    return psycopg.connect(make_conninfo(os.environ["DATABASE_ADMIN_URL"], dbname=database), autocommit=True)


def all_ended(database: str) -> None:
    """Wait until whatever is under way on this server has ended: an audit leaves aside what came while it was."""
    until = monotonic() + 300
    with superuser(database) as admin:
        ((now,),) = admin.execute("SELECT pg_current_xact_id()::text").fetchall()
        ended = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8"
        while admin.execute(ended, [now]).fetchone() != (True,):
            assert monotonic() < until, "somebody's transaction does not end"
            sleep(0.05)


def grow(database: str, count: int) -> None:
    """Have so many leaves, all but those that are there made of the first Record."""
    now = size() or Walk().record().leaf.number + 1
    connections["default"].close()
    with superuser(database) as admin:
        found = admin.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'records_record'::regclass AND tgenabled = 'A'"
        )
        laws = [sql.Identifier(str(name)) for (name,) in found if name != "law_9_append"]
        admin.execute("SET session_replication_role = replica")  # no foreign key looks
        for law in laws:
            admin.execute(sql.SQL("ALTER TABLE records_record DISABLE TRIGGER {}").format(law))
        admin.execute(COPIES, [now, count - 1])
        for law in laws:
            admin.execute(sql.SQL("ALTER TABLE records_record ENABLE ALWAYS TRIGGER {}").format(law))
