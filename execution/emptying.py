"""Emptying: the files of one ServiceEvent are erased, as the law of records orders it; what was noted of them stays, with their digests.

A file is named by what it holds, so another ServiceEvent may need the very same: then it stays, and is shown there alone.
"""

from django.db import models, transaction
from django.db.models.functions import Now

from execution import files, renditions
from execution.evidence import Evidence
from execution.renditions import Rendition
from qtm.law import own_law

ERASED = "This file was erased. Its record says when, by whom and why, and keeps its digest."


class Emptied(models.Model):
    """The files of a ServiceEvent are to be gone: from this moment on nobody is given one. Written by the law alone."""

    event = models.OneToOneField("execution.ServiceEvent", models.PROTECT, related_name="emptied")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        app_label = "execution"
        default_permissions = ()
        constraints = [own_law("execution_emptied_law", "execution/emptied.sql", "emptied")]

    def __str__(self) -> str:
        """Of which ServiceEvent."""
        return f"E-{self.event_id}"


class Removed(models.Model):
    """The files of a ServiceEvent are gone from where they were kept: how many, and how many stay because others need the same."""

    event = models.OneToOneField("execution.ServiceEvent", models.PROTECT, related_name="removed")
    gone = models.PositiveIntegerField()
    shared = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        app_label = "execution"
        default_permissions = ()
        constraints = [own_law("execution_removed_law", "execution/emptied.sql", "removed")]

    def __str__(self) -> str:
        """Of which ServiceEvent."""
        return f"E-{self.event_id}"


def needed(sha256: str) -> bool:
    """Whether a ServiceEvent that was not emptied names a file."""
    return Evidence.objects.filter(sha256=sha256, event__emptied=None).exists()


def empty(event_id: int) -> None:
    """Take away the files of a ServiceEvent that was emptied, as often as it is asked; what is gone is gone."""
    if not Emptied.objects.filter(event=event_id).exists():
        return
    named = Evidence.objects.filter(event=event_id).exclude(sha256="").order_by("sha256")
    gone = [take_away(sha256) for sha256 in named.values_list("sha256", flat=True)]
    count = {"gone": sum(gone), "shared": len(gone) - sum(gone)}
    Removed.objects.bulk_create([Removed(event_id=event_id, **count)], ignore_conflicts=True)


def take_away(sha256: str) -> bool:
    """Take a file and its copies away while nobody else can keep or note the same, unless it is needed; whether it is gone."""
    with transaction.atomic():
        files.held([sha256], alone=True)
        if needed(sha256):
            return False
        copies = Rendition.objects.filter(sha256=sha256).exclude(copy_sha256="").values_list("copy_sha256", flat=True)
        for copy in set(copies):
            if not _shown_of_another(copy, sha256):
                files.store().delete(renditions.place_of(copy))
        files.store().delete(files.place_of(sha256))
    return True


def _shown_of_another(copy_sha256: str, sha256: str) -> bool:
    """Whether a copy is the same as that of another photo which is needed."""
    others = Rendition.objects.filter(copy_sha256=copy_sha256).exclude(sha256=sha256)
    return any(needed(other) for other in others.values_list("sha256", flat=True).distinct())
