"""Intake: an Actor asks through a Funnel; the Request is what was asked, the Intake what is governed."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Greatest, Least

from qtm.law import own_law
from qtm.models import Operator, Surface, SurfaceVersion
from qtm.refusals import Invalid
from qtm.spine import BornOf, Boundary, Fact, PartOf, Room, move, note

CHANNELS = [
    ("web", "web form"),
    ("phone", "by phone"),
    ("in_person", "in person"),
    ("import", "import"),
    ("follow_on", "follow-on"),
    ("not_content", "not content"),
    ("correction", "correction"),
]
EVER = ("received", "submitted", "discarded")
NO_SUCH_CASE = "There is no such case here."


def unguessable() -> str:
    """A token of 192 random bits for a link that is its own key."""
    return secrets.token_urlsafe(24)


def own_language() -> str:
    """The language of who has said nothing else."""
    return str(settings.LETTER_LANGUAGE)


class Actor(Fact):
    """The person, business or system that asks; external: governs and executes nothing."""

    noted_by: ClassVar[str] = "system"

    kind = models.CharField(
        max_length=10, choices=[("person", "person"), ("business", "business"), ("system", "system")], default="person"
    )
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(kind="system"), name="intake_actor_system_key")
        ]

    def __str__(self) -> str:
        """The name given, or who it is in a word."""
        return self.name or f"a {self.kind}"

    @classmethod
    def system(cls, name: str) -> "Actor":
        """The system of that name, noted when it asks for the first time; of several at once one notes it."""
        known = cls.objects.filter(kind="system", name=name)
        try:
            with transaction.atomic():
                return known.first() or cls.noted(kind="system", name=name)
        except IntegrityError:
            return known.get()


class Funnel(models.Model):
    """An entry point: whose it is, what it offers, in which words, and whether it is open."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    words = models.TextField(max_length=1000, blank=True, help_text="What people read above the form.")
    operator = models.ForeignKey(
        Operator, models.PROTECT, null=True, blank=True, related_name="funnels", help_text="Empty: the network's own."
    )
    surfaces = models.ManyToManyField(Surface, related_name="funnels", blank=True)
    is_open = models.BooleanField("open", default=True)

    class Meta:
        default_permissions = ()
        permissions = [("keep_funnel", "Keep a funnel's words, surfaces and whether it is open")]
        ordering = ["name"]

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def owner(self) -> str:
        """Whose it is, in a word."""
        return str(self.operator) if self.operator_id else "the network"

    @property
    def shut(self) -> str:
        """Why nothing can be asked here now; empty where it is open."""
        if not self.is_open:
            return f"{self} is closed and takes no requests now."
        if self.operator and self.operator.state != "active":
            return f"{self.operator} takes no new requests now."
        return ""


class Request(Room):
    """What was asked, as it was asked; never edited."""

    first = "received"
    letter = "Q"
    zone = "intake"
    title = "Request"
    layer = "governor"
    seen_with = "intake.take_request"
    case_column = "id"
    born_by = "asker"
    boundary = Boundary(
        "open entry: web form, operator-managed intake page, import, a named system", "asking commits nobody"
    )

    actor = models.ForeignKey(Actor, models.PROTECT, related_name="requests")
    funnel = models.ForeignKey(Funnel, models.PROTECT, related_name="requests")
    surface = models.ForeignKey(Surface, models.PROTECT, related_name="requests")
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=12, choices=CHANNELS)
    asked = models.JSONField()
    language = models.CharField(max_length=12, default=own_language, db_default="en")  # in which they are written to
    key = models.CharField(max_length=120, unique=True)
    content = models.CharField(max_length=64)
    token = models.CharField(max_length=40, unique=True, default=unguessable)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followed_by")
    # The SHA-256 of the Record that it asks to correct, one of what it follows; for all others empty.
    corrects = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta(Room.Meta):
        permissions = [("take_request", "Take a request by phone or in person")]
        indexes = [
            models.Index(fields=["state", "since", "id"], name="intake_request_queue"),
            models.Index(fields=["corrects"], condition=~models.Q(corrects=""), name="intake_request_corrects"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel="correction", follows__isnull=False, corrects__regex="^[0-9a-f]{64}$")
                | (~models.Q(channel="correction") & models.Q(corrects="")),
                name="intake_request_correction",
            )
        ]

    @property
    def case_id(self) -> int:
        """A Request is its own case."""
        return int(self.pk)

    @move("received", "submitted", own_door=False, asker=True)
    def submit(self) -> None:
        """What was asked is complete; it goes on as Intake and Task."""

    @move(
        "received",
        "discarded",
        no=True,
        asker=True,
        label="Discard",
        says="Nothing follows from it. It stays on file as it was asked.",
    )
    def discard(self) -> None:
        """Nothing follows from what was asked."""

    @note(
        EVER,
        label="Add an internal note",
        says="For those who govern this case. The requester and the operators never read it.",
        layer="governor",
    )
    def annotate(self, *, text: str) -> "Note":
        """Note something for those who govern the case, whatever has become of it."""
        return Note.noted(request=self, text=text)

    @note(
        EVER,
        label="Same as another",
        says="Both cases show it from now on. It closes neither of them.",
        layer="governor",
    )
    def liken(self, *, other: "Request", why: str) -> "SameAs":
        """Say that another case is about the same thing; what is done about it is decided apart."""
        if other.pk == self.pk:
            raise Invalid({"other": "A case is not the same as itself."})
        if other.governor_id != self.governor_id:
            raise Invalid({"other": NO_SUCH_CASE})
        return SameAs.noted(request=self, other=other, why=why)


class Note(Fact):
    """Something that those who govern a case tell each other, and nobody else."""

    request = PartOf(Request, EVER, related_name="notes")
    text = models.TextField(max_length=2000)

    class Meta(Fact.Meta):
        ordering = ["id"]


class SameAs(Fact):
    """That two cases of the same layer are about the same thing, and why it is thought so; it moves neither."""

    request = PartOf(Request, EVER, related_name="likened")
    other = models.ForeignKey(Request, models.PROTECT, related_name="likened_to")
    why = models.TextField(max_length=1000)

    class Meta(Fact.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                Least("request", "other"),
                Greatest("request", "other"),
                name="intake_sameas_pair_key",
                violation_error_message="It is said already that these two are the same.",
            ),
            own_law("intake_sameas_own_law", "intake/same.sql"),
        ]


class Intake(Room):
    """What was asked in governed form: checked against a version of its surface, and frozen."""

    first = "stored"
    letter = "I"
    zone = "intake"
    title = "Intake"
    layer = "governor"
    seen_with = "intake.take_request"
    born_by = "system"

    case_id = models.BigIntegerField(db_index=True)
    request = BornOf(Request, {"submitted": ["stored"]}, same=["governor", "funnel"], related_name="intake")
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(SurfaceVersion, models.PROTECT, related_name="+")
    funnel = models.ForeignKey(Funnel, models.PROTECT, related_name="+")
    summary = models.CharField(max_length=200)
    tier = models.CharField(max_length=40, blank=True)
    answers = models.JSONField(default=dict)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    place = models.CharField(max_length=250, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    wished = models.DateTimeField(null=True)
    description = models.TextField(max_length=4000, blank=True)

    class Meta(Room.Meta):
        constraints = [own_law("intake_intake_routing_law", "intake/law.sql")]
