"""Surfaces: the kinds of service work, and the versions of what each asks for, requires and proves."""

from functools import cached_property
from typing import ClassVar

from django.db import models

from qtm.law import own_law
from qtm.rows import latest_of
from qtm.runtime import Runtime
from qtm.spine import Fact

_READ: dict[str, Runtime] = {}


class Surface(models.Model):
    """A kind of service work."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def current(self) -> "SurfaceVersion":
        """The newest version: the one that new Requests are checked against."""
        version: SurfaceVersion = latest_of(SurfaceVersion, "surface", self, by="number", without=("runtime",))
        return version  # its runtime is read once for each process, by its digest


class SurfaceVersion(Fact):
    """One published runtime of a surface; immutable, and pinned by every Intake that was checked against it."""

    noted_by: ClassVar[str] = "system"

    surface = models.ForeignKey(Surface, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=[(word, word) for word in ("planned", "partial", "live")])
    runtime = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(fields=["surface", "number"], name="qtm_surfaceversion_number_key"),
            own_law("qtm_surfaceversion_runtime_law", "qtm/ground.sql", "surface"),
        ]

    def __str__(self) -> str:
        """Such as "Auto detailing, version 3"."""
        return f"{self.surface}, version {self.number}"

    @cached_property
    def reads(self) -> Runtime:
        """The runtime, read and checked once for each version and process, as a version never changes."""
        return _READ.get(self.digest) or _READ.setdefault(self.digest, Runtime.read(self.runtime))

    @classmethod
    def publish(cls, runtime: Runtime) -> tuple["SurfaceVersion", bool]:
        """Publish a runtime as the surface's next version, unless it is the present one already."""
        surface, _ = Surface.objects.get_or_create(code=runtime.code, defaults={"name": runtime.name})
        newest = surface.versions.order_by("-number").first()
        if newest and newest.digest == runtime.digest():
            return newest, False
        number = newest.number + 1 if newest else 1
        made = cls.noted(
            surface=surface, number=number, status=runtime.status, runtime=runtime.as_json(), digest=runtime.digest()
        )
        return made, True
