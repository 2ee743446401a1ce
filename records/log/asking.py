"""Asking witnesses to vouch for the newest checkpoint (C2SP tlog-witness), in the background and as often as it takes.

One that has seen more of this log than there is, or something else, is heard: that is kept, and nothing is signed until it is resolved.
"""

from base64 import b64encode
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.db import transaction
from django.tasks import task

from qtm.background import Chore, register
from records.log import checkpoints
from records.log.memory import alone, keep_refused, state
from records.log.model import Cosigned, Signed
from records.log.proofs import consistency
from records.log.published import publish
from records.log.witnesses import Witness, witnesses

PATIENCE_SECONDS, MOST_BYTES = 10, 10_000
PAUSES = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))


class Unwitnessed(Exception):
    """A witness has not signed; says what it answered."""


class Refused(Unwitnessed):
    """A witness has seen another history of this log than the one that stands here."""


ASKED: set[tuple[str, str]] = set()  # which witnesses this process has asked of which log


@task()
def ask_witness(name: str) -> None:
    """Have a witness sign the newest checkpoint, and publish its signature."""
    newest = checkpoints.newest()
    for witness in witnesses():
        if newest and witness.name == name:
            ask(witness, newest)
    publish()


def ask_once() -> None:
    """Have each witness asked once by this process, before it signs: whoever is away is asked later, with the rest."""
    due = [each for each in witnesses() if (str(each.verifier), checkpoints.name()) not in ASKED]
    newest = checkpoints.newest() if due else None
    for witness in due:
        if newest is None:
            return
        ASKED.add((str(witness.verifier), newest.log))
        with suppress(Unwitnessed):
            ask(witness, newest)


def ask(witness: Witness, newest: Signed, *, knows: bool = False) -> Cosigned:
    """Have a witness sign a checkpoint: it is shown that this goes on from what it signed last; `knows`: only where it did sign something."""
    old = newest.size if knows else last_size(witness, newest.size)
    status, said = _shown(witness, newest, old)
    seen = _seen(status, said)
    if seen is not None and seen != old:  # it remembers another size than we do
        _hear_of_more(witness, newest, seen)
        if knows and not seen:
            raise Unwitnessed(f"{witness.name} has seen nothing of {newest.log} yet.")
        old = seen
        status, said = _shown(witness, newest, old)
    if status == 422 or _seen(status, said) == old == newest.size:
        raise _refusal(f"{witness.name} has seen another history of {newest.log}: {status} {said.strip()[:200]}.")
    if status != 200:
        raise Unwitnessed(f"{witness.name} does not sign: {status} {said.strip()[:200]}")
    line = next((each for each in said.splitlines(keepends=True) if _valid(witness, newest, each)), None)
    if line is None:
        raise Unwitnessed(f"{witness.name} answered with no signature of its key.")
    with transaction.atomic():
        there = Cosigned.objects.filter(signed=newest, name=witness.name)
        known = next((each for each in there if _valid(witness, newest, each.line)), None)
        return known or Cosigned.objects.create(signed=newest, name=witness.name, line=line)


def hear(witness: Witness, nothing: Signed) -> None:
    """Have a witness say how much it has seen, shown a checkpoint of nothing; refused where that is more than nothing."""
    if seen := _seen(*_shown(witness, nothing, 0)):
        _hear_of_more(witness, nothing, seen)


def _hear_of_more(witness: Witness, newest: Signed, seen: int) -> None:
    """Where a witness has seen more than was ever signed here, that is kept; more than this checkpoint alone is only later."""
    if seen <= newest.size:
        return
    words = f"{witness.name} has seen {seen:,} Records of {newest.log}, and there are {newest.size:,} here."
    kept = state()
    if kept and kept.size >= seen:
        raise Unwitnessed(words)
    raise _refusal(words)


def _refusal(words: str) -> Refused:
    """What is kept of it, so that nothing is signed until it is resolved."""
    with alone():
        keep_refused(words)
    return Refused(words)


def _seen(status: int, said: str) -> int | None:
    """The size that a witness remembers, where it answers that it is another than the one it was shown."""
    return int(said) if status == 409 and said.strip().isdecimal() else None


def _valid(witness: Witness, newest: Signed, line: str) -> bool:
    """Whether a line is the witness's signature under this checkpoint."""
    try:
        return witness.verifier.holds(newest.note + line)
    except ValueError:
        return False


def last_size(witness: Witness, most: int) -> int:
    """How much of this log the witness has signed, as far as we know, up to so many leaves; what is not its signature counts for nothing."""
    found = Cosigned.objects.filter(name=witness.name, signed__log=checkpoints.name()).select_related("signed")
    lines = found.order_by("-signed_id")[: checkpoints.MOST]
    return next((e.signed.size for e in lines if e.signed.size <= most and _valid(witness, e.signed, e.line)), 0)


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
    newest = checkpoints.newest() if named else None
    for witness in named:
        if newest is None or any(_valid(witness, newest, each.line) for each in newest.cosigned.all()):
            continue
        if not CHORE.under_way(witness.name):
            CHORE.order(witness.name)


def trouble(witness: Witness) -> str:
    """What came of the last try, where it was in vain."""
    last = CHORE.of(witness.name).exclude(traceback="").order_by("finished_at").last()
    return str(last.traceback).strip().splitlines()[-1].partition(": ")[2] if last else ""
