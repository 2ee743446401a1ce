"""The week: person by day, of whom one governs alone; a card that is put somewhere opens the page that asks, and does nothing by itself."""

import re
from datetime import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execution.models import Job
from governance.models import Appointment, Assignment
from governance.roster import at as moment
from governance.week import week_name
from qtm.models import Operator
from qtm.people import Keeper
from tests.cast import Cast, Walk, enter
from tests.test_appointments import at, hours, sent
from tests.test_ranking import DAY, booked, many, off, works

pytestmark = pytest.mark.django_db
WEEK = week_name(DAY)
OPTION = r'<option value="([\d.]*)"( selected)?>'


def page(who: str, where: str = "console", **query: Any) -> Any:
    """The week of that day as somebody sees it."""
    answer = at(who).get(f"/{where}/week", {"week": WEEK, **query})
    assert answer.status_code == 200
    return answer


def cell(answer: Any, name: str) -> Any:
    """Somebody's cell of that day."""
    line = next(line for line in answer.context["week"].lines if line.name == name)
    return next(each for each in line.cells if each.day == DAY)


def put(who: str, card: str, person: str, day: Any = DAY) -> Any:
    """A card is put on somebody."""
    return at(who).get("/week/put-on", {"card": card, "who": person, "day": f"{day}", "next": "/console/week"})


def who(operator: Any, person: Any = None) -> str:
    """Somebody as the grid names them."""
    return f"{operator.pk}.{person.pk if person else ''}"


def test_a_cell_tells_hours_load_and_what_stands_against_it(cast: Cast) -> None:
    works(cast.Northside)
    works(cast.Northside, cast.will, 9, 11)
    off(cast.Northside, cast.wanda)
    booked(cast, cast.will)
    answer = page("ines", operator=cast.Northside.pk)
    will, wanda = cell(answer, "Will"), cell(answer, "Wanda")
    assert (will.hours, will.load, will.full) == ("09:00–11:00", "2 h of 2 h", False)
    assert will.cards[0].against[0].startswith("Will works 09:00–11:00")
    assert (wanda.hours, wanda.tone) == ("Day off", "off")
    assert "Dentist" not in answer.content.decode()


def test_what_nobody_in_particular_is_to_do_stands_with_its_operator(cast: Cast) -> None:
    booked(cast, None)
    assert [card.when for card in cell(page("ines"), "Anybody of Northside").cards] == ["10:00–12:00"]


def test_what_stands_against_anybody_is_said_on_their_cards(cast: Cast) -> None:
    booked(cast, None, operator=cast.Southside, **hours())
    off(cast.Southside)
    south = cell(page("ines"), "Anybody of Southside").cards
    assert [said.startswith("Nobody of Southside works on ") for card in south for said in card.against] == [True]
    booked(cast, None)
    off(cast.Northside, cast.will)
    off(cast.Northside, cast.wanda)
    assert [card.against for card in cell(page("ines"), "Anybody of Northside").cards] == [[]]
    booked(cast, None, **hours(1))
    north = cell(page("ines"), "Anybody of Northside")
    assert all(card.against[0].startswith("Nobody of Northside is free then") for card in north.cards)
    assert (len(north.cards), north.full) == (2, False)


def test_one_who_can_do_several_after_another_is_free_beside_them(cast: Cast) -> None:
    off(cast.Northside, cast.will)
    booked(cast, None, **hours(0, 4))
    booked(cast, None, **hours(0, 1))
    booked(cast, None, **hours(2, 1))
    assert [card.against for card in cell(page("ines"), "Anybody of Northside").cards] == [[], [], []]


def test_the_appointments_of_who_has_left_stand_in_a_line_that_says_so(cast: Cast) -> None:
    booked(cast, cast.will)
    assert "has left" not in page("ines").content.decode()
    Keeper(cast.nora).end(cast.will.memberships.get(left_at=None))
    for answer in (page("ines"), page("nora", "inbox")):
        will = cell(answer, "Will")
        assert [card.against for card in will.cards] == [["Will does not work for Northside any more."]]
        assert (will.hours, will.load) == ("", "2 h")
        assert "has left" in answer.content.decode()
    assert not [line for line in page("ines", week="2027-W30").context["week"].lines if line.name == "Will"]


def test_what_an_operator_that_is_not_let_in_any_more_was_to_do_stands_with_its_access(cast: Cast) -> None:
    row, other = booked(cast, cast.will), booked(cast, None, operator=cast.Southside, **hours())
    for name, operator in (("limit", cast.Southside), ("suspend", cast.Northside)):
        enter(cast.ines, Operator, name, operator, reason="for the test")
    assert cell(page("ines"), "Will").cards[0].against[0] == "The access of Northside is suspended."
    assert [card.against for card in cell(page("ines"), "Anybody of Southside").cards] == [[]], "it may finish"
    head = page("ines").content.decode().split("Anybody of Northside")[1].split("</th>")[0]
    assert "suspended" in head
    assert {str(each) for each in page("ines").context["week"].operators} == {"Limited", "Northside", "Southside"}
    assert "Northside" not in map(str, page("ines", week="2027-W30").context["week"].operators)
    enter(cast.ines, Assignment, "withdraw", row, reason="for the test")
    assert "Northside" not in map(str, page("ines").context["week"].operators)
    assert other.state == "active"


def test_what_was_cancelled_brings_no_operator_back_into_the_week(cast: Cast) -> None:
    job = enter(cast.ines, Job, "create", booked(cast, cast.will))
    enter(cast.ines, Operator, "suspend", cast.Northside, reason="for the test")
    assert cell(page("ines"), "Will").cards
    enter(cast.ines, Job, "cancel", job, reason="for the test")
    assert "Northside" not in map(str, page("ines").context["week"].operators)


def test_an_operator_is_chosen_among_all_and_an_owner_has_no_choice(cast: Cast) -> None:
    answer = page("ines", operator=cast.Southside.pk)
    assert [name for _, name in answer.context["week"].choices] == ["Limited", "Northside", "Southside"]
    assert f'<option value="{cast.Southside.pk}" selected>Southside</option>' in answer.content.decode()
    assert f'name="week" value="{WEEK}"' in answer.content.decode(), "the week is kept"
    assert {str(line.operator) for line in answer.context["week"].lines} == {"Southside"}
    assert not page("nora", "inbox").context["week"].choices
    assert {str(line.operator) for line in page("nora", "inbox", operator=cast.Southside.pk).context["week"].lines} <= {
        "Northside"
    }


def test_of_what_waits_to_be_assigned_it_says_how_much_that_is(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        Walk().approved()
    assert "the longest waiting" not in page("ines").content.decode()
    monkeypatch.setattr("governance.week.BESIDE", 2)
    text = page("ines").content.decode()
    assert '2 of 3, the longest waiting. <a href="/console/to-assign/">All of them</a>' in text


def test_an_owner_sees_their_own_people_and_of_the_networks_cases_that_they_are_busy(cast: Cast) -> None:
    row = booked(cast, cast.will)
    answer = page("nora", "inbox")
    assert {str(line.operator) for line in answer.context["week"].lines} == {"Northside"}
    text = answer.content.decode().split("<main")[1]
    assert "<span>busy</span>" in text
    assert f"Q-{row.case_id}" not in text
    assert f"Q-{row.case_id}" in page("ines").content.decode(), "by its case, for whoever may see it"
    assert f"/cases/{row.case_id}/" not in text
    assert f"A-{row.pk}" not in text
    assert not cell(page("sam", "inbox"), "Anybody of Southside").cards


def test_an_owner_moves_the_cards_of_their_own_funnel(cast: Cast) -> None:
    own = Walk(funnel="north").approved()
    enter(cast.nora, Assignment, "assign", own, operator=cast.Northside, worker=cast.will, **hours())
    card = cell(page("nora", "inbox"), "Will").cards[0]
    assert (card.seen, card.movable) == (True, True)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("nora", "console"),
        ("will", "inbox"),
        ("will", "console"),
        ("wim", "console"),
        ("ines", "inbox"),
        ("nobody", "inbox"),
        ("pete", "inbox"),
        ("root", "console"),
    ],
)
def test_others_are_not_let_in(name: str, where: str) -> None:
    assert at(name).get(f"/{where}/week").status_code == 403


def test_who_only_reads_can_move_nothing(cast: Cast) -> None:
    Walk().approved()
    booked(cast, cast.will)
    assert "data-card" not in page("eve").content.decode()


def test_a_card_put_on_somebody_opens_the_confirmation_and_assigns_nothing(walk: Walk, cast: Cast) -> None:
    works(cast.Northside, cast.will, 9, 12)
    answer = put("ines", f"T-{walk.approved().pk}", who(cast.Northside, cast.will))
    address = urlsplit(answer.headers["Location"])
    query = {name: each[0] for name, each in parse_qs(address.query).items()}
    assert address.path == f"/tasks/{walk.task.pk}/assign"
    assert (query["operator"], query["worker"]) == (str(cast.Northside.pk), str(cast.will.pk))
    assert (query["starts"], query["ends"]) == (f"{DAY}T09:00", f"{DAY}T10:00")
    page = at("ines").get(answer.headers["Location"])
    assert page.context["door"].form.chosen.name == "Northside"
    assert not Assignment.objects.exists()


def test_one_that_is_assigned_is_put_on_another_day_by_the_appointments_own_page(cast: Cast) -> None:
    row = booked(cast, cast.will)
    answer = put("ines", f"A-{row.pk}", who(cast.Northside, cast.will))
    assert answer.headers["Location"].startswith(
        f"/assignments/{row.pk}/reschedule?starts={DAY}T10%3A00&ends={DAY}T12%3A00"
    )
    assert Appointment.objects.count() == 1


def test_on_another_person_it_says_that_it_is_another_assignment(cast: Cast) -> None:
    row = booked(cast, cast.will)
    for person in (who(cast.Northside, cast.wanda), who(cast.Northside), who(cast.Southside, cast.sid)):
        answer = put("ines", f"A-{row.pk}", person)
        assert answer.status_code == 409
        assert f"/assignments/{row.pk}/withdraw" in answer.content.decode()
    assert Assignment.objects.get().state == "active"


def test_a_card_that_has_moved_on_since_is_told_and_does_nothing(walk: Walk, cast: Cast) -> None:
    task = walk.approved()
    enter(cast.ines, Assignment, "assign", task, operator=cast.Southside, **hours())
    answer = put("ines", f"T-{task.pk}", who(cast.Northside, cast.will))
    assert at("ines").get(answer.headers["Location"]).status_code == 409
    given = {"operator": str(cast.Northside.pk), "worker": "", **sent(**hours())}
    assert at("ines").post(f"/tasks/{task.pk}/assign", given).status_code == 409
    assert Assignment.objects.get(task=task).operator == cast.Southside


@pytest.mark.parametrize("card", ["", "T-", "T-0", "X-1", "T-99999999999999999999", "T-1 OR 1=1"])
def test_a_card_that_is_none_is_not_found(card: str) -> None:
    assert put("ines", card, "1.").status_code == 404


def test_nobody_puts_a_card_that_they_do_not_see(walk: Walk, cast: Cast) -> None:
    own = Walk(funnel="north").approved()
    for name, task in (("nora", walk.approved()), ("sam", own), ("will", own), ("nobody", own), ("wim", own)):
        assert put(name, f"T-{task.pk}", who(cast.Northside)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"who": "", "day": f"{DAY}"},
        {"who": "x", "day": f"{DAY}"},
        {"who": "1.", "day": "2026-13-45"},
        {"who": "1.", "day": ""},
    ],
)
def test_without_script_a_form_asks_for_both(wrong: dict[str, str], walk: Walk) -> None:
    client, card = at("ines"), f"T-{walk.approved().pk}"
    assert client.get("/week/put-on", {"card": card}).status_code == 200
    assert client.get("/week/put-on", {"card": card, **wrong}).status_code == 422


def offers(answer: Any) -> list[tuple[str, bool]]:
    """On whom the form puts a card, and whether it has chosen them."""
    return [(value, bool(chosen)) for value, chosen in re.findall(OPTION, answer.content.decode())]


def test_the_form_offers_for_what_is_assigned_its_own_person_however_they_are_let_in(cast: Cast) -> None:
    row, anybody = booked(cast, cast.will), booked(cast, None, operator=cast.Southside, **hours())
    for change in (
        lambda: enter(cast.ines, Operator, "limit", cast.Northside, reason="for the test"),
        lambda: Keeper(cast.nora).end(cast.will.memberships.get(left_at=None)),
        lambda: enter(cast.ines, Operator, "suspend", Operator.objects.get(name="Northside"), reason="for the test"),
    ):
        change()
        form = at("ines").get("/week/put-on", {"card": f"A-{row.pk}"})
        assert offers(form) == [(who(cast.Northside, cast.will), False)]
        answer = put("ines", f"A-{row.pk}", who(cast.Northside, cast.will))
        assert (answer.status_code, "/reschedule?" in answer.headers["Location"]) == (302, True)
    form = at("ines").get("/week/put-on", {"card": f"A-{anybody.pk}"})
    assert offers(form) == [(who(cast.Southside), False)]


def test_the_form_offers_a_task_to_all_that_may_take_it_and_chooses_nobody_until_somebody_did(
    walk: Walk, cast: Cast
) -> None:
    card = f"T-{walk.approved().pk}"
    every = offers(at("ines").get("/week/put-on", {"card": card}))
    assert every[0] == ("", False)
    assert not any(chosen for _, chosen in every)
    assert who(cast.Limited) not in dict(every)
    again = at("ines").get("/week/put-on", {"card": card, "who": who(cast.Northside, cast.will), "day": ""})
    assert again.status_code == 422
    assert [value for value, chosen in offers(again) if chosen] == [who(cast.Northside, cast.will)]


@pytest.mark.parametrize(
    ("clock", "lands"),
    [
        (time(7, 59), "08:00"),
        (time(8), "08:00"),
        (time(8, 0, 1), "08:15"),
        (time(14, 3), "14:15"),
        (time(14, 15), "14:30"),
    ],
)
def test_on_today_it_lands_when_there_is_still_time(
    clock: time, lands: str, walk: Walk, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(cast.Northside)
    cards = {
        f"A-{booked(cast, cast.will, **hours(-2)).pk}": who(cast.Northside, cast.will),
        f"T-{walk.approved().pk}": who(cast.Northside),
    }
    monkeypatch.setattr(timezone, "now", lambda: moment(DAY, clock))
    for card, person in cards.items():
        address = put("ines", card, person).headers["Location"]
        assert parse_qs(urlsplit(address).query)["starts"] == [f"{DAY}T{lands}"]
        assert "lies in the past" not in at("ines").get(address).content.decode()


@pytest.mark.parametrize("week", ["", "2026-W99", "0000-W01", "0001-W01", "9999-W52", "x", "2026-W48'"])
def test_a_week_that_is_none_is_this_one(week: str) -> None:
    assert at("ines").get("/console/week", {"week": week}).status_code == 200


def test_it_asks_no_more_however_many_there_are_and_is_paged(cast: Cast) -> None:
    def asked() -> int:
        client = at("ines")
        with CaptureQueriesContext(connection) as found:
            client.get("/console/week", {"week": WEEK})
        return len(found)

    booked(cast, cast.will)
    Walk().approved()
    few = asked()
    many(cast, 12)
    for _ in range(3):
        booked(cast, cast.wanda)
        Walk().approved()
    assert asked() == few <= 12
    Keeper(cast.nora).end(cast.will.memberships.get(left_at=None))
    assert asked() == few
    first = page("ines").context["week"]
    then = page("ines", after=first.further).context["week"]
    assert (len(first.operators), first.further) == (10, str(first.operators[-1]))
    assert not {each.pk for each in first.operators} & {each.pk for each in then.operators}
