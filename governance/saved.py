"""Saved views: a filter with its queue under a name, for oneself, for one's team, or for everybody who is let into that place."""

from django.db import models
from django.urls import reverse

from qtm.models import Operator, User

SHARED = [("me", "Only me"), ("team", "My team"), ("all", "Everybody here")]


class SavedView(models.Model):
    """A filter under a name; it belongs to the network's place or to an operator's, and leads nowhere that one may not look."""

    name = models.CharField(max_length=60)
    maker = models.ForeignKey(User, models.PROTECT, related_name="+")
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(
        max_length=40
    )  # by which its maker was let in; those who are let in by the same are the team
    queue = models.CharField(max_length=30, blank=True)  # empty: a search in everything
    query = models.TextField(max_length=2000)
    shared = models.CharField(max_length=4, choices=SHARED, default="me")

    class Meta:
        default_permissions = ()
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "governor", "name"],
                nulls_distinct=False,
                name="governance_savedview_name_key",
                violation_error_message="You have a view of that name already.",
            )
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def url(self) -> str:
        """Where it leads."""
        place = "inbox" if self.governor_id else "console"
        base = reverse(f"{place}-queue", args=[self.queue]) if self.queue else reverse("find")
        return f"{base}?{self.query}"
