"""Every Record: its bytes, its signature and key, its annex, its files, its ⭐, and what stands beside it."""

from collections.abc import Iterator, Mapping
from itertools import batched

from records.agreement import disagreements
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.rows import count
from records.audit.steps import Step
from records.erasing import gone_of
from records.log.model import Key
from records.log.validity import Span, spans, within
from records.models import Record
from records.seal.keys import RECORD, text
from records.seal.leaf import leaf_of
from records.verify import broken, every, lost

AT_ONCE = 50


def records(alias: str, step: Step) -> Iterator[Finding]:
    """Each Record by itself, in chunks."""
    keys = {key.public: span for key, span in spans(Key.objects.using(alias).order_by("pk"), RECORD).items()}
    step.expects(count(alias, Record._meta.db_table))
    for some in batched(every(alias), AT_ONCE, strict=False):
        wrong = {record: list(_of(record, keys)) for record in some}
        for record, found in wrong.items():
            step.one()
            step.notes.update(f"{what} erased" for what in gone_of(record))
            yield from found
        for record, words in disagreements([each for each, found in wrong.items() if not found], alias):
            yield from (Finding("agreement", INTEGRITY, record.reference, each) for each in words)


def _of(record: Record, keys: Mapping[str, Span]) -> Iterator[Finding]:
    """What is wrong with one Record and its files."""
    if wrong := broken(record):
        yield Finding("record", INTEGRITY, record.reference, wrong)
        return
    span = keys.get(text(leaf_of(bytes(record.body)).public))
    if span is None or not within(span, record.since):
        words = "it is signed by a key with which the house did not sign then."
        yield Finding("record key", INTEGRITY, record.reference, words)
    try:
        for words in lost(record):
            yield Finding("evidence", COMPLETENESS, record.reference, words)
    except OSError as fault:
        words = f"a file of its evidence cannot be read: {fault.strerror}."
        yield Finding("evidence", COMPLETENESS, record.reference, words)
