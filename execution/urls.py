"""The addresses of execution."""

from execution.models import Job, ServiceEvent
from qtm.doors import doors

urlpatterns = [*doors(Job, ServiceEvent, via="desk")]
