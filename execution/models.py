"""Execution: a Job is created by one explicit act, claimed by an operator, and carried out in a ServiceEvent."""

from functools import cached_property
from typing import Any

from django.db import models
from django.db.models.functions import MD5
from django.urls import reverse

from execution.capture import keep, refuse_again
from execution.documents import ENDINGS
from execution.feed import Feed
from execution.hand import Hand
from execution.job import Job, kept_out
from execution.kinds import KINDS
from execution.missing import Missing, missing_of
from execution.originals import Download
from execution.renditions import Rendition
from execution.tasks import order
from execution.travel import RESTS, Travelled
from qtm.acts import present_act
from qtm.law import own_law
from qtm.models import Membership, Operator, SurfaceVersion, User
from qtm.refusals import Conflict, Forbidden, Invalid
from qtm.runtime import EVIDENCE_KINDS, Place, places
from qtm.spine import ACTIVE, WORKING, BornAmong, Boundary, Fact, PartOf, Room, Verb, birth, move, note

__all__ = [
    "PAID",
    "UNDER_WAY",
    "Download",
    "Evidence",
    "Feed",
    "Hand",
    "Job",
    "Rendition",
    "ServiceEvent",
    "StageMark",
    "Travel",
]

DIGEST = "^[0-9a-f]{64}$"
LIVING = ["ready", "in_progress", "paused", "completed"]
UNDER_WAY = ["ready", "in_progress", "paused"]
NOT_NEXT = "There is no next part to open: one opens once the part before it is completed, until the last."
PAID = [("", "not said"), ("paid", "paid"), ("unpaid", "not paid")]


class ServiceEvent(Travelled):
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
    part = models.CharField(max_length=40, blank=True)  # its code in the surface's sequence, where there is one
    final = models.BooleanField(default=False)  # completed, and nothing of its Job follows
    outcome = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    remark = models.TextField(max_length=4000, blank=True)
    paid = models.CharField(max_length=10, blank=True, choices=PAID)

    class Meta(Room.Meta):
        permissions = [("capture_evidence", "Capture evidence")]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "part"], condition=~models.Q(state="abandoned"), name="execution_serviceevent_one_living"
            ),
            models.UniqueConstraint(
                fields=["job"], condition=models.Q(state__in=UNDER_WAY), name="execution_serviceevent_under_way_one"
            ),
            own_law("execution_completing_law", "execution/law.sql"),
        ]
        indexes = [
            models.Index(fields=["operator", "worker", "state", "since"], name="execution_event_desk"),
            models.Index(fields=["since", "id"], condition=models.Q(state__in=UNDER_WAY), name="execution_event_queue"),
            models.Index(
                fields=["job"], condition=models.Q(state="completed", final=True), name="execution_event_final"
            ),
            models.Index(
                fields=["job"], condition=models.Q(state="completed", final=False), name="execution_event_part"
            ),
        ]

    @property
    def page(self) -> str:
        """Where its Job is carried out."""
        return reverse("job", args=[self.job_id])

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """The next part only once the one before it is completed; travel once a rest; and as the operator's access allows."""
        if verb.name == "open_next" and row.ahead is None:
            return NOT_NEXT
        travel = row.travel_shut.get(verb.name, "") if verb.name in {"set_off", "arrive"} else ""
        # Who may not start sets off in vain.
        asked = cls.verbs["start"] if verb.name == "set_off" and row.state == "ready" else verb
        return travel or kept_out(cls, asked, row)

    @classmethod
    def concerns(cls, verb: Verb, row: Any) -> bool:
        """A next part is opened only of what is claimed, and as long as one can follow."""
        return verb.name != "open_next" or (row.state == "claimed" and row.following is not None)

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
        job.event = cls.born(job=job, worker_id=user_id, part=job.version.reads.first_part)
        return job.event  # type: ignore[no-any-return]

    @birth(
        Job,
        "claimed",
        label="Open the next part",
        button="Open {row.ahead_words}",
        says="It is yours to carry out. Nothing of it has started yet.",
        codename="open_serviceevent",
        primary=True,
    )
    def open_next(cls, job: Job) -> "ServiceEvent":  # noqa: N805
        """Open the next part of a claimed Job, for oneself: whoever carried out the one before does, or an owner."""
        if job.event:
            job.event.refuse_others()
        if job.ahead is None:
            raise Conflict(job.event, sentence=NOT_NEXT)
        job.event = cls.born(job=job, worker_id=present_act().user_id, part=job.ahead.code)
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

    @move(
        "in_progress",
        "completed",
        own_door=False,
        access=WORKING,
        writes=("outcome", "reason", "remark", "paid", "final"),
    )
    def complete(self, *, outcome: str, reason_code: str = "", remark: str = "", paid: str = "") -> None:
        """Work has ended with an outcome, done or not."""
        self._refuse_unknown(outcome, reason_code)
        self.outcome, self.reason, self.remark, self.paid = outcome, reason_code, remark, paid
        self.final = self.version.reads.ends(self.part, outcome)

    @note("in_progress", label="Add evidence", access=WORKING, codename="capture_evidence")
    def capture(
        self, *, stage: str, category: str, kind: str = "note", item: str = "", **given: Any
    ) -> list["Evidence"]:
        """Note evidence in a slot of the surface; what is `given` is for its kind to check, and files are kept before that."""
        slot = {"stage": stage, "kind": kind, "category": category, "item": item}
        here = self._place(**slot).slot
        pieces = KINDS[kind].pieces(here, **given)
        if here.newest_counts:
            refuse_again(self.evidence.filter(**slot).last(), pieces[-1])
        keep(self.evidence, pieces)
        noted = [Evidence.noted(event=self, **slot, **piece.columns()) for piece in pieces]
        for piece in noted:
            if piece.is_picture:
                order(piece.sha256)
        return noted

    @property
    def places(self) -> list[Place]:
        """Where evidence is put: the slots of the surface, each once or for each of what the requester chose."""
        return places(self.version.reads, self.job.context["answers"], self.part)

    def _place(self, **slot: str) -> Place:
        """The place that is meant; `Invalid` (422) where there is none."""
        sought = "/".join(filter(None, (slot[name] for name in ("stage", "kind", "category", "item"))))
        found = next((place for place in self.places if place.code == sought), None)
        if found is None:
            raise Invalid({"slot": f"{self.version.reads.name} takes no such evidence here."})
        return found

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
        found = next((each for each in self.version.reads.outcomes_of(self.part) if each.code == outcome), None)
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
    """A piece of evidence, captured for a stage and where it is owed for each for one area; the bytes of a file are kept once under their SHA-256."""

    event = PartOf(ServiceEvent, ("in_progress",), related_name="evidence")
    stage = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in EVIDENCE_KINDS])
    category = models.CharField(max_length=40)
    item = models.CharField(max_length=40, blank=True)
    value = models.JSONField(null=True)
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
                violation_error_message="This file is in this job already: each shows something of its own.",
            ),
            models.UniqueConstraint(
                "event",
                "stage",
                "category",
                "item",
                MD5("text"),
                condition=models.Q(kind="note"),
                name="execution_evidence_note_key",
                violation_error_message="This note stands there already.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="photo", sha256__regex=DIGEST, value__isnull=True)
                | models.Q(kind="note", sha256="", value__isnull=True) & ~models.Q(text="")
                | models.Q(kind__in=["measurement", "checklist"], sha256="", value__isnull=False)
                | models.Q(kind="signature", sha256__regex=f"^$|{DIGEST}", value__isnull=False)
                | models.Q(kind="file", sha256__regex=DIGEST, value__isnull=True, media_type__in=list(ENDINGS)),
                name="execution_evidence_piece",
            ),
        ]

    @property
    def is_picture(self) -> bool:
        """Whether there is something of it to look at: a photo, or a signature that was drawn."""
        return self.media_type.startswith("image/")


class Travel(Fact):
    """Somebody is on the way to the work, or is there: once each while the work rests."""

    event = PartOf(ServiceEvent, RESTS, related_name="travels")
    rest = models.DateTimeField()  # since when it rests; the law knows of no other rest than the present one
    arrived = models.BooleanField(default=False)

    class Meta(Fact.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "rest", "arrived"],
                name="execution_travel_rest_key",
                violation_error_message="This was said already.",
            ),
            own_law("execution_travel_going_law", "execution/travel.sql"),
        ]
