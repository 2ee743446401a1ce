"""The addresses of intake."""

from intake.models import Intake, Request
from qtm.doors import doors

urlpatterns = [*doors(Request, Intake, via="intake page")]
