"""Many cases with one press: exactly those of the list, each by its own door, and what came of each is told truly and kept."""

import os
import re
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.core import signing
from django.test import Client

from governance import many
from governance.bulk import Bulk, BulkOutcome
from governance.models import Appointment, Assignment, Task
from qtm.doors import all_doors
from qtm.models import Operator, Surface, Transition, User
from qtm.people import Keeper
from qtm.workforce_keeping import Kept
from tests.bench.crowd import fill
from tests.bench.serving import signed_in
from tests.browser import House
from tests.cast import Cast, Walk, enter
from tests.test_same_moment import together

import_module("qtm.urls")
LIST = re.compile(r'name="list" value="([^"]+)"')


def at(user: User) -> Client:
    """Somebody at a browser."""
    client = Client()
    client.force_login(user)
    return client


def does_all(operator: Operator) -> None:
    """An operator has said to do whatever there is."""
    Kept(Keeper(Cast().wim), operator, None).say_surfaces(Surface.objects.all())


def ben() -> User:
    """Another dispatcher."""
    user, _ = User.objects.get_or_create(username="ben", first_name="Ben")
    user.groups.add(Group.objects.get(name="admin"))
    return user


def read(page: Any) -> str:
    """A page as it is read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def drawn(client: Client, address: str, **asked: Any) -> str:
    """The list that the confirmation of these cases carries."""
    page = client.get(address, asked)
    assert page.status_code == 200, read(page)
    found = LIST.search(page.content.decode())
    assert found
    return unescape(found[1])


def ticked(*walks: Walk) -> dict[str, Any]:
    """These cases, as a page says them."""
    return {"which": "ticked", "case": [walk.request.pk for walk in walks]}


def told(bulk: Bulk) -> Counter[str]:
    """How many were done, and how many refused with each reason, without the names and moments in them."""
    reasons = bulk.outcomes.values_list("why", flat=True)
    return Counter(re.sub(r", \d.*|\d{1,2} \w+ \d{4}.*", "", why) or "done" for why in reasons)


HOLD, ASSIGN, REJECT = (
    f"/console/{queue}/bulk/{verb}"
    for queue, verb in (("to-review", "hold"), ("to-assign", "assign"), ("to-review", "reject"))
)


# What may be asked of many, and of whom


@pytest.mark.django_db
def test_assign_hold_and_reject_are_all_that_one_press_asks_of_many() -> None:
    assert {door.name for door in all_doors() if door.verb.many} == {
        "door-task-hold",
        "door-task-reject",
        "door-assignment-assign",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("queue", "verb", "status"),
    [
        ("to-review", "approve", 403),
        ("to-create-job", "create", 403),
        ("to-close", "close", 403),
        ("held", "resume", 403),
        ("to-review", "cancel", 403),
        ("to-create-job", "withdraw", 403),
        ("to-review", "assign", 404),
        ("to-create-job", "assign", 404),
        ("to-review", "claim", 404),
        ("to-review", "nothing", 404),
        ("nowhere", "hold", 404),
    ],
)
def test_whatever_else_is_asked_of_many_is_refused(queue: str, verb: str, status: int) -> None:
    walk, client = Walk(), at(Cast().ines)
    walk.assignment() if "create" in queue else walk.task
    for answer in (
        client.get(f"/console/{queue}/bulk/{verb}", ticked(walk)),
        client.post(f"/console/{queue}/bulk/{verb}", {"list": "x", **ticked(walk)}),
    ):
        assert answer.status_code == status
    assert Bulk.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "console", "inbox"),
    [
        ("ines", 422, 403),
        ("eve", 404, 403),
        ("nora", 403, 422),
        ("sam", 403, 422),
        ("will", 403, 403),
        ("cora", 403, 403),
    ],
)
def test_many_are_for_those_who_pass_the_door_for_one(who: str, console: int, inbox: int) -> None:
    client = at(getattr(Cast(), who))
    assert client.get("/console/to-review/bulk/hold").status_code == console
    assert client.get("/inbox/to-review/bulk/hold").status_code == inbox


# The list


@pytest.mark.django_db
def test_what_comes_in_after_the_page_was_drawn_is_not_swept_along() -> None:
    before, client = [Walk() for _ in range(3)], at(Cast().ines)
    for walk in before:
        assert walk.task.state == "open"
    sealed = drawn(client, HOLD, which="all")
    late = Walk().task
    client.post(HOLD, {"list": sealed, "reason": "The heating engineer is ill"})
    assert {walk.task.state for walk in before} == {"held"}
    assert Task.objects.get(pk=late.pk).state == "open"


@pytest.mark.django_db
@pytest.mark.parametrize("filtered", [{"priority": "urgent"}, {"due": "today"}, {"place": "nowhere"}, {"age": "30"}])
def test_all_that_match_a_filter_are_those_and_no_others(filtered: dict[str, str]) -> None:
    Walk().task  # noqa: B018
    page = at(Cast().ines).get(HOLD, {"which": "all", **filtered})
    assert (page.status_code, page.context["number"]) == (422, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"priority": "garbage"}, {"due": "never"}, {"audience": "everybody"}])
def test_a_filter_that_makes_no_sense_is_no_filter_that_lets_all_through(wrong: dict[str, str]) -> None:
    Walk().task  # noqa: B018
    assert at(Cast().ines).get(HOLD, {"which": "all", **wrong}).status_code == 422
    assert at(Cast().ines).get("/console/to-review/steps", wrong).context["waits"] is False


@pytest.mark.django_db
def test_what_one_filter_leaves_is_what_the_press_takes() -> None:
    urgent, usual, client = Walk(), Walk(), at(Cast().ines)
    enter(Cast().ines, Task, "plan", urgent.task, priority=3, due=None)
    assert usual.task.state == "open"
    sealed = drawn(client, HOLD, which="all", priority="urgent")
    client.post(HOLD, {"list": sealed, "reason": "for the test"})
    assert (urgent.task.state, usual.task.state) == ("held", "open")


@pytest.mark.django_db
def test_what_somebody_approved_since_the_list_was_drawn_is_not_rejected_with_it() -> None:
    left, looked_at, client = Walk(), Walk(), at(Cast().ines)
    sealed = drawn(client, REJECT, **ticked(left, looked_at))
    enter(ben(), Task, "approve", looked_at.task)
    client.post(REJECT, {"list": sealed, "reason": "for the test"})
    assert (left.task.state, looked_at.task.state) == ("rejected", "approved")
    assert told(Bulk.objects.get()) == Counter({"done": 1, "It was approved by Ben": 1})


@pytest.mark.django_db
def test_many_are_assigned_without_an_hour_as_nobody_is_in_many_places_at_once() -> None:
    walks, client = [Walk(), Walk()], at(Cast().ines)
    for walk in walks:
        walk.approved()
    sealed, northside = drawn(client, ASSIGN, **ticked(*walks)), Cast().Northside
    does_all(northside)
    hour = {"starts": "2099-05-01T09:00", "ends": "2099-05-01T10:00"}
    client.post(ASSIGN, {"list": sealed, "operator": northside.pk, **hour})
    assert Assignment.objects.filter(operator=northside, state="active").count() == 2
    assert not Appointment.objects.exists()


@pytest.mark.django_db
def test_the_page_says_how_many_and_asks_once_and_nothing_is_done_by_looking() -> None:
    walks, client = [Walk(), Walk()], at(Cast().ines)
    page = client.get(HOLD, ticked(*walks))
    assert "Hold 2 cases" in read(page)
    assert {walk.task.state for walk in walks} == {"open"}
    again = client.post(HOLD, {"list": drawn(client, HOLD, **ticked(*walks)), "reason": " "})
    assert (again.status_code, "Say why" in read(again)) == (422, True)
    assert LIST.search(again.content.decode())
    assert {walk.task.state for walk in walks} == {"open"}


@pytest.mark.django_db
def test_ticked_cases_that_are_not_in_the_queue_any_more_are_counted_on_the_page() -> None:
    walks, client = [Walk(), Walk()], at(Cast().ines)
    walks[0].approved()
    assert "1 of those you ticked is not in this queue any more" in read(client.get(HOLD, ticked(*walks)))
    assert "Nothing is chosen" in read(client.get(HOLD, ticked(walks[0])))


@pytest.mark.django_db
def test_one_press_takes_no_more_than_its_most_and_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.bulk_views.MOST", 3)
    walks, client = [Walk() for _ in range(5)], at(Cast().ines)
    for walk in walks:
        assert walk.task
    page = client.get(HOLD, {"which": "all"})
    assert "More than 3 match" in read(page)
    client.post(HOLD, {"list": drawn(client, HOLD, which="all"), "reason": "x"})
    assert [walk.task.state for walk in walks] == ["held"] * 3 + ["open"] * 2


def forged(said: str, **other: Any) -> str:
    """A list with something else in it, under a signature of another key."""
    return signing.dumps(
        {**signing.loads(said, salt=many.SALT), **other}, key="not ours", salt=many.SALT, compress=True
    )


@pytest.mark.django_db
def test_a_list_that_was_tampered_with_is_anothers_or_is_for_another_door_does_nothing() -> None:
    walk, cast = Walk(), Cast()
    client, other = at(cast.ines), at(ben())
    sealed, theirs = drawn(client, HOLD, **ticked(walk)), drawn(other, HOLD, **ticked(walk))
    for bad in ("", "x", sealed[:-1], sealed.replace(sealed[5], "_", 1), forged(sealed, tasks=[1]), theirs):
        assert client.post(HOLD, {"list": bad, "reason": "x"}).status_code == 403, bad
    assert client.post(REJECT, {"list": sealed, "reason": "x"}).status_code == 403
    assert (walk.task.state, Bulk.objects.count()) == ("open", 0)


@pytest.mark.django_db
def test_a_list_of_yesterday_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    walk, client = Walk(), at(Cast().ines)
    sealed = drawn(client, HOLD, **ticked(walk))
    monkeypatch.setattr(many, "HALF_A_DAY", -1)
    answer = client.post(HOLD, {"list": sealed, "reason": "x"})
    assert (answer.status_code, "half a day" in read(answer), walk.task.state) == (409, True, "open")


# Owners in their Task Inbox


@pytest.mark.django_db
def test_an_owner_asks_it_of_their_own_cases_and_of_no_others_whatever_they_name() -> None:
    own, network, south = Walk(funnel="north"), Walk(), Walk(funnel="south")
    client = at(Cast().nora)
    page = client.get("/inbox/to-review/bulk/reject", ticked(own, network, south))
    assert "Reject 1 case" in read(page)
    assert all(walk.request.reference not in read(page) for walk in (network, south) if walk.task)
    client.post(
        "/inbox/to-review/bulk/reject",
        {"list": drawn(client, "/inbox/to-review/bulk/reject", which="all"), "reason": "x"},
    )
    assert [walk.task.state for walk in (own, network, south)] == ["rejected", "open", "open"]
    line = Transition.objects.filter(case_id=own.request.pk).latest("pk")
    assert (line.via, line.authority) == ("task inbox", "governance.reject_task as owner of Northside")


@pytest.mark.django_db
def test_an_owners_list_assigns_within_their_operator_alone() -> None:
    own, cast = Walk(funnel="north"), Cast()
    own.approved()
    does_all(cast.Northside)
    client, address = at(cast.nora), "/inbox/to-assign/bulk/assign"
    sealed = drawn(client, address, **ticked(own))
    assert client.post(address, {"list": sealed, "operator": cast.Southside.pk}).status_code == 422
    assert client.post(address, {"list": sealed, "operator": cast.Northside.pk}).status_code == 302
    assert Assignment.objects.get(case_id=own.request.pk).operator == cast.Northside


@pytest.mark.django_db
def test_the_outcome_is_for_those_who_govern_there() -> None:
    own, cast = Walk(funnel="north"), Cast()
    assert own.task
    client = at(cast.nora)
    page = client.post(
        "/inbox/to-review/bulk/hold",
        {"list": drawn(client, "/inbox/to-review/bulk/hold", **ticked(own)), "reason": "x"},
    ).headers["Location"]
    seen = {name: at(getattr(cast, name)).get(page).status_code for name in ("nora", "sam", "ines", "will", "eve")}
    assert seen == {"nora": 200, "sam": 404, "ines": 403, "will": 403, "eve": 403}


# 431 cases, 17 of which are refused


@pytest.fixture
def crowd(committed: str) -> list[Task]:
    """431 approved cases of the network's, with real commits."""
    fill(lambda line: None, ["approved"], batch=431)
    does_all(Cast().Northside)
    return list(Task.objects.filter(state="approved", governor=None).order_by("since", "pk"))


def took(tasks: list[Task]) -> None:
    """What other people did with the first seventeen of them meanwhile."""
    cast, other = Cast(), ben()
    for task in tasks[:6]:
        enter(other, Assignment, "assign", task, operator=cast.Southside)
    for task in tasks[6:11]:
        enter(other, Task, "reject", task, reason="Twice the same")
    for task in tasks[11:15]:
        enter(other, Task, "cancel", task, reason="She called it off")
    for task in tasks[15:17]:
        enter(other, Assignment, "assign", task, operator=cast.Southside)
        enter(other, Assignment, "withdraw", Assignment.objects.get(task=task), reason="Wrong one")
        enter(other, Task, "reject", Task.objects.get(pk=task.pk), reason="Nobody can")


def test_of_431_cases_17_are_refused_with_the_reason_and_414_are_done(
    crowd: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.bulk_views.SECONDS", 300.0)  # however busy the machine is
    cast = Cast()
    client = at(cast.ines)
    assert len(crowd) == 431
    sealed = drawn(client, ASSIGN, which="all")
    took(crowd)
    typed = {"list": sealed, "operator": cast.Northside.pk, "note": "The usual round"}
    answer = client.post(ASSIGN, typed)
    bulk = Bulk.objects.get()
    assert answer.headers["Location"] == bulk.page
    assert told(bulk) == {
        "done": 414,
        "It was assigned by Ben": 6,
        "It was rejected by Ben": 7,
        "It was cancelled by Ben": 4,
    }
    page = client.get(bulk.page)
    assert "Assign: 414 of 431 done" in read(page)
    assert "17 were refused" in read(page)
    assert all(f'href="{task.page}"' in page.content.decode() for task in crowd)
    ours = Assignment.objects.filter(operator=cast.Northside, task__in=crowd)
    assert ours.count() == 414
    lines = Transition.objects.filter(room=Assignment.label(), row_id__in=ours.values("pk"))
    assert lines.values("act").distinct().count() == 414, "each is an act of its own"
    assert set(lines.values_list("user__username", "via", "authority")) == {
        ("ines", "console", "governance.assign_task as admin")
    }
    done = bulk.outcomes.filter(why="")
    assert set(done.values_list("act", flat=True)) == set(lines.values_list("act", flat=True)), (
        "told in the act that did it"
    )


def test_the_same_press_sent_again_does_nothing_twice_and_shows_the_same(crowd: list[Task]) -> None:
    cast = Cast()
    client, typed = at(cast.ines), {"operator": cast.Northside.pk}
    typed["list"] = drawn(client, ASSIGN, which="all")
    clients = [at(cast.ines) for _ in range(16)]
    answers = together(*(lambda client=each: client.post(ASSIGN, typed) for each in clients))
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, Bulk.objects.get().page)}
    assert told(Bulk.objects.get()) == {"done": 431}
    before = Transition.objects.count()
    enter(cast.ines, Assignment, "withdraw", Assignment.objects.filter(task=crowd[0]).get(), reason="Not them")
    assert client.post(ASSIGN, typed).headers["Location"] == Bulk.objects.get().page
    assert Transition.objects.count() == before + 2, "what was taken back since is not done again"


def test_of_sixteen_who_press_for_the_same_cases_each_case_is_had_by_one(
    crowd: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.bulk_views.SECONDS", 300.0)  # however busy the machine is
    cast, some = Cast(), [task.case_id for task in crowd[:40]]
    people = [User.objects.create(username=f"admin-{number}") for number in range(16)]
    clients = []
    for user in people:
        user.groups.add(Group.objects.get(name="admin"))
        clients.append(at(user))
    lists = [drawn(each, ASSIGN, case=some) for each in clients]
    deeds = (
        lambda client=client, sealed=sealed: client.post(ASSIGN, {"list": sealed, "operator": cast.Northside.pk})
        for client, sealed in zip(clients, lists, strict=True)
    )
    assert {answer.status_code for answer in together(*deeds)} == {302}
    assert BulkOutcome.objects.filter(why="").count() == 40
    assert BulkOutcome.objects.count() == 16 * 40
    assert Assignment.objects.filter(task__case_id__in=some).count() == 40
    refused = BulkOutcome.objects.exclude(why="").values_list("why", flat=True)
    assert all(re.fullmatch(r"It was assigned by admin-\d+, .*", why) for why in refused), set(refused)


# What ends on the way


@pytest.mark.django_db
def test_an_operator_that_is_suspended_on_the_way_gets_no_more_and_each_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walks, cast = [Walk() for _ in range(4)], Cast()
    for walk in walks:
        walk.approved()
    does_all(cast.Northside)
    client, one = at(cast.ines), many.Carrier._one

    def then(carrier: Any, task: Task, form: Any) -> None:
        one(carrier, task, form)
        if task.pk == walks[1].task.pk:
            enter(ben(), Operator, "suspend", cast.Northside, reason="Insurance ended")

    monkeypatch.setattr(many.Carrier, "_one", then)
    client.post(ASSIGN, {"list": drawn(client, ASSIGN, which="all"), "operator": cast.Northside.pk})
    assert told(Bulk.objects.get()) == {"done": 2, "The operator's access does not allow this.": 2}
    assert [walk.task.state for walk in walks] == ["assigned", "assigned", "approved", "approved"]


@pytest.mark.django_db
def test_a_role_that_ends_on_the_way_ends_the_press_and_what_is_left_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    walks, other = [Walk() for _ in range(3)], ben()
    for walk in walks:
        assert walk.task
    client, one = at(other), many.Carrier._one

    def then(carrier: Any, task: Task, form: Any) -> None:
        one(carrier, task, form)
        other.groups.clear()

    monkeypatch.setattr(many.Carrier, "_one", then)
    assert client.post(HOLD, {"list": drawn(client, HOLD, which="all"), "reason": "x"}).status_code == 403
    assert [walk.task.state for walk in walks] == ["held", "open", "open"]
    assert [len(Bulk.objects.get().left()), told(Bulk.objects.get())] == [2, {"done": 1}]


@pytest.mark.django_db
def test_a_case_of_another_layer_in_a_signed_list_is_still_refused_by_its_door() -> None:
    own, network, ines = Walk(funnel="north"), Walk(), Cast().ines
    chosen = many.Chosen(
        "5e0ee7a2-7f0e-4f0f-8f4f-3f1d1f0a0001",
        ines.pk,
        None,
        "to-review",
        "",
        "door-task-hold",
        [own.task.pk, network.task.pk],
    )
    client = at(ines)
    client.post(HOLD, {"list": chosen.sealed(), "reason": "x"})
    assert told(Bulk.objects.get()) == {"“Hold” is not yours to do here.": 1, "done": 1}
    assert [own.task.state, network.task.state] == ["open", "held"]


@pytest.mark.django_db
def test_what_time_did_not_reach_is_named_and_carried_on_by_its_presser_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    walks = [Walk() for _ in range(3)]
    for walk in walks:
        assert walk.task
    client = at(Cast().ines)
    with monkeypatch.context() as hurried:
        hurried.setattr("governance.bulk_views.SECONDS", -1.0)
        page = client.post(HOLD, {"list": drawn(client, HOLD, which="all"), "reason": "x"}).headers["Location"]
    assert "3 are not done yet" in read(client.get(page))
    assert {walk.task.state for walk in walks} == {"open"}
    assert at(ben()).post(page).status_code == 403
    client.post(page)
    assert {walk.task.state for walk in walks} == {"held"}
    assert "Hold: 3 of 3 done" in read(client.get(page))


# A server that is killed in the middle


class Caller:
    """A browser at the served house, with no script."""

    def __init__(self, house: House, login: str) -> None:
        """Signed in, with the form key that Django asks for."""
        self.house, self.key = house, "k" * 32
        self.cookie = f"{signed_in(login)}; csrftoken={self.key}"

    def ask(self, path: str, typed: Mapping[str, Any] | None = None) -> str:
        """The page of an address, or what a press leads to."""
        data = urlencode({**typed, "csrfmiddlewaretoken": self.key}).encode() if typed is not None else None
        asked = urllib.request.Request(self.house.url + path, data, {"Cookie": self.cookie})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return str(answer.read().decode())


def kill(house: House) -> None:
    """Kill the server and its worker, as a cut of the power does."""
    for pid in house.pids:
        os.kill(pid, signal.SIGKILL)
    house.stop()


def test_a_server_killed_in_the_middle_leaves_nothing_half_done_and_the_rest_is_carried_on_by_a_press(
    crowd: list[Task],
    committed: str,
    static_files: Path,
) -> None:
    house = House(committed, static_files)
    house.start()
    ines = Caller(house, "ines")
    found = LIST.search(ines.ask(f"{ASSIGN}?which=all"))
    typed = {"list": unescape(found[1]) if found else "", "operator": Cast().Northside.pk}
    with ThreadPoolExecutor(1) as pool:
        press = pool.submit(ines.ask, ASSIGN, typed)
        while BulkOutcome.objects.count() < 40:
            time.sleep(0.005)
        kill(house)
        assert isinstance(press.exception(), OSError | HTTPException), "its answer is lost with it"
    bulk = Bulk.objects.get()
    done = set(bulk.outcomes.values_list("task_id", flat=True))
    assert 40 <= len(done) < 431
    assert set(Assignment.objects.filter(task__in=crowd).values_list("task_id", flat=True)) == done
    house.start()
    try:
        assert f"{431 - len(done)} are not done yet" in ines.ask(ASSIGN, typed), (
            "the same press again shows how far it came"
        )
        assert bulk.outcomes.count() == len(done)
        assert "Assign: 431 of 431 done" in ines.ask(bulk.page, {})
    finally:
        house.stop()
    assert Assignment.objects.filter(task__in=crowd).count() == 431
