"""By which way words are found: along the index of words, or from the newest case on, whichever is the shorter by what PostgreSQL counted.

A word is sought by its beginning, so along the index all that begin with it are gathered before the first case is known: very much where
every case has it. And PostgreSQL takes any beginning for one of two hundred cases, so it would look for a rare one from the newest case on
until the last. So which of several words are looked up is decided here, by the shares that it keeps; what is found is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from django.db import connection
from django.db.models import Q

from qtm.standing import NOTHING

# The share of cases that have each word, by its beginning, and about how many cases there are.
SHARES = """
WITH known AS MATERIALIZED (SELECT said, share FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) each (said, share)
    WHERE schemaname = 'public' AND tablename = 'governance_listing' AND attname = 'words')
SELECT word, (SELECT sum(share) FROM known WHERE starts_with(said, %(mark)s || word)), (
    SELECT reltuples FROM pg_class WHERE oid = 'public.governance_listing'::regclass)
  FROM unnest(law_words(%(said)s)) word"""
UNKNOWN = 0.0005  # what is in none of the words that PostgreSQL counted is rarer than those
ROW = 20  # how much longer a case is looked at than an entry of the index


@dataclass(frozen=True, slots=True)
class Way:
    """Words that are looked up in the index, and those that are looked for in each case that is come by."""

    indexed: str
    beside: str
    mark: str

    @property
    def q(self) -> Q:
        """The rows of the listing that have them all; none where there is no word."""
        lookup = "sought_place" if self.mark else "sought"
        said = {lookup: self.indexed, f"{lookup}_beside": self.beside}
        return Q(**{f"words__{name}": words for name, words in said.items() if words}) or NOTHING


def way_to(said: str, mark: str, enough: int, *, looked_up: int = 0) -> Way:
    """The shortest way to so many cases that have every word as are enough; `looked_up`: how many words are looked up at least."""
    with connection.cursor() as cursor:
        cursor.execute(SHARES, {"said": said, "mark": mark})
        found = sorted((min(share or UNKNOWN, 1.0), word, max(rows, 1)) for word, share, rows in cursor.fetchall())
    shares, words, rows = [each[0] for each in found], [each[1] for each in found], found[0][2] if found else 1
    ways = range(min(looked_up, len(words)), len(words) + 1)
    best = min(ways, key=lambda many: _length(shares, many, rows, enough))
    return Way(" ".join(words[:best]), " ".join(words[best:]), mark)


def _length(shares: Sequence[float], many: int, rows: float, enough: int) -> float:
    """How long a way is on which so many of the rarest words are looked up, in entries of the index."""
    if not many:
        return ROW * min(rows, enough / max(prod(shares), 1e-9))
    return rows * (sum(shares[:many]) + ROW * prod(shares[:many]))
