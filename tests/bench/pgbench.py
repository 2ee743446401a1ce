"""pgbench over the statements of the copied case: what PostgreSQL does where no Python is in the way."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from django.db import connection
from psycopg import sql

from qtm.postgres.programs import FOLDERS
from tests.bench.copied import Born, Case, New, Statement, ThisAct, Value
from tests.bench.pairs import ROUNDS, SECONDS

ENTRY = {"host": "host", "port": "port", "user": "user", "password": "password", "database": "dbname"}
FRESH = "left(replace('' || gen_random_uuid() || gen_random_uuid(), '-', ''), {})"


def script(case: Case) -> str:
    """The case as a script: an act is a transaction, and ids are kept in variables."""
    lines: list[str] = []
    for act in case:
        lines += ["SELECT gen_random_uuid() AS act \\gset", "BEGIN;", *map(_line, act), "END;"]
    return "\n".join(lines) + "\n"


def _line(each: Statement) -> str:
    """One statement with its values in it."""
    text = each.text
    for value in each.values:
        text = text.replace("%s", _written(value), 1)
    return f"{text} AS {_name(each.makes)} \\gset" if each.makes else f"{text};"


def _name(number: str) -> str:
    """The variable that keeps the number of a row."""
    return f"row_{number}"


def _written(value: Value) -> str:
    """A value as SQL; a colon would be read as a variable, so none is left."""
    if isinstance(value, Born):
        return f":{_name(value.number)}"
    if isinstance(value, tuple):
        return f"({' || '.join(f'{_written(part)}::text' for part in value)})"
    if isinstance(value, New):
        return FRESH.format(value.length)
    if isinstance(value, ThisAct):
        return ":act"
    literal = sql.Literal(value).as_string(connection.connection)
    return literal if ":" not in literal else _without_colons(literal)


def _without_colons(literal: str) -> str:
    """The same string with its colons escaped; a cast behind it stays."""
    body, _, cast = literal.rpartition("'")
    escaped, _, inner = body.strip().partition("'")
    inner = inner if escaped else inner.replace("\\", "\\\\")
    return f"E'{inner.replace(':', '\\x3a')}'{cast}"


def program() -> str | None:
    """Where pgbench is, if it is anywhere: in PATH, or beside a server."""
    beside = [str(found) for pattern in FOLDERS for found in Path("/").glob(f"{pattern[1:]}/pgbench")]
    return shutil.which("pgbench") or (max(beside) if beside else None)


def rate(case: Case, clients: int) -> float | None:
    """Cases per second, the median of some runs; nothing where there is no pgbench."""
    found = program()
    if found is None:
        return None
    connection.ensure_connection()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script(case))
        file.flush()
        return median(_run(found, Path(file.name), clients) for _ in range(ROUNDS))


def _run(found: str, file: Path, clients: int) -> float:
    """One run with prepared statements."""
    options = [
        "-n",
        "-M",
        "prepared",
        "-c",
        str(clients),
        "-j",
        str(clients),
        "-T",
        str(round(SECONDS)),
        "-f",
        str(file),
    ]
    given = connection.get_connection_params()
    entry = {f"PG{name.upper()}": str(given[key]) for name, key in ENTRY.items() if given.get(key)}
    said = subprocess.run([found, *options], env={**os.environ, **entry}, capture_output=True, text=True, check=False)
    if (tps := re.search(r"tps = ([\d.]+)", said.stdout)) is None:
        raise RuntimeError(said.stderr[-2000:])
    return float(tps[1])
