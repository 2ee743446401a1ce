"""The fingerprint of the schema: what the law is made of in this database, against what is shipped with the code.

`manage.py audit --expect` writes the shipped file, of a database that was just migrated.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import connections

from qtm.grants import roles
from qtm.law import array, text
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.powers import strangers
from records.audit.steps import Step

HERE = Path(__file__).parent
SHIPPED = HERE / "schema.txt"
STATEMENT = (HERE / "schema.sql").read_text()
OWNER = "SELECT rolname FROM pg_roles WHERE oid = (SELECT relowner FROM pg_class WHERE oid = 'public.django_migrations'::regclass)"
OWN = "built-in "
# Where the law calls functions: its own, what tables refuse, what they put in by themselves, and when triggers fire.
SOURCES = """
SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"""
# What PostgreSQL says of a list of words in one form, it says in another once that was dumped and restored.
AS_RESTORED = (
    (re.compile(r"\(('(?:[^']|'')*'::character varying)\)::text"), r"\1"),
    (re.compile(r"\((ARRAY\[[^\]]*\])\)::text\[\]"), r"\1"),
)
IN_WORDS = {"btrim", "ltrim", "rtrim", "timezone"}  # TRIM (BOTH …), … AT TIME ZONE …
BUILT_IN = re.compile(r"([a-z_0-9]+)\"?\(")


def schema(alias: str, step: Step) -> Iterator[Finding]:
    """Whatever is not as it is shipped, not there, or there beside it."""
    told, found = shipped(), fingerprint(alias)
    step.expects(len(told))
    for name in sorted(told.keys() | found.keys()):
        step.one()
        if name not in found:
            yield Finding("schema", COMPLETENESS, name, "it is not in this database.")
        elif name not in told and name.startswith(OWN):
            continue  # a later PostgreSQL has more of its own; what was added to its own is told of apart
        elif name not in told:
            yield Finding("schema", COMPLETENESS, name, "it is in this database, and no part of the law.")
        elif told[name] != found[name]:
            yield Finding("schema", INTEGRITY, name, "it is not as the law has it.")
    yield from strangers(alias)


def shipped() -> Mapping[str, str]:
    """The law as it is shipped: each thing and the digest of its definition."""
    lines = SHIPPED.read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition(" ") for line in lines)}


def ship(alias: str) -> None:
    """Ship the law as it stands in this database."""
    SHIPPED.write_text("".join(f"{digest} {name}\n" for name, digest in sorted(fingerprint(alias).items())))


def fingerprint(alias: str) -> Mapping[str, str]:
    """Each thing that the law is made of, and the digest of its definition."""
    with connections[alias].cursor() as cursor:
        cursor.execute(SOURCES)
        called = {name for (source,) in cursor.fetchall() for name in BUILT_IN.findall(source.lower())} | IN_WORDS
        cursor.execute(OWNER)
        words = dict(zip(("app", "omni", "owner"), map(text, (*roles(), *(name for (name,) in cursor))), strict=True))
        words["called"] = array(sorted(called))
        cursor.execute(re.sub(r"{{(\w+)}}", lambda found: words[found[1]], STATEMENT.split("\n", 2)[2]))
        return {name: hashlib.sha256(_one_form(said).encode()).hexdigest()[:12] for name, said in cursor.fetchall()}


def _one_form(said: str) -> str:
    """A definition as it is said before a restore and after one."""
    for form, instead in AS_RESTORED:
        said = form.sub(instead, said)
    return said
