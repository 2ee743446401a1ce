"""Applications: a business that would like to work on the network says so by itself; a person takes it in as an operator, or declines."""

from typing import Any

from django.db import models
from django.urls import reverse

from qtm.spine import Room, move


class Application(Room):
    """What a business said of itself when it applied, as it was said; it stays on file, taken in or declined."""

    first = "received"
    letter = "P"
    zone = "qtm"
    title = "Application"
    case_column = ""
    born_by = "system"  # it came by a public form: nobody who is known did it
    open_to = ("qtm.keep_people",)

    name = models.CharField(max_length=120)
    contact = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=250)
    surfaces: Any = models.JSONField(default=list)  # the codes of those that it says it can do
    words = models.TextField(max_length=2000, blank=True)
    key = models.CharField(max_length=32, editable=False)  # of its form: one form makes one application
    operator = models.OneToOneField(
        "qtm.Operator", models.PROTECT, null=True, editable=False, related_name="application"
    )

    class Meta(Room.Meta):
        indexes = [models.Index(fields=["state", "since", "id"], name="qtm_application_waits")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="qtm_application_key",
                violation_error_message="This application is on file already.",
            ),
            models.CheckConstraint(condition=~models.Q(phone="", email=""), name="qtm_application_can_be_answered"),
            models.CheckConstraint(
                condition=models.Q(state="taken_in", operator__isnull=False)
                | models.Q(operator=None) & ~models.Q(state="taken_in"),
                name="qtm_application_taken_in",
            ),
        ]

    @property
    def about(self) -> str:
        """Who applied."""
        return self.name

    @property
    def page(self) -> str:
        """Its own page, as it belongs to no case."""
        return reverse("application", args=[self.pk])

    @move("received", "taken_in", own_door=False, writes=("operator",))
    def be_taken_in(self, operator: Any) -> None:
        """It became an operator."""
        self.operator = operator

    @move(
        "received", "declined", no=True, label="Decline", says="It stays on file with the reason. Nobody is written to."
    )
    def decline(self) -> None:
        """The network says no."""
