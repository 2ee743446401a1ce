"""Asking witnesses to vouch for the newest checkpoint (C2SP tlog-witness), in the background and as often as it takes."""

from base64 import b64encode
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.db import transaction
from django.tasks import task

from qtm.background import Chore, register
from records.log.model import Cosigned, Signed
from records.log.notes import checkpoint_of
from records.log.proofs import consistency
from records.log.published import newest_of_this_log, publish
from records.log.witnesses import Witness, witnesses

PATIENCE_SECONDS, MOST_BYTES = 10, 10_000
PAUSES = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))


class Unwitnessed(Exception):
    """A witness has not signed; says what it answered."""


@task()
def ask_witness(name: str) -> None:
    """Have a witness sign the newest checkpoint, and publish its signature."""
    newest = newest_of_this_log()
    for witness in witnesses():
        if newest and witness.name == name:
            ask(witness, newest)
    publish()


def ask(witness: Witness, newest: Signed) -> Cosigned:
    """Have a witness sign a checkpoint: it is shown that this goes on from what it signed last."""
    status, said = _shown(witness, newest, _last_size(witness, newest))
    if status == 409:  # it remembers another size than we do, and says which
        seen = int(said) if said.strip().isdecimal() else -1
        if not 0 <= seen <= newest.size:
            raise Unwitnessed(f"{witness.name} has seen {seen:,} Records, and there are {newest.size:,}.")
        status, said = _shown(witness, newest, seen)
    if status != 200:
        raise Unwitnessed(f"{witness.name} does not sign: {status} {said.strip()[:200]}")
    line = next((each for each in said.splitlines(keepends=True) if _valid(witness, newest, each)), None)
    if line is None:
        raise Unwitnessed(f"{witness.name} answered with no signature of its key.")
    with transaction.atomic():
        return Cosigned.objects.get_or_create(signed=newest, name=witness.name, defaults={"line": line})[0]


def _valid(witness: Witness, newest: Signed, line: str) -> bool:
    """Whether a line is the witness's signature under this checkpoint."""
    try:
        return witness.verifier.holds(newest.note + line)
    except ValueError:
        return False


def _last_size(witness: Witness, newest: Signed) -> int:
    """How much of this log the witness has signed, as far as we know."""
    ours = Cosigned.objects.filter(name=witness.name, signed__note__startswith=f"{checkpoint_of(newest.note).origin}\n")
    last = ours.order_by("signed_id").last()
    return last.signed_id if last else 0


def _shown(witness: Witness, newest: Signed, old: int) -> tuple[int, str]:
    """What a witness answers to a checkpoint and the proof that it begins with the first `old`."""
    proof = consistency(old, newest.size) if old else []
    lines = [f"old {old}", *(b64encode(each).decode() for each in proof), "", newest.note]
    parts = urlsplit(witness.address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", f"{parts.path}/add-checkpoint", "\n".join(lines).encode())
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_BYTES).decode(errors="replace")
    except (OSError, HTTPException) as error:
        raise Unwitnessed(f"{witness.name} does not answer: {error}") from error
    finally:
        connection.close()


def _fits(*arguments: object) -> bool:
    """It is ordered by the name of one who is asked."""
    return len(arguments) == 1 and arguments[0] in {each.name for each in witnesses()}


def _given_up(name: str) -> None:
    """The page says what was answered; the next round orders it again."""


CHORE = register(Chore(ask_witness, _fits, PAUSES, _given_up))


def order_what_is_not_vouched_for() -> None:
    """Have every witness asked that has not signed the newest checkpoint, unless that is under way."""
    named = witnesses()
    newest = newest_of_this_log() if named else None
    done = {each.name for each in newest.cosigned.all()} if newest else set()
    for witness in named:
        if newest and witness.name not in done and not CHORE.under_way(witness.name):
            CHORE.order(witness.name)


def trouble(witness: Witness) -> str:
    """What came of the last try, where it was in vain."""
    last = CHORE.of(witness.name).exclude(traceback="").order_by("finished_at").last()
    return str(last.traceback).strip().splitlines()[-1].partition(": ")[2] if last else ""
