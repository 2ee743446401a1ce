"""Records: what was executed, sealed and whole in itself; and the ⭐ Signal that is read from it."""

from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from execution.models import Job, ServiceEvent
from execution.tasks import EMPTYING
from qtm.acts import give_reason
from qtm.law import own_law
from qtm.models import Operator
from qtm.runtime import within
from qtm.spine import BornAmong, BornOf, Boundary, Fact, PartOf, Room, Verb, birth, move
from records import policy
from records.compose import compose, priced
from records.log.model import Cosigned, Head, Key, Leaf, Node, Signed
from records.seal.keys import record_key
from records.seal.leaf import sealed_with
from records.seal.statement import facts_in

__all__ = ["Annex", "Cosigned", "Erasure", "Head", "Key", "Leaf", "Node", "Record", "Signal", "Signed"]


class Record(Room):
    """Durable execution truth: frozen at birth, readable and verifiable without any other table."""

    first = "sealed"
    letter = "R"
    has_page = True
    zone = "records"
    title = "Record"
    layer = "operator"
    open_to = ("qtm.oversee", "records.see_records")
    born_by = "system"
    boundary = Boundary("service-event completion path", "execution truth becomes durable record")

    case_id = models.BigIntegerField(db_index=True)
    event = BornOf(ServiceEvent, {"completed": ["sealed"]}, same=["operator", "final"], related_name="record")
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    final = models.BooleanField()  # nothing of its Job follows: what it tells of was the last part, or all
    document = models.BinaryField()  # the sealed bytes: an in-toto Statement
    sha256 = models.CharField(max_length=64, unique=True)
    body = (
        models.BinaryField()
    )  # its leaf in the log of records, with the signature over the document and the key that it is of
    priced = models.BooleanField()  # for the queue, and for Omni, which reads no document

    class Meta(Room.Meta):
        permissions = [("see_records", "Read the Records"), ("ask_correction", "Ask for a correction of a Record")]
        indexes = [
            models.Index(fields=["operator", "-id"], name="records_record_operator"),
            models.Index(
                fields=["state", "priced", "since", "id"], condition=models.Q(final=True), name="records_record_queue"
            ),
        ]
        constraints = [own_law("records_record_addendum_law", "records/addendum.sql")]

    @property
    def page(self) -> str:
        """Its certificate."""
        return reverse("record", args=[self.pk])

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The service record in the document, as data."""
        return facts_in(bytes(self.document))

    @property
    def part_words(self) -> str:
        """Which part of its Job it tells of, such as “the plan, 1 of 2”; nothing where it tells of all."""
        part = self.facts["part"]
        return f"{within(part['label'])}, {part['number']} of {part['of']}" if part else ""

    @birth(
        ServiceEvent,
        "in_progress",
        label="Complete",
        says="Seals the record of what was done. It cannot be changed afterwards.",
        codename="complete_serviceevent",
        primary=True,
    )
    def seal(cls, event: ServiceEvent, **ending: Any) -> "Record":  # noqa: N805
        """Complete a ServiceEvent: seal its Record, and let the policy read whether a ⭐ Signal follows."""
        event.complete(**ending)
        sealed = compose(event, policy.VERSION)
        record = cls.born(
            event=event,
            document=sealed.document,
            sha256=sealed.sha256,
            body=sealed_with(sealed.document, record_key()).body,
            priced=priced(sealed.facts),
        )
        Annex.noted(record=record, content=sealed.annex)
        if policy.judge(sealed.facts).given:
            Signal.born(record=record, event_id=event.pk, job_id=event.job_id, policy=policy.VERSION)
        return record


class Annex(Fact):
    """The requester's personal data of one Record; the Record holds its salted digest and stays whole without it."""

    noted_by: ClassVar[str] = "system"

    record = PartOf(Record, ("sealed",), related_name="annexes")
    content = models.BinaryField()

    class Meta(Fact.Meta):
        verbose_name_plural = "annexes"
        constraints = [models.UniqueConstraint(fields=["record"], name="records_annex_record_key")]

    @classmethod
    def _enact(cls) -> None:
        """The law of a fact, but for what an erasure takes away."""
        super()._enact()
        cls._add(own_law("records_annex_erasure_law", "records/erasure.sql", "annex"))


class Erasure(Room):
    """The annex of a Record, or the files of its evidence, are erased because the law demands it; the Record is whole without them."""

    first = "erased"
    letter = "Z"
    zone = "records"
    title = "Erasure"
    open_to = ("qtm.oversee", "records.see_records")
    beside = True

    case_id = models.BigIntegerField(db_index=True)
    record = BornAmong(Record, "sealed", related_name="erasures")
    annex = models.BooleanField()
    files = models.BooleanField()

    class Meta(Room.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=models.Q(annex=True),
                name="records_erasure_annex_key",
                violation_error_message="The annex of this record was erased already.",
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=models.Q(files=True),
                name="records_erasure_files_key",
                violation_error_message="The files of this record were erased already.",
            ),
            models.CheckConstraint(
                condition=models.Q(annex=True) | models.Q(files=True), name="records_erasure_of_something"
            ),
            own_law("records_erasure_erasing_law", "records/erasure.sql", "erasure"),
        ]

    @property
    def page(self) -> str:
        """The certificate of its Record, which says what was erased."""
        return str(self.record.page)

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """Shut once both are gone."""
        done = list(row.erasures.all())
        both = any(each.annex for each in done) and any(each.files for each in done)
        return "Annex and files were erased." if both else ""

    @birth(
        Record,
        "sealed",
        label="Erase",
        says="The annex with what is the requester's own, or the original files, where the law demands it. Nothing brings them back.",
        codename="erase_record",
    )
    def erase(cls, record: Record, *, annex: bool, files: bool, reason: str) -> "Erasure":  # noqa: N805
        """Erase at once what the database holds, and have the files taken away as soon as that is committed."""
        give_reason(reason)
        row = cls.born(record=record, annex=annex, files=files)
        if files:
            EMPTYING.order(record.event_id)
        return row


class Signal(Room):
    """⭐: trust read from one sealed Record by policy; binary, and nobody's to give."""

    first = "active"
    letter = "S"
    zone = "records"
    title = "⭐ Signal"
    open_to = ("qtm.oversee", "records.see_records")
    born_by = "system"
    boundary = Boundary("the system, by policy", "trust is read from the Record, never given")

    case_id = models.BigIntegerField(db_index=True)
    record = BornOf(Record, "sealed", at_sealing=True, related_name="signal")
    event = models.OneToOneField(ServiceEvent, models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=20)

    class Meta(Room.Meta):
        constraints = [own_law("records_signal_execution_law", "records/law.sql")]
        indexes = [
            models.Index(
                fields=["state", "-record"], condition=~models.Q(state="active"), name="records_signal_not_standing"
            )
        ]

    @property
    def page(self) -> str:
        """The certificate of its Record, which says why it was given."""
        return str(self.record.page)

    @move(
        "active",
        "suppressed",
        no=True,
        label="Suppress",
        says="It is shown as suppressed and counted nowhere, until it is restored. The Record stays as it is.",
    )
    def suppress(self) -> None:
        """It stands no longer, for now."""

    @move("suppressed", "active", no=True, label="Restore", says="It stands again, as it was given.")
    def restore(self) -> None:
        """It stands again."""

    @move(
        ("active", "suppressed"),
        "revoked",
        no=True,
        label="Revoke",
        says="It is shown as revoked and counted nowhere, for ever. The Record stays as it is.",
    )
    def revoke(self) -> None:
        """It stands no longer, for good."""
