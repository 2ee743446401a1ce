"""What is said of how an operator and its members work: on what, on which days and from when to when. It is ended, never deleted."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from qtm.law import own_law

MIDNIGHT = "00:00"  # as the end of a span it is the day's end


class Said(models.Model):
    """Something said of an operator, or of one of its members: it stands until it is ended, and stays on file for ever.

    A member of whom nothing is said is as the operator. The law ends what is said of a member with the membership.
    """

    operator = models.ForeignKey("qtm.Operator", models.PROTECT, related_name="+")
    user = models.ForeignKey(
        "qtm.User", models.PROTECT, null=True, blank=True, related_name="+"
    )  # nobody: the operator
    since = models.DateTimeField(db_default=Now(), editable=False)
    until = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()


def said_itself(kind: type[Said]) -> Exists:
    """That something of a kind stands of an operator itself, beside its row."""
    return Exists(kind._default_manager.filter(operator=OuterRef("pk"), user=None, until=None))


class Capability(Said):
    """A surface that somebody says they can do: the operator's is a claim that it makes."""

    surface = models.ForeignKey("qtm.Surface", models.PROTECT, related_name="+")

    class Meta(Said.Meta):
        verbose_name_plural = "capabilities"
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "user", "surface"],
                condition=Q(until=None),
                nulls_distinct=False,
                name="qtm_capability_one_living",
            ),
            own_law("qtm_capability_law", "qtm/working.sql"),
        ]

    def __str__(self) -> str:
        """The surface."""
        return str(self.surface)


class Hours(Said):
    """From when to when somebody works on one day of each week, by the clock of the place; no two such spans overlap."""

    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta(Said.Meta):
        verbose_name_plural = "hours"
        ordering = ["weekday", "opens"]
        indexes = [models.Index(fields=["operator"], condition=Q(until=None), name="qtm_hours_living")]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="qtm_hours_weekday"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes=MIDNIGHT), name="qtm_hours_closes_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        """Such as "09:00 to 17:00"."""
        return f"{self.opens:%H:%M} to {'24:00' if f'{self.closes:%H:%M}' == MIDNIGHT else f'{self.closes:%H:%M}'}"


class DayOff(Said):
    """Days on which somebody does not work, the last one included; an operator's are those of all its members too."""

    first = models.DateField()
    last = models.DateField()
    why = models.CharField(max_length=200, blank=True)

    class Meta(Said.Meta):
        verbose_name = "day off"
        verbose_name_plural = "days off"
        ordering = ["first", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")) & Q(last__lt=F("first") + 366), name="qtm_dayoff_at_most_a_year"
            ),
            models.UniqueConstraint(
                fields=["operator", "user", "first", "last"],
                condition=Q(until=None),
                nulls_distinct=False,
                name="qtm_dayoff_one_living",
                violation_error_message="These days off are on file already.",
            ),
        ]

    def __str__(self) -> str:
        """Such as "24 Dec 2026 to 2 Jan 2027"."""
        first, last = (f"{day.day} {day:%b %Y}" for day in (self.first, self.last))
        return first if first == last else f"{first} to {last}"
