"""What is printed: tables, each with what was promised beside it."""

import os
import platform
from collections.abc import Iterator

from django.db import connection, connections

from tests.bench import pgbench
from tests.bench.audited import in_time
from tests.bench.copied import copied
from tests.bench.crowd import fill
from tests.bench.finding import LEAST_MS, Looked
from tests.bench.finding import MOST_MS as LIST_MS
from tests.bench.finding import TIMES as LIST_LOOKS
from tests.bench.growth import BASE, JOBS, MOST_TIMES, Grown, grown
from tests.bench.growth import MOST_MS as DESK_MS
from tests.bench.growth import TIMES as LOOKS
from tests.bench.house import house
from tests.bench.overview import compared, overviewed
from tests.bench.pages import MOST_MS, MOST_QUERIES, measured, visits
from tests.bench.pairs import ROUNDS, SECONDS, pair
from tests.bench.photos import AT_ONCE, Peak, refused, taken
from tests.bench.photos import MOST_MB as REFUSED_MB
from tests.bench.photos import MOST_MS as REFUSED_MS
from tests.bench.raw import Hand, lay_out
from tests.bench.seals import LEAST_CHECKS, LEAST_SHARE, proven, sealed
from tests.bench.seals import MOST_TIMES as PROOF_TIMES
from tests.bench.serving import MOST_MB, memory_mb
from tests.bench.verbs import Verbs
from tests.bench.wire import desk_weights
from tests.weight import AGAIN, FIRST

PROMISED = {1: 0.5, 2: 0.4}
MORE = "   ← more than promised"
KEPT = {True: "kept", False: "not kept", None: "not measured"}

type Promises = dict[str, bool | None]  # in words, and whether it is kept, as far as it could be measured here


def say(words: str) -> None:
    """A line, at once."""
    print(words, flush=True)


def report() -> int:
    """Measure everything; 0 where no promise is broken."""
    with house("qtm_bench"):
        say(f"On {_where()}.")
        promises: Promises = dict(_rates()) | _seals() | _proofs() | in_time(say)
        say("\nA hundred thousand cases")
        fill(say)
        few = overviewed()
        for part in (_pages, _memory, _wire, _photos, _growth):
            promises |= part()
        promises |= compared(few, say)
    say("\nPromised")
    for words, kept in promises.items():
        say(f"  {KEPT[kept]:<14}{words}")
    return 1 if False in promises.values() else 0


def _where() -> str:
    """The machine and its programs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(version(), ' ', 2), current_setting('fsync'), current_setting('synchronous_commit')"
        )
        version, fsync, commit = cursor.fetchone()
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version} (fsync {fsync}, synchronous_commit {commit})"


def _rates() -> Iterator[tuple[str, bool]]:
    """Complete cases per second, in pairs."""
    case = copied()
    lay_out(case)
    statements = sum(map(len, case))
    say(
        f"\nComplete cases per second, request to captured settlement: {len(case)} commits, {statements} rows written or changed"
    )
    say(
        f"(median of {ROUNDS} runs of {SECONDS:.0f} s in turns; by hand: the same rows through psycopg, without law or foreign keys)"
    )
    say(f"  {'processes':<12}{'verbs':>8}{'by hand':>10}{'pgbench':>10}{'verbs / by hand':>18}{'promised':>11}")
    for clients, promised in PROMISED.items():
        found, beside = pair(Verbs, lambda: Hand(case), clients), pgbench.rate(case, clients)
        beside_words = f"{beside:.1f}" if beside else "not there"
        say(
            f"  {clients:<12}{found.verbs:>8.1f}{found.raw:>10.1f}{beside_words:>10}{found.ratio:>18.2f}{promised:>11.2f}"
        )
        words = f"complete cases a second, {clients} at once: {promised} of what they are by hand, and it is {found.ratio:.2f}"
        yield words, found.ratio >= promised


def _seals() -> Promises:
    """What the proof costs where work is completed."""
    say(
        f"\nSeals a second, with the proof and the same without (statement, signature and log left out; promised: {LEAST_SHARE})"
    )
    say(f"  {'processes':<12}{'proven':>9}{'plain':>9}{'proven / plain':>17}")
    promises: Promises = {}
    for each in sealed():
        say(f"  {each.clients:<12}{each.proven:>9.1f}{each.plain:>9.1f}{each.share:>17.2f}")
        words = f"seals a second, {each.clients} at once: {LEAST_SHARE} of what they are without proof, and it is {each.share:.2f}"
        promises[words] = each.share >= LEAST_SHARE
    return promises


def _proofs() -> Promises:
    """How proofs grow with the log, and how fast they are checked."""
    say(
        f"\nProofs (promised: no more hashes than the logarithm, {PROOF_TIMES} times as long in the largest log, {LEAST_CHECKS} checks a second)"
    )
    say(f"  {'leaves':<12}{'hashes':>9}{'bytes':>9}{'inclusion ms':>15}{'consistency ms':>17}{'checks a second':>18}")
    found = []
    for each in proven():
        found.append(each)
        say(
            f"  {each.leaves:<12,}{each.hashes:>9}{32 * each.hashes:>9}{each.inclusion_ms:>15.2f}{each.consistency_ms:>17.2f}{each.checks:>18,.0f}"
        )
    times = found[-1].inclusion_ms / found[0].inclusion_ms
    slowest = min(each.checks for each in found)
    return {
        f"a proof of {found[-1].leaves:,} leaves: {(found[-1].leaves - 1).bit_length()} hashes, and the longest has {found[-1].hashes}": all(
            each.short for each in found
        ),
        f"a proof of {found[-1].leaves:,} leaves: {PROOF_TIMES} times what one of {found[0].leaves:,} takes, and it is {times:.2f}": times
        <= PROOF_TIMES,
        f"checks of a Record: {LEAST_CHECKS} a second, and it is {slowest:,.0f}": slowest >= LEAST_CHECKS,
    }


def _pages() -> Promises:
    """Server time and queries of each page."""
    say(f"\nPages over them (20 times each; promised: median {MOST_MS} ms, {MOST_QUERIES} queries)")
    say(f"  {'page':<30}{'who':<8}{'median ms':>10}{'p95 ms':>9}{'queries':>9}")
    pages = list(measured())
    for page in pages:
        mark = "" if page.good else MORE
        say(f"  {page.name:<30}{page.who:<8}{page.median_ms:>10.1f}{page.p95_ms:>9.1f}{page.queries:>9}{mark}")
    slowest, most = max(page.median_ms for page in pages), max(page.queries for page in pages)
    return {
        f"every page: {MOST_MS} ms in the middle, and the slowest takes {slowest:.1f}": slowest <= MOST_MS,
        f"every page: {MOST_QUERIES} queries, and the most are {most}": most <= MOST_QUERIES,
    }


def _memory() -> Promises:
    """Resident memory of a worker that has served every page many times."""
    seen = list(visits())
    connections.close_all()
    found = memory_mb(seen)
    say(f"\nMemory of a serving worker: {found:.0f} MB (promised: {MOST_MB})")
    return {f"a serving worker: {MOST_MB} MB, and it is {found:.0f}": found <= MOST_MB}


def _wire() -> Promises:
    """What the Desk weighs on the wire."""
    connections.close_all()
    found = desk_weights("will")
    if not found:
        say("\nThe weight of the Desk on the wire was not measured: no Chromium on this machine")
        return {f"the Desk on the wire: {FIRST:,} bytes at first, {AGAIN:,} on coming back": None}
    first, again = (weight.total for weight in found)
    say(
        f"\nThe Desk on the wire: {first:,} bytes at first (promised: {FIRST:,}), {again:,} on coming back ({AGAIN:,});"
    )
    say(
        f"  to be kept for a time without network, a page for each Job in hand: {found[0].kept:,}, then {found[1].kept:,}"
    )
    return {
        f"the Desk's first load: {FIRST:,} bytes, and it is {first:,}": first <= FIRST,
        f"the Desk on coming back: {AGAIN:,} bytes, and it is {again:,}": again <= AGAIN,
    }


def _photos() -> Promises:
    """How many photos one worker takes, and how long a hostile file holds it up."""
    connections.close_all()
    say(
        f"\nPhotos taken by one worker, each captured by its door (one after another, and {AT_ONCE} at once), and shown by"
    )
    say("the background; the peaks are of the worker itself and of the process in which it decodes, in MB")
    say(
        f"  {'size':<16}{'MB each':>9}{'median ms':>11}{'a second':>10}{'peaks':>12}{'shown a second':>17}{'peaks':>12}"
    )
    for each in taken():
        say(
            f"  {each.size:<16}{each.megabytes:>9.1f}{each.median_ms:>11.0f}{each.a_second:>10.1f}{_peaks(each.peak):>12}"
            f"{each.shown_a_second:>17.1f}{_peaks(each.shown_peak):>12}"
        )
    say(f"  {'refused':<16}{'':>9}{'slowest ms':>11} (promised: {REFUSED_MS} ms, {REFUSED_MB} MB)")
    bombs = list(refused())
    for bomb in bombs:
        say(
            f"  {bomb.name:<16}{'':>9}{bomb.slowest_ms:>11.0f}{'':>10}{_peaks(bomb.peak):>12}{'' if bomb.good else MORE}"
        )
    slowest, most = max(bomb.slowest_ms for bomb in bombs), max(bomb.peak.decoder_mb for bomb in bombs)
    return {
        f"a hostile file is refused: {REFUSED_MS} ms, and the slowest takes {slowest:.0f}": slowest <= REFUSED_MS,
        f"a hostile file is read: {REFUSED_MB} MB, and the most is {most:.0f}": most <= REFUSED_MB,
    }


def _peaks(peak: Peak) -> str:
    """Both peaks in few words."""
    return f"{peak.worker_mb:.0f} + {peak.decoder_mb:.0f}"


def _growth() -> Promises:
    """The Desk over many Jobs."""
    say(f"\nThe Desk over {BASE:,} Jobs and over {JOBS:,} (BENCH_JOBS; {LOOKS} times each)")
    found = list(grown(say))
    rows = [each for each in found if isinstance(each, Grown)]
    say(f"  (promised: {DESK_MS} ms, {MOST_QUERIES} queries, {MOST_TIMES} times as long)")
    say(f"  {'whose':<24}{'their Jobs':>12}{'in hand':>10}{'p95 before':>12}{'p95 ms':>9}{'times':>8}{'queries':>9}")
    promises: Promises = {}
    for row in rows:
        mark = "" if row.good else MORE
        say(
            f"  {row.who:<24}{row.jobs:>12,}{row.held:>10,}{row.before_ms:>12.1f}{row.p95_ms:>9.1f}{row.times:>8.2f}{row.queries:>9}{mark}"
        )
        words = f"the Desk of {row.who} over {JOBS:,} Jobs"
        promises |= {
            f"{words}: {DESK_MS} ms at the 95th percentile, and it is {row.p95_ms:.1f}": row.p95_ms <= DESK_MS,
            f"{words}: {MOST_QUERIES} queries, and they are {row.queries}": row.queries <= MOST_QUERIES,
            f"{words}: {MOST_TIMES} times what {BASE:,} take, and it is {row.times:.2f}": row.times <= MOST_TIMES,
        }
    return promises | _lists([each for each in found if isinstance(each, Looked)])


def _lists(rows: list[Looked]) -> Promises:
    """Queues, filters and searches over many Tasks; most of these wait, so that the queues are as long as they can be."""
    say(f"\nQueues, filters and searches over {BASE:,} Tasks and over {JOBS:,} ({LIST_LOOKS} times each)")
    say(
        f"  (promised: {LIST_MS} ms, {MOST_QUERIES} queries, {MOST_TIMES} times as long, but for what takes under {LEAST_MS} ms)"
    )
    say(f"  {'list':<34}{'who':<6}{'p95 before':>12}{'p95 ms':>9}{'times':>8}{'queries':>9}")
    for row in rows:
        mark = "" if row.good else MORE
        say(
            f"  {row.name:<34}{row.who:<6}{row.before_ms:>12.1f}{row.p95_ms:>9.1f}{row.times:>8.2f}{row.queries:>9}{mark}"
        )
    slowest, most, times = (
        max(row.p95_ms for row in rows),
        max(row.queries for row in rows),
        max(row.times for row in rows),
    )
    return {
        f"every list and search: {LIST_MS} ms at the 95th percentile, and the slowest takes {slowest:.1f}": slowest
        <= LIST_MS,
        f"every list and search: {MOST_QUERIES} queries, and the most are {most}": most <= MOST_QUERIES,
        f"every list and search: {MOST_TIMES} times what {BASE:,} take, and the most is {times:.2f}": times
        <= MOST_TIMES,
    }
