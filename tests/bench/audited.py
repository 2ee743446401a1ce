"""An audit of very many Records: how long it takes, and how much memory. They are copies of one whole case, each with its own numbers, signature and leaf."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg import sql

from qtm.models import Transition
from qtm.spine import Fact, rooms
from records.log.signing import sign
from records.models import Record
from records.seal.keys import record_key
from records.seal.leaf import sealed_with
from tests.bench.house import house
from tests.cast import Walk
from tests.leaves import superuser

MANY = int(os.environ.get("BENCH_AUDIT", "100000"))
BATCH, STEP = 10_000, 1_000
MOST_S, MOST_MB = 300, 300
# The command, and at its end the most memory that it held in kB.
MEASURED = (
    "import os, re; os.environ['DJANGO_SETTINGS_MODULE'] = 'qtm.settings'; from django.core.management import execute_from_command_line as run;"
    r" run(['manage.py', 'audit']); print(re.search(r'VmHWM:\s+(\d+)', open('/proc/self/status').read())[1])"
)
NUMBERED = re.compile(rb'(?<=")([QTAJE]-)(\d+)(?=")|(?<="row":")()(\d+)(?=")')


@dataclass(frozen=True)
class Audited:
    """How long an audit took, and the most memory it held."""

    took_s: float
    peak_mb: float


def in_time(say: Callable[[str], None]) -> dict[str, bool | None]:
    """What an audit takes beside what was promised, in time for as many Records as there are."""
    most_s = MOST_S * MANY / 100_000
    say(f"\nAn audit of {MANY:,} Records (BENCH_AUDIT; promised: {most_s:.0f} s and {MOST_MB} MB)")
    found = audited()
    say(f"  {found.took_s:.0f} s, and {found.peak_mb:.0f} MB at most")
    return {
        f"an audit of {MANY:,} Records: {most_s:.0f} s, and it takes {found.took_s:.0f}": found.took_s <= most_s,
        f"an audit of {MANY:,} Records: {MOST_MB} MB, and it holds {found.peak_mb:.0f}": found.peak_mb <= MOST_MB,
    }


def audited() -> Audited:
    """Make them in a database of their own, and audit them by the command, as a process of its own."""
    with house("qtm_bench_audit"):
        Walk().record()
        multiplied("qtm_bench_audit", MANY)
        sign()
        began = monotonic()
        command = [sys.executable, "-c", MEASURED]
        said = subprocess.run(command, cwd=settings.HERE, check=True, stdout=subprocess.PIPE)
        return Audited(monotonic() - began, int(said.stdout.split()[-1]) / 1000)


def multiplied(database: str, count: int) -> None:
    """Copy the one case that there is, as a superuser whom no law stops but the one that appends to the log."""
    record, models = Record.objects.get(), multiplying()
    document = bytes(record.document)
    connections.close_all()
    with superuser(database) as admin:
        admin.execute("SET session_replication_role = replica")  # no foreign key looks
        admin.execute("CREATE TEMPORARY TABLE sealed (k bigint PRIMARY KEY, document bytea, sha256 text, body bytea)")
        laws = switched_off(admin, models)
        for first in range(1, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            admin.execute("TRUNCATE sealed")
            with admin.cursor() as cursor, cursor.copy("COPY sealed FROM STDIN") as into:
                for row in sealed(document, numbers):
                    into.write_row(row)
            for model in models:
                admin.execute(copied(model, models), [numbers[0], numbers[-1]])
        for table, law in laws:
            admin.execute(sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(table, law))
        admin.execute("ANALYZE")


def multiplying() -> list[Any]:
    """The rooms of a case, what is noted of them, and the log."""
    found: list[Any] = rooms()
    facts = [model for model in apps.get_models() if issubclass(model, Fact)]
    return [
        *found,
        *(model for model in facts if any(_target(each) in found for each in model._meta.local_fields)),
        Transition,
    ]


def _target(column: Any) -> Any:
    """The model that a column points to."""
    return column.remote_field.model if column.is_relation else None


def switched_off(admin: psycopg.Connection[Any], models: list[Any]) -> list[tuple[sql.Identifier, sql.Identifier]]:
    """Every law of these tables, switched off, but for the one that appends."""
    found = admin.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A' AND tgname <> 'law_9_append' AND tgrelid::regclass::text = ANY (%s)",
        [[model._meta.db_table for model in models]],
    )
    laws = [(sql.Identifier(table), sql.Identifier(law)) for table, law in found]
    for table, law in laws:
        admin.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(table, law))
    return laws


def copied(model: Any, models: list[Any]) -> sql.Composed:
    """The statement that copies a table's rows of the one case, with the numbers of the new ones."""
    columns = model._meta.local_concrete_fields
    into = sql.SQL(", ").join(sql.Identifier(each.column) for each in columns)
    values = sql.SQL(", ").join(sql.SQL(_value(model, each, models)) for each in columns)
    table = sql.Identifier(model._meta.db_table)
    return sql.SQL(
        "INSERT INTO {} ({}) SELECT {} FROM {} t, sealed s WHERE t.id < "
        + str(STEP)
        + " AND s.k BETWEEN %s AND %s"
        + (" AND t.case_id IS NOT NULL" if model is Transition else "")
        + " ORDER BY s.k, t.id"
    ).format(table, into, values, table)


def _value(model: Any, column: Any, models: list[Any]) -> str:
    """One column of a copy."""
    if column.primary_key or _target(column) in models or column.column in ("case_id", "row_id"):
        return f't."{column.column}" + s.k * {STEP}'
    if model is Record and column.column in ("document", "sha256", "body"):
        return f's."{column.column}"'
    return f't."{column.column}" || s.k' if column.unique else f't."{column.column}"'


def sealed(document: bytes, numbers: range) -> Iterator[tuple[int, bytes, str, bytes]]:
    """The document of each copy, with its digest and its leaf."""
    for k in numbers:
        own = NUMBERED.sub(partial(_renumbered, k), document)
        yield k, own, sha256(own).hexdigest(), sealed_with(own, record_key()).body


def _renumbered(k: int, found: re.Match[bytes]) -> bytes:
    """A reference or a row's number, as the copy has it."""
    letter, number = (found[1], found[2]) if found[2] else (b"", found[4])
    return b"%s%d" % (letter, int(number) + k * STEP)
