"""The addresses of records."""

from qtm.doors import doors
from records.models import Record, Signal

urlpatterns = [*doors(Record, Signal, via="jobs")]
