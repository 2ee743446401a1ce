"""Finding: by whom, where and what, in any notation; by filters that live in the address; and never what one may not see."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from execution.models import Job
from governance.finding import FILTERS, Finding
from governance.listing import Listing
from governance.models import Correction, Task
from governance.question import Question
from governance.queues import console, inbox
from governance.rarity import Way
from qtm.models import Surface
from qtm.runtime import within
from tests.cast import ADVISORY, DETAILING, Cast, Walk, enter
from tests.states import REACH, WHY
from tests.test_console import at, queue, text
from tests.test_records import municipal

pytestmark = pytest.mark.django_db


def found(who: str, query: str) -> list[int]:
    """The cases that somebody finds, in the order of the page."""
    answer = at(who).get(f"/console/find?{query}")
    assert answer.status_code in {200, 404}
    return [entry.about.case for entry in answer.context["entries"]]


def left(query: str, slug: str = "to-review", who: str = "ines", place: str = "console") -> list[int]:
    """The cases that a filter leaves in a queue."""
    return [entry.about.case for entry in at(who).get(f"/{place}/{slug}/?{query}").context["entries"]]


def asking(**said: Any) -> Walk:
    """A case that asks something else."""
    return Walk(asked={**ADVISORY, **said})


# Words


@pytest.mark.parametrize(
    "sought",
    [
        "Müller",
        "muller",
        "MÜLL",
        "jose mull",
        "Lindenstrasse",
        "lindenstraße 4",
        "jose@muller.example",
        "smørgås",
        "smorgas",
        "Ελένη",
        "λεν" + "ιν",
        "bilge pump",
    ],
)
def test_words_are_found_by_their_beginnings_whatever_their_case_and_accents(sought: str) -> None:
    case = asking(
        name="José Müller",
        email="jose@muller.example",
        place="Lindenstraße 4",
        description="The Bilge-pump, smørgås; Ελένη, Λένιν.",
    ).request
    assert found("ines", f"q={sought}") == [case.pk]


def test_all_words_must_match_and_a_middle_is_no_beginning(walk: Walk) -> None:
    assert walk.task
    assert found("ines", "q=maren+holt") == [walk.request.pk]
    assert found("ines", "q=maren+smith") == []
    assert found("ines", "q=aren") == []


@pytest.mark.parametrize(
    "sought",
    [
        *("+49 30 1234 5678", "0049 30 12345678", "030 1234-5678", "(030) 12345678", "+49 (0)30 1234 5678"),
        *("030/12345678", "03012345678", "12345678"),
        "+49\u00a030\u00a01234\u00a05678",  # as a page or a letter breaks no line in it
        "030\u20111234\u20115678",
        "\u202a+49 30 1234 5678\u202c",  # as it is pasted from an address book
        *("tel:+49-30-1234-5678", "Tel.: 030 12345678", "030 1234, 5678", "+49·30·1234·5678", "☎ 030 12345678"),
    ],
)
@pytest.mark.parametrize("written", ["+49 30 1234 5678", "0049 (0)30 12345678", "030 1234 5678", "12345678"])
def test_a_phone_number_is_found_in_any_notation(sought: str, written: str) -> None:
    case, other = asking(phone=written).request, asking(phone="+49 30 1234 5679").request
    hits = at("ines").get("/console/find", {"q": sought}).context["entries"]
    assert [entry.about.case for entry in hits] == [case.pk]
    assert other.pk


def test_a_number_alone_finds_that_case_first_and_then_whatever_has_it_in_its_words_or_phone() -> None:
    named = Walk().request
    living, ringing = asking(place=f"{named.pk} Mill Yard").request, asking(phone="98 76 54").request
    assert found("ines", f"q={named.pk}") == [named.pk, living.pk]
    assert "The case of that number first, then the newest" in text(at("ines").get(f"/console/find?q={named.pk}"))
    assert found("ines", f"q=0{named.pk}") == [], "nothing that begins with a zero is the number of a case"
    assert found("ines", "q=987654") == [ringing.pk]
    assert found("nora", f"q={named.pk}") == [], "and nobody finds what they may not see"
    assert found("ines", f"q={named.pk}&priority=urgent") == []


def test_a_postcode_and_a_local_phone_number_are_found_though_cases_of_that_number_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = Walk().request
    monkeypatch.setattr("governance.views.PAGE", 1)
    made = [asking(place=f"Quarry Lane 14, {named.pk} Berlin").request.pk for _ in range(2)]
    page = at("ines").get(f"/console/find?q={named.pk}")
    assert [entry.about.case for entry in page.context["entries"]] == [named.pk, made[1]]
    assert found("ines", f"q={named.pk}&after={page.context['further']}") == [made[0]]


@pytest.mark.parametrize("sought", ["call 030 12345678", "telegraph 12345678", "03012"])
def test_words_with_digits_among_them_are_words(sought: str, walk: Walk) -> None:
    assert walk.task
    assert found("ines", f"q={sought}") == []


def test_a_few_digits_are_no_phone_number(walk: Walk) -> None:
    assert walk.task
    assert found("ines", "q=5678-") == []
    assert found("ines", "q=345678-") == [walk.request.pk]


def test_a_case_is_found_by_what_stands_after_a_correction_and_no_longer_by_what_was_wrong(walk: Walk) -> None:
    for field, becomes in (("phone", "0171 9876543"), ("name", "Marian Holz"), ("place", "9 Mill Yard")):
        enter(walk.governor, Task, "correct", walk.task, field=field, becomes=becomes, why="She called")
    assert Correction.objects.count() == 3
    for right in ("0171 9876543", "marian holz", "mill", "estate", "fair"):
        assert found("ines", f"q={right}") == [walk.request.pk], right
    for wrong in ("030 12345678", "maren"):
        assert found("ines", f"q={wrong}") == ([] if wrong != "maren" else [walk.request.pk]), (
            "her e-mail says it still"
        )
    assert left("place=mill") == [walk.request.pk]


@pytest.mark.parametrize("state", ["rejected", "cancelled", "closed"])
def test_what_has_ended_stays_findable_and_says_so(state: str) -> None:
    task = REACH[Task, state]()
    answer = at("ines").get("/console/find?q=holt")
    entry = answer.context["entries"][0]
    assert entry.about.case == task.case_id
    if state != "closed":  # it was closed before its work was over, which goes on
        assert (entry.next, entry.since, entry.overdue) == (state.capitalize(), task.since, False)
        assert entry.since > task.intake.request.since, "since it ended, and not since it was asked"


def test_what_was_closed_says_how_its_work_ended_and_nothing_of_what_did_not_come_that_far() -> None:
    undone, cancelled, closed_early = municipal(), Walk(), Walk()
    enter(Cast().will, Job, "complete", undone.event.job)
    enter(cancelled.governor, Job, "cancel", cancelled.job(), **WHY)
    closed_early.job()
    for case_id in (undone.case_id, cancelled.request.pk, closed_early.request.pk):
        enter(cancelled.governor, Task, "close", Task.objects.get(case_id=case_id))
    entries = at("ines").get("/console/find?priority=normal").context["entries"]
    outcome = undone.facts["outcome"]["label"]
    assert {entry.about.case: entry.next for entry in entries} == {
        undone.case_id: f"Closed: {within(outcome)}",
        cancelled.request.pk: "Closed: job cancelled",
        closed_early.request.pk: "Waiting for claim",
    }


def test_a_request_that_is_incomplete_is_found_by_what_was_said() -> None:
    received = next(reach for (room, state), reach in REACH.items() if state == "received")()
    entry = at("ines").get("/console/find?q=maren").context["entries"][0]
    assert (entry.about.case, entry.next) == (received.pk, "To complete")


def test_a_reference_leads_straight_to_its_case(walk: Walk) -> None:
    answer = at("ines").get(f"/console/find?q={walk.task.reference}")
    assert (answer.status_code, answer.headers["Location"]) == (302, walk.task.page)


@pytest.mark.parametrize(
    "sought",
    [
        "--",
        "%00",
        "x" * 201,
        "+".join(map(chr, range(0x4E00, 0x4E63))),
        "many+words+" * 99,
        "%ff%fe",
        "'",
        "\\",
        "&|!():*",
        "a'b",
        "🚗",
    ],
)
def test_whatever_is_sought_is_answered_in_words(sought: str, walk: Walk) -> None:
    assert walk.task
    answer = at("ines").get(f"/console/find?q={sought}")
    assert answer.status_code in {200, 400, 404, 422}
    assert answer.status_code != 422 or 'class="wrong"' in text(answer)


# Who sees what


def test_nobody_finds_what_they_may_not_see(cast: Cast) -> None:
    network, north, south = (Walk(funnel=funnel).request.pk for funnel in ("network", "north", "south"))
    assert found("nora", "q=holt") == [north]
    assert found("sam", "q=holt") == [south]
    assert found("eve", "q=holt") == found("ines", "q=holt") == [south, north, network]
    for who in ("will", "wim", "cora", "root", "nobody"):
        assert at(who).get("/console/find?q=holt").status_code == 403


def test_no_filter_of_an_owner_leads_to_another_operator(cast: Cast) -> None:
    Walk(funnel="south").task  # noqa: B018
    north = Walk(funnel="north").request.pk
    assert found("nora", "due=none") == [north]
    for query in (f"audience={cast.Southside.pk}", "audience=network", f"operator={cast.Southside.pk}"):
        assert at("nora").get(f"/inbox/to-review/?{query}").status_code == 422
        assert at("nora").get(f"/console/find?q=holt&{query}").status_code == 422
    names = [name for name, _ in Finding.read(inbox(cast.nora.standing), QueryDict(), None).offered["funnel"]]
    assert len(names) == 1


# Filters


def test_each_filter_leaves_what_it_says(cast: Cast) -> None:
    first, second = Walk(), Walk(surface="auto-detailing", asked=DETAILING)
    one, other = first.request, second.request
    enter(cast.ines, Task, "plan", second.task, priority=3, due=timezone.now() + timedelta(minutes=1))
    assert left("") == [one.pk, other.pk]
    assert left(f"surface={other.surface_id}") == [other.pk]
    assert left(f"funnel={one.funnel_id}") == [one.pk, other.pk]
    assert left("priority=urgent") == [other.pk]
    assert left("priority=normal") == [one.pk]
    assert left("place=quarry+la") == [other.pk]
    assert left("place=dog") == [], "of the address alone"
    assert left("due=none") == [one.pk]
    assert left("due=week") == [other.pk]
    assert left("due=overdue") == left("age=1") == left("evidence=yes") == []
    assert left("evidence=no&priority=urgent") == [other.pk]


def test_a_search_takes_the_same_filters(cast: Cast) -> None:
    plain, assigned, proven = Walk(), Walk(), Walk()
    ids = [walk.request.pk for walk in (plain, assigned, proven)]
    assigned.assignment()
    proven.filled()
    assert found("ines", f"q=holt&operator={cast.Northside.pk}") == [ids[2], ids[1]]
    assert found("ines", f"q=holt&operator={cast.Southside.pk}") == []
    assert found("ines", "q=holt&evidence=yes") == [ids[2]]
    assert found("ines", "q=holt&evidence=no&priority=normal") == [ids[1], ids[0]]
    assert found("ines", "q=holt&due=overdue") == []
    assert found("ines", "age=1") == []


def test_an_overseer_looks_into_an_operators_queue_by_the_audience(cast: Cast) -> None:
    north, network = Walk(funnel="north").request.pk, Walk().request.pk
    assert left(f"audience={cast.Northside.pk}") == [north]
    assert left("audience=network") == left("") == [network]
    assert found("ines", f"q=holt&audience={cast.Northside.pk}") == [north]


def test_what_an_operator_governs_is_the_move_of_its_owners_and_is_counted_as_theirs(cast: Cast) -> None:
    norths, networks = [Walk(funnel="north").task for _ in range(2)], [Walk().task for _ in range(3)]
    audience = f"?audience={cast.Northside.pk}"
    looked = text(at("ines").get(f"/console/to-review/{audience}"))
    assert "2 wait, oldest first." in looked
    assert "The move of Northside’s owners." in looked
    assert "2 match." in looked
    assert "network’s move" not in looked
    own = text(at("ines").get("/console/to-review/"))
    assert "3 wait, oldest first." in own
    assert "The network’s move." in own
    enter(cast.nora, Question, "ask", norths[0].intake.request, text="Which car is it?")
    for who, says, leads in (
        ("ines", "the move of Northside’s owners", f"/console/to-review/{audience}"),
        ("nora", "your move", "/inbox/to-review/"),
    ):
        case = at(who).get(norths[1].page)
        assert [(each["whose"], each["url"]) for each in case.context["waits_in"]] == [(says, leads)]
        assert says in text(case)
    asked = at("ines").get(norths[0].page).context["waits_in"]
    assert {each["label"] for each in asked} == {"To review", "Waiting for the requester"}
    assert all(each["asked"] or each["whose"] == "the requester’s move" for each in asked)
    rail = at("ines").get(norths[1].page).context["queues"]
    assert [each["count"] for each in rail if each["label"] == "To review"] == [str(len(networks))]
    assert not any(each["current"] for each in rail), "it is in none of the network's queues"


@pytest.mark.parametrize("name", [each.name for each in FILTERS])
def test_a_value_that_makes_no_sense_is_a_sentence_and_finds_nothing(name: str, walk: Walk) -> None:
    assert walk.task
    bad = "--" if name == "place" else "nonsense"
    for address in (f"/console/to-review/?{name}={bad}", f"/console/find?q=holt&{name}={bad}"):
        answer = at("ines").get(address)
        assert (answer.status_code, answer.context["entries"]) == (422, [])
        assert 'class="wrong"' in text(answer)
    for worse in ("%00", "9" * 30, "-1", "1e9", "'", "x" * 500):
        assert at("ines").get(f"/console/to-review/?{name}={worse}").status_code in {200, 400, 422}


def test_filters_stay_through_the_pages_and_each_can_be_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.views.PAGE", 2)
    made = [Walk().task.case_id for _ in range(3)]
    answer = at("ines").get("/console/to-review/?priority=normal&due=none")
    assert [entry.about.case for entry in answer.context["entries"]] == made[:2]
    page = text(answer)
    assert "priority=normal&due=none&after=" in page
    assert 'href="/console/to-review/?due=none"' in page
    assert 'href="/console/to-review/?priority=normal"' in page
    assert "3 match." in page
    after = answer.context["further"].replace("+", "%2B")
    assert left(f"priority=normal&due=none&after={after}") == made[2:]


def test_what_was_not_counted_to_the_end_is_told_as_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"views.PAGE": 1, "finding.LOOKED": 2}.items():
        monkeypatch.setattr(f"governance.{name}", value)
    monkeypatch.setattr(
        "governance.finding.way_to", lambda said, mark, *_, **__: Way("", said, mark)
    )  # too many for the index
    for _ in range(3):
        asking(place="14 Quarry Lane").request  # noqa: B018  (asked)
    answer = at("ines").get("/console/to-review/?place=quarry")
    assert "2+ match." in text(answer)
    assert "Those in this filter that wait longest, at most 1,000" in text(answer)
    monkeypatch.setattr("governance.finding.LOOKED", 1)
    assert "2+ match." in text(at("ines").get("/console/to-review/?place=quarry"))  # as many as can be seen
    few = at("ines").get("/console/to-review/?place=quarry&age=1")
    assert (few.context["matching"], few.context["number"]) == (0, "0")
    assert "3 wait" in text(at("ines").get("/console/to-review/"))


def test_a_search_is_paged_newest_first_without_gap_or_repetition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.views.PAGE", 2)
    made = [Walk().request.pk for _ in range(5)]
    seen, after = [], ""
    for _ in range(3):
        answer = at("ines").get(f"/console/find?q=holt&after={after}")
        seen += [entry.about.case for entry in answer.context["entries"]]
        after = answer.context["further"]
    assert (seen, after) == (made[::-1], "")


def test_a_finding_gives_the_rows_of_its_room_and_counts_no_further_than_it_should(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [Walk().task for _ in range(3)]
    enter(cast.ines, Task, "plan", tasks[1], priority=3)
    place = console(cast.ines.standing)
    urgent = Finding.read(place, QueryDict("priority=urgent&other=1"), queue("to-review"))
    assert (list(urgent.rows()), urgent.counted(3), urgent.query) == ([tasks[1]], (1, True), "priority=urgent")
    everything = Finding.read(place, QueryDict(""), queue("to-review"))
    assert (list(everything.rows()), everything.counted(3), everything.query) == (tasks, (3, True), "")
    wrong = Finding.read(place, QueryDict("priority=x"), queue("to-review"))
    assert (list(wrong.rows()), wrong.counted(3)) == ([], (0, True))
    monkeypatch.setattr("governance.finding.MOST", 1)
    assert everything.counted(3) == (2, False)  # one more than is counted


def test_a_listing_is_there_for_every_case_once(cast: Cast) -> None:
    made = {Walk().request.pk, Walk(funnel="north").request.pk}
    assert set(Listing.objects.values_list("pk", flat=True)) == made
    assert Surface.objects.filter(pk__in=Listing.objects.values("surface")).exists()
    enter(cast.nora, Task, "reject", Task.objects.get(governor=cast.Northside), **WHY)
    assert Listing.objects.count() == 2


def test_where_a_case_waits_for_others_alone_is_not_told_to_who_does_not_see_that_queue(cast: Cast) -> None:
    walk = Walk(funnel="north")
    walk.record()
    said = [entry.next for entry in found_entries("nora", "q=holt")]
    assert said
    assert not any("Sealed, unsettled" in each for each in said)


def found_entries(who: str, query: str) -> Any:
    """The rows of a search."""
    return at(who).get(f"/console/find?{query}").context["entries"]
