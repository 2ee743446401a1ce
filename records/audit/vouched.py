"""What vouches for the log: its keys on file, the notes of its checkpoints, and what is kept beside the keys."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from django.core.exceptions import ImproperlyConfigured

from records.audit.claims import Claim
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.rows import count, rows
from records.audit.steps import Step
from records.audit.tree import name_of
from records.log.model import Key
from records.log.notes import Unfit, checkpoint_of
from records.log.validity import spans, within
from records.log.witnesses import vouched as vouched_for
from records.log.witnesses import witnesses
from records.seal.keys import LOG, RECORD, LogKey, RecordKey, log_key, record_key, text

NOTES = "SELECT size, root, note, at FROM records_signed ORDER BY size"
COSIGNED = "SELECT coalesce(s.size, 0), s.note, c.name, c.line FROM records_cosigned c LEFT JOIN records_signed s ON s.id = c.signed_id ORDER BY c.id"
IN_USE: Mapping[str, Callable[[], RecordKey | LogKey]] = {RECORD: record_key, LOG: log_key}


def vouched(alias: str, step: Step, outside: Sequence[Claim]) -> Iterator[Finding]:
    """Keys first, then every note."""
    kept, now = list(Key.objects.using(alias).order_by("pk")), name_of(alias)
    yield from _keys(kept)
    for each in outside:
        if [key.public for key in kept[: len(each.keys)]] != list(each.keys):
            yield Finding("seen before", INTEGRITY, each.where, "the keys on file do not begin with those that it saw.")
        if each.name not in ("", now):
            words = f"it saw the log {each.name} of {each.size:,} Records; it is called {now} now."
            yield Finding("seen before", COMPLETENESS, each.where, words)
    step.expects(count(alias, "records_signed"))
    signing = [(key.name, key.verifier, span) for key, span in spans(kept, LOG).items()]
    sizes = array("q")
    for size, root, note, at in rows(alias, NOTES):
        step.one()
        try:
            said = checkpoint_of(note)
            signed = any(key.holds(note) for name, key, span in signing if name == said.origin and within(span, at))
        except Unfit as fault:
            yield Finding("note", INTEGRITY, f"checkpoint {size}", f"it is no note: {fault}.")
            continue
        if said.origin == now:
            sizes.append(size)
        if (said.size, said.root) != (size, bytes(root)):
            yield Finding("note", INTEGRITY, f"checkpoint {size}", "its note says another size or root.")
        if not signed:
            yield Finding("note", INTEGRITY, f"checkpoint {size}", "it is not signed by the key that the log had then.")
    yield from _kept(sizes, outside)
    yield from _cosigned(alias)


def _cosigned(alias: str) -> Iterator[Finding]:
    """What is said to be the signature of a witness that is named in the settings, is one; and what a witness signed is there."""
    known = {each.name for each in witnesses()}
    for size, note, name, line in rows(alias, COSIGNED):
        if note is None:
            yield Finding("witness", COMPLETENESS, f"{name} on checkpoint {size}", "the checkpoint is not there.")
        elif name in known and not vouched_for(note, line):
            yield Finding(
                "witness", INTEGRITY, f"{name} on checkpoint {size}", "it is not the signature of that witness."
            )


def _kept(sizes: Sequence[int], outside: Sequence[Claim]) -> Iterator[Finding]:
    """What is kept beside the keys is of the newest checkpoint; and none is gone that the audit before saw."""
    newest = sizes[-1] if sizes else 0
    for each in outside:
        if each.check == "state" and each.size != newest:
            words = f"it says {each.size:,}, and the newest checkpoint is of {newest:,}: one of the two was lost, or set back."
            yield Finding("state", COMPLETENESS, each.where, words)
        there = bisect_right(sizes, each.size)
        if each.checkpoints is not None and there != each.checkpoints:
            words = f"it saw {each.checkpoints:,} checkpoints of up to {each.size:,} Records, and there are {there:,}."
            yield Finding("seen before", COMPLETENESS, each.where, words)


def _keys(kept: Sequence[Key]) -> Iterator[Finding]:
    """The newest key of each use is the one that the house signs with; and they came one after the other."""
    for use, current in IN_USE.items():
        of_use = [each for each in kept if each.use == use]
        try:
            own = text(current().public)
        except ImproperlyConfigured as fault:
            yield Finding("key", COMPLETENESS, f"the {use} key", f"{fault}")
            continue
        if not of_use or of_use[-1].public != own:
            words = "the newest key on file is not the one that the house signs with."
            yield Finding("key", INTEGRITY, f"the {use} key", words)
        if any(before.since > after.since for before, after in pairwise(of_use)):
            yield Finding("key", INTEGRITY, f"the {use} key", "its keys are not on file in the order of time.")
    if any(each.pk < 1 for each in kept):
        yield Finding("key", INTEGRITY, "the keys", "one stands before the first.")
