"""Execution: a Job is created by one explicit act, claimed by an operator, and carried out in a ServiceEvent."""

from typing import Any

from django.db import connection, models

from governance.models import Assignment
from qtm.acts import present_act
from qtm.law import DIGEST, FileLaw, HERE, digest
from qtm.models import Membership, Operator, SurfaceVersion, User
from qtm.refusals import Forbidden, Invalid
from qtm.spine import ACTIVE, WORKING, BornAmong, BornOf, Boundary, Fact, PartOf, Room, birth, move, note

LIVING = ["ready", "in_progress", "paused", "completed"]
PAID = [("", "not said"), ("paid", "paid"), ("unpaid", "not paid")]


class Job(Room):
    """The executable work container; it carries all the context of what was asked."""

    first = "queued"
    letter = "J"
    zone = "execution"
    title = "Job"
    layer = "operator"
    seen_with = "governance.see_console"
    access = ACTIVE
    boundary = Boundary("explicit Create Job handoff", "assignment does not create executable work by itself", queue="To create job")

    case_id = models.BigIntegerField(db_index=True)
    assignment = BornOf(Assignment, {"handed_off": []}, same=["governor", "version", "operator", "worker"], related_name="job")
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(SurfaceVersion, models.PROTECT, related_name="+")
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    worker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    context = models.JSONField()

    class Meta(Room.Meta):
        indexes = [models.Index(fields=["operator", "state", "since", "id"], name="execution_job_desk")]

    @birth(
        Assignment,
        "active",
        label="Create Job",
        button="Create Job for {row.operator}",
        says="Puts it on their Desk with everything on this page. One way: it cannot be taken back into review.",
        codename="create_job",
        layer="governor",
        primary=True,
    )
    def create(cls, assignment: Assignment) -> "Job":  # noqa: N805
        """Create Job: the explicit, one-way handoff from governance into execution."""
        assignment.hand_off()
        return cls.born(assignment=assignment, context=context_of(assignment))  # type: ignore[attr-defined,no-any-return]

    @move("queued", "claimed", own_door=False, access=ACTIVE)
    def be_claimed(self) -> None:
        """A ServiceEvent is born of it."""

    @move("claimed", "queued", no=True, label="Release", says="It goes back to the queue, for somebody else of yours to claim.", access=WORKING)
    def release(self) -> None:
        """Give it back before it was started."""
        event = self.events.filter(state="ready").first()
        if event is None:
            raise Invalid({"reason": "It has been started, and what was started is completed, with whatever outcome."})
        event.abandon()

    @move("claimed", "completed", label="Complete the job", says="Your part is done. The record is sealed already.", access=WORKING, primary=True)
    def complete(self) -> None:
        """The operator's own word that the Job is done, after its ServiceEvent."""

    @move("queued", "cancelled", no=True, layer="governor", label="Cancel the job", says="It leaves the Desk. Task and assignment stay as they are.")
    def cancel(self) -> None:
        """Take a queued Job off the Desk; it reopens nothing."""


def context_of(assignment: Assignment) -> dict[str, Any]:
    """What crosses into execution: the Intake with its corrections, and what was said at assignment."""
    task = assignment.task
    intake = task.intake
    facts = {name: getattr(intake, name) for name in ("summary", "tier", "name", "phone", "email", "place", "description")}
    facts |= {
        "wished": intake.wished.isoformat() if intake.wished else "",
        "latitude": str(intake.latitude) if intake.latitude is not None else "",
        "longitude": str(intake.longitude) if intake.longitude is not None else "",
    }
    facts |= {each.field: each.becomes for each in task.corrections.all()}
    return {**facts, "answers": intake.answers, "note": assignment.note}


class ServiceEvent(Room):
    """The execution runtime container: whether work has started, its stages, its evidence, its outcome."""

    first = "ready"
    letter = "E"
    zone = "execution"
    title = "ServiceEvent"
    layer = "operator"
    seen_with = "governance.see_console"
    access = ACTIVE
    living = ("outcome", "reason", "remark", "paid")
    boundary = Boundary("operator-initiated claim/start path", "operator execution begins from job state", queue="Waiting for claim")

    case_id = models.BigIntegerField(db_index=True)
    job = BornAmong(Job, {"claimed": LIVING, "completed": ["completed"]}, same=["version", "operator"], related_name="events")
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
            models.UniqueConstraint(fields=["job"], condition=~models.Q(state="abandoned"), name="execution_serviceevent_one_living"),
            FileLaw(name="execution_completing_law", said={"path": "execution/law.sql", "digest": digest(HERE.parent / "execution" / "law.sql")}),
        ]
        indexes = [models.Index(fields=["operator", "worker", "state", "since"], name="execution_event_desk")]

    @birth(Job, "queued", label="Claim", says="It is yours to carry out. Nothing has started yet.", codename="claim_job", primary=True)
    def claim(cls, job: Job) -> "ServiceEvent":  # noqa: N805
        """Claim a queued Job: it is this person's to carry out."""
        user_id = present_act().user_id
        if job.worker_id not in (None, user_id) and not _owns(user_id, job.operator_id):
            raise Forbidden(f"This job was given to {job.worker}; they claim it, or an owner in their place.")
        job.be_claimed()
        return cls.born(job=job, worker_id=user_id)  # type: ignore[attr-defined,no-any-return]

    def _guard(self, verb: Any, reason: str) -> None:
        """Besides what every room asks: it is carried on by who claimed it, or by an owner."""
        super()._guard(verb, reason)
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

    @move("in_progress", "completed", own_door=False, access=WORKING)
    def complete(self, *, outcome: str, reason_code: str = "", remark: str = "", paid: str = "") -> None:
        """Work has ended with an outcome, done or not."""
        self._refuse_incomplete(outcome, reason_code)
        self.outcome, self.reason, self.remark, self.paid = outcome, reason_code, remark, paid

    @note("in_progress", label="Capture", access=WORKING, codename="capture_evidence")
    def capture(self, **piece: Any) -> "Evidence":
        """Note a piece of evidence: a photo or a note, for a stage."""
        return Evidence.objects.create(event=self, **piece)

    @note("in_progress", label="Stage done", access=WORKING, codename="capture_evidence")
    def mark(self, *, stage: str) -> "StageMark":
        """Note that a stage is done."""
        return StageMark.objects.create(event=self, stage=stage)

    def missing(self) -> list["Missing"]:
        """What the surface requires and is not there yet, as the database sees it."""
        return missing_of(self.pk)

    def _refuse_incomplete(self, outcome: str, reason_code: str) -> None:
        """The page's own words for what the completing law will ask again."""
        runtime = self.version.reads
        found = next((each for each in runtime.outcomes if each.code == outcome), None)
        if found is None:
            raise Invalid({"outcome": "Choose how it ended."})
        if found.completes and (missing := self.missing()):
            raise Invalid({"outcome": f"Still needed: {'; '.join(each.words(runtime) for each in missing)}."})
        if found.reasons and reason_code not in {each.code for each in found.reasons}:
            raise Invalid({"reason_code": "Choose the reason."})


def _owns(user_id: int | None, operator_id: int) -> bool:
    """Whether a person is an owner of an operator."""
    return Membership.objects.filter(user=user_id, operator=operator_id, role="owner", left_at=None).exists()


class Missing:
    """One thing that a ServiceEvent still lacks: `kind` is photo, note or stage."""

    __slots__ = ("category", "have", "kind", "needed", "stage")

    def __init__(self, stage: str, kind: str, category: str, needed: int, have: int) -> None:
        """As the database's function answers."""
        self.stage, self.kind, self.category, self.needed, self.have = stage, kind, category, needed, have

    def words(self, runtime: Any) -> str:
        """What is missing, as a person would say it."""
        stage = runtime.stage(self.stage)
        if self.kind == "stage":
            return f"{stage.label} marked as done"
        label = next(each.label for each in stage.evidence if (each.kind, each.category) == (self.kind, self.category))
        count = self.needed - self.have
        return f"{count} {self.kind}{'s' if count > 1 else ''} of {label}"


def missing_of(event_id: int) -> list[Missing]:
    """Ask the one function that the completing law asks too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stage, kind, category, needed, have FROM evidence_missing(%s)", [event_id])
        return [Missing(*row) for row in cursor.fetchall()]


class StageMark(Fact):
    """A stage of the surface that is done: which, by whom and when."""

    event = PartOf(ServiceEvent, ("in_progress",), related_name="marks")
    stage = models.CharField(max_length=40)

    class Meta(Fact.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["event", "stage"], name="execution_stagemark_stage_key")]


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

    class Meta(Fact.Meta):
        ordering = ["id"]
