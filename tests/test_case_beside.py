"""What stands beside a case: notes within, cases that are the same, what is likely the same, and who asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from governance.alike import Beside
from governance.case_views import requests
from governance.listing import ALIKE
from governance.models import Task
from governance.near import near
from intake.models import Note, Request, SameAs
from qtm.models import Transition
from qtm.refusals import Forbidden
from tests.cast import ADVISORY, Cast, Walk, enter
from tests.leaves import superuser
from tests.sql import attempt
from tests.states import REACH

NOTED = "Knows the mayor, be quick."


def page(url: str, who: str = "") -> str:
    """A page as somebody sees it."""
    client = Client()
    if who:
        client.force_login(getattr(Cast(), who))
    return client.get(url, follow=True).content.decode()


def post(who: str, url: str, **said: str) -> Any:
    """A press."""
    client = Client()
    client.force_login(getattr(Cast(), who))
    return client.post(url, said)


def annotate(walk: Walk, who: str = "ines") -> Any:
    """Note something on a case."""
    return post(who, f"/requests/{walk.request.pk}/annotate", text=NOTED)


# Notes


@pytest.mark.django_db
def test_a_note_is_read_by_those_who_govern_and_by_nobody_else(walk: Walk) -> None:
    walk.job()
    assert annotate(walk).status_code == 302
    assert NOTED in page(f"/cases/{walk.request.pk}/", "ines")
    assert NOTED not in page(f"/track/{walk.request.token}/")
    for url in (walk.job().page, "/desk/", f"/cases/{walk.request.pk}/", f"/intake/{walk.request.pk}/"):
        for who in ("will", "nora", "sam"):
            assert NOTED not in page(url, who)


@pytest.mark.django_db
def test_a_note_is_in_no_record(walk: Walk) -> None:
    annotate(walk)
    record = walk.record()
    assert NOTED.encode() not in bytes(record.document) + bytes(record.annexes.get().content)


@pytest.mark.django_db
@pytest.mark.parametrize("state", Request.states())
def test_a_note_is_taken_whatever_has_become_of_the_case(state: str) -> None:
    request = REACH[Request, state]()
    lines = Transition.objects.count()
    assert post("ines", f"/requests/{request.pk}/annotate", text=NOTED).status_code == 302
    assert (str(Note.objects.get().by), Transition.objects.count()) == ("Ines", lines)
    assert NOTED in page(f"/cases/{request.pk}/", "ines")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["eve", "will", "sam", "cora", "root"])
def test_only_who_governs_notes(walk: Walk, who: str) -> None:
    assert annotate(walk, who).status_code in {403, 404}
    with pytest.raises(Forbidden):
        enter(getattr(Cast(), who), Request, "annotate", walk.request, text=NOTED)
    assert not Note.objects.exists()


@pytest.mark.django_db
def test_the_network_notes_nothing_on_an_operators_own_case() -> None:
    walk = Walk(funnel="north")
    assert annotate(walk, "ines").status_code == 403
    assert annotate(walk, "nora").status_code == 302
    assert NOTED in page(f"/cases/{walk.request.pk}/", "nora")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "a\0b"])
def test_a_note_says_something(walk: Walk, text: str) -> None:
    assert post("ines", f"/requests/{walk.request.pk}/annotate", text=text).status_code == 422


@pytest.mark.django_db
def test_sql_takes_no_note_of_nobody_and_changes_none(walk: Walk) -> None:
    insert = ("INSERT INTO intake_note (request_id, text) VALUES (%s, 'x')", [walk.request.pk])
    assert attempt(insert, user=None) == "someone_acts"
    assert attempt(insert, user=Cast().ines.pk) == ""
    annotate(walk)
    for statement in ("UPDATE intake_note SET text = 'y'", "DELETE FROM intake_note"):
        assert attempt(statement, user=Cast().ines.pk) == "42501"


def test_what_was_noted_stays_even_for_the_owner(committed: str) -> None:
    annotate(Walk())
    for statement in ("UPDATE intake_note SET text = 'y'", "DELETE FROM intake_note"):
        assert attempt(statement, user=Cast().ines.pk, using="owner") == "stays"


# The same


def liken(walk: Walk, other: str, who: str = "ines", why: str = "the same car") -> Any:
    """Say that another case is the same."""
    return post(who, f"/requests/{walk.request.pk}/liken", other=other, why=why)


@pytest.mark.django_db
def test_same_as_is_shown_by_both_and_closes_neither(walk: Walk) -> None:
    other = Walk()
    states = (walk.task.state, other.task.state)
    lines = Transition.objects.count()
    assert liken(walk, other.request.reference).status_code == 302
    assert "Same as" in page(f"/cases/{walk.request.pk}/", "ines")
    assert f"/cases/{walk.request.pk}/" in page(f"/cases/{other.request.pk}/", "ines")
    assert (walk.task.state, other.task.state, Transition.objects.count()) == (*states, lines)


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["Q-{pk}", "q {pk}", "{pk}", " Q-{pk} "])
def test_a_reference_is_read_as_people_write_it(walk: Walk, said: str) -> None:
    assert liken(walk, said.format(pk=Walk().request.pk)).status_code == 302


@pytest.mark.django_db
def test_no_case_is_the_same_as_itself_or_twice_the_same(walk: Walk) -> None:
    other = Walk()
    assert liken(walk, walk.request.reference).status_code == 422
    assert liken(walk, other.request.reference).status_code == 302
    assert liken(walk, other.request.reference).status_code == 409
    assert liken(other, walk.request.reference).status_code == 409, "nor the other way round"
    assert SameAs.objects.count() == 1


@pytest.mark.django_db
def test_of_a_case_that_one_may_not_see_nothing_is_said_but_that_there_is_none_here() -> None:
    walk, network, south = Walk(funnel="north"), Walk().request, Walk(funnel="south").request
    answers = [liken(walk, said, "nora") for said in (network.reference, south.reference, "Q-999999999", "nonsense")]
    assert {answer.status_code for answer in answers} == {422}
    said = {answer.content.decode().count("There is no such case here.") for answer in answers}
    assert len(said) == 1
    assert not SameAs.objects.exists()


@pytest.mark.django_db
def test_the_layers_do_not_mix_though_the_network_may_look(walk: Walk) -> None:
    assert liken(walk, Walk(funnel="north").request.reference).status_code == 422


@pytest.mark.django_db
def test_why_is_said(walk: Walk) -> None:
    assert liken(walk, Walk().request.reference, why=" ").status_code == 422


@pytest.mark.django_db
def test_sql_holds_it_as_well(walk: Walk) -> None:
    other, north = Walk().request.pk, Walk(funnel="north").request.pk
    insert = "INSERT INTO intake_sameas (request_id, other_id, why) VALUES (%s, %s, 'x')"
    mine, ines = walk.request.pk, Cast().ines.pk
    assert attempt((insert, [mine, mine]), user=ines) == "same"
    assert attempt((insert, [mine, north]), user=ines) == "same"
    assert attempt((insert, [mine, other]), user=None) == "someone_acts"
    assert attempt((insert, [mine, other]), (insert, [other, mine]), user=ines) == "intake_sameas_pair_key"
    assert attempt((insert, [mine, other]), user=ines) == ""


# Likely the same


def beside(walk: Walk, who: str = "ines") -> dict[int, str]:
    """What is likely the same, by case, with why."""
    client = Client()
    client.force_login(getattr(Cast(), who))
    return {each.request.pk: each.why for each in client.get(f"/cases/{walk.request.pk}/").context["likely"]}


def other(**asked: str) -> dict[str, Any]:
    """Somebody else's asking, with some of it the same."""
    return {**ADVISORY, "name": "Jo Brandt", "phone": "0171 555 0001", "email": "jo@brandt.example", **asked}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("same", "why"),
    [
        ({"phone": "(030) 1234-5678"}, "the same phone"),
        ({"email": "MAREN@holt.example"}, "the same e-mail"),
        ({"name": "maren holt"}, "the same name"),
    ],
)
def test_a_case_of_the_same_requester_is_named_with_why(walk: Walk, same: dict[str, str], why: str) -> None:
    found = Walk(asked=other(**same)).request
    assert beside(walk) == {found.pk: f"{why}, the same kind of work, less than a day apart"}


@pytest.mark.django_db
def test_the_same_place_makes_it_likely_and_a_stranger_elsewhere_does_not() -> None:
    here = Walk(asked=other(place="14 Quarry Lane"))
    there = Walk(asked={**other(place="14 quarry lane"), "phone": "0171 99", "name": "Al", "email": "al@al.example"})
    far = Walk(asked={**other(), "phone": "0171 98", "name": "Bo", "email": "bo@bo.example", "place": "Elsewhere 1"})
    assert {far.request.pk, there.request.pk} < set(Request.objects.values_list("pk", flat=True)) | {here.request.pk}
    assert beside(here) == {there.request.pk: "the same place, the same kind of work, less than a day apart"}


def kindred(walk: Walk) -> dict[int, str]:
    """What is the same kind of work and nothing more, by case, with why."""
    client = Client()
    client.force_login(Cast().ines)
    return {each.request.pk: each.why for each in client.get(f"/cases/{walk.request.pk}/").context["kindred"]}


def pothole(latitude: str, longitude: str, name: str = "", place: str = "") -> Walk:
    """A pothole somewhere, told of by somebody else each time."""
    asked = {"latitude": latitude, "longitude": longitude, "tier": "pothole", "answers": {}}
    made = Walk(surface="municipal-works", asked={"name": name, "place": place or f"Near {latitude} {name}", **asked})
    assert made.task
    return made


@pytest.mark.django_db
def test_the_same_kind_of_work_close_by_is_likely_the_same_and_further_off_it_is_not() -> None:
    here, close, far = (
        pothole(*each) for each in (("52.5", "13.4", "Al"), ("52.501", "13.4", "Bo"), ("52.51", "13.4", "Cy"))
    )
    assert beside(here) == {close.request.pk: "the same kind of work, 110 m away, less than a day apart"}
    assert kindred(here) == {}, "where both positions are known, the one further off is another"
    for field, becomes in (("latitude", "52.500000"), ("longitude", "13.400000")):
        if far.task.stands()[field] != becomes:
            correct(far, field, becomes)
    assert beside(here)[far.request.pk] == "the same kind of work, the same position, less than a day apart"


@pytest.mark.django_db
def test_other_work_at_the_same_spot_is_not_the_same_and_neither_is_what_was_asked_long_ago() -> None:
    here, twin = pothole("52.5", "13.4", "Al"), pothole("52.5", "13.4", "Bo")
    Walk(asked=other(place="Elsewhere 1")).task  # noqa: B018
    assert beside(here).keys() == {twin.request.pk}
    found = Beside(requests().get(pk=here.request.pk), Cast().ines.standing.sight(Task))
    found.said.since -= timedelta(days=31)
    assert found.likely([]) == []
    assert found.kindred([]) == []


@pytest.mark.parametrize(
    ("place", "said", "words"),
    [
        ("14 quarry lane", "quarry lane 14, garage behind the house", "nearly the same place"),
        ("14 quarry lane", "15 quarry lane", ""),
        ("berlin", "quarry lane, berlin", ""),
        ("", "", ""),
    ],
)
def test_a_place_in_other_words_is_near(place: str, said: str, words: str) -> None:
    assert near(None, None, place, said) == near(None, (52.5, 13.4), said, place) == words


def test_where_both_positions_are_known_they_decide() -> None:
    assert near((52.5, 13.4), (48.1, 11.5), "14 quarry lane", "quarry lane 14") == ""
    assert near((0.0, 179.9999), (0.0, -179.9999), "", "") == "20 m away"


@pytest.mark.django_db
def test_the_work_alone_is_the_weakest_reason_apart_from_the_others_and_never_more_than_five() -> None:
    walks = [
        Walk(
            asked={
                **other(phone=f"0171 555 1{each:03}", place=f"Street {each}"),
                "name": f"N{each}",
                "email": f"n{each}@n.example",
            }
        )
        for each in range(8)
    ]
    for walk in walks:
        assert walk.task
    north = Walk(funnel="north")
    assert north.task
    assert beside(walks[0]) == {}
    found = kindred(walks[0])
    assert len(found) == 5
    assert set(found.values()) == {"the same kind of work by the same entry point, less than a day apart"}
    assert not {north.request.pk, walks[0].request.pk} & found.keys()
    liken(walks[0], Request(pk=next(iter(found))).reference)
    assert next(iter(found)) not in kindred(walks[0])


@pytest.mark.django_db
def test_nothing_of_another_layer_is_likely_and_what_is_said_already_neither(walk: Walk) -> None:
    Walk(funnel="north").request  # noqa: B018
    twin = Walk().request
    assert set(beside(walk)) == {twin.pk}
    liken(walk, twin.reference)
    assert beside(walk) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["0171 555 1234", "555 1234"], ids=["whole", "without the code of the town"])
def test_who_asks_often_is_known_at_each_of_their_requests_and_the_nearest_are_likely_the_same(
    phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.alike.MOST", 2)
    monkeypatch.setattr("governance.alike.AROUND", 0)
    said = [{"phone": phone, "name": f"N{each}", "email": f"n{each}@n.example"} for each in range(7)]
    pks = [Walk(asked=other(**each)).task.case_id for each in said]

    def around(place: int) -> Beside:
        """What stands beside one of them."""
        return Beside(requests().get(pk=pks[place]), Cast().ines.standing.sight(Task))

    assert [around(place).before for place in range(7)] == ["", "1 request", *["2 or more requests"] * 5]
    assert [each.request.pk for each in around(3).likely([])] == [pks[place] for place in (5, 4, 2, 1)]
    assert "No request before this one" not in page(f"/cases/{pks[3]}/", "ines")


@pytest.mark.django_db
def test_the_case_says_how_often_the_requester_asked_before() -> None:
    Walk().request  # noqa: B018
    Walk(asked={**ADVISORY, "phone": "030 12345678"}).request  # noqa: B018
    third = Walk()
    assert "2 requests before this one" in page(f"/cases/{third.request.pk}/", "ines")


@pytest.mark.django_db
@pytest.mark.parametrize(("most", "said"), [(2, "2 or more requests"), (3, "2 requests"), (20, "2 requests")])
def test_how_often_is_said_in_words_also_where_nobody_counts_on(
    most: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.alike.MOST", most)
    cases = [Walk().request for _ in range(3)]
    shown = page(f"/cases/{cases[2].pk}/", "ines")
    assert f"{said} before this one" in shown
    assert "1 request before this one" in page(f"/cases/{cases[1].pk}/", "ines")


def correct(walk: Walk, field: str, becomes: str) -> None:
    """Put a detail right."""
    enter(walk.governor, Task, "correct", walk.task, field=field, becomes=becomes, why="They rang.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "becomes", "same", "why"),
    [
        ("phone", "+49 171 5550 777", {"phone": "0171/5550777"}, "the same phone"),
        ("email", "maren@new.example", {"email": "Maren@NEW.example"}, "the same e-mail"),
        ("name", "Márén Holst", {"name": "maren holst"}, "the same name"),
        ("place", "9 Orchard Row", {"place": " 9 ORCHARD row"}, "the same place"),
    ],
)
def test_what_was_corrected_is_compared_and_what_was_wrong_no_longer(
    walk: Walk, field: str, becomes: str, same: dict[str, str], why: str
) -> None:
    found = Walk(asked=other(**same))
    strange = {"name": "Al", "email": "al@al.example", "phone": "0171 99 11 22", "place": "Elsewhere 1"}
    wrong = Walk(asked=other(**{**strange, **{field: ADVISORY[field] for field in {field} & set(ADVISORY)}}))
    assert walk.task
    assert wrong.task
    assert found.request.pk not in beside(walk)
    correct(walk, field, becomes)
    assert beside(walk) == {found.request.pk: f"{why}, the same kind of work, less than a day apart"}
    assert set(beside(found)) == {walk.request.pk}, "from the other as well"
    assert walk.request.pk not in beside(wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        ("+49 (0)30 123456", "030/12 34 56", True),
        ("0049 30 123456", "123 456", True),
        ("123456", "+49 30 123456", True),
        ("+43 1 12345678", "+49 30 12345678", False),
        ("12345", "+49 30 12345", False),
    ],
)
def test_one_number_in_two_notations_is_the_same_and_the_last_digits_alone_are_not(
    mine: str, theirs: str, same: bool
) -> None:
    one, two = (
        Walk(asked=other(phone=mine)),
        Walk(asked={**other(phone=theirs), "name": "Al", "email": "al@al.example"}),
    )
    here, there = one.request.pk, two.request.pk
    assert beside(one).keys() == ({there} if same else set())
    assert beside(two).keys() == ({here} if same else set())


@pytest.mark.django_db
def test_what_one_may_not_see_is_not_beside_it(walk: Walk) -> None:
    twin = Walk().request
    asked = requests().get(pk=walk.request.pk)
    assert [each.pk for each in Beside(asked, Cast().ines.standing.sight(Task)).found] == [twin.pk]
    assert not Beside(asked, Cast().nora.standing.sight(Task)).found


def test_it_is_one_query_along_an_index_for_each_that_is_alike_and_nothing_is_sorted_but_what_is_shown(
    committed: str,  # a database of its own: among so few rows it is what other tests left in an index that decides
    django_assert_num_queries: Any,
) -> None:
    walk, twin = (Walk(asked={**ADVISORY, "place": "14 Quarry Lane"}) for _ in range(2))
    assert walk.task
    assert twin.task
    with superuser(committed) as admin:  # as if there were very many, or any index would do
        many = "UPDATE pg_class SET reltuples = 100000, relpages = 1 WHERE relname IN ('governance_listing', 'intake_request')"
        admin.execute(many)
    asked = requests().get(pk=walk.request.pk)
    found = Beside(asked, Cast().ines.standing.sight(Task))
    with django_assert_num_queries(1) as asking:
        assert len(found.found) == 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {asking.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    for name in (*ALIKE, "work"):
        assert f"using governance_alike_{name}" in plan
    assert "Seq Scan" not in plan
    assert plan.count("Sort Key") <= 2, "what is shown, and the few corrections of each"


@pytest.mark.django_db
def test_people_of_a_case_stand_together(walk: Walk) -> None:
    enter(Cast().ines, Task, "approve", walk.task)
    walk.assignment()
    said = page(f"/cases/{walk.request.pk}/", "ines")
    for each in ("Maren Holt", "+49 30 1234 5678", "maren@holt.example", "Northside", "the network’s admins"):
        assert each in said
