"""What the overview counts of records: how work ended, and how often a ⭐ followed. The network's numbers, and nobody's rank."""

from datetime import datetime

from django.db.models import Count

from qtm.models import Transition
from qtm.overview.declared import PACES, TALLIES, Pace, Tally
from records.models import Record

PACES.append(Pace("Sealed", Record, "", "sealed"))


def outcomes(after: datetime, before: datetime) -> Tally:
    """How the work ended that was sealed in a time, by surface, outcome and reason."""
    sealed = Transition.objects.filter(room=Record.label(), was="", at__gte=after, at__lt=before).values("row_id")
    words = ("event__version__surface__code", "event__outcome", "event__reason")
    counted = Record.objects.filter(pk__in=sealed).order_by().values_list(*words).annotate(number=Count("pk"))
    return [list(row) for row in counted]


TALLIES["outcomes"] = outcomes
