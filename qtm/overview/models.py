"""What was counted: the log day by day, and the house as it stood at one moment."""

from django.db import models
from django.db.models.functions import Now


class Day(models.Model):
    """What the log of one day comes to; once it is closed nothing can be written into that day any more, and it is never counted again."""

    day = models.DateField(primary_key=True)
    terms = models.CharField(max_length=64)  # by which declarations, and in which zone of time, it was counted
    closed = models.BooleanField()
    counted = models.JSONField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        """The day, and whether it can still come to more."""
        return f"{self.day}" if self.closed else f"{self.day}, so far"


class Snapshot(models.Model):
    """The newest figures, all of them of one moment; there is one row."""

    as_of = models.DateTimeField()
    terms = models.CharField(max_length=64)
    took_seconds = models.FloatField()
    content = models.JSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        """Of which moment."""
        return f"as of {self.as_of}"
