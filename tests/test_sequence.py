"""A sequence of ServiceEvents: the plan, then the day, each by an act of its own with a Record of its own; and only the last is settled or given a ⭐."""

import copy
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from execution.models import Job, ServiceEvent
from execution.parts import Parts
from qtm.case import Case, last_line
from qtm.models import Surface, Transition
from qtm.queues import QUEUES, waiting_in
from qtm.refusals import Conflict, Forbidden, Invalid, Lawless
from qtm.runtime import SURFACES, Malformed, Runtime
from records.certificate import Certificate
from records.models import Record, Signal
from records.seal.keys import record_key
from records.seal.leaf import sealed_with
from records.verify import broken
from settlement.models import Settlement
from settlement.queues import ELIGIBLE, FREE
from tests.cast import PARTY, Cast, Walk, enter
from tests.sql import attempt
from tests.states import between
from tests.test_forgery import like, to
from tests.test_ground import published
from tests.test_people import as_
from tests.test_race import AT_ONCE, Crowd, crowd

__all__ = ["crowd"]
PLANNED = Runtime.load(SURFACES / "event-coordination.toml").as_json()


@pytest.fixture
def party() -> Walk:
    """A case whose plan is recorded, and whose day nobody has opened."""
    return between()


def claimed() -> Walk:
    """A case whose plan is claimed, and not started."""
    walk = Walk(surface="event-coordination", asked=PARTY, outcome="plan-agreed")
    walk.event()
    return walk


def held(walk: Walk) -> Record:
    """The Record of the day, opened and carried out."""
    walk.opened()
    return enter(getattr(walk.cast, walk.worker), Record, "seal", walk.filled(), outcome="held")  # type: ignore[no-any-return]


def opened_by_sql(walk: Walk, part: str, user: Any, **changes: Any) -> str:
    """A part opened by an INSERT, for oneself; gives the law that refused."""
    fresh = {"state": "ready", "part": part, "worker_id": user.pk, "final": False, "outcome": "", "reason": ""}
    newest = ServiceEvent.objects.filter(case_id=walk.request.pk).latest("pk")
    return attempt(like(newest, **fresh | changes), user=user.pk)


def page(who: Any, address: str) -> str:
    """What somebody reads there."""
    answer = as_(who).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def queue(walk: Walk) -> set[str]:
    """The queues in which a case stands."""
    return {each.queue.slug for each in waiting_in(QUEUES, None, walk.request.pk) if each.here}


# The whole way


@pytest.mark.django_db
def test_the_plan_and_then_the_day_each_have_a_record_and_the_last_alone_has_the_signal(
    party: Walk, cast: Cast
) -> None:
    plan = party.record()
    assert plan.facts["part"] == {"code": "plan", "label": "The plan", "number": 1, "of": 2, "last": False}
    assert (plan.final, party.job().state, party.event().state) == (False, "claimed", "completed")
    day = held(party)
    assert day.facts["part"] == {"code": "day", "label": "The day", "number": 2, "of": 2, "last": True}
    assert {stage["code"] for stage in plan.facts["stages"]} == {"order", "budget", "agreed"}
    assert {stage["code"] for stage in day.facts["stages"]} == {"set-up", "during", "clearing"}
    assert list(Signal.objects.filter(case_id=party.request.pk).values_list("record", flat=True)) == [day.pk]
    enter(cast.will, Job, "complete", party.job())
    assert [broken(each) for each in (plan, day)] == ["", ""]
    assert [event.part for event in party.job().parts] == ["plan", "day"]


@pytest.mark.django_db
def test_the_plans_signal_is_withheld_and_its_page_says_why(party: Walk, cast: Cast) -> None:
    plan = party.record()
    assert not hasattr(plan, "signal")
    assert Certificate(plan, cast.will.standing).verdict.withheld == ["It was one part of the job, and not the last."]
    assert "It was one part of the job, and not the last." in page(cast.will, plan.page)


@pytest.mark.django_db
def test_an_owner_opens_the_next_part_in_the_workers_place_and_then_it_is_theirs(party: Walk, cast: Cast) -> None:
    enter(cast.nora, ServiceEvent, "open_next", party.job())
    day = party.event()
    assert (day.part, day.worker, day.state) == ("day", cast.nora, "ready")
    line = last_line(day)
    assert line
    assert (line.user, line.authority) == (cast.nora, "execution.open_serviceevent as owner of Northside")
    with pytest.raises(Forbidden):
        enter(cast.will, ServiceEvent, "start", day)


@pytest.mark.django_db
def test_opening_moves_nothing_and_the_history_calls_it_by_its_own_name(party: Walk) -> None:
    before = Transition.objects.latest("pk").pk
    party.opened()
    lines = Transition.objects.filter(pk__gt=before)
    assert [(line.room, line.was, line.becomes) for line in lines] == [(ServiceEvent.label(), "", "ready")]
    assert [line.did for line in Case(party.request.pk).history()][:1] == ["Open the next part"]
    assert "Claim" in [line.did for line in Case(party.request.pk).history()]


@pytest.mark.django_db
def test_the_line_of_rooms_stands_at_the_service_event_again_once_the_next_is_opened(party: Walk) -> None:
    def here() -> list[str]:
        return [stop.room for stop in Case(party.request.pk).stops() if stop.mark == "here"]

    assert here() == ["Record"]
    party.opened()
    assert here() == ["ServiceEvent"]
    enter(party.cast.will, Record, "seal", party.filled(), outcome="held")
    assert here() == ["Record"]


@pytest.mark.django_db
def test_the_steps_of_a_certificate_are_those_of_its_own_part(party: Walk, cast: Cast) -> None:
    plan, day = party.record(), held(party)
    steps = {each: [step.label for step in Certificate(each, cast.will.standing).steps] for each in (plan, day)}
    first = ["Approved", "Assigned", "Create Job", "Claimed"]
    assert steps == {plan: [*first, "Started", "Completed"], day: [*first, "Opened", "Started", "Completed"]}


# Refused, by the verbs


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "refusal"), [("wanda", Forbidden), ("sid", Forbidden), ("ines", Forbidden), ("cora", Forbidden)]
)
def test_nobody_opens_the_next_part_of_what_somebody_else_carries_out(
    who: str, refusal: type[Exception], party: Walk, cast: Cast
) -> None:
    with pytest.raises(refusal):
        enter(getattr(cast, who), ServiceEvent, "open_next", party.job())
    assert party.event().part == "plan"
    assert opened_by_sql(party, "day", getattr(cast, who)) == "carried_on"


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["limit", "suspend"])
def test_an_operator_that_is_not_active_opens_nothing(verb: str, party: Walk, cast: Cast) -> None:
    enter(cast.ines, type(cast.Northside), verb, cast.Northside, reason="for the test")
    with pytest.raises((Lawless, Forbidden)):
        enter(cast.will, ServiceEvent, "open_next", party.job())
    assert opened_by_sql(party, "day", cast.will) == "access"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "walk_to", [Walk.event, Walk.started, Walk.filled, lambda walk: (walk.record(), walk.opened())]
)
def test_nothing_is_opened_before_the_part_before_it_is_completed(walk_to: Callable[[Walk], Any], cast: Cast) -> None:
    walk = claimed()
    walk_to(walk)
    before = ServiceEvent.objects.filter(job=walk.job()).count()
    with pytest.raises(Conflict, match="no next part"):
        enter(cast.will, ServiceEvent, "open_next", walk.job())
    assert ServiceEvent.objects.filter(job=walk.job()).count() == before


@pytest.mark.django_db
def test_a_surface_with_one_service_event_has_no_next(walk: Walk, cast: Cast) -> None:
    walk.record()
    with pytest.raises(Conflict, match="no next part"):
        enter(cast.will, ServiceEvent, "open_next", walk.job())
    assert "next part" not in page(cast.will, walk.job().page)
    assert opened_by_sql(walk, "", cast.will) == "sequence"


@pytest.mark.django_db
def test_nothing_follows_a_plan_that_could_not_be_completed(cast: Cast) -> None:
    walk = claimed()
    left = enter(cast.will, Record, "seal", walk.started(), outcome="not-agreed", reason_code="called-off")
    assert (left.final, left.facts["part"]["last"]) == (True, True)
    with pytest.raises(Conflict, match="no next part"):
        enter(cast.will, ServiceEvent, "open_next", walk.job())
    assert opened_by_sql(walk, "day", cast.will) == "sequence"
    assert Parts(walk.job()).later == []
    assert queue(walk) == {"job-to-complete", "sealed-unsettled"}
    assert enter(cast.cora, Settlement, "open", left, amount_minor=100, currency="EUR").state == "open"
    enter(cast.will, Job, "complete", walk.job())


@pytest.mark.django_db
def test_after_a_release_the_plan_comes_first_again(cast: Cast) -> None:
    walk = claimed()
    enter(cast.will, Job, "release", walk.job(), reason="for the test")
    assert opened_by_sql(walk, "day", cast.will) == "born"
    enter(cast.will, ServiceEvent, "claim", walk.job())
    assert walk.event().part == "plan"
    assert opened_by_sql(walk, "day", cast.will) == "sequence"


@pytest.mark.django_db
def test_a_completed_part_stands_and_its_job_is_not_given_back(party: Walk, cast: Cast) -> None:
    for again in range(2):
        with pytest.raises(Conflict, match="is completed and recorded, and stays"):
            enter(cast.will, Job, "release", party.job(), reason="for the test")
        assert "Release" not in page(cast.will, party.job().page)
        assert "Release" not in page(cast.will, "/desk/")
        if not again:
            party.opened()
    event = party.event()
    assert attempt(to(event, "abandoned"), user=cast.will.pk) == "sequence"
    assert attempt(to(event, "abandoned"), to(party.job(), "queued"), user=cast.will.pk) == "sequence"


@pytest.mark.django_db
def test_a_job_is_not_completed_between_its_parts_nor_during_the_last(party: Walk, cast: Cast) -> None:
    with pytest.raises(Conflict, match="A part of the work is still to come"):
        enter(cast.will, Job, "complete", party.job())
    assert attempt(to(party.job(), "completed"), user=cast.will.pk) == "stands"
    party.opened()
    with pytest.raises(Conflict, match="Complete the work first"):
        enter(cast.will, Job, "complete", party.job())
    assert attempt(to(party.job(), "completed"), user=cast.will.pk) == "stands"


@pytest.mark.django_db
def test_the_days_evidence_is_not_taken_for_the_plan_nor_the_plans_for_the_day(party: Walk, cast: Cast) -> None:
    walk = claimed()
    note = {"kind": "note", "text": "Much rain."}
    with pytest.raises(Invalid):
        enter(cast.will, ServiceEvent, "capture", walk.started(), stage="during", category="changes", **note)
    party.opened()
    with pytest.raises(Invalid):
        enter(cast.will, ServiceEvent, "capture", party.started(), stage="order", category="running-order", **note)
    for event, stage in ((walk.event(), "set-up"), (party.event(), "order")):
        with pytest.raises(Invalid, match="no such stage"):
            enter(cast.will, ServiceEvent, "mark", event, stage=stage)


@pytest.mark.django_db
def test_the_day_is_not_completed_with_the_plans_evidence_nor_by_the_plans_outcome(party: Walk, cast: Cast) -> None:
    party.opened()
    day = party.started()
    assert {lack.stage for lack in day.missing()} == {"set-up", "during", "clearing"}
    with pytest.raises(Invalid, match="Still needed"):
        enter(cast.will, Record, "seal", day, outcome="held")
    day = party.event()
    with pytest.raises(Invalid):
        enter(cast.will, Record, "seal", day, outcome="plan-agreed")
    for ending in ("'held', final = true", "'plan-agreed', final = true", "'plan-agreed'"):
        assert attempt(to(day, "completed", f", outcome = {ending}"), user=cast.will.pk) == "evidence", ending
    answer = as_(cast.will).post(f"/serviceevents/{day.pk}/complete", {"outcome": "plan-agreed"})
    assert answer.status_code == 422


# Refused, by the database


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["plan", "", "party", "day"])
def test_no_part_is_opened_by_sql_out_of_its_turn(part: str, party: Walk, cast: Cast) -> None:
    assert opened_by_sql(party, part, cast.will) == ("" if part == "day" else "sequence")
    assert opened_by_sql(claimed(), part, cast.will) == "sequence", "one is under way"
    party.opened()
    assert opened_by_sql(party, part, cast.will) == "sequence", "one is under way"


@pytest.mark.django_db
def test_the_day_is_not_claimed_in_place_of_the_plan(cast: Cast) -> None:
    sample, walk = claimed().event(), Walk(surface="event-coordination", asked=PARTY)
    job = walk.job()
    for part, law in (("day", "sequence"), ("", "sequence"), ("plan", "")):
        born = like(sample, job_id=job.pk, case_id=job.case_id, part=part, worker_id=cast.will.pk)
        assert attempt(to(job, "claimed"), born, user=cast.will.pk) == law, part


@pytest.mark.django_db
def test_what_is_final_is_the_databases_to_say(party: Walk, cast: Cast) -> None:
    plan = claimed().filled()
    for ending in ("'plan-agreed', final = true", "'not-agreed', reason = 'called-off', final = false"):
        assert attempt(to(plan, "completed", f", outcome = {ending}"), user=cast.will.pk) == "sequence", ending
    assert attempt(to(plan, "paused", ", final = true"), user=cast.will.pk) == "written"
    assert opened_by_sql(party, "day", cast.will, final=True) == "sequence"
    day = party.opened()
    assert attempt(("UPDATE execution_serviceevent SET part = 'plan' WHERE id = %s", [day.pk]), user=1) != ""


@pytest.mark.django_db
def test_a_record_is_final_as_its_service_event_is_and_its_document_says_the_same(party: Walk, cast: Cast) -> None:
    plan, day = party.record(), party.opened()
    day = party.filled()
    end = to(day, "completed", ", outcome = 'held', final = true")
    forged = {"event_id": day.pk, "case_id": day.case_id}
    assert attempt(end, like(plan, **forged), user=cast.will.pk) == "born", "not final, of one that is"
    assert attempt(end, like(plan, **forged, final=True), user=cast.will.pk) == "records_record_final"


STAR = "INSERT INTO records_signal (state, record_id, case_id, event_id, job_id, policy) SELECT 'active', max(id), %s, %s, %s, 'policy 1' FROM records_record"


def sealed_by_sql(event: ServiceEvent, like_that: Record, outcome: str, final: bool) -> list[Any]:
    """A ServiceEvent completed by hand, with a Record and a ⭐ Signal in the same act."""
    document = b"{}" if final else b'{"last":false,"number":1}'
    leaf = sealed_with(document, record_key()).body
    digest = hashlib.sha256(document).hexdigest()
    seal = {"document": document, "sha256": digest, "body": leaf, "priced": False, "final": final}
    end = to(event, "completed", f", outcome = '{outcome}', final = {final}")
    record = like(like_that, event_id=event.pk, case_id=event.case_id, **seal)
    return [end, record, (STAR, [event.case_id, event.pk, event.job_id])]


def test_no_signal_is_hung_on_the_plan_by_sql(committed: str, cast: Cast) -> None:
    party, plan = between(), claimed().filled()
    sample = party.record()
    party.opened()
    assert attempt(*sealed_by_sql(plan, sample, "plan-agreed", final=False), user=cast.will.pk) == "at_sealing"
    assert attempt(*sealed_by_sql(plan, sample, "plan-agreed", final=False)[:2], user=cast.will.pk) == ""
    assert attempt(*sealed_by_sql(party.filled(), sample, "held", final=True), user=cast.will.pk) == ""
    later = (STAR, [sample.case_id, sample.event_id, sample.event.job_id])
    assert attempt(later, user=cast.will.pk) == "at_sealing"


# Settled once, at the end


@pytest.mark.django_db
def test_the_plans_record_is_not_settled_and_the_days_is(party: Walk, cast: Cast) -> None:
    plan, sample = party.record(), Walk().settlement()
    with pytest.raises(Lawless, match="Only the record of a job's last part"):
        enter(cast.cora, Settlement, "open", plan, amount_minor=100, currency="EUR")
    client = as_(cast.cora)
    answer = client.post(f"/records/{plan.pk}/open-a-settlement", {"amount": "1.00", "currency": "EUR"})
    assert (answer.status_code, Settlement.objects.filter(record=plan).exists()) == (409, False)
    assert "Only the record of a job&#x27;s last part can be settled." in page(cast.cora, plan.page)
    born = like(sample, record_id=plan.pk, case_id=plan.case_id)
    assert attempt(born, user=cast.cora.pk) == "last"
    assert attempt(like(sample, record_id=held(party).pk, case_id=plan.case_id), user=cast.cora.pk) == ""


@pytest.mark.django_db
def test_only_the_last_record_waits_to_be_settled(party: Walk, cast: Cast) -> None:
    plan = party.record()
    assert plan.priced
    waits = [Record.objects.filter(each, case_id=plan.case_id) for each in (ELIGIBLE, FREE)]
    assert [list(each.all()) for each in waits] == [[], []]
    assert f">{plan.reference}<" not in page(cast.cora, "/settlements/")
    day = held(party)
    assert [list(each.all()) for each in waits] == [[day], []]
    assert f">{day.reference}<" in page(cast.cora, "/settlements/")


# Whose move it is


@pytest.mark.django_db
def test_each_step_of_the_way_stands_in_the_queue_that_says_whose_move_it_is(cast: Cast) -> None:
    walk = claimed()
    assert queue(walk) == {"in-work"}
    walk.record()
    assert queue(walk) == {"next-part"}
    assert "Next part, to be opened by Northside" in page(cast.ines, "/console/next-part/")
    walk.opened()
    assert queue(walk) == {"in-work"}
    enter(cast.will, Record, "seal", walk.filled(), outcome="held")
    assert queue(walk) == {"job-to-complete", "sealed-unsettled"}
    enter(cast.will, Job, "complete", walk.job())
    assert queue(walk) == {"to-close", "sealed-unsettled"}


@pytest.mark.django_db
def test_the_job_page_shows_what_is_done_what_is_here_and_what_is_to_come(party: Walk, cast: Cast) -> None:
    text = page(cast.will, party.job().page)
    assert '<button class="press">Open the day</button>' in text
    assert "What comes after" in text
    assert "Done before" not in text
    assert "Complete the job" not in text
    party.opened()
    text = page(cast.will, party.job().page)
    assert "Done before" in text
    assert "Planned and agreed" in text
    assert 'id="stage-set-up"' in text
    assert 'id="stage-order"' not in text
    assert "What comes after" not in text
    day = held_of(party)
    text = page(cast.will, party.job().page)
    assert f"{party.record().reference}" in text
    assert f"{day.reference}</span></a> of the day, 2 of 2 was sealed" in text
    assert "of the plan, 1 of 2 was sealed" in text


def held_of(walk: Walk) -> Record:
    """The Record of a day that is open."""
    return enter(walk.cast.will, Record, "seal", walk.filled(), outcome="held")  # type: ignore[no-any-return]


@pytest.mark.django_db
def test_the_desk_shows_a_job_once_whatever_parts_it_has(party: Walk, cast: Cast) -> None:
    def times(address: str) -> int:
        return page(cast.will, address).count(f'<span class="ref">{party.job().reference}</span>')

    assert "Open the next part" in page(cast.will, "/desk/")
    assert "the plan is done; next: the day" in page(cast.will, "/desk/")
    assert "the plan is done; next: the day" in page(cast.nora, "/jobs/")
    assert (times("/desk/"), times("/jobs/")) == (1, 1)
    party.opened()
    assert (times("/desk/"), times("/jobs/")) == (1, 1)
    assert "the plan is done" not in page(cast.will, "/desk/")
    held_of(party)
    enter(cast.will, Job, "complete", party.job())
    assert (times("/desk/"), times("/jobs/")) == (1, 1)
    assert "Held as planned" in page(cast.will, "/jobs/")


@pytest.mark.django_db
def test_the_records_say_which_part_they_tell_of_and_lead_to_each_other(party: Walk, cast: Cast) -> None:
    plan = party.record()
    assert "The plan, 1 of 2" in page(cast.will, "/records/")
    assert "part 1 of 2" in page(cast.will, plan.page)
    day = held(party)
    assert f'<a href="{day.page}"><span class="ref">{day.reference}</span></a> tells of the day, 2 of 2' in page(
        cast.will, plan.page
    )
    assert f'href="{plan.page}"' in page(cast.will, day.page)
    single = Walk().record()
    assert "part 1" not in page(cast.will, single.page)


@pytest.mark.django_db
def test_the_requester_reads_that_the_plan_is_done_and_the_day_still_to_come(party: Walk) -> None:
    def follow() -> tuple[str, dict[str, str]]:
        answer = Client().get(f"/track/{party.request.token}/")
        return answer.content.decode(), {stop.room: stop.mark for stop in answer.context["line"]}

    text, marks = follow()
    assert "The plan is done: Planned and agreed. The day is still to come." in text
    assert (marks["Work"], marks["Recorded"]) == ("here", "")
    party.opened()
    text, marks = follow()
    assert "The next part of it was taken up. Its work has not begun yet." in text
    assert (marks["Work"], marks["Recorded"]) == ("here", "")
    held_of(party)
    text, marks = follow()
    assert "The work has ended: Held as planned." in text
    assert (marks["Work"], marks["Recorded"]) == ("done", "done")


# At once, and late


def test_of_sixteen_at_once_one_opens_the_next(crowd: Crowd) -> None:
    will = Cast().will
    assert will.standing
    for _ in range(10):
        walk = between()
        copies = [walk.job() for _ in range(AT_ONCE)]

        def deed(number: int, copies: list[Job] = copies) -> None:
            enter(will, ServiceEvent, "open_next", copies[number])

        assert crowd.press(deed) == {"won": 1, "Conflict": AT_ONCE - 1}
        assert [event.part for event in walk.job().parts] == ["plan", "day"]


def test_of_opening_and_completing_at_once_the_job_is_never_done_without_its_day(crowd: Crowd) -> None:
    will = Cast().will
    assert will.standing
    for _ in range(5):
        walk = between()
        copies = [walk.job() for _ in range(AT_ONCE)]

        def deed(number: int, copies: list[Job] = copies) -> None:
            room, verb = (Job, "complete") if number % 2 else (ServiceEvent, "open_next")
            enter(will, room, verb, copies[number])

        crowd.press(deed)
        assert (walk.job().state, [event.part for event in walk.job().parts]) == ("claimed", ["plan", "day"])


@pytest.mark.django_db
def test_from_a_stale_tab_one_reads_who_opened_it(party: Walk, cast: Cast) -> None:
    stale = party.job()
    assert stale.ahead
    enter(cast.nora, ServiceEvent, "open_next", party.job())
    with pytest.raises(Conflict):
        enter(cast.will, ServiceEvent, "open_next", stale)
    answer = as_(cast.nora).post(f"/jobs/{stale.pk}/open-the-next-part")
    assert answer.status_code == 409
    assert "Nora" in answer.content.decode()
    assert len(party.job().parts) == 2


# The surface


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda data: data["events"].pop(), "stages[3].event"),
        (lambda data: data.pop("events"), "events"),
        (lambda data: data["stages"][0].pop("event"), "stages[0].event"),
        (lambda data: data["stages"][0].update(event="party"), "stages[0].event"),
        (lambda data: data["outcomes"][0].update(event="party"), "outcomes[0].event"),
        (lambda data: data["outcomes"].pop(0), "events[0].code"),
        (lambda data: data["events"].append({"code": "after", "label": "After"}), "events[2].code"),
        (lambda data: [each.update(event="plan") for each in data["stages"]], "events[1].code"),
    ],
)
def test_a_sequence_that_could_not_be_carried_out_is_refused(change: Callable[[Any], Any], key: str) -> None:
    data = copy.deepcopy(PLANNED)
    change(data)
    with pytest.raises(Malformed) as caught:
        Runtime.read(data)
    assert caught.value.key_path == key


def test_one_event_is_no_sequence_and_eleven_are_too_many() -> None:
    for count in (1, 11):
        data = copy.deepcopy(PLANNED)
        data["events"] = [{"code": f"e{each}", "label": "Part"} for each in range(count)]
        data["stages"] = [{"code": f"s{each}", "label": "Stage", "event": f"e{each}"} for each in range(count)]
        data["outcomes"] = [{"code": "done", "label": "Done", "completes": True}]
        with pytest.raises(Malformed, match="between 2 and 10"):
            Runtime.read(data)


@pytest.mark.django_db
def test_a_sequence_that_could_not_be_carried_out_is_not_published_by_sql_either() -> None:
    surface = Surface.objects.get(code="event-coordination")
    events, stages = surface.current.runtime["events"], surface.current.runtime["stages"]
    assert published(surface) == ""
    for changes in (
        {"events": events[:1]},
        {"events": [events[0], events[0]]},
        {"events": [*events, {"code": "after", "label": "After"}]},
        {"events": None},
        {"stages": [{**each, "event": "plan"} for each in stages]},
        {"stages": [{**stages[0], "event": "party"}, *stages[1:]]},
        {"stages": [{key: stages[0][key] for key in ("code", "label")}, *stages[1:]]},
        {"outcomes": [{"code": "done", "label": "Done", "completes": True, "event": "party"}]},
    ):
        assert published(surface, **changes) == "surface", changes
    single = Surface.objects.get(code="automotive-advisory")
    assert published(single, stages=[{"code": "a", "label": "A", "event": "plan"}]) == "surface"
