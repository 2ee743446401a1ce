"""Files that no Record vouches for yet, and the copies that are shown: each against its digest."""

from collections.abc import Iterator

from execution.files import intact
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
