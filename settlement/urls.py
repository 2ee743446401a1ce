"""The addresses of settlement."""

from qtm.doors import doors
from settlement.models import Settlement

urlpatterns = [*doors(Settlement, via="settlement")]
