"""Settlement: money by a person's act, never by who did the work, never more than authorized, and never a change of the Record."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qtm.acts import acting
from qtm.models import Membership, Transition
from qtm.queues import QUEUES, waiting_in
from qtm.refusals import Conflict, Forbidden, Invalid
from qtm.words import EXPONENTS, money
from records.models import Record
from settlement.models import Settlement
from settlement.money import NotMoney, minor, plain
from settlement.queues import UNSETTLED
from tests.cast import Cast, Walk, enter
from tests.test_records import municipal, page

pytestmark = pytest.mark.django_db


def press(client: Client, user: Any, address: str, **given: Any) -> Any:
    """A press, as one person is answered."""
    client.force_login(user)
    return client.post(address, given)


def opened(client: Client, user: Any, record: Record, **given: Any) -> Any:
    """The press that opens a settlement."""
    return press(
        client, user, f"/records/{record.pk}/open-a-settlement", **{"amount": "39.00", "currency": "EUR", **given}
    )


# Amounts


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("180.00", "EUR", 18000),
        ("180", "EUR", 18000),
        (" 0.01 ", "EUR", 1),
        ("1200", "JPY", 1200),
        ("4.500", "KWD", 4500),
        ("0.1", "EUR", None),
        ("0.10", "EUR", 10),
        ("4.35", "EUR", 435),
        ("1.15", "USD", 115),
        ("10000000000.00", "EUR", 10**12),
    ],
)
def test_an_amount_is_read_exactly(typed: str, currency: str, amount: int | None) -> None:
    if amount is None:
        with pytest.raises(NotMoney):
            minor(typed, currency)
    else:
        assert minor(typed, currency) == amount


NO_AMOUNTS = [
    "",
    "x",
    "0",
    "0.00",
    "-1.00",
    "+1.00",
    "1.5",
    "1.555",
    "1,50",
    "1,000.00",
    "1e3",
    "١٢",
    "1 000",
    ".50",
    "5.",
    "NaN",
    "inf",
    "0x10",
    "10000000000.01",
    "9" * 15,
    "9" * 400,
]


@pytest.mark.parametrize("typed", NO_AMOUNTS)
def test_what_is_no_amount_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(NotMoney, match=r"Write the amount|The amount is"):
        minor(typed, "EUR")


def test_a_currency_without_decimals_takes_none() -> None:
    with pytest.raises(NotMoney, match="JPY has no decimals"):
        minor("1200.00", "JPY")


@pytest.mark.parametrize("currency", sorted(EXPONENTS))
def test_what_is_written_is_read_back(currency: str) -> None:
    for amount in (1, 99, 100, 12345, 10**12):
        assert minor(plain(amount, currency), currency) == amount
        assert money(amount, currency).endswith(f" {currency}")


# Opening


def test_opening_takes_the_amount_in_minor_units_and_moves_nothing_upstream(
    walk: Walk, client: Client, cast: Cast
) -> None:
    record = walk.record()
    before = list(Transition.objects.values_list("pk", flat=True))
    answer = opened(client, cast.cora, record, amount="40.50")
    made = Settlement.objects.get(record=record)
    assert (answer.status_code, answer.headers["Location"]) == (302, made.page)
    assert (made.state, made.amount_minor, made.currency, made.captured_minor) == ("open", 4050, "EUR", None)
    assert [line.room for line in Transition.objects.exclude(pk__in=before)] == ["settlement.Settlement"]


def test_completing_work_opens_no_settlement(walk: Walk) -> None:
    walk.record()
    assert not Settlement.objects.exists()


def test_the_amount_is_prefilled_from_the_records_own_service(walk: Walk, client: Client, cast: Cast) -> None:
    text = page(client, cast.cora, walk.record().page).content.decode()
    assert 'name="amount" value="39.00"' in text
    assert '<option value="EUR" selected>' in text


@pytest.mark.parametrize("amount", NO_AMOUNTS)
def test_an_amount_that_is_none_is_422_and_what_was_typed_stays(
    amount: str, walk: Walk, client: Client, cast: Cast
) -> None:
    answer = opened(client, cast.cora, walk.record(), amount=amount)
    assert answer.status_code == 422
    assert not Settlement.objects.exists()
    if amount and len(amount) < 24:
        assert f'value="{amount}"' in answer.content.decode()


@pytest.mark.parametrize("currency", ["eur", "XXX", "EURO", "", "E\0R", "€"])
def test_a_currency_that_is_none_is_422(currency: str, walk: Walk, client: Client, cast: Cast) -> None:
    answer = opened(client, cast.cora, walk.record(), currency=currency)
    assert answer.status_code == 422
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1, 10**40, 39.0, True, None, "39"])
def test_the_verb_itself_takes_whole_minor_units_alone(amount: Any, walk: Walk, cast: Cast) -> None:
    with pytest.raises(Invalid):
        enter(cast.cora, Settlement, "open", walk.record(), amount_minor=amount, currency="EUR")
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("currency", ["eur", "XXX", ""])
def test_the_verb_itself_takes_a_currency_of_the_table_alone(currency: str, walk: Walk, cast: Cast) -> None:
    with pytest.raises(Invalid):
        enter(cast.cora, Settlement, "open", walk.record(), amount_minor=3900, currency=currency)


def test_a_second_living_settlement_is_409_and_says_who_opened_the_first(
    walk: Walk, client: Client, cast: Cast
) -> None:
    settlement = walk.settlement()
    answer = opened(client, cast.cora, settlement.record)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert (f"{settlement.reference} is open" in text, "Cora" in text, f'href="{settlement.page}"' in text) == (
        True,
        True,
        True,
    )
    with pytest.raises(Conflict):
        enter(cast.cora, Settlement, "open", settlement.record, amount_minor=3900, currency="EUR")
    assert Settlement.objects.count() == 1


def test_who_was_a_moment_too_late_reads_the_same(
    walk: Walk, client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    settlement = walk.settlement()
    monkeypatch.setattr(Settlement, "living_of", lambda record: None)  # as it was when they looked
    text = (answer := opened(client, cast.cora, settlement.record)).content.decode()
    assert answer.status_code == 409
    assert (f"{settlement.reference} is open" in text, f'href="{settlement.page}"' in text) == (True, True)


def test_a_voided_settlement_stands_in_nobodys_way(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.settlement()
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/void", reason="Wrong amount").status_code == 302
    assert opened(client, cast.cora, settlement.record).status_code == 302
    assert [each.state for each in Settlement.objects.order_by("pk")] == ["voided", "open"]


def test_while_one_lives_the_door_is_drawn_shut_and_says_which(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.settlement()
    text = page(client, cast.cora, settlement.record.page).content.decode()
    assert f"{settlement.reference} settles it already; it is open." in text
    assert "open-a-settlement" not in text


# Authorize, capture, void


def test_all_the_way_to_captured(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.settlement()
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/authorize").status_code == 302
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/capture", amount="39.00").status_code == 302
    settlement = Settlement.objects.get()
    assert (settlement.state, settlement.captured_minor) == ("captured", 3900)


def test_capturing_changes_no_record_and_nothing_upstream(walk: Walk, cast: Cast) -> None:
    record = walk.record()
    before = Record.objects.values().get(pk=record.pk)
    lines = Transition.objects.exclude(room="settlement.Settlement").count()
    walk.captured()
    assert Record.objects.values().get(pk=record.pk) == before
    assert Transition.objects.exclude(room="settlement.Settlement").count() == lines


def test_less_may_be_captured_than_was_authorized(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.authorized()
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/capture", amount="10.00").status_code == 302
    assert Settlement.objects.get().captured_minor == 1000


@pytest.mark.parametrize("amount", ["39.01", "1000000.00", "0.00", "-1.00", "39", "x", ""])
def test_never_more_than_authorized_and_never_nothing_is_captured(
    amount: str, walk: Walk, client: Client, cast: Cast
) -> None:
    settlement = walk.authorized()
    answer = press(client, cast.cora, f"/settlements/{settlement.pk}/capture", amount=amount)
    assert answer.status_code == (302 if amount == "39" else 422)
    assert Settlement.objects.get().state == ("captured" if amount == "39" else "authorized")


@pytest.mark.parametrize("amount", [3901, 0, -1, 39.0, None, True, 10**40])
def test_the_verb_itself_captures_no_more_either(amount: Any, walk: Walk, cast: Cast) -> None:
    with pytest.raises(Invalid):
        enter(cast.cora, Settlement, "capture", walk.authorized(), amount_minor=amount)
    assert Settlement.objects.get().state == "authorized"


def test_nothing_is_captured_that_was_not_authorized_nor_twice(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.settlement()
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/capture", amount="39.00").status_code == 409
    walk.captured()
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/capture", amount="39.00").status_code == 409
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/void", reason="late").status_code == 409


def test_voiding_takes_a_reason_which_the_page_shows(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.authorized()
    for reason in ("", "   "):
        assert press(client, cast.cora, f"/settlements/{settlement.pk}/void", reason=reason).status_code == 422
    assert press(client, cast.cora, f"/settlements/{settlement.pk}/void", reason="Paid <twice>").status_code == 302
    text = page(client, cast.cora, settlement.page).content.decode()
    assert "Paid &lt;twice&gt;" in text


# Nobody settles their own work


def commerce_too(user: Any) -> Any:
    """Somebody who was given the role of commerce beside what they are, as it stands with no care taken."""
    user.groups.add(Group.objects.get(name="commerce"))
    return type(user).objects.get(pk=user.pk)


@pytest.mark.parametrize("who", ["will", "nora", "wanda"])
def test_the_doer_and_the_doers_operator_settle_nothing_of_it(who: str, walk: Walk, client: Client, cast: Cast) -> None:
    record, user = walk.record(), commerce_too(getattr(cast, who))
    assert opened(client, user, record).status_code == 403
    with pytest.raises(Forbidden, match="Whoever did the work cannot settle it"):
        enter(user, Settlement, "open", record, amount_minor=3900, currency="EUR")
    assert not Settlement.objects.exists()
    settlement = walk.settlement()
    assert press(client, user, f"/settlements/{settlement.pk}/authorize").status_code == 403
    assert press(client, user, f"/settlements/{settlement.pk}/void", reason="mine").status_code == 403
    walk.authorized()
    assert press(client, user, f"/settlements/{settlement.pk}/capture", amount="39.00").status_code == 403
    assert Settlement.objects.get().state == "authorized"


def test_to_the_doer_the_door_is_drawn_shut_and_says_why(walk: Walk, client: Client, cast: Cast) -> None:
    user, settlement = commerce_too(cast.nora), walk.settlement()
    other = Walk().record()
    for address in (settlement.page, other.page):
        text = page(client, user, address).content.decode()
        assert "Whoever did the work cannot settle it." in text
        assert '<form class="door' not in text.split("<main", 1)[1]


def test_who_left_the_operator_still_does_not_settle_what_they_did(walk: Walk, client: Client, cast: Cast) -> None:
    record = walk.record()
    Membership.objects.get(user=cast.will, left_at=None).leave()
    assert opened(client, commerce_too(cast.will), record).status_code == 403


def test_an_owner_of_another_operator_with_the_role_may(walk: Walk, client: Client, cast: Cast) -> None:
    assert opened(client, commerce_too(cast.sam), walk.record()).status_code == 302


# Who sees, who does


def test_the_executive_reads_and_passes_no_door(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.settlement()
    text = page(client, cast.eve, settlement.page).content.decode()
    assert "39.00 EUR" in text
    assert "csrfmiddlewaretoken" not in text.split("<main")[1]
    assert press(client, cast.eve, f"/settlements/{settlement.pk}/authorize").status_code == 403
    assert opened(client, cast.eve, settlement.record).status_code == 403


@pytest.mark.parametrize("who", ["ines", "wim", "nora", "will", "sam", "sue", "root", "nobody"])
def test_settlements_are_not_there_for_others(who: str, walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.settlement()
    assert page(client, getattr(cast, who), settlement.page).status_code == 404
    assert page(client, getattr(cast, who), "/settlements/").status_code == 403
    assert page(client, getattr(cast, who), "/settlements/open/").status_code == 403


def test_the_pages_say_that_work_and_money_are_two_facts(walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.settlement()
    assert (
        "Completing work moves no money; capturing money changes no record."
        in page(client, cast.cora, settlement.page).content.decode()
    )


# The lists


def test_each_list_holds_what_it_says_and_counts_it(client: Client, cast: Cast) -> None:
    waits = Walk().record()
    rows = {"open": Walk().settlement(), "authorized": Walk().authorized(), "captured": Walk().captured()}
    voided = Walk().settlement()
    enter(cast.cora, Settlement, "void", voided, reason="wrong")
    text = page(client, cast.cora, "/settlements/").content.decode().split("<main")[1]
    assert [each in text for each in (waits.page, voided.record.page, rows["open"].record.page)] == [True, True, False]
    for state, row in {**rows, "voided": voided}.items():
        text = page(client, cast.cora, f"/settlements/{state}/").content.decode().split("<main")[1]
        assert [each.page in text for each in {**rows, "voided": voided}.values()] == [
            each is row for each in {**rows, "voided": voided}.values()
        ]
    assert page(client, cast.cora, "/settlements/elsewhere/").status_code == 404


def test_empty_lists_say_what_would_fill_them(client: Client, cast: Cast) -> None:
    for slug in ("", "open/", "authorized/", "captured/", "voided/"):
        assert 'class="empty"' in page(client, cast.cora, f"/settlements/{slug}").content.decode()


def test_lists_are_paged_and_bad_places_are_the_beginning(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.views.PAGE", 2)
    first, second, third = (Walk().record() for _ in range(3))
    text = page(client, cast.cora, "/settlements/").content.decode()
    assert (first.page in text, third.page in text, f"?after={second.pk}" in text) == (True, False, True)
    assert third.page in page(client, cast.cora, f"/settlements/?after={second.pk}").content.decode()
    for bad in ("x", "-1", "9" * 40):
        assert first.page in page(client, cast.cora, f"/settlements/?after={bad}").content.decode(), bad


@pytest.mark.parametrize("who", ["cora", "eve"])
def test_each_page_asks_the_database_at_most_twelve_times(who: str, walk: Walk, client: Client, cast: Cast) -> None:
    settlement = walk.authorized()
    Walk().record()
    client.force_login(getattr(cast, who))
    for address in (
        settlement.page,
        settlement.record.page,
        "/settlements/",
        "/settlements/authorized/",
        "/settlements/captured/",
    ):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= 12, [each["sql"] for each in asked]


def test_the_queue_holds_sealed_records_that_nothing_living_settles(cast: Cast) -> None:
    assert UNSETTLED in QUEUES
    waits, voided = Walk().record(), Walk().settlement()
    enter(cast.cora, Settlement, "void", voided, reason="wrong")
    Walk().settlement()
    own = Walk(funnel="north").record()
    assert set(UNSETTLED.rows(None)) == {waits, voided.record}
    assert list(UNSETTLED.rows(cast.Northside)) == [own]
    assert waiting_in([UNSETTLED], None)[0].count == 2


def test_a_record_without_a_price_waits_for_nothing_and_can_be_settled_all_the_same(client: Client, cast: Cast) -> None:
    free, priced = municipal(), Walk().record()
    assert list(UNSETTLED.rows(None)) == [priced]
    waits = page(client, cast.cora, "/settlements/")
    assert (free.page in waits.content.decode(), priced.page in waits.content.decode()) == (False, True)
    rail = {each["label"]: each for each in waits.context["queues"]}
    assert (rail["Sealed, no price"]["count"], rail["Sealed, no price"]["oldest"]) == (1, None)
    text = page(client, cast.cora, "/settlements/no-price/").content.decode()
    assert (free.page in text, priced.page in text) == (True, False)
    assert "Nothing is late here" in text
    assert opened(client, cast.cora, free).status_code == 302
    assert free.page not in page(client, cast.cora, "/settlements/no-price/").content.decode()


def test_the_console_says_that_it_waits_for_commerce(client: Client, cast: Cast, walk: Walk) -> None:
    walk.record()
    text = page(client, cast.ines, "/console/sealed-unsettled/").content.decode()
    assert "<span>Waits for commerce to open a settlement</span>" in text
    assert "<span>Open a settlement</span>" not in text


def test_nothing_opens_outside_an_act_of_a_person(walk: Walk, cast: Cast) -> None:
    record = walk.record()
    with pytest.raises(Conflict), acting(None, via="test", authority="x"):
        Settlement.open(record, amount_minor=3900, currency="EUR")
    assert not Settlement.objects.exists()
