"""Who beside the three roles can do what no law stops: superusers, and whoever is a member of one or of PostgreSQL's own mighty roles.

They are called otherwise in every house, so what is new is told: who was not there when the audit before looked.
"""

from collections.abc import Iterator

from records.audit import result
from records.audit.finding import COMPLETENESS, Finding
from records.audit.rows import rows

MIGHTY = r"""
SELECT format('role %s (%s)', r.rolname, concat_ws(', ', CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolcreaterole THEN 'makes roles' END,
  CASE WHEN r.rolreplication THEN 'replicates' END, CASE WHEN r.rolbypassrls THEN 'no policy holds it' END))
FROM pg_roles r WHERE r.oid >= 16384 AND (r.rolsuper OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls)
UNION ALL
SELECT format('role %s (member of %s)', m.rolname, g.rolname)
FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
WHERE m.oid >= 16384 AND (g.rolsuper OR g.rolcreaterole OR g.rolname ~ '^pg_')
ORDER BY 1"""


def powers(alias: str) -> list[str]:
    """Each of them, and what by."""
    return [said for (said,) in rows(alias, MIGHTY)]


def strangers(alias: str) -> Iterator[Finding]:
    """Those whom the audit before did not see."""
    seen = result.remembered()
    for each in powers(alias) if "powers" in seen else ():
        if each not in seen["powers"]:
            yield Finding("seen before", COMPLETENESS, each, "the audit before saw nobody who may that.")
