"""The intake page and the funnels: staff of each layer take, complete, discard and keep what is their own, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from governance.models import Task
from governance.submit import Asking, ask
from intake import keys
from intake.asking import read
from intake.models import Funnel, Request
from qtm.acts import acting
from qtm.models import Surface, SurfaceVersion, Transition
from qtm.refusals import Conflict
from tests.cast import ADVISORY, PEOPLE, Walk, enter

pytestmark = pytest.mark.django_db
TAKERS = {"ines", "nora", "will", "wanda", "sam", "sid", "liam"}
KEEPERS = {"ines", "nora", "sam", "liam"}
ADVICE = "automotive-advisory"


def as_(user: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def typed(funnel: str = "network", **changed: str) -> dict[str, str]:
    """A form as staff fill it in."""
    words = {name: value for name, value in ADVISORY.items() if isinstance(value, str)}
    answers = {f"answers.{code}": value for code, value in ADVISORY["answers"].items()}
    return {**words, **answers, "channel": "phone", "key": keys.issue(f"{funnel}/{ADVICE}"), **changed}


def take(user: Any, funnel: str = "network", **changed: str) -> Any:
    """Take a request for somebody."""
    return as_(user).post(f"/intake/take/{funnel}/{ADVICE}/", typed(funnel, **changed))


def text(answer: Any) -> str:
    """A page as it came."""
    return str(answer.content.decode())


def incomplete(funnel: str = "network", **asked: str) -> Request:
    """A Request that waits to be completed."""
    said = {"name": "Maren Holt", **asked}
    surface = Surface.objects.get(code=ADVICE)
    asking = Asking(
        Funnel.objects.get(slug=funnel), surface, "phone", said, keys.issue("x"), "intake page", "x", incomplete=True
    )
    return ask(asking)[0]


@pytest.mark.parametrize("page", ["/intake/", "/funnels/"])
def test_who_is_let_in(page: str, cast: Any) -> None:
    may = TAKERS if page == "/intake/" else KEEPERS
    assert {name: as_(getattr(cast, name)).get(page).status_code for name in PEOPLE} == {
        name: 200 if name in may else 403 for name in PEOPLE
    }
    assert Client().get(page).status_code == 302


def test_what_came_by_phone_is_taken_by_name_and_authority(cast: Any) -> None:
    answer = take(cast.ines, channel="in_person")
    request = Request.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/intake/{request.pk}/")
    line = Transition.objects.get(case_id=request.pk, room="intake.Request", was="")
    assert (request.channel, request.state, line.user, line.via, line.authority) == (
        "in_person",
        "submitted",
        cast.ines,
        "intake page",
        "intake.take_request as admin",
    )
    assert Task.objects.get().state == "open"


def test_saved_incomplete_it_is_a_request_and_nothing_else(cast: Any) -> None:
    assert take(cast.will, "north", description="", tier="", incomplete="yes").status_code == 302
    assert (Request.objects.get().state, Task.objects.count()) == ("received", 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "none"},
        {"wished": "2020-01-01T10:00"},
        {"tier": "nothing"},
        {"description": "a\0b"},
        {"channel": "pigeon"},
        {"channel": ""},
    ],
)
def test_what_is_wrong_is_not_saved_even_incomplete(wrong: dict[str, str], cast: Any) -> None:
    answer = take(cast.ines, incomplete="yes", **wrong)
    assert answer.status_code == 422
    assert ADVISORY["email"] in text(answer)
    assert not Request.objects.exists()


def test_what_is_missing_is_named_unless_it_is_saved_incomplete(cast: Any) -> None:
    assert take(cast.ines, description="").status_code == 422
    assert not Request.objects.exists()


def test_the_same_form_taken_twice_is_one_request(cast: Any) -> None:
    form = typed()
    pages = {as_(cast.ines).post(f"/intake/take/network/{ADVICE}/", form)["Location"] for _ in range(2)}
    assert len(pages) == Request.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "funnel"),
    [("ines", "north"), ("nora", "network"), ("nora", "south"), ("sid", "north"), ("liam", "network")],
)
def test_nobody_takes_through_a_funnel_of_another_layer(name: str, funnel: str, cast: Any) -> None:
    user = getattr(cast, name)
    assert as_(user).get(f"/intake/take/{funnel}/{ADVICE}/").status_code == 404
    assert take(user, funnel).status_code == 404
    assert not Request.objects.exists()


@pytest.mark.parametrize("name", ["eve", "cora", "wim", "root", "nobody", "sue", "pete"])
def test_who_does_not_hold_it_takes_nothing(name: str, cast: Any) -> None:
    assert take(getattr(cast, name)).status_code == 403
    assert not Request.objects.exists()


def test_a_closed_funnel_takes_nothing_from_staff_either(cast: Any) -> None:
    Funnel.objects.filter(slug="network").update(is_open=False)
    assert take(cast.ines).status_code == 409
    assert not Request.objects.exists()


def test_the_intake_page_shows_what_waits_in_ones_own_layer(cast: Any) -> None:
    mine, theirs, other = incomplete(), incomplete("north"), incomplete("south")
    assert {
        name: [row.reference in text(as_(getattr(cast, name)).get("/intake/")) for row in (mine, theirs, other)]
        for name in ("ines", "will", "sid")
    } == {
        "ines": [True, False, False],
        "will": [False, True, False],
        "sid": [False, False, True],
    }


def test_a_request_of_another_operator_is_not_there(cast: Any) -> None:
    row = incomplete("north")
    assert as_(cast.sam).get(f"/intake/{row.pk}/").status_code == 404
    assert as_(cast.sam).post(f"/requests/{row.pk}/submit", typed()).status_code == 404
    assert as_(cast.sam).post(f"/requests/{row.pk}/discard", {"reason": "x"}).status_code == 404
    assert Request.objects.get(pk=row.pk).state == "received"


def test_what_was_asked_stands_in_the_form_that_completes_it(cast: Any) -> None:
    page = text(as_(cast.ines).get(f"/intake/{incomplete(phone='+49 30 555 1234').pk}/"))
    assert 'value="Maren Holt"' in page
    assert 'value="+49 30 555 1234"' in page


def test_an_incomplete_request_is_completed_and_stays_as_it_was_asked(cast: Any) -> None:
    row = incomplete("north")
    answer = as_(cast.will).post(f"/requests/{row.pk}/submit", {**typed(), "next": f"/intake/{row.pk}/"})
    assert (answer.status_code, answer["Location"]) == (302, f"/intake/{row.pk}/")
    done = Request.objects.get(pk=row.pk)
    assert (done.state, done.asked, done.intake.description, done.intake.task.state) == (
        "submitted",
        {"name": "Maren Holt"},
        ADVISORY["description"],
        "open",
    )


def test_completing_with_something_missing_or_wrong_keeps_what_was_typed(cast: Any) -> None:
    row = incomplete()
    answer = as_(cast.ines).post(f"/requests/{row.pk}/submit", typed(phone="none", description=""))
    assert answer.status_code == 422
    assert "This is no phone number." in text(answer)
    assert "This is needed." in text(answer)
    assert ADVISORY["email"] in text(answer)
    assert Request.objects.get(pk=row.pk).state == "received"


def test_a_request_completed_by_somebody_else_meanwhile_is_a_conflict(cast: Any) -> None:
    row = incomplete()
    assert as_(cast.ines).post(f"/requests/{row.pk}/submit", typed()).status_code == 302
    assert as_(cast.ines).post(f"/requests/{row.pk}/submit", typed()).status_code == 409
    assert Task.objects.count() == 1


def test_discarding_takes_a_reason_and_nothing_follows(cast: Any) -> None:
    row = incomplete()
    assert as_(cast.ines).post(f"/requests/{row.pk}/discard", {"reason": " "}).status_code == 422
    assert as_(cast.ines).post(f"/requests/{row.pk}/discard", {"reason": "Called twice"}).status_code == 302
    assert Request.objects.get(pk=row.pk).state == "discarded"
    assert "It was set aside" in text(Client().get(f"/track/{row.token}/"))


def test_every_member_discards_what_came_through_a_funnel_of_their_operator_and_no_other(cast: Any) -> None:
    ours, theirs, networks = incomplete("north"), incomplete("south"), incomplete()
    for row, status, state in ((ours, 302, "discarded"), (theirs, 404, "received"), (networks, 404, "received")):
        assert as_(cast.will).post(f"/requests/{row.pk}/discard", {"reason": "x"}).status_code == status
        assert Request.objects.get(pk=row.pk).state == state


def test_the_tracking_link_is_shown_once_and_only_to_whoever_took_the_request(cast: Any) -> None:
    will, form = as_(cast.will), typed("north")
    page = will.post(f"/intake/take/north/{ADVICE}/", form)["Location"]
    link = f"/track/{Request.objects.get().token}/"
    assert link not in text(as_(cast.wanda).get(page)), "another of the house"
    first = will.get(page)
    assert (link in text(first), first["Cache-Control"]) == (True, "private, no-store")
    assert link not in text(will.get(page)), "a later look"
    assert will.post(f"/intake/take/north/{ADVICE}/", form)["Location"] == page
    assert link not in text(will.get(page)), "the same form sent again"


def test_the_tracking_link_of_one_request_is_not_shown_with_another(cast: Any) -> None:
    other, ines = incomplete(), as_(cast.ines)
    page = ines.post(f"/intake/take/network/{ADVICE}/", typed())["Location"]
    assert f"/track/{other.token}/" not in text(ines.get(f"/intake/{other.pk}/"))
    assert "/track/" in text(ines.get(page))


@pytest.mark.parametrize("channel", ["web", "import"])
def test_no_link_is_shown_of_what_nobody_took_by_hand(channel: str, walk: Walk, cast: Any) -> None:
    system = "Chicago 311" if channel == "import" else ""
    surface = Surface.objects.get(code=ADVICE)
    row, _ = ask(
        Asking(Funnel.objects.get(slug="network"), surface, channel, ADVISORY, "k", channel, "x", system=system)
    )
    assert "/track/" not in text(as_(cast.ines).get(f"/intake/{row.pk}/"))


def test_what_was_taken_while_a_funnel_was_open_may_be_completed_after_it_was_closed(cast: Any) -> None:
    row = incomplete()
    Funnel.objects.filter(slug="network").update(is_open=False)
    assert as_(cast.ines).post(f"/requests/{row.pk}/submit", typed()).status_code == 302
    assert Task.objects.get().case_id == row.pk


def test_nothing_is_completed_for_a_surface_that_has_become_planned(cast: Any) -> None:
    row = incomplete()
    with acting(via="test", authority="test"):
        SurfaceVersion.publish(replace(Surface.objects.get(code=ADVICE).current.reads, status="planned", open311=()))
    ines = as_(cast.ines)
    assert "takes no requests yet" in text(ines.get(f"/intake/{row.pk}/"))
    assert ines.post(f"/requests/{row.pk}/submit", typed()).status_code == 409
    details = read(Surface.objects.get(code=ADVICE).current, ADVISORY).details
    assert details
    with pytest.raises(Conflict, match="takes no requests yet"):
        enter(cast.ines, Task, "submit", row, version=Surface.objects.get(code=ADVICE).current, details=details)
    assert (Request.objects.get(pk=row.pk).state, Task.objects.count()) == ("received", 0)


def test_a_replayed_form_of_staff_leads_to_what_it_made_though_the_funnel_was_closed_since(cast: Any) -> None:
    form, path = typed(), f"/intake/take/network/{ADVICE}/"
    page = as_(cast.ines).post(path, form)["Location"]
    Funnel.objects.filter(slug="network").update(is_open=False)
    assert as_(cast.ines).post(path, form)["Location"] == page


def test_the_requester_withdraws_what_is_incomplete() -> None:
    row = incomplete()
    assert Client().post(f"/track/{row.token}/withdraw").status_code == 302
    assert Request.objects.get(pk=row.pk).state == "discarded"
    assert "You withdrew it." in text(Client().get(f"/track/{row.token}/"))


def test_what_was_typed_while_the_session_ran_out_is_still_there_after_signing_in(cast: Any) -> None:
    client, path = Client(), f"/intake/take/network/{ADVICE}/"
    answer = client.post(path, typed(description="A long talk on the phone", channel="in_person"))
    assert answer.status_code == 302
    assert "/login" in answer["Location"]
    assert not Request.objects.exists()
    client.force_login(cast.ines)
    page = text(client.get(path))
    assert "A long talk on the phone" in page
    assert 'value="in_person" id="id_channel_1" checked' in page.replace("required ", "")


def test_what_was_typed_to_complete_a_request_is_kept_as_well(cast: Any) -> None:
    client, path = Client(), f"/requests/{incomplete().pk}/submit"
    assert "/login" in client.post(path, typed(description="A long talk on the phone"))["Location"]
    client.force_login(cast.ines)
    page = text(client.get(path))
    assert "A long talk on the phone" in page
    assert 'value="Maren Holt"' in page


def test_what_was_typed_on_a_funnel_is_kept_too(cast: Any) -> None:
    client = Client()
    client.post("/funnels/network/", {"name": "Changed on the train", "is_open": "on"})
    client.force_login(cast.ines)
    assert "Changed on the train" in text(client.get("/funnels/network/"))
    assert Funnel.objects.get(slug="network").name != "Changed on the train"


def test_an_owner_keeps_words_surfaces_and_whether_it_is_open(cast: Any) -> None:
    detailing = Surface.objects.get(code="auto-detailing")
    answer = as_(cast.nora).post(
        "/funnels/north/", {"name": "North", "words": "We come to you. <b>!</b>", "surfaces": [detailing.pk]}
    )
    funnel = Funnel.objects.get(slug="north")
    assert answer.status_code == 302
    assert (funnel.words, list(funnel.surfaces.all()), funnel.is_open) == (
        "We come to you. <b>!</b>",
        [detailing],
        False,
    )


def test_the_words_of_a_funnel_are_shown_escaped(cast: Any) -> None:
    Funnel.objects.filter(slug="north").update(words="<script>alert(1)</script> 😀")
    for page in ("/ask/", "/ask/north/"):
        assert "&lt;script&gt;" in text(Client().get(page))
        assert "<script>alert" not in text(Client().get(page))


@pytest.mark.parametrize(
    ("name", "slug", "status"),
    [
        ("ines", "north", 404),
        ("nora", "network", 404),
        ("nora", "south", 404),
        ("will", "north", 403),
        ("eve", "network", 403),
        ("root", "network", 403),
    ],
)
def test_nobody_keeps_a_funnel_that_is_not_theirs(name: str, slug: str, status: int, cast: Any) -> None:
    before = Funnel.objects.values().get(slug=slug)
    assert as_(getattr(cast, name)).get(f"/funnels/{slug}/").status_code == status
    assert as_(getattr(cast, name)).post(f"/funnels/{slug}/", {"name": "Mine now"}).status_code == status
    assert Funnel.objects.values().get(slug=slug) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a\0b"},
        {"name": "x" * 81},
        {"surfaces": "999999"},
        {"surfaces": "x"},
        {"words": "x" * 1001},
    ],
)
def test_a_funnel_is_not_kept_with_something_wrong(wrong: dict[str, str], cast: Any) -> None:
    answer = as_(cast.ines).post(
        "/funnels/network/", {"name": "Kept", "words": "Typed with care", "is_open": "on", **wrong}
    )
    assert answer.status_code == 422
    assert "words" in wrong or "Typed with care" in text(answer)
    assert Funnel.objects.get(slug="network").name == "The network funnel"


def test_a_new_funnel_belongs_to_the_layer_of_whoever_made_it(cast: Any) -> None:
    for name, operator in (("ines", None), ("nora", cast.Northside)):
        assert (
            as_(getattr(cast, name))
            .post("/funnels/new", {"name": "New", "slug": f"of-{name}", "operator": cast.Southside.pk})
            .status_code
            == 302
        )
        assert Funnel.objects.get(slug=f"of-{name}").operator == operator


@pytest.mark.parametrize("slug", ["network", "not a slug", ""])
def test_an_address_that_is_taken_or_none_makes_no_funnel(slug: str, cast: Any) -> None:
    count = Funnel.objects.count()
    assert as_(cast.ines).post("/funnels/new", {"name": "Again", "slug": slug}).status_code == 422
    assert Funnel.objects.count() == count


def test_the_public_link_of_a_funnel_is_shown(cast: Any) -> None:
    assert "http://testserver/ask/network/" in text(as_(cast.ines).get("/funnels/network/"))


def test_no_page_of_intake_asks_more_than_12_questions_of_the_database(
    cast: Any, walk: Walk, django_assert_max_num_queries: Any
) -> None:
    rows = [incomplete() for _ in range(5)]
    pages = [
        "/intake/",
        f"/intake/{rows[0].pk}/",
        f"/intake/{walk.request.pk}/",
        f"/intake/take/network/{ADVICE}/",
        "/funnels/",
        "/funnels/network/",
        "/funnels/new",
    ]
    for page in pages:
        client = as_(cast.ines)
        with django_assert_max_num_queries(12):
            assert client.get(page).status_code == 200
