"""Execution: a Job is created by one explicit act, claimed by an operator, and carried out in a ServiceEvent."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models.functions import MD5
from django.urls import reverse

from execution import files
from execution.capture import note_for, photos_for
from execution.job import Job, kept_out
from execution.missing import Missing, missing_of
from execution.originals import Download
from execution.renditions import Rendition
from execution.tasks import order
from qtm.acts import present_act
from qtm.law import own_law
from qtm.models import Membership, Operator, SurfaceVersion, User
from qtm.refusals import Forbidden, Invalid
from qtm.runtime import Unknown
from qtm.spine import ACTIVE, WORKING, BornAmong, Boundary, Fact, PartOf, Room, Verb, birth, move, note

__all__ = ["PAID", "UNDER_WAY", "Download", "Evidence", "Job", "Rendition", "ServiceEvent", "StageMark"]

LIVING = ["ready", "in_progress", "paused", "completed"]
UNDER_WAY = ["ready", "in_progress", "paused"]
PAID = [("", "not said"), ("paid", "paid"), ("unpaid", "not paid")]


class ServiceEvent(Room):
    """The execution runtime container: whether work has started, its stages, its evidence, its outcome."""

    first = "ready"
    letter = "E"
    zone = "execution"
    title = "ServiceEvent"
    layer = "operator"
    access = ACTIVE
    boundary = Boundary("operator-initiated claim/start path", "operator execution begins from job state")

    case_id = models.BigIntegerField(db_index=True)
    job = BornAmong(
        Job, {"claimed": LIVING, "completed": ["completed"]}, same=["version", "operator"], related_name="events"
    )
    version = models.ForeignKey(SurfaceVersion, models.PROTECT, related_name="+")
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    worker = models.ForeignKey(User, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    remark = models.TextField(max_length=4000, blank=True)
    paid = models.CharField(max_length=10, blank=True, choices=PAID)

    class Meta(Room.Meta):
        permissions = [("capture_evidence", "Capture evidence")]
        constraints = [
            models.UniqueConstraint(
                fields=["job"], condition=~models.Q(state="abandoned"), name="execution_serviceevent_one_living"
            ),
            own_law("execution_completing_law", "execution/law.sql"),
        ]
        indexes = [
            models.Index(fields=["operator", "worker", "state", "since"], name="execution_event_desk"),
            models.Index(fields=["since", "id"], condition=models.Q(state__in=UNDER_WAY), name="execution_event_queue"),
            models.Index(fields=["job"], condition=models.Q(state="completed"), name="execution_event_completed"),
        ]

    @property
    def page(self) -> str:
        """Where its Job is carried out."""
        return reverse("job", args=[self.job_id])

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """As the operator's access allows."""
        return kept_out(cls, verb, row)

    @birth(
        Job,
        "queued",
        label="Claim",
        says="It is yours to carry out. Nothing has started yet.",
        codename="claim_job",
        primary=True,
    )
    def claim(cls, job: Job) -> "ServiceEvent":  # noqa: N805
        """Claim a queued Job: it is this person's to carry out."""
        user_id = present_act().user_id
        if job.worker_id not in (None, user_id) and not _owns(user_id, job.operator_id):
            raise Forbidden(f"This job was given to {job.worker}; they claim it, or an owner in their place.")
        job.be_claimed()
        job.event = cls.born(job=job, worker_id=user_id)
        return job.event  # type: ignore[no-any-return]

    def _guard(self, verb: Verb, reason: str) -> None:
        """Besides what every room asks: it is carried on by who claimed it, or by an owner."""
        super()._guard(verb, reason)
        self.refuse_others()

    def refuse_others(self) -> None:
        """Whoever acts now has claimed it, or is an owner; `Forbidden` (403) otherwise."""
        user_id = present_act().user_id
        if user_id != self.worker_id and not _owns(user_id, self.operator_id):
            raise Forbidden(f"{self.worker} claimed this; they carry it on, or an owner does.")

    @move("ready", "in_progress", label="Start", says="The work has started, from now.", access=ACTIVE, primary=True)
    def start(self) -> None:
        """Work begins."""

    @move("in_progress", "paused", label="Pause", says="The work rests until you go on.", access=WORKING)
    def pause(self) -> None:
        """Work rests."""

    @move("paused", "in_progress", label="Go on", says="The work goes on.", access=WORKING, primary=True)
    def resume(self) -> None:
        """Work goes on."""

    @move("ready", "abandoned", own_door=False, no=True)
    def abandon(self) -> None:
        """Its Job was released before any work."""

    @move("in_progress", "completed", own_door=False, access=WORKING, writes=("outcome", "reason", "remark", "paid"))
    def complete(self, *, outcome: str, reason_code: str = "", remark: str = "", paid: str = "") -> None:
        """Work has ended with an outcome, done or not."""
        self._refuse_unknown(outcome, reason_code)
        self.outcome, self.reason, self.remark, self.paid = outcome, reason_code, remark, paid

    @note("in_progress", label="Add evidence", access=WORKING, codename="capture_evidence")
    def capture(
        self, *, stage: str, category: str, kind: str = "note", text: str = "", photos: Sequence[files.Photo] = ()
    ) -> list["Evidence"]:
        """Note a piece of evidence in a slot of the surface: a note, or photos that were checked and are now kept."""
        try:
            self.version.reads.evidence(stage, kind, category)
        except Unknown as unknown:
            raise Invalid({"slot": str(unknown)}) from None
        slot = {"stage": stage, "kind": kind, "category": category}
        pieces = photos_for(self.evidence, photos) if kind == "photo" else [note_for(text)]
        noted = [Evidence.noted(event=self, **slot, **piece) for piece in pieces]
        for piece in filter(lambda each: each.sha256, noted):
            order(piece.sha256)
        return noted

    @note("in_progress", label="Stage done", access=WORKING, codename="capture_evidence")
    def mark(self, *, stage: str) -> "StageMark":
        """Note that a stage is done; the database refuses it while what the stage requires is not there."""
        return StageMark.noted(event=self, stage=stage)

    @cached_property
    def lacks(self) -> list["Missing"]:
        """What is missing, asked once for a page."""
        return self.missing()

    def missing(self) -> list["Missing"]:
        """What the surface requires and is not there yet, as the database sees it."""
        return missing_of(self.pk)

    def _refuse_unknown(self, outcome: str, reason_code: str) -> None:
        """An ending is one of the surface's; whether all that it requires is there is asked by the database."""
        found = next((each for each in self.version.reads.outcomes if each.code == outcome), None)
        if found is None:
            raise Invalid({"outcome": "Choose how it ended."})
        if (found.reasons or reason_code) and reason_code not in {each.code for each in found.reasons}:
            raise Invalid(
                {"reason_code": "Choose one of its own reasons." if found.reasons else "This outcome takes no reason."}
            )


def _owns(user_id: int | None, operator_id: int) -> bool:
    """Whether a person is an owner of an operator."""
    return Membership.objects.filter(user=user_id, operator=operator_id, role="owner", left_at=None).exists()


class StageMark(Fact):
    """A stage of the surface that is done: which, by whom and when."""

    event = PartOf(ServiceEvent, ("in_progress",), related_name="marks")
    stage = models.CharField(max_length=40)

    class Meta(Fact.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "stage"],
                name="execution_stagemark_stage_key",
                violation_error_message="This stage is marked as done already.",
            )
        ]


class Evidence(Fact):
    """A photo or a note, captured for a stage; its bytes are kept once under their SHA-256."""

    event = PartOf(ServiceEvent, ("in_progress",), related_name="evidence")
    stage = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=[("photo", "photo"), ("note", "note")])
    category = models.CharField(max_length=40)
    text = models.TextField(max_length=4000, blank=True)
    name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    media_type = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    # What the device says of itself; what the server knows is `at`.
    claimed_at = models.CharField(max_length=40, blank=True, default="", db_default="")
    claimed_latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    claimed_longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta(Fact.Meta):
        verbose_name_plural = "evidence"
        permissions = [("take_originals", "Take the original files of photos")]
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "sha256"],
                condition=~models.Q(sha256=""),
                name="execution_evidence_photo_key",
                violation_error_message="This picture is in this job already: each shows something of its own.",
            ),
            models.UniqueConstraint(
                "event",
                "stage",
                "category",
                MD5("text"),
                condition=models.Q(kind="note"),
                name="execution_evidence_note_key",
                violation_error_message="This note stands there already.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="photo", sha256__regex="^[0-9a-f]{64}$")
                | models.Q(kind="note", sha256="") & ~models.Q(text=""),
                name="execution_evidence_piece",
            ),
        ]
