"""Guessing at passwords: counted by the account that is meant and the line it comes from, however both are spelt."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from qtm.models import Attempt, User
from qtm.signing import GUESSES
from qtm.tries import Budget, keyed, line_of, place_of
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough sentence"


def sign_in(name: str, password: str = "guess", place: str = "192.0.2.1", **headers: str) -> int:
    """The status of one try from somewhere."""
    given = {"username": name, "password": password}
    return Client(REMOTE_ADDR=place).post("/login", given, headers=headers).status_code


@pytest.fixture
def ines(cast: Cast) -> User:
    """Somebody with a password."""
    person: User = cast.ines
    person.set_password(PASSWORD)
    person.save()
    return person


SPELT = [" ines", "ines ", "\u00a0ines", "ｉnes", "INES", "iｎes\t"]


@pytest.mark.parametrize("spelt", SPELT)
def test_one_account_has_one_budget_however_its_name_is_spelt(ines: User, spelt: str) -> None:
    for _ in range(GUESSES.of_a_name_there):
        assert sign_in(spelt) == 422
    assert sign_in("ines", PASSWORD) == 429
    for other in SPELT:
        assert sign_in(other, PASSWORD) == 429, other


def test_the_addresses_of_one_ipv6_line_are_one_place(ines: User) -> None:
    for number in range(GUESSES.of_a_name_there):
        assert sign_in("ines", place=f"2001:db8:1:2:{number:x}::{number:x}") == 422
    assert sign_in("ines", PASSWORD, place="2001:db8:1:2:ffff::1") == 429
    assert sign_in("ines", PASSWORD, place="2001:db8:1:3::1") == 302, "another line is another place"


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.7, 192.0.2.8", ""),
        ("1" * 500, ""),
        ("198.51.100.7:5678", "198.51.100.7"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
    ],
)
def test_an_address_is_counted_by_its_line(address: str, line: str) -> None:
    assert line_of(address) == line


def test_a_name_has_a_budget_from_everywhere_together(ines: User) -> None:
    assert GUESSES.of_a_name > 5 * GUESSES.of_a_name_there, "or anybody could keep somebody else out"
    for number in range(GUESSES.of_a_name):
        GUESSES.count(f"198.51.100.{number}", "ines")
    assert sign_in("ines", PASSWORD, place="203.0.113.5") == 429
    assert sign_in("wim", place="203.0.113.5") == 422, "another name may be tried"


def test_a_place_has_a_budget_for_all_names_together(ines: User) -> None:
    for number in range(GUESSES.of_a_place):
        GUESSES.count("192.0.2.1", f"name {number}")
    assert sign_in("ines", PASSWORD) == 429
    assert sign_in("ines", PASSWORD, place="192.0.2.2") == 302


def from_behind(seen: str, settings: Any, *, proxy: bool = True) -> str:
    """The place of a request that our proxy passed on."""
    settings.BEHIND_PROXY = proxy
    return place_of(RequestFactory(REMOTE_ADDR="127.0.0.1").post("/login", headers={"X-Forwarded-For": seen}))


def test_only_what_our_own_proxy_added_is_believed(settings: Any) -> None:
    assert from_behind("203.0.113.9, 198.51.100.1, 192.0.2.7", settings) == "192.0.2.7"
    assert from_behind("192.0.2.7", settings) == "192.0.2.7"
    assert from_behind("203.0.113.9", settings, proxy=False) == "127.0.0.1", "without a proxy it is anybody's word"
    for nonsense in ("", ",", "203.0.113.9,", "203.0.113.9, nonsense", "x" * 9000):
        assert from_behind(nonsense, settings) == "127.0.0.1"


def test_behind_a_proxy_no_client_gets_a_new_budget_by_a_header_of_its_own(ines: User, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    for number in range(GUESSES.of_a_name_there):
        assert sign_in("ines", **{"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.7"}) == 422
    assert sign_in("ines", PASSWORD, **{"X-Forwarded-For": "198.51.100.1, 192.0.2.7"}) == 429


def test_what_was_typed_as_a_name_is_kept_under_our_own_key_and_shown_to_nobody(ines: User, settings: Any) -> None:
    sign_in("my secret password")
    kept = Attempt.objects.get()
    assert "secret" not in str(Attempt.objects.values().get())
    settings.SECRET_KEY = "another key, of fifty characters at the very least, so"
    assert keyed("my secret password") != kept.name_hmac
    page = Client()
    page.force_login(User.objects.get(username="root"))
    assert page.get(f"/admin/qtm/attempt/{kept.pk}/change/").status_code in {200, 302}
    assert kept.name_hmac not in page.get(f"/admin/qtm/attempt/{kept.pk}/change/").content.decode()


def test_one_kind_is_counted_apart_from_another_and_no_limit_is_none() -> None:
    asks = Budget("ask", GUESSES.within, of_a_place=3)
    for _ in range(3):
        assert not asks.spent("192.0.2.1")
        asks.count("192.0.2.1")
    assert asks.spent("192.0.2.1")
    assert not asks.spent("192.0.2.2")
    assert not GUESSES.spent("192.0.2.1")
    Attempt.objects.update(at="2020-01-01T00:00Z")
    GUESSES.spent("192.0.2.1")
    assert Attempt.objects.count() == 3, "one kind does not forget what another remembers"
    assert not asks.spent("192.0.2.1")
    assert not Attempt.objects.exists()


def test_whoever_signs_in_rightly_is_not_counted(ines: User) -> None:
    for _ in range(GUESSES.of_a_name_there + 1):
        assert sign_in("ines", PASSWORD) == 302
    assert not Attempt.objects.exists()
