"""What funnels offer: each surface with its newest version, and why one cannot be asked for now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from intake.models import Funnel
from qtm.models import Surface, SurfaceVersion
from qtm.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Offer:
    """One surface as one funnel offers it."""

    funnel: Funnel
    version: SurfaceVersion

    @property
    def surface(self) -> Surface:
        """The kind of work."""
        return self.version.surface

    @property
    def reads(self) -> Runtime:
        """What it asks."""
        return self.version.reads

    @property
    def shut(self) -> str:
        """Why it cannot be asked for here now; empty where it can."""
        return self.funnel.shut or planned(self.version)


def planned(version: SurfaceVersion) -> str:
    """Why nothing can be asked by a version of a surface; empty where it can."""
    return (
        "" if version.reads.executable else f"{version.surface} is planned: it is described, and takes no requests yet."
    )


def newest(surfaces: Q) -> QuerySet[SurfaceVersion]:
    """The newest version of each of these surfaces, live ones first, in one query."""
    return (
        SurfaceVersion.objects.filter(surfaces)
        .order_by("surface__name", "-number")
        .distinct("surface__name")
        .select_related("surface")
    )


def offers_of(funnel: Funnel) -> list[Offer]:
    """Everything that one funnel offers, what can be asked for first."""
    offers = [Offer(funnel, version) for version in newest(Q(surface__funnels=funnel))]
    return sorted(offers, key=lambda offer: bool(offer.shut))


def offers_by_funnel(funnels: Iterable[Funnel]) -> dict[Funnel, list[Offer]]:
    """What can be asked for, funnel by funnel, in two queries."""
    versions = {version.surface_id: version for version in newest(Q(surface__funnels__in=funnels))}
    found = {
        funnel: [Offer(funnel, versions[each.pk]) for each in funnel.surfaces.all() if each.pk in versions]
        for funnel in funnels
    }
    return {funnel: [offer for offer in offers if not offer.shut] for funnel, offers in found.items()}


def funnels(standing: Any = None, permission: str = "") -> QuerySet[Funnel]:
    """Every funnel for the public; for staff those of the layer in which they hold the permission."""
    found = Funnel.objects.select_related("operator")
    return found.filter(own_layer(standing, permission, "operator")) if permission else found


def offer_or_404(among: QuerySet[Funnel], funnel: str, surface: str) -> Offer:
    """One surface of one of these funnels; what is not offered is not there."""
    found = among.filter(slug=funnel).first()
    version = newest(Q(surface__code=surface, surface__funnels=found)).first() if found else None
    if found is None or version is None:
        raise Http404("There is no such form.")
    return Offer(found, version)


def own_layer(standing: Any, permission: str, column: str) -> Q:
    """The rows that belong to a layer in which this person holds a permission: the network's, or their own operator's."""
    seen = Q(**{column: None}) if standing.holds(permission) else Q(pk=None)
    if standing.operator and standing.holds(permission, standing.operator.pk):
        seen |= Q(**{column: standing.operator.pk})
    return seen
