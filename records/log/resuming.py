"""Going on where nothing beside the keys says how far the log was signed, or where a witness refused: whoever may know is asked first."""

from records.log import checkpoints, shelf, tree
from records.log.asking import Refused, Unwitnessed, ask, hear
from records.log.memory import Rewound, State, alone, keep, refused, resolved, state
from records.log.model import Signed, size
from records.log.notes import Checkpoint, signed
from records.log.signing import agreed
from records.log.witnesses import Witness, witnesses
from records.seal.keys import log_key

SHORTEST = 16  # so much of a root stands on what people are given


def resume(known: str = "") -> str:
    """Go on from the newest checkpoint on file, if it is what somebody knows, or every witness and what was published say nothing else; what that takes for true."""
    before = _before()
    if before and not refused():
        return f"Nothing to resume: {before.size:,} Records were signed, as is kept beside the keys."
    here = checkpoints.newest()
    heard = {each.name: _heard(each, here) for each in witnesses()}
    silent, shown = list(filter(None, heard.values())), shelf.published()
    with alone():
        now = agreed(before, size())
        if known:
            _refuse_another(known, now)
        if (silent and (refused() or not known)) or not (known or heard or shown):
            raise ValueError(_whom_to_ask(silent, now))
        keep(now)
        resolved()
    told = [f"said by you: {known}"] if known else []
    told += [silence or f"asked: {name}" for name, silence in heard.items()]
    told += [f"published: {shown.size:,}"] if shown else []
    return (
        f"The log goes on from {now.size:,} Records, root {now.root}.\nThis takes for true that no checkpoint of more Records was ever signed, and none"
        f" of another history ({'; '.join(told)}). Where somebody has such a one, they can prove that two histories were signed."
    )


def _before() -> State | None:
    """What is kept beside the keys, where it can be read."""
    try:
        return state()
    except Rewound:
        return None


def _heard(witness: Witness, here: Signed | None) -> str:
    """Have a witness say whether it has seen anything else; why it did not say, if so."""
    try:
        if here:
            ask(witness, here, knows=True)
        else:
            hear(witness, _nothing())
    except Refused as refusal:
        raise Rewound(f"{refusal}") from refusal
    except Unwitnessed as silence:
        return str(silence)
    return ""


def _nothing() -> Signed:
    """A checkpoint of an empty log, which says nothing that another one does not, and is kept nowhere."""
    name = checkpoints.name()
    note = signed(str(Checkpoint(name, 0, tree.EMPTY)), name, log_key().private)
    return Signed(log=name, size=0, root=tree.EMPTY, note=note)


def _refuse_another(known: str, now: State) -> None:
    """What somebody knows is the newest checkpoint here, by its size or by its root."""
    size = known.replace(",", "")
    if size == str(now.size) or (len(known) >= SHORTEST and now.root.startswith(known.lower())):
        return
    raise Rewound(f"The newest checkpoint here is of {now.size:,} Records, root {now.root}, and not {known}.")


def _whom_to_ask(silent: list[str], now: State) -> str:
    """What to do where nobody who could know has said so."""
    if refused():
        return f"{' '.join(silent)} What a witness refused is not resolved before each has answered."
    why = " ".join(silent) or "No witness is named in WITNESSES, and nothing is published in LOG_ROOT."
    return (
        f"{why} Say yourself how far the log was signed, as the newest certificate, letter or receipt has it that anybody was given:"
        f" `manage.py keys resume SIZE`, or its root. The newest checkpoint here is of {now.size:,} Records, root {now.root}."
    )
