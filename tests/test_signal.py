"""⭐: read from the sealed Record by policy, given at sealing or never, and nobody's to give."""

import copy
from importlib import import_module
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connections, transaction
from django.test import Client

from execution.models import Evidence, Job, ServiceEvent
from qtm.acts import acting
from qtm.doors import all_doors
from qtm.models import Transition
from qtm.refusals import Conflict
from qtm.roles import MEMBER, NETWORK, SIGNALS
from qtm.spine import all_rooms
from records import policy, queues
from records.models import Record, Signal
from records.queues import stars
from tests.cast import Cast, Walk, enter
from tests.pictures import place_of
from tests.sql import DENIED, attempt
from tests.test_records import detailing, page, photographed

CONDITIONS = policy.judge(
    {"policy": policy.VERSION, "stages": [], "outcome": {"completes": True}, "crossings": [], "event": "E-1"}
).conditions
DONE, REQUIRED, INTACT, COMPLETED, LAST, PERSON = (each.no for each in CONDITIONS)


def given_up(walk: Walk) -> Record:
    """A Record of work that could not be completed."""
    return enter(walk.cast.will, Record, "seal", walk.started(), outcome="not-advised", reason_code="no-answer")  # type: ignore[no-any-return]


def starless(walk: Walk, record: Record) -> list[Any]:
    """A Signal for a Record that got none, lawful in all but that."""
    event = walk.event()
    return [record.pk, record.case_id, event.pk, event.job_id]


INSERT = "INSERT INTO records_signal (state, record_id, case_id, event_id, job_id, policy) VALUES ('active', %s, %s, %s, %s, 'policy 1')"


# Given


@pytest.mark.django_db
def test_a_completed_case_with_all_its_evidence_gives_one_signal_in_the_act_of_sealing() -> None:
    record = photographed(detailing()).record()
    signal = Signal.objects.get(record=record)
    sealed, starred = (
        Transition.objects.get(case_id=record.case_id, room=room) for room in ("records.Record", "records.Signal")
    )
    assert (signal.event_id, signal.job, signal.policy) == (record.event_id, record.event.job, policy.VERSION)
    assert (starred.act, starred.tx) == (sealed.act, sealed.tx)
    assert (starred.user, starred.actor_id, starred.authority) == (None, None, "system"), (
        "nobody's name stands on a Signal"
    )


@pytest.mark.django_db
def test_the_record_names_the_policy_that_read_it(walk: Walk) -> None:
    assert walk.record().facts["policy"] == policy.VERSION == Signal.objects.get(case_id=walk.request.pk).policy


# Withheld


@pytest.mark.django_db
def test_work_that_was_given_up_gives_none_and_the_page_says_why(walk: Walk, client: Client, cast: Cast) -> None:
    record = given_up(walk)
    assert not Signal.objects.filter(record=record).exists()
    assert COMPLETED in policy.judge(record.facts).withheld
    text = page(client, cast.will, record.page).content.decode()
    assert "No signal was given" in text
    assert (
        '<li class="bad"><svg class="icon" viewBox="0 0 24 24" role="img" aria-label="Does not hold">'
        in text.replace("\n", "")
    )
    assert COMPLETED in text


@pytest.mark.django_db
def test_a_file_that_was_gone_before_sealing_withholds_it_and_the_page_says_so(client: Client, cast: Cast) -> None:
    walk = photographed(detailing())
    place_of(Evidence.objects.filter(event=walk.event(), kind="photo").latest("pk").sha256).unlink()
    record = walk.record()
    assert not Signal.objects.filter(record=record).exists()
    assert policy.judge(record.facts).withheld == [INTACT]
    text = page(client, cast.will, record.page).content.decode()
    assert ("No signal was given" in text, "missing or damaged when it was sealed" in text) == (True, True)


@pytest.mark.django_db
def test_a_file_that_was_changed_before_sealing_withholds_it() -> None:
    walk = photographed(detailing())
    kept = place_of(Evidence.objects.filter(event=walk.event(), kind="photo").earliest("pk").sha256)
    data = kept.read_bytes()
    kept.chmod(0o600)
    kept.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert policy.judge(walk.record().facts).withheld == [INTACT]


def _stage(**changes: Any) -> Any:
    """A change of the first stage of a document."""
    return lambda facts: facts["stages"][0].update(changes)


def _by(place: tuple[str, str], kind: str) -> Any:
    """A change of who made one crossing of the ServiceEvent."""

    def change(facts: dict[str, Any]) -> None:
        for each in facts["crossings"]:
            if each["room"] == "ServiceEvent" and (each["was"], each["becomes"]) == place:
                each["by_kind"] = kind

    return change


CHANGES = {
    "a stage is not done": (_stage(done=False), DONE),
    "there is no stage at all": (lambda facts: facts.update(stages=[]), DONE),
    "a required piece is missing": (lambda facts: facts["stages"][-1]["slots"][0].update(have=0), REQUIRED),
    "it was given up": (lambda facts: facts["outcome"].update(completes=False), COMPLETED),
    "it was a part of the job, and not the last": (lambda facts: facts.update(part={"last": False}), LAST),
    "the system claimed it": (_by(("", "ready"), "system"), PERSON),
    "an actor claimed it": (_by(("", "ready"), "actor"), PERSON),
    "the system started it": (_by(("ready", "in_progress"), "system"), PERSON),
    "it was never claimed": (lambda facts: facts.update(crossings=[]), PERSON),
    "somebody claimed another one": (lambda facts: facts.update(event="E-0"), PERSON),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGES)
def test_each_condition_by_itself_withholds_it(name: str, walk: Walk) -> None:
    change, condition = CHANGES[name]
    facts = copy.deepcopy(walk.record().facts)
    assert policy.judge(facts).given
    change(facts)
    verdict = policy.judge(facts)
    assert (verdict.given, verdict.withheld) == (False, [condition])


@pytest.mark.django_db
def test_the_policy_reads_the_document_and_nothing_else(walk: Walk, django_assert_num_queries: Any) -> None:
    facts = walk.record().facts
    with django_assert_num_queries(0):
        assert policy.judge(facts) == policy.judge(copy.deepcopy(facts))


# Nobody's to give


def test_no_door_makes_one() -> None:
    import_module("qtm.urls")
    doors = {door.verb.name: door.verb.kind for door in all_doors() if Signal in (door.room, door.pressed_on)}
    assert doors == {"suppress": "move", "restore": "move", "revoke": "move"}


def test_no_role_gives_one_and_admins_alone_move_it() -> None:
    roles = {**NETWORK, **MEMBER}
    named = {role: [name for name in names if "signal" in name] for role, names in roles.items()}
    assert named == {**{role: [] for role in roles}, "admin": SIGNALS}


@pytest.mark.django_db
def test_its_permissions_are_those_three() -> None:
    of_it = Permission.objects.filter(content_type__app_label="records", content_type__model="signal")
    assert {f"records.{each.codename}" for each in of_it} == set(SIGNALS)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ines", "cora", "eve", "nora", "will", "root"])
def test_no_form_and_no_address_makes_one(who: str, walk: Walk, client: Client, cast: Cast) -> None:
    record = given_up(walk)
    client.force_login(getattr(cast, who))
    tried = {"record": record.pk, "event": record.event_id, "state": "active", "policy": "policy 1"}
    for address in (
        f"/records/{record.pk}/signal",
        f"/records/{record.pk}/",
        "/signals/",
        "/signals/add/",
        f"/records/{record.pk}/star",
        "/admin/records/signal/add/",
    ):
        assert client.post(address, tried).status_code in {302, 403, 404, 405, 200}
    assert not Signal.objects.filter(record=record).exists()


def test_the_admin_has_no_form_that_adds_changes_or_deletes_one() -> None:
    shown = admin.site._registry.get(Signal)
    if shown is not None:
        nobody: Any = None
        assert not shown.has_add_permission(nobody)
        assert not shown.has_change_permission(nobody)
        assert not shown.has_delete_permission(nobody)


@pytest.mark.parametrize("who", ["ines", "will", ""])
def test_later_none_is_given_whoever_asks(who: str, committed: str, cast: Cast) -> None:
    walk = Walk()
    record = given_up(walk)
    user = getattr(cast, who).pk if who else None
    assert attempt((INSERT, starless(walk, record)), user=user) == "at_sealing"
    with connections["owner"].cursor():
        assert attempt((INSERT, starless(walk, record)), user=user, using="owner") == "at_sealing"


def test_later_none_is_given_through_the_model_either(committed: str, cast: Cast) -> None:
    walk = Walk()
    record = given_up(walk)
    event = walk.event()
    with pytest.raises(Conflict), acting(cast.ines, via="test", authority="x"):
        Signal.born(record=record, event_id=event.pk, job_id=event.job_id, policy=policy.VERSION)
    with pytest.raises(DatabaseError), transaction.atomic():
        Signal.objects.bulk_create(
            [Signal(record=record, case_id=record.case_id, event_id=event.pk, job_id=event.job_id, policy="policy 1")]
        )
    assert not Signal.objects.filter(record=record).exists()


def test_the_act_of_the_sealing_said_again_later_gives_none(committed: str, cast: Cast) -> None:
    walk = Walk()
    record = given_up(walk)
    sealing = Transition.objects.get(case_id=record.case_id, room="records.Record")
    assert attempt((INSERT, starless(walk, record)), act=str(sealing.act), user=cast.will.pk) == "at_sealing"


@pytest.mark.django_db
def test_none_is_taken_back_or_changed(walk: Walk, cast: Cast) -> None:
    walk.record()
    for statement in (
        "DELETE FROM records_signal",
        "UPDATE records_signal SET policy = 'mine'",
        "TRUNCATE records_signal",
    ):
        assert attempt(statement, user=cast.ines.pk) == DENIED, statement
    assert attempt("UPDATE records_signal SET state = 'given'", user=cast.ines.pk) == "fence"


@pytest.mark.django_db
def test_an_execution_gives_at_most_one(walk: Walk, cast: Cast) -> None:
    record = walk.record()
    law = attempt((INSERT, starless(walk, record)), user=cast.will.pk)
    assert law, "in one transaction with the sealing it is the key that refuses"
    assert Signal.objects.filter(case_id=record.case_id).count() == 1


def test_it_changes_nothing() -> None:
    """No room of the spine knows of it, so nothing can be ranked, priced, routed or opened by it."""
    for room in all_rooms():
        assert [field for field in room._meta.local_fields if field.related_model is Signal] == [], room


# As the Desk shows it


def panel(user: Any) -> Any:
    """What the Desk would be given."""
    asked: Any = type("Asked", (), {"user": user})()
    return stars(asked)


@pytest.mark.django_db
def test_the_desk_is_given_the_count_and_the_newest_of_ones_own_operator(cast: Cast) -> None:
    Walk().record()
    newest = Walk().record()
    Walk(operator="Southside", worker="sid").record()
    template, said = panel(cast.will)
    assert (template, said["count"], said["newest"].record) == ("records/_stars.html", 2, newest)
    assert panel(cast.sid)[1]["count"] == 1
    assert panel(cast.ines) is None


@pytest.mark.django_db
def test_beyond_many_the_desk_says_that_there_are_more(cast: Cast, monkeypatch: Any, client: Client) -> None:
    for _ in range(2):
        Walk().record()
    monkeypatch.setattr(queues, "MANY", 1)
    said = panel(cast.will)[1]
    assert (said["count"], said["more"]) == (1, True)
    assert "<b>1+</b>" in page(client, cast.will, "/desk/").content.decode()
    monkeypatch.setattr(queues, "MANY", 2)
    assert (panel(cast.will)[1]["count"], panel(cast.will)[1]["more"]) == (2, False)


@pytest.mark.django_db
def test_without_one_the_desk_says_what_would_bring_it(cast: Cast) -> None:
    said = panel(cast.liam)[1]
    assert (said["count"], said["newest"]) == (0, None)


@pytest.mark.django_db
def test_the_record_page_shows_it_beside_each_condition(walk: Walk, client: Client, cast: Cast) -> None:
    text = page(client, cast.will, walk.record().page).content.decode()
    assert "A signal was given" in text
    assert all(each.yes in text for each in CONDITIONS)
    assert "Does not hold" not in text


@pytest.mark.django_db
def test_abandoning_and_claiming_anew_counts_the_claim_that_was_carried_out(walk: Walk, cast: Cast) -> None:
    walk.event()
    enter(cast.will, Job, "release", walk.job(), reason="Somebody else does it")
    enter(cast.wanda, ServiceEvent, "claim", walk.job())
    walk.worker = "wanda"
    assert Signal.objects.filter(record=walk.record()).exists()
