"""Files that no Record vouches for yet, each against its digest; the copies that are shown; and what was erased, which is gone."""

from collections.abc import Iterator

from execution.files import intact, store
from execution.files import place_of as file_of
from execution.renditions import place_of
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.rows import count, rows
from records.audit.steps import Step

UNSEALED = (
    "SELECT e.id, e.sha256, e.size_bytes FROM execution_evidence e LEFT JOIN records_record r ON r.event_id = e.event_id"
    " WHERE e.sha256 <> '' AND r.id IS NULL ORDER BY e.id"
)
OF_NOTHING = "SELECT r.id, r.sha256 FROM execution_rendition r WHERE NOT EXISTS (SELECT FROM execution_evidence e WHERE e.sha256 = r.sha256)"
SHARED = (
    "SELECT copy_sha256, count(DISTINCT sha256) FROM execution_rendition WHERE copy_sha256 <> ''"
    " GROUP BY copy_sha256 HAVING count(DISTINCT sha256) > 1"
)
# Taken away, or ordered so long ago that they should have been, and needed by nobody else.
ERASED = """
SELECT e.event_id, v.sha256, array_remove(array_agg(DISTINCT r.copy_sha256), '')
FROM execution_emptied e JOIN execution_evidence v ON v.event_id = e.event_id LEFT JOIN execution_rendition r ON r.sha256 = v.sha256
  AND NOT EXISTS (SELECT FROM execution_rendition q WHERE q.copy_sha256 = r.copy_sha256 AND q.sha256 <> r.sha256)
WHERE v.sha256 <> '' AND (e.at < now() - interval '1 hour' OR EXISTS (SELECT FROM execution_removed d WHERE d.event_id = e.event_id))
  AND NOT EXISTS (SELECT FROM execution_evidence o LEFT JOIN execution_emptied x ON x.event_id = o.event_id WHERE o.sha256 = v.sha256 AND x.id IS NULL)
GROUP BY e.event_id, v.sha256 ORDER BY e.event_id"""


def kept(alias: str, step: Step) -> Iterator[Finding]:
    """Evidence of work under way, and what is shown of it."""
    step.expects(count(alias, "execution_evidence"))
    for row, sha256, size_bytes in rows(alias, UNSEALED):
        step.one()
        if not intact(sha256, size_bytes):
            words = f"the file {sha256} is missing or no longer what was captured."
            yield Finding("evidence", COMPLETENESS, f"evidence {row}", words)
    for row, sha256 in rows(alias, OF_NOTHING):
        yield Finding(
            "copy", COMPLETENESS, f"copy {row}", f"no evidence has the file {sha256} that it is said to be of."
        )
    for copy, many in rows(alias, SHARED):
        words = f"{many} different files are said to look alike to the last pixel."
        yield Finding("copy", INTEGRITY, place_of(copy), words)
    for event, sha256, copies in rows(alias, ERASED):
        if store().exists(file_of(sha256)) or any(store().exists(place_of(copy)) for copy in copies if copy):
            words = f"the file {sha256} was erased, and it or a copy of it is still there."
            yield Finding("erasure", INTEGRITY, f"E-{event}", words)
