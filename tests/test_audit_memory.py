"""What an audit saw the next one looks for: in the log, in the lines, among the refusals, and in what follows a Record."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from records.audit import result
from records.log.published import publish
from records.log.signing import sign
from records.models import Signal
from records.seal.keeping import begin_anew
from settlement.models import Settlement
from tests.attacks.attack import quietly
from tests.cast import Cast, Walk, enter
from tests.leaves import all_ended, superuser
from tests.test_audit import findings
from tests.test_signing import own_keys

__all__ = ["own_keys"]
LINE = "qtm_transition"


def audited(*words: str) -> str:
    """What an audit says; empty where it finds nothing."""
    errors = io.StringIO()
    try:
        call_command("audit", *words, stdout=io.StringIO(), stderr=errors)
    except CommandError:
        return errors.getvalue()
    return ""


def done(database: str, *statements: str) -> None:
    """Do something that no law stops."""
    with superuser(database) as admin:
        for statement in statements:
            admin.execute(statement.encode())


@pytest.fixture
def house(committed: str, own_keys: Path) -> str:
    """Two checkpoints, a ⭐ that was revoked, a Settlement, a refusal of an hour ago; and an audit that saw all of it."""
    cast, record = Cast(), Walk().record()
    sign()
    for verb in ("suppress", "revoke"):
        enter(cast.ines, Signal, verb, Signal.objects.get(record=record), reason=f"to {verb}")
    Walk().record()
    sign()
    publish()
    enter(cast.cora, Settlement, "open", record, amount_minor=100, currency="EUR")
    done(
        committed,
        *quietly(
            "qtm_blocked",
            *(
                "INSERT INTO qtm_blocked (minute, at, route, room, law, status, via, times)"
                f" VALUES (date_trunc('minute', now()) - interval '{hours} hours', now(), '{hours}', '', 'authority', 403, 'page', 1)"
                for hours in (2, 1)
            ),
        ),
    )
    all_ended(committed)
    assert audited() == ""
    return committed


ATTACKS = {
    "undo a revocation": (
        *quietly(
            "records_signal",
            f"UPDATE records_signal s SET (state, since) = (SELECT was, (SELECT max(o.at) FROM {LINE} o WHERE o.row_id = s.id AND o.room = 'records.Signal' AND o.becomes = t.was) FROM {LINE} t WHERE t.room = 'records.Signal' AND t.row_id = s.id AND t.becomes = 'revoked') WHERE state = 'revoked'",
        ),
        *quietly(LINE, f"DELETE FROM {LINE} WHERE room = 'records.Signal' AND becomes = 'revoked'"),
    ),
    "rewrite a reason": quietly(LINE, f"UPDATE {LINE} SET reason = 'nothing' WHERE becomes = 'suppressed'"),
    "another amount": quietly("settlement_settlement", "UPDATE settlement_settlement SET amount_minor = 99"),
    "no Settlement": (
        "ALTER TABLE settlement_settlement DISABLE TRIGGER ALL",
        "DELETE FROM settlement_settlement",
        "ALTER TABLE settlement_settlement ENABLE TRIGGER ALL",
        *quietly("settlement_settlement"),
        *quietly(LINE, f"DELETE FROM {LINE} WHERE room = 'settlement.Settlement'"),
    ),
    "no refusal": quietly("qtm_blocked", "DELETE FROM qtm_blocked WHERE route = '1'"),
    "another refusal": quietly("qtm_blocked", "UPDATE qtm_blocked SET law = 'sight' WHERE route = '2'"),
    "a refusal counted down": quietly("qtm_blocked", "UPDATE qtm_blocked SET times = 9 WHERE route = '2'"),
}


def test_what_stands_in_no_record_cannot_be_changed_once_an_audit_saw_it(house: str) -> None:
    """One after the other, each in a house that is in order but for it."""
    for what, statements in ATTACKS.items():
        done(house, *statements)
        assert {each.check for each in findings()} == {"seen before"}, what
        assert "seen before" in audited(), what
        all_ended(house)
        assert audited("--acknowledge", state_name()) == "", what
        assert findings() == [], what


def state_name() -> str:
    """What the log is called."""
    return str(result.remembered()["name"])


def test_what_is_added_and_moved_by_the_law_is_no_finding(house: str) -> None:
    Walk().record()
    with superuser(house) as admin:
        admin.execute(
            "INSERT INTO qtm_blocked (route, room, law, status, via) VALUES ('x', '', 'authority', 403, 'page')"
        )
        assert audited() == ""
        admin.execute(
            "INSERT INTO qtm_blocked (route, room, law, status, via) VALUES ('x', '', 'authority', 403, 'page') ON CONFLICT (minute, user_id, route, row_id, law) DO UPDATE SET times = qtm_blocked.times + 1"
        )
    enter(Cast().cora, Settlement, "authorize", Settlement.objects.get())
    enter(Cast().cora, Settlement, "capture", Settlement.objects.get(), amount_minor=80)
    assert findings() == []
    all_ended(house)
    assert audited() == ""
    done(house, *quietly("settlement_settlement", "UPDATE settlement_settlement SET captured_minor = 70"))
    assert [each.check for each in findings()] == ["seen before"]


def test_a_line_of_who_was_under_way_while_an_audit_looked_is_no_finding(house: str) -> None:
    moved, looked = Event(), Event()

    def slowly() -> None:
        """Move a case, and commit only when the audit is over."""
        with transaction.atomic():
            Walk().filled()
            moved.set()
            assert looked.wait(60)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(slowly)
        assert moved.wait(60)
        Walk().record()
        assert audited() == ""
        looked.set()
        slow.result(60)
    assert findings() == []


def test_a_finding_stays_found(house: str) -> None:
    done(house, *quietly("records_signed", "DELETE FROM records_signed WHERE size = 1"))
    assert "it saw 2 checkpoints" in audited()
    assert "it saw 2 checkpoints" in audited()


def test_a_part_looked_at_alone_is_nothing_to_go_by(house: str) -> None:
    done(house, *quietly("records_signed", "DELETE FROM records_signed WHERE size = 1"))
    assert audited("--only", "files") == ""
    assert "it saw 2 checkpoints" in audited()


def test_a_log_that_began_anew_is_told_of_until_that_is_acknowledged_by_name(house: str) -> None:
    was = state_name()
    begin_anew("records.example/2")
    assert f"it saw the log {was} of 2 Records; it is called records.example/2 now" in audited()
    with pytest.raises(CommandError, match="The log is called"):
        call_command("audit", "--acknowledge", was, stdout=io.StringIO())
    assert audited("--acknowledge", "records.example/2") == ""
    assert audited() == ""


def test_the_old_root_is_still_compared_in_a_log_of_another_name(house: str) -> None:
    begin_anew("records.example/2")
    done(house, *quietly("records_node", "UPDATE records_node SET hash = sha256('x') WHERE number = 0"))
    said = [each for each in findings() if each.check == "seen before"]
    assert any("it is called" in each.says for each in said)
    remembered = {**result.remembered(), "root": "00" * 32}
    result.place().write_text(json.dumps({**json.loads(result.place().read_text()), "log": remembered}))
    assert any("says another root" in each.says for each in findings() if each.check == "seen before")


@pytest.mark.parametrize(
    "said", ['{"size": 2, "root": "zz"}', '{"size": "2", "root": ""}', "[]", "x", '{"size": 2, "root": 7}']
)
def test_whatever_is_put_beside_the_keys_is_a_finding_and_no_crash(house: str, said: str) -> None:
    Path(settings.LOG_STATE).write_text(said)
    assert "state" in {each.check for each in findings()}
    result.place().write_text(said)
    assert findings()
    assert "cannot be read" in audited()


def test_each_row_that_nobody_can_read_is_a_finding(house: str) -> None:
    p384 = "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE" + "A" * 128
    done(
        house,
        *quietly(
            "records_key",
            f"INSERT INTO records_key (use, name, public) VALUES ('log', '{state_name()}', 'x'), ('record', '', '{p384}')",
        ),
    )
    assert {("unreadable", "the part “checkpoints”")} <= {(each.check, each.row) for each in findings()}
    assert "unreadable" in audited()
    newest = result.newest()
    assert newest
    assert newest.total
