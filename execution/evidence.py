"""What is noted of a ServiceEvent while it is carried out: evidence, stages that are done, and the way there."""

from django.db import models
from django.db.models.functions import MD5

from execution.documents import ENDINGS
from execution.event import ServiceEvent
from execution.travel import RESTS
from qtm.law import own_law
from qtm.runtime import EVIDENCE_KINDS
from qtm.spine import Fact, PartOf

DIGEST = "^[0-9a-f]{64}$"


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
    def erased(self) -> bool:
        """Whether its file was erased; what was noted of it stays."""
        return hasattr(self.event, "emptied")

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
