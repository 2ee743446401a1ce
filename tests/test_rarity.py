"""Words are found by the shorter way, and by either way the same is found."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict

from governance.finding import Finding
from governance.listing import Listing
from governance.queues import console
from governance.rarity import Way, way_to
from qtm.queues import QUEUES
from qtm.standing import NOTHING
from tests.cast import DETAILING, Cast, Walk
from tests.leaves import superuser
from tests.test_ceilings import inhabited

MANY = 20_000
CROWD = f"""
INSERT INTO governance_listing (case_id, governor_id, surface_id, funnel_id, since, priority, phone, email, name, place, words)
SELECT case_id + n, governor_id, surface_id, funnel_id, since, priority, '', '', '', '', array_to_tsvector(law_words('crowd ' || n % 10 || 'th of many') || ('@' || n % 10 || 'lane') || ('@' || n % 2 || 'side'))
FROM governance_listing, generate_series(1, {MANY}) n;
INSERT INTO qtm_wait (case_id, lane, queue, row_id, since, governor_id, surface_id, funnel_id, priority)
SELECT case_id + n, lane, queue, row_id + n, since + n * interval '1 millisecond', governor_id, surface_id, funnel_id, priority
FROM qtm_wait, generate_series(1, {MANY}) n;
ANALYZE governance_listing; ANALYZE qtm_wait"""


@pytest.fixture(scope="module")
def crowded(template: str, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """One case among very many that say much the same."""
    name = f"{template}_rarity"
    with inhabited(name, template, django_db_blocker, tmp_path_factory.mktemp("evidence")):
        Walk(surface="auto-detailing", asked=DETAILING).request  # noqa: B018  (asked)
        with superuser(name) as admin:
            admin.execute(CROWD.encode())
        yield


pytestmark = pytest.mark.usefixtures("crowded")


def found(query: str) -> Finding:
    """What is looked for, in the queue "To review"."""
    queue = next(each for each in QUEUES if each.slug == "to-review")
    return Finding.read(console(Cast().ines.standing), QueryDict(query), queue)


def test_a_rare_word_is_looked_up_and_a_common_one_beside_it_is_not() -> None:
    assert way_to("holt", "", 50) == Way("holt", "", "")
    assert way_to("crowd holt", "", 50) == Way("holt", "crowd", "")


def test_what_nearly_every_case_has_is_met_from_the_newest_case_on() -> None:
    assert way_to("crowd", "", 50) == Way("", "crowd", "")
    assert way_to("crow ma", "", 50).indexed == ""
    assert way_to("5th", "", 50).indexed == ""  # one in ten: a page of them is near
    assert way_to("5th", "", MANY).indexed == "5th"  # but not all of them


def test_a_word_that_is_looked_up_at_least_is() -> None:
    assert way_to("crowd", "", 50, looked_up=1).indexed == "crowd"


def test_where_there_is_no_word_nothing_is_found() -> None:
    assert way_to("", "", 50).q == NOTHING


@pytest.mark.parametrize(
    ("said", "many"), [("5th", 2000), ("crowd 5th", 2000), ("5th many of", 2000), ("Hölt", 1), ("crowd holt", 0)]
)
def test_every_way_finds_the_same(said: str, many: int) -> None:
    first, _, rest = said.partition(" ")
    ways = [Way(said, "", ""), Way("", said, ""), Way(first, rest, ""), Way(rest, first, "")]
    found = [set(Listing.objects.filter(way.q).values_list("pk", flat=True)) for way in ways]
    assert found == [found[0]] * 4
    assert len(found[0]) == many


def test_so_many_unknown_words_that_hardly_any_case_can_have_them_are_looked_up() -> None:
    assert way_to(" ".join(f"w{number}" for number in range(200)), "", 50).indexed


def test_the_words_of_the_place_are_asked_of_the_place_alone() -> None:
    assert Listing.objects.filter(Way("", "5lane", "@").q).count() == MANY / 10
    assert not Listing.objects.filter(Way("", "crowd", "@").q).exists()
    assert not Listing.objects.filter(Way("crowd", "", "@").q).exists()


def test_a_rare_word_goes_through_no_long_list() -> None:
    rows = Finding.read(console(Cast().ines.standing), QueryDict("q=holt"), None).listed()[:51]
    assert "Backward" not in rows.explain()
    asked = Listing.objects.filter(words__sought="holt").order_by("-case")[:51]
    assert "Backward" in asked.explain()  # as PostgreSQL would have it


def test_a_queue_is_counted_as_far_as_it_was_looked_at_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.finding.LOOKED", 100)
    common, rare = found("place=1side"), found("place=quarry")
    assert common.counted(MANY) == (50, False)
    assert common.counted(100) == (1001, False)
    early = found("place=1side&due=none&age=1")
    assert early.counted(MANY) == (early.waits().count(), True)  # all that the other filters leave was looked at
    assert rare.counted(MANY) == (rare.waits().count(), True)
