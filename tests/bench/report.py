"""What is printed: tables, each with what was promised beside it."""

import os
import platform
from collections.abc import Iterator

from django.db import connection, connections

from tests.bench import pgbench
from tests.bench.copied import Copy
from tests.bench.crowd import fill
from tests.bench.growth import BASE, JOBS, MOST_TIMES, grown
from tests.bench.growth import MOST_MS as DESK_MS
from tests.bench.growth import TIMES as LOOKS
from tests.bench.house import house
from tests.bench.pages import MOST_MS, MOST_QUERIES, Measured, measured, visits
from tests.bench.pairs import ROUNDS, SECONDS, pair
from tests.bench.photos import AT_ONCE, taken
from tests.bench.raw import Hand, lay_out
from tests.bench.serving import MOST_MB, memory_mb
from tests.bench.verbs import Verbs
from tests.bench.wire import desk_bytes
from tests.weight import AGAIN, FIRST

PROMISED = {1: 0.5, 2: 0.4}


def say(words: str) -> None:
    """A line, at once."""
    print(words, flush=True)


def report() -> int:
    """Measure everything; 0 where every promise is kept."""
    with house("qtm_bench"):
        say(f"On {_where()}.")
        kept = [*_rates()]
        say("\nA hundred thousand cases")
        fill(say)
        kept += _pages()
        kept.append(_memory())
        kept += _wire()
        _photos()
        kept += _growth()
    say("\nEvery promise is kept." if all(kept) else f"\n{kept.count(False)} of {len(kept)} promises are not kept.")
    return 0 if all(kept) else 1


def _where() -> str:
    """The machine and its programs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(version(), ' ', 2), current_setting('fsync'), current_setting('synchronous_commit')"
        )
        version, fsync, commit = cursor.fetchone()
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version} (fsync {fsync}, synchronous_commit {commit})"


def _rates() -> Iterator[bool]:
    """Complete cases per second, in pairs."""
    lay_out()
    verbs = Verbs()
    for _ in range(5):
        case_id = verbs.case()
    copy = Copy(case_id)
    statements = sum(map(len, copy.acts))
    say(
        f"\nComplete cases per second, request to captured settlement: {len(copy.acts)} commits, {statements} rows written or changed"
    )
    say(
        f"(median of {ROUNDS} runs of {SECONDS:.0f} s in turns; by hand: the same rows through psycopg, without law or foreign keys)"
    )
    say(f"  {'processes':<12}{'verbs':>8}{'by hand':>10}{'pgbench':>10}{'verbs / by hand':>18}{'promised':>11}")
    for clients, promised in PROMISED.items():
        found, beside = pair(Verbs, lambda: Hand(copy), clients), pgbench.rate(copy, clients)
        beside_words = f"{beside:.1f}" if beside else "not there"
        say(
            f"  {clients:<12}{found.verbs:>8.1f}{found.raw:>10.1f}{beside_words:>10}{found.ratio:>18.2f}{promised:>11.2f}"
        )
        yield found.ratio >= promised


def _pages() -> list[bool]:
    """Server time and queries of each page."""
    say(f"\nPages over them (20 times each; promised: median {MOST_MS} ms, {MOST_QUERIES} queries)")
    say(f"  {'page':<30}{'who':<8}{'median ms':>10}{'p95 ms':>9}{'queries':>9}")
    return [_said(page) for page in measured()]


def _said(page: Measured) -> bool:
    """One line; whether the promise is kept."""
    mark = "" if page.good else "   ← more than promised"
    say(f"  {page.name:<30}{page.who:<8}{page.median_ms:>10.1f}{page.p95_ms:>9.1f}{page.queries:>9}{mark}")
    return page.good


def _memory() -> bool:
    """Resident memory of a worker that has served every page many times."""
    seen = list(visits())
    connections.close_all()
    found = memory_mb(seen)
    say(f"\nMemory of a serving worker: {found:.0f} MB (promised: {MOST_MB})")
    return found <= MOST_MB


def _wire() -> list[bool]:
    """What the Desk weighs on the wire."""
    connections.close_all()
    found = desk_bytes("will")
    if not found:
        say("\nThe weight of the Desk on the wire was not measured: no Chromium on this machine")
        return []
    say(
        f"\nThe Desk on the wire: {found[0]:,} bytes at first (promised: {FIRST:,}), {found[1]:,} on coming back ({AGAIN:,})"
    )
    return [found[0] <= FIRST, found[1] <= AGAIN]


def _photos() -> None:
    """How many photos one worker takes."""
    connections.close_all()
    say(f"\nPhotos taken by one worker, each captured by its door (one after another, and {AT_ONCE} at once)")
    say(f"  {'size':<16}{'MB each':>9}{'median ms':>12}{'a second':>11}{'peak MB':>10}")
    for each in taken():
        say(
            f"  {each.size:<16}{each.megabytes:>9.1f}{each.median_ms:>12.0f}{each.a_second:>11.1f}{each.peak_mb:>10.0f}"
        )


def _growth() -> list[bool]:
    """The Desk over many Jobs."""
    say(f"\nThe Desk over {BASE:,} Jobs and over {JOBS:,} (BENCH_JOBS; {LOOKS} times each)")
    rows = list(grown(say))
    say(f"  (promised: {DESK_MS} ms, {MOST_QUERIES} queries, {MOST_TIMES} times as long)")
    say(f"  {'whose':<24}{'their Jobs':>12}{'p95 before':>12}{'p95 ms':>9}{'times':>8}{'queries':>9}")
    for row in rows:
        mark = "" if row.good else "   ← more than promised"
        say(
            f"  {row.who:<24}{row.jobs:>12,}{row.before_ms:>12.1f}{row.p95_ms:>9.1f}{row.times:>8.2f}{row.queries:>9}{mark}"
        )
    return [row.good for row in rows]
