"""The law of small things: a seal is its digest, and numbers are said the same way everywhere."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from qtm import words
from qtm.seal import rim, seal_svg

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # 12:00 in Berlin
DIGESTS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(200)]


def test_the_same_digest_draws_the_same_seal() -> None:
    assert seal_svg(DIGESTS[0]) == seal_svg(DIGESTS[0])


def test_two_digests_never_share_a_seal() -> None:
    assert len({seal_svg(digest) for digest in DIGESTS}) == len(DIGESTS)


@pytest.mark.parametrize("place", [0, 31, 63])
def test_a_single_changed_digit_shows_on_the_rim(place: int) -> None:
    digest = "7" * 64
    others = {rim(digest[:place] + digit + digest[place + 1 :]) for digit in "0123456789abcdef"}
    assert len(others) == 16


def test_a_seal_is_whole_xml_that_says_what_it_is_and_needs_no_style() -> None:
    drawn = seal_svg(DIGESTS[0])
    root = ElementTree.fromstring(drawn)
    assert root.attrib["role"] == "img"
    assert DIGESTS[0][:10] in root.attrib["aria-label"]
    assert "style" not in drawn
    assert "id=" not in drawn, "several seals stand on one page"
    assert len(drawn) < 40_000


@pytest.mark.parametrize("bad", ["", "abc", "A" * 64, "g" * 64, "0" * 63, "0" * 64 + "\n", '"><script>' + "0" * 54])
def test_a_seal_is_refused_for_what_is_no_digest(bad: str) -> None:
    with pytest.raises(ValueError, match="64 lower-case hex digits"):
        seal_svg(bad)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "said"),
    [
        (18000, "EUR", "180.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (0, "USD", "0.00 USD"),
        (123456789, "EUR", "1,234,567.89 EUR"),
        (1200, "JPY", "1,200 JPY"),
        (4500, "KWD", "4.500 KWD"),
        (1, "CLF", "0.0001 CLF"),
        (-50, "EUR", "-0.50 EUR"),
        (-150, "JPY", "-150 JPY"),
    ],
)
def test_money_is_said_by_the_exponent_of_its_currency(amount_minor: int, currency: str, said: str) -> None:
    assert words.money(amount_minor, currency) == said


def test_every_currency_of_the_table_is_a_code_of_three_letters() -> None:
    assert all(re.fullmatch("[A-Z]{3}", code) for code in words.EXPONENTS)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        ({"seconds": 59}, "just now"),
        ({"seconds": -59}, "just now"),
        ({"minutes": 1}, "1 min"),
        ({"minutes": 59, "seconds": 59}, "59 min"),
        ({"hours": 1}, "1 h"),
        ({"hours": 23, "minutes": 59}, "23 h"),
        ({"hours": 24}, "1 d"),
        ({"days": 2000}, "2,000 d"),
        ({"hours": -3}, "in 3 h"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(ago: dict[str, int], said: str) -> None:
    assert words.age(NOON - timedelta(**ago), NOON) == said


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (datetime(2026, 11, 24, 9, 41, tzinfo=UTC), "10:41 today"),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "00:30 today"),  # today in Berlin, yesterday in London
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "23:59 yesterday"),
        (datetime(2026, 11, 25, 8, 0, tzinfo=UTC), "09:00 tomorrow"),
        (datetime(2026, 7, 1, 9, 52, tzinfo=UTC), "1 Jul 2026, 11:52"),  # summer time there, then
    ],
)
def test_a_moment_is_said_in_the_zone_of_the_place(then: datetime, said: str) -> None:
    assert words.moment(then, NOON, BERLIN) == said


def test_a_certificate_says_the_second_in_utc() -> None:
    assert words.exact(datetime(2026, 11, 24, 12, 52, 7, tzinfo=BERLIN)) == "24 November 2026, 11:52:07 UTC"


@pytest.mark.parametrize(
    ("length_bytes", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (12_000_000, "12.0 MB"),
        (5 * 10**12, "5,000.0 GB"),
    ],
)
def test_a_size_is_said_in_decimal_units(length_bytes: int, said: str) -> None:
    assert words.size(length_bytes) == said
