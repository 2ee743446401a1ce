"""Who sees evidence: one rule for the picture's own address and for every page that shows it."""

from django.db.models import QuerySet

from execution.documents import ENDINGS
from execution.models import Evidence, ServiceEvent
from qtm.standing import Standing


def photos_for(standing: Standing) -> QuerySet[Evidence]:
    """The pictures of the ServiceEvents that a person may see: photos, and signatures that were drawn."""
    return pieces_for(standing).filter(media_type__startswith="image/")


def documents_for(standing: Standing) -> QuerySet[Evidence]:
    """The papers of the ServiceEvents that a person may see."""
    return pieces_for(standing).filter(media_type__in=list(ENDINGS))


def pieces_for(standing: Standing) -> QuerySet[Evidence]:
    """The evidence of the ServiceEvents that a person may see."""
    return Evidence.objects.filter(event__in=ServiceEvent.objects.filter(standing.sight(ServiceEvent)))
