"""Who sees evidence: one rule for the picture's own address and for every page that shows it."""

from django.db.models import QuerySet

from execution.models import Evidence, ServiceEvent
from qtm.roles import Standing


def photos_for(standing: Standing) -> QuerySet[Evidence]:
    """The photos of the ServiceEvents that a person may see."""
    events = ServiceEvent.objects.filter(standing.sight(ServiceEvent))
    return Evidence.objects.filter(event__in=events, kind="photo")
