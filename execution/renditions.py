"""What is shown of a photo: clean copies of its pixels, made in the background, each noted with its digest and that of the original.

A copy can be made again at any time. Which one is shown is the latest that was noted.
"""

import hashlib
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.db import models
from django.db.models.functions import Now

from execution import apart, files

LARGE, SMALL = 1600, 360  # the longest side of a copy
SIDES = (LARGE, SMALL)
LOST = "The file of this photo is not in its place, or no longer what was captured."
NO_COPY = "No copy of this photo can be made to be shown: {why} What was captured is kept as it was."


class Rendition(models.Model):
    """A copy that was made of a photo, or the reason why none can be made."""

    sha256 = models.CharField(max_length=64)
    longest = models.PositiveSmallIntegerField()
    copy_sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "execution"
        default_permissions = ()
        indexes = [models.Index(fields=["sha256", "longest", "-id"], name="execution_rendition_latest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trouble="", copy_sha256__regex="^[0-9a-f]{64}$")
                | ~models.Q(trouble="") & models.Q(copy_sha256=""),
                name="execution_rendition_made_or_not",
            )
        ]

    def __str__(self) -> str:
        """Of which photo, and how large."""
        return f"{self.sha256[:10]}, {self.longest}"

    @property
    def content(self) -> bytes | None:
        """Its bytes, where they are in their place and what was made."""
        try:
            with files.store().open(place_of(self.copy_sha256)) as kept:
                content = kept.read()
        except FileNotFoundError:
            return None
        return content if hashlib.sha256(content).hexdigest() == self.copy_sha256 else None


def latest(sha256: str, longest: int) -> Rendition | None:
    """The copy of that size that was noted last."""
    return Rendition.objects.filter(sha256=sha256, longest=longest).order_by("-id").first()


def place_of(copy_sha256: str) -> str:
    """How a copy is named: by its own digest, apart from what was captured."""
    return f"shown/{copy_sha256[:2]}/{copy_sha256}.jpg"


def make(sha256: str) -> None:
    """Make whatever copies of a photo are not there, or note why that cannot be."""
    lacking = [longest for longest in SIDES if not _whole(latest(sha256, longest))]
    if not lacking:
        return
    try:
        data = _original(sha256)
        _keep(sha256, zip(lacking, apart.copies(data, lacking), strict=True))
    except FileNotFoundError:
        trouble(sha256, LOST, lacking)
    except apart.Unread as unread:
        trouble(sha256, NO_COPY.format(why=f"it {files.WHY_NOT.get(unread.word, files.WHY_NOT['crash'])}"), lacking)


def trouble(sha256: str, why: str, lacking: Iterable[int] = SIDES) -> None:
    """Note why there is no copy."""
    Rendition.objects.bulk_create(Rendition(sha256=sha256, longest=longest, trouble=why) for longest in lacking)


def _whole(made: Rendition | None) -> bool:
    """Whether a copy is there."""
    return bool(made and not made.trouble and made.content is not None)


def _original(sha256: str) -> bytes:
    """What was captured, as it was; `FileNotFoundError` where it is not."""
    with files.store().open(files.place_of(sha256)) as kept:
        data = kept.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise FileNotFoundError(sha256)
    return bytes(data)


def _keep(sha256: str, copies: Iterable[tuple[int, apart.Copy]]) -> None:
    """Keep copies before they are noted; one that lies damaged under its digest makes way."""
    for longest, copy in copies:
        made = Rendition(
            sha256=sha256,
            longest=longest,
            copy_sha256=hashlib.sha256(copy.content).hexdigest(),
            size_bytes=len(copy.content),
            width=copy.width,
            height=copy.height,
        )
        place = place_of(made.copy_sha256)
        if made.content is None:
            files.store().delete(place)
            files.store().save(place, ContentFile(copy.content))
        made.save(force_insert=True)
