"""What people do with a ⭐ later: suppress, restore, revoke, each with its reason; and it changes nothing else, whoever looks."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from qtm.case import Case
from qtm.models import Transition
from qtm.refusals import Conflict, Forbidden, Invalid, Refusal
from records import policy
from records.models import Record, Signal
from records.queues import stars
from records.signals import SHOWN
from tests.cast import PEOPLE, Cast, Walk, enter
from tests.sql import attempt
from tests.test_signal import given_up
from tests.test_verify import forged

WHY = "The car was another one"
in_a_transaction = pytest.mark.django_db


def given(walk: Walk) -> Signal:
    """The ⭐ of a case that was carried out whole."""
    walk.record()
    return Signal.objects.get(case_id=walk.request.pk)


def pressed(verb: str, signal: Signal, who: str = "ines", reason: str = WHY) -> Signal:
    """One press, and the row as it then is."""
    enter(getattr(Cast(), who), Signal, verb, Signal.objects.get(pk=signal.pk), reason=reason)
    return Signal.objects.get(pk=signal.pk)


def shown(client: Client, who: str, address: str) -> str:
    """What somebody reads there."""
    client.force_login(getattr(Cast(), who))
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# The moves


@in_a_transaction
def test_it_is_suppressed_restored_and_revoked_and_each_is_on_the_log_with_who_and_why(walk: Walk) -> None:
    signal = given(walk)
    for verb, becomes in (
        ("suppress", "suppressed"),
        ("restore", "active"),
        ("suppress", "suppressed"),
        ("revoke", "revoked"),
    ):
        assert pressed(verb, signal).state == becomes
    lines = Transition.objects.filter(case_id=signal.case_id, room="records.Signal").exclude(was="")
    assert [(line.becomes, str(line.user), line.reason, line.via) for line in lines] == [
        (becomes, "Ines", WHY, "records") for becomes in ("suppressed", "active", "suppressed", "revoked")
    ]
    assert {line.authority for line in lines} == {
        f"records.{verb}_signal as admin" for verb in ("suppress", "restore", "revoke")
    }


@in_a_transaction
@pytest.mark.parametrize("verb", ["suppress", "restore", "revoke"])
def test_revoked_is_final(verb: str, walk: Walk) -> None:
    signal = pressed("revoke", given(walk))
    with pytest.raises(Conflict):
        pressed(verb, signal)
    for state in ("active", "suppressed"):
        law = attempt((f"UPDATE records_signal SET state = '{state}' WHERE id = %s", [signal.pk]), user=Cast().ines.pk)
        assert law == "fence"


@in_a_transaction
@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "ines"])
@pytest.mark.parametrize("verb", ["suppress", "revoke"])
def test_nobody_but_an_admin_moves_one(who: str, verb: str, walk: Walk) -> None:
    signal = given(walk)
    with pytest.raises(Forbidden):
        pressed(verb, signal, who)
    assert Signal.objects.get(pk=signal.pk).state == "active"


@in_a_transaction
@pytest.mark.parametrize("verb", ["suppress", "restore", "revoke"])
@pytest.mark.parametrize("reason", ["", "  "])
def test_no_move_without_a_reason_by_door_or_by_hand(verb: str, reason: str, walk: Walk) -> None:
    signal = given(walk)
    if verb == "restore":
        pressed("suppress", signal)
    with pytest.raises(Invalid):
        pressed(verb, signal, reason=reason)
    becomes = Signal.verbs[verb].becomes
    update = (f"UPDATE records_signal SET state = '{becomes}' WHERE id = %s", [signal.pk])
    assert attempt(update, user=Cast().ines.pk, reason=reason) == "reason"
    assert attempt(update, user=None) == "someone_acts"


def test_of_sixteen_at_once_one_suppresses_it(committed: str) -> None:
    signal = given(Walk())

    def try_it(_: int) -> str:
        try:
            return str(pressed("suppress", signal).state)
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(try_it, range(16)))
    assert sorted(set(said)) == ["Conflict", "suppressed"]
    assert Transition.objects.filter(room="records.Signal", becomes="suppressed").count() == 1
    assert said.count("Conflict") == 15


# Nothing else


def everything() -> dict[str, list[Any]]:
    """Every row of the database but the ⭐ and the log."""
    models = [model for model in apps.get_models(include_auto_created=True) if model not in {Signal, Transition}]
    with connection.cursor() as cursor:
        found = {}
        for model in models:
            cursor.execute(f"SELECT to_jsonb(each)::text FROM {model._meta.db_table} each ORDER BY 1")
            found[model._meta.label] = cursor.fetchall()
    return found


@in_a_transaction
def test_a_move_changes_no_row_of_anything_else(walk: Walk) -> None:
    walk.captured()
    signal = Signal.objects.get(case_id=walk.request.pk)
    before = everything()
    for verb in ("suppress", "restore", "revoke"):
        pressed(verb, signal)
        assert everything() == before, verb


@in_a_transaction
def test_a_case_does_not_end_nor_stand_where_its_signal_does(walk: Walk) -> None:
    signal = given(walk)
    before = [(stop.room, stop.mark) for stop in Case(signal.case_id).stops()]
    pressed("revoke", signal)
    case = Case(signal.case_id)
    assert not case.refused()
    assert [(stop.room, stop.mark) for stop in case.stops()] == before
    assert case.stops()[-2].words == "revoked by Ines"


@in_a_transaction
def test_what_is_revoked_may_be_settled_like_any_other(walk: Walk) -> None:
    pressed("revoke", given(walk))
    assert walk.captured().state == "captured"


# Read again


def recomputed() -> str:
    """What the command says where nothing differs."""
    out = io.StringIO()
    call_command("recompute_signals", stdout=out)
    return out.getvalue()


def differences() -> str:
    """What it says where something does; its exit status is 1."""
    said = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("recompute_signals", stderr=said)
    assert error.value.returncode == 1
    return said.getvalue() + str(error.value)


@in_a_transaction
def test_every_signal_is_read_again_and_none_differs_whatever_people_did_later() -> None:
    given_up(Walk())
    for verb in ("suppress", "revoke"):
        pressed(verb, given(Walk()))
    assert recomputed() == "No difference: 3 records read again, 2 ⭐ given and 1 withheld.\n"


def by_the_owner(statement: str, *values: Any) -> None:
    """What somebody with the keys of the database could do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE records_signal DISABLE TRIGGER USER")
        cursor.execute(statement, values)


def test_one_that_is_gone_is_shown(committed: str) -> None:
    signal = given(Walk())
    by_the_owner("DELETE FROM records_signal WHERE id = %s", signal.pk)
    assert f"{signal.record.reference}: policy 1 gives a ⭐, and none is there." in differences()


def test_one_that_no_policy_gave_is_shown_with_what_withholds_it(committed: str) -> None:
    record, walk = given_up(one := Walk()), one
    by_the_owner(
        "INSERT INTO records_signal (state, since, record_id, case_id, event_id, job_id, policy)"
        " VALUES ('active', now(), %s, %s, %s, %s, 'policy 1')",
        *(record.pk, record.case_id, record.event_id, walk.event().job_id),
    )
    said = differences()
    assert f"{record.reference}: policy 1 withholds it, and S-" in said
    assert "It was not completed." in said
    assert "1 of 1 records differ" in said


@pytest.mark.parametrize("column", ["policy", "case_id", "event_id", "job_id"])
def test_one_that_tells_of_something_else_is_shown(column: str, committed: str) -> None:
    signal, other = given(Walk()), given_up(Walk())
    values = {
        "policy": "policy 0",
        "case_id": other.case_id,
        "event_id": other.event_id,
        "job_id": other.event.job_id,
    }
    by_the_owner(f"UPDATE records_signal SET {column} = %s WHERE id = %s", values[column], signal.pk)
    assert f"{signal.reference} tells of another policy or execution" in differences()


def test_a_record_that_names_a_policy_that_is_not_here_is_shown(committed: str) -> None:
    record = Walk().record()
    forged(record, document=bytes(record.document).replace(b'"policy 1"', b'"policy 9"'))
    assert f"{record.reference}: nothing can be read from it: it names “policy 9”" in differences()


def test_a_record_that_holds_no_service_record_is_shown_and_the_others_are_read(committed: str) -> None:
    first, fine = Walk().record(), Walk().record()
    forged(first, document=b"[]")
    said = differences()
    assert (f"{first.reference}: nothing can be read" in said, fine.reference in said) == (True, False)
    assert "1 of 2 records differ" in said


@in_a_transaction
def test_a_later_policy_leaves_what_an_earlier_one_read_as_it_was(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    never = policy.Condition(False, "", "Nothing is ever enough.")
    monkeypatch.setattr(policy, "POLICIES", {**policy.POLICIES, "policy 2": lambda record: policy.Verdict((never,))})
    first = walk.record()
    monkeypatch.setattr(policy, "VERSION", "policy 2")
    second = Walk().record()
    assert (first.facts["policy"], second.facts["policy"]) == ("policy 1", "policy 2")
    assert [hasattr(each, "signal") for each in Record.objects.order_by("pk")] == [True, False]
    assert policy.judge(second.facts).withheld == ["Nothing is ever enough."]
    assert recomputed().startswith("No difference: 2 records read again")


@in_a_transaction
def test_whoever_has_the_document_alone_reads_its_signal_with_python_alone(walk: Walk, tmp_path: Path) -> None:
    record = walk.record()
    file, out = tmp_path / "R.json", io.StringIO()
    file.write_bytes(bytes(record.document))
    call_command("recompute_signals", str(file), stdout=out)
    assert out.getvalue() == "R.json: policy 1 gives a ⭐.\n"
    bare: dict[str, Any] = {"__name__": "read_by_somebody"}
    exec(compile(Path(policy.__file__).read_text(), "policy.py", "exec"), bare)
    assert bare["judge"](json.loads(bytes(record.document))["predicate"]).given


@in_a_transaction
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]", b'{"predicate": {"policy": "policy 0"}}'])
def test_what_is_no_sealed_document_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match="no ⭐ can be read from it"):
        call_command("recompute_signals", str(file))


# As people see it


@in_a_transaction
def test_the_desk_counts_what_stands_and_says_what_it_does_not_count(client: Client, cast: Cast) -> None:
    first, second, third = (given(Walk()) for _ in range(3))
    pressed("suppress", first)
    pressed("revoke", third)
    asked: Any = type("Asked", (), {"user": cast.will})()
    panel: Any = stars(asked)
    said = panel[1]
    assert (said["count"], said["newest"], said["uncounted"]) == (1, second, 2)
    assert "2 more are suppressed or revoked, and not counted" in shown(client, "will", "/desk/")
    pressed("restore", first)
    assert "1 more is suppressed or revoked, and not counted" in shown(client, "will", "/desk/")


@in_a_transaction
@pytest.mark.parametrize("who", ["will", "cora", "ines"])
def test_the_record_says_who_took_it_back_and_why_and_shows_no_star(who: str, walk: Walk, client: Client) -> None:
    signal = pressed("suppress", given(walk))
    text = shown(client, who, signal.page)
    for words in ("A signal was given", "It was suppressed later, and does not stand.", WHY, "Signal suppressed"):
        assert words in text
    assert '<span class="star">' not in text[text.index("<main") :]
    pressed("restore", signal)
    text = shown(client, who, signal.page)
    assert ("Restored" in text, "does not stand" in text, 'class="star"' in text) == (True, False, True)


@in_a_transaction
def test_whoever_asked_sees_no_star_that_does_not_stand_and_no_reason(walk: Walk, client: Client) -> None:
    signal = pressed("revoke", given(walk))
    text = client.get(f"/track/{walk.request.token}/records/{signal.record_id}").content.decode()
    assert ("Signal revoked" in text, WHY in text, 'class="star"' in text) == (True, False, False)


@in_a_transaction
def test_withheld_ones_are_as_visible_as_given_ones(client: Client) -> None:
    record = given_up(Walk())
    given(Walk())
    for who in ("ines", "will", "cora"):
        text = shown(client, who, "/records/")
        assert "Signal withheld: Required evidence is missing." in text or "Signal withheld:" in text
        assert "It was not completed." in text
    text = shown(client, "ines", "/signals/?is=withheld")
    assert record.reference in text
    assert "It was not completed." in text


@in_a_transaction
def test_each_kind_has_its_records_and_the_reason_of_each(client: Client) -> None:
    fine, hidden, gone = (given(Walk()) for _ in range(3))
    withheld = given_up(Walk())
    pressed("suppress", hidden, reason="Being looked at")
    pressed("revoke", gone, reason="Another car")
    expected = {
        "given": (fine.record, "conditions hold"),
        "withheld": (withheld, "It was not completed."),
        "suppressed": (hidden.record, "Being looked at"),
        "revoked": (gone.record, "Another car"),
    }
    assert set(expected) == set(SHOWN)
    every = {record.reference for record, _ in expected.values()}
    for kind, (record, reason) in expected.items():
        text = shown(client, "ines", f"/signals/?is={kind}")
        assert {each for each in every if f">{each}<" in text} == {record.reference}, kind
        assert reason in text
    assert f">{fine.record.reference}<" in shown(client, "eve", "/signals/?is=nonsense")


@in_a_transaction
@pytest.mark.parametrize("who", [name for name in PEOPLE if name not in {"ines", "eve"}])
def test_nobody_but_who_oversees_reads_them_all(who: str, client: Client) -> None:
    client.force_login(getattr(Cast(), who))
    assert client.get("/signals/").status_code == 403


@in_a_transaction
def test_the_doors_stand_on_the_record_for_admins_alone(walk: Walk, client: Client) -> None:
    signal = given(walk)
    doors = f'action="/signals/{signal.pk}/'
    assert {who: doors in shown(client, who, signal.page) for who in ("ines", "cora", "eve", "will", "nora")} == {
        "ines": True,
        "cora": False,
        "eve": False,
        "will": False,
        "nora": False,
    }
