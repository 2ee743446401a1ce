"""What every zone stands on: people and operators here, surfaces and the log beside them."""

import secrets
from functools import cached_property
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from qtm.applications import Application
from qtm.blocked.model import Blocked
from qtm.invitation import Invitation
from qtm.law import own_law
from qtm.letters.model import Letter, SentAgain
from qtm.overview.models import Day, Snapshot
from qtm.receipts import Receipt
from qtm.refusals import Conflict
from qtm.roles import OPERATOR_PERMISSIONS, grant, withdraw_grants
from qtm.spine import WORKING, Fact, Room, Verb, birth, move
from qtm.standing import Standing, standing_of
from qtm.surface import Surface, SurfaceVersion
from qtm.transition import Transition
from qtm.waits import Wait
from qtm.working import Capability, DayOff, Hours

# Django looks for models here; the small ones live beside what they are for.
__all__ = [
    "Application",
    "Attempt",
    "Blocked",
    "Capability",
    "Day",
    "DayOff",
    "Hours",
    "Invitation",
    "Letter",
    "Membership",
    "Operator",
    "PersonNote",
    "Receipt",
    "SentAgain",
    "Snapshot",
    "Surface",
    "SurfaceVersion",
    "Transition",
    "User",
    "Wait",
    "called",
]


def called(*, first_name: str, last_name: str, username: str) -> str:
    """What people read for a person: the full name, or the one to sign in with."""
    return f"{first_name} {last_name}".strip() or username


def new_key() -> str:
    """A key of 256 bits in hexadecimal."""
    return secrets.token_hex(32)


class User(AbstractUser):
    """A person who signs in."""

    # With it their own phone locks what waits there to be sent; it stands on the pages of whoever is signed in, and nowhere else.
    device_key = models.CharField(max_length=64, default=new_key, editable=False)

    class Meta(AbstractUser.Meta):
        permissions = [
            ("oversee", "Read every case of every layer"),
            ("keep_people", "Invite people, keep members"),
            ("keep_roles", "Give and take roles on the network"),
            ("keep_surfaces", "Publish versions of surfaces"),
        ]

    def __str__(self) -> str:
        """The name that people read."""
        return called(first_name=self.first_name, last_name=self.last_name, username=self.username)

    @cached_property
    def standing(self) -> Standing:
        """What this person may do and by what, read once a request."""
        return standing_of(self)

    def anew(self) -> Self:
        """The same person, whose standing is read again: what held when the request came may have ended since."""
        self.__dict__.pop("standing", None)
        return self

    def authority_for(self, row: Any, room: Any, verb: Verb) -> str:
        """The permission and the role or grant by which this person may do a verb to a row; empty where they may not."""
        return self.standing.authority(row, room, verb)


class Operator(Room):
    """A business on the network, with its access state."""

    first = "pending_review"
    letter = "O"
    zone = "qtm"
    title = "Operator"
    case_column = ""
    open_to = ("qtm.keep_people", "qtm.accept_operator")
    amendable = ("name", "phone", "email", "address", "about", "latitude", "longitude")

    name = models.CharField(max_length=120, unique=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=250, blank=True)
    about = models.TextField(max_length=2000, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Room.Meta):
        ordering = ["name"]
        permissions = [*OPERATOR_PERMISSIONS]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__isnull=False, latitude__range=(-90, 90))
                & models.Q(longitude__isnull=False, longitude__range=(-180, 180)),
                name="qtm_operator_position",
                violation_error_message="Give latitude and longitude both, in degrees, or neither.",
            )
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def page(self) -> str:
        """Its own page, as it belongs to no case."""
        return reverse("operator", args=[self.pk])

    @birth(
        Application,
        "received",
        label="Take in",
        says="An operator is put on file with what it says of itself, to be reviewed. Access is opened later, by an admin.",
        primary=True,
        lands=True,
    )
    def take_in(cls, application: Application, name: str) -> Self:  # noqa: N805
        """An application becomes an operator; what it says that it can do is its claim, noted as such."""
        details = {field: getattr(application, field) for field in ("phone", "email", "address")}
        made = cls.born(name=name, about=application.words, **details)
        application.be_taken_in(made)
        if claimed := list(Surface.objects.filter(code__in=application.surfaces)):
            names = ", ".join(each.name for each in claimed)
            PersonNote.noted(operator=made, said=f"said what they can do, in {application.reference}: {names}"[:300])
            Capability.objects.bulk_create(Capability(operator=made, surface=each) for each in claimed)
        return made

    @move(
        "pending_review",
        "pending_activation",
        label="Accept",
        says="The review is done; access opens with the activation.",
        primary=True,
    )
    def accept(self) -> None:
        """The review says yes; nothing is opened yet."""

    @move(
        "pending_activation",
        "active",
        label="Activate",
        says="They can be assigned work, and see their Desk.",
        primary=True,
    )
    def activate(self) -> None:
        """Access opens."""

    @move("active", "limited", no=True, label="Limit", says="They finish what is in progress and take nothing new.")
    def limit(self) -> None:
        """Only what is in progress goes on."""

    @move("limited", "active", label="Lift the limit", says="They take new work again.", primary=True)
    def lift(self) -> None:
        """The limit ends."""

    @move(
        WORKING,
        "suspended",
        no=True,
        label="Suspend",
        says="They see a page that says so, and nothing else.",
    )
    def suspend(self) -> None:
        """Access closes."""

    @move("suspended", "limited", label="Reinstate with limits", says="They may finish what is in progress.")
    def reinstate(self) -> None:
        """Access opens again as far as finishing goes."""


class Membership(models.Model):
    """A person's place in an operator, as owner or worker; one at a time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=[("owner", "Owner"), ("worker", "Worker")])
    joined_at = models.DateTimeField(db_default=Now(), editable=False)
    left_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(left_at=None), name="qtm_membership_one_living"
            ),
            own_law("qtm_membership_law", "qtm/ground.sql", "membership"),
        ]

    def __str__(self) -> str:
        """Such as "owner of Northside Detailing"."""
        return f"{self.role} of {self.operator}"

    @property
    def page(self) -> str:
        """The page of who it is."""
        return reverse("person", args=[self.user_id])

    @classmethod
    def join(cls, user: User, operator: Operator, role: str) -> Self:
        """Make a person a member, with the grants of the role on the operator's row."""
        made = cls.objects.create(user=user, operator=operator, role=role)
        grant(user, operator, role)
        return made

    def leave(self) -> None:
        """End the membership, once, and withdraw its grants."""
        if not type(self).objects.filter(pk=self.pk, left_at=None).update(left_at=Now()):
            raise Conflict(sentence="This membership has ended or changed already.")
        withdraw_grants(self.user, self.operator)


class PersonNote(Fact):
    """What was done to a person's access, or said of an operator: by whom and when is the database's to say."""

    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="notes")
    operator = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="notes")
    said = models.CharField(max_length=300)

    class Meta(Fact.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        """What was done."""
        return self.said


class Attempt(models.Model):
    """Something tried a short while ago, such as a sign-in that failed: counted by place and by name, and then forgotten."""

    kind = models.CharField(max_length=20)
    place = models.CharField(max_length=45)
    name_hmac = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["kind", "place"], name="qtm_attempt_place"),
            models.Index(fields=["kind", "name_hmac"], name="qtm_attempt_name"),
            models.Index(fields=["kind", "at"], name="qtm_attempt_at"),
        ]

    def __str__(self) -> str:
        """Of what kind, from where, and when."""
        return f"{self.kind} from {self.place} at {self.at}"
