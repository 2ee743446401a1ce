"""The house that is attacked: some Records, a log that was signed twice and published, work under way; and what attackers bring."""

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from execution.models import Evidence, ServiceEvent
from governance.models import Task
from qtm.models import Operator, User
from records.log import tree
from records.log.memory import State, state
from records.log.model import Key, Leaf, Signed
from records.log.notes import DASH, Checkpoint, Verifier, raw, signed
from records.log.published import publish
from records.log.signing import sign
from records.models import Erasure, Record, Signal
from records.seal.keys import LOG, MADE, RECORD, LogKey, RecordKey, fresh, log_key, record_key, text
from records.seal.leaf import Leaf as Body
from records.seal.leaf import sealed_with
from settlement.models import Settlement
from tests.attacks.attack import quietly
from tests.cast import DETAILING, Cast, Walk, enter
from tests.leaves import all_ended
from tests.pictures import copies_made
from tests.pictures import place_of as file_of


@dataclass(frozen=True)
class World:
    """What stands in the place of the «words» of an attack; and who follows which link."""

    words: Mapping[str, str]
    token: str

    def said(self, what: str, **more: str) -> str:
        """An attack's SQL or command for this house."""
        for name, value in {**self.words, **more}.items():
            what = what.replace(f"«{name}»", value)
        assert "«" not in what, what
        return what


def made(then: Callable[[], None]) -> World:
    """Build it; `then` is called when there is what an old backup will hold."""
    retired = _retired()
    walk = Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")
    first, record = Walk().record(), walk.record()
    settled = _after_the_seal(first)
    walk.captured()
    sign()
    publish()
    call_command("audit", stdout=io.StringIO())
    then()
    earlier = state() or State()
    unstarred = Walk(outcome="not-advised")
    enter(Cast().will, Record, "seal", unstarred.started(), outcome="not-advised", reason_code="no-answer")
    last = Walk().record()
    sign()
    publish()
    ready, under_way, waiting = Walk().filled(), Walk(surface="auto-detailing", asked=DETAILING).filled(), Walk().task
    copies_made()
    all_ended(str(connections["default"].settings_dict["NAME"]))
    call_command("audit", stdout=io.StringIO())
    rows: dict[str, Any] = {
        "record": record.pk,
        "event": record.event_id,
        "case": record.case_id,
        "other case": first.case_id,
        "last": last.pk,
        "unstarred": Record.objects.get(case_id=unstarred.request.pk).pk,
        "ready": ready.pk,
        "task": Task.objects.get(case_id=record.case_id).pk,
        "open case": waiting.case_id,
        "open task": waiting.pk,
        "job": walk.job().pk,
        "ready job": ready.job_id,
        "leaf": record.leaf.number,
        "tail": last.leaf.number,
        "size": last.leaf.number + 1,
        "southside": Operator.objects.get(name="Southside").pk,
        **{name: User.objects.get(username=name).pk for name in ("will", "sam")},
        **settled,
        "assignment": walk.assignment().pk,
        "captured": walk.settlement().pk,
        "signal": Signal.objects.get(record=record).pk,
        "photo": (photo := _photo(record.event)).pk,
        "photo file": file_of(photo.sha256),
        "other file": file_of(Evidence.objects.filter(event=record.event).exclude(sha256="").latest("pk").sha256),
        "unsealed file": file_of(_photo(under_way).sha256),
        "home": Path(settings.LOG_STATE).parent,
        "keys": settings.KEYS_ROOT,
        "old state": json.dumps(asdict(earlier)),
    }
    return World(
        {name: str(value) for name, value in {**rows, **_brought(record, last, ready, retired)}.items()},
        walk.request.token,
    )


def _photo(event: ServiceEvent) -> Any:
    """The first photo of a ServiceEvent."""
    return Evidence.objects.filter(event=event, kind="photo").earliest("pk")


def _retired() -> RecordKey:
    """A key for Records that the house signed with until an hour ago."""
    key = RecordKey(_private(RECORD))
    with connections["owner"].cursor() as cursor:
        for statement in quietly(
            "records_key",
            "UPDATE records_key SET id = id + 10, since = since - interval '1 hour'",
            f"INSERT INTO records_key (id, use, name, public, since) OVERRIDING SYSTEM VALUE VALUES (1, 'record', '', '{text(key.public)}', now() - interval '1 day')",
            "SELECT setval(pg_get_serial_sequence('records_key', 'id'), (SELECT max(id) FROM records_key))",
        ):
            cursor.execute(statement)
    connections["owner"].close()
    return key


def _after_the_seal(record: Record) -> dict[str, Any]:
    """What became of a Record: its ⭐ revoked, its annex erased, its work settled; and a refusal of an hour ago."""
    cast, refused = Cast(), "INSERT INTO qtm_blocked (minute, at, route, room, law, status, via, times)"
    signal = Signal.objects.get(record=record)
    enter(cast.ines, Signal, "revoke", signal, reason="It was another car.")
    erasure = enter(cast.ines, Erasure, "erase", record, annex=True, files=False, reason="Asked for by letter.")
    settlement = enter(cast.cora, Settlement, "open", record, amount_minor=3900, currency="EUR")
    with connections["owner"].cursor() as cursor:
        for statement in quietly(
            "qtm_blocked",
            f"{refused} VALUES (date_trunc('minute', now()) - interval '1 hour', now(), 'x', '', 'authority', 403, 'page', 1)",
        ):
            cursor.execute(statement)
    connections["owner"].close()
    return {"revoked": signal.pk, "erasure": erasure.pk, "settlement": settlement.pk}


def _brought(record: Record, last: Record, ready: ServiceEvent, retired: RecordKey) -> dict[str, str]:
    """What attackers bring: other bytes, keys of their own, the house's stolen ones, and whatever is signed with them."""
    own, own_log = RecordKey(_private(RECORD)), LogKey(_private(LOG))
    changed = bytes(record.document).replace(b'"remark":""', b'"remark":"All of it."')
    assert changed != bytes(record.document)
    forged = bytes(last.document).replace(f'"E-{last.event_id}"'.encode(), f'"E-{ready.pk}"'.encode())
    stolen, signed_by_nobody = sealed_with(changed, record_key()), sealed_with(forged, own)
    public, name = record_key().public, Key.objects.get(use=LOG).name
    size = last.leaf.number + 1
    house = Verifier(name, raw(log_key().private.public_key())).number
    text_of, own_line = signed(
        str(Checkpoint(name, size - 1, _root(size - 1, record, None))), name, own_log.private
    ).split("\n\n")
    falsely = b64encode(house + b64decode(own_line.split()[-1])[4:]).decode()
    unsigned = f"{text_of}\n\n{DASH}{name} {falsely}\n"
    return {
        "changed": _bytea(changed),
        "forged": _bytea(forged),
        "own body": _bytea((body := sealed_with(changed, own)).body),
        "forged body": _bytea(Body(signed_by_nobody.digest, signed_by_nobody.signature, public).body),
        "stolen body": _bytea(stolen.body),
        "retired body": _bytea(sealed_with(forged, retired).body),
        "retired changed body": _bytea(sealed_with(changed, retired).body),
        "own public": text(own.public),
        "own log public": text(own_log.public),
        "own pem": fresh(RECORD)[1],
        "own log pem": own_log.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "log name": name,
        "own checkpoints": _checkpoints(record, body.body, name, own_log),
        "stolen checkpoints": _checkpoints(record, stolen.body, name, log_key()),
        "unsigned": f"{size - 1}, {_bytea(_root(size - 1, record, None))}, {_quoted(unsigned)}",
        "cosigned": signed("x\n", "witness.example/w", own_log.private).split("\n\n")[1],
        "new root": _root(size, record, stolen.body).hex(),
    }


def _private(use: str) -> Any:
    """A private key of an attacker's own."""
    return MADE[use]()


def _root(size: int, record: Record, body: bytes | None) -> bytes:
    """The root of the first leaves, if the body of a Record were another."""
    leaves = Leaf.objects.filter(number__lt=size).order_by("number").values_list("record_id", "record__body")
    hashes = [tree.leaf_hash(body if body and pk == record.pk else bytes(its)) for pk, its in leaves]

    def node(level: int, number: int) -> bytes:
        """A complete subtree's hash."""
        if level == 0:
            return hashes[number]
        return tree.node_hash(node(level - 1, 2 * number), node(level - 1, 2 * number + 1))

    return tree.root(size, node)


def _checkpoints(record: Record, body: bytes, name: str, key: LogKey) -> str:
    """Every checkpoint anew, over a rewritten Record, signed with a key."""
    said = []
    for size in Signed.objects.values_list("size", flat=True):
        root = _root(size, record, body)
        note = signed(str(Checkpoint(name, size, root)), name, key.private)
        said.append(f"UPDATE records_signed SET root = {_bytea(root)}, note = {_quoted(note)} WHERE size = {size}")
    return "; ".join(said)


def _bytea(value: bytes) -> str:
    """Bytes as an SQL literal."""
    return f"'\\x{value.hex()}'::bytea"


def _quoted(value: str) -> str:
    """Text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
