"""The week: person by day, of whom one governs alone; a card that is put somewhere opens the page that asks, and does nothing by itself."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import Appointment, Assignment
from governance.week import week_name
from tests.cast import Cast, Walk, enter
from tests.test_appointments import at, hours, sent
from tests.test_ranking import DAY, booked, many, off, works

pytestmark = pytest.mark.django_db
WEEK = week_name(DAY)


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
    enter(cast.ines, Assignment, "assign", task, operator=cast.Southside)
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
    first = page("ines").context["week"]
    then = page("ines", after=first.further).context["week"]
    assert (len(first.operators), first.further) == (10, str(first.operators[-1]))
    assert not {each.pk for each in first.operators} & {each.pk for each in then.operators}
