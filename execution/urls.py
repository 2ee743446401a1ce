"""The addresses of execution."""

from django.urls import path

from execution import calendar, follow, hours, photos, queues, renditions, views
from execution.forms import CaptureForm, CreateForm, MarkForm
from execution.models import Job, ServiceEvent
from qtm.doors import doors

__all__ = ["queues", "urlpatterns"]

urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("hours/", hours.hours, name="own-hours"),
    path("calendar/new", calendar.renew, name="new-calendar"),
    path("calendar/revoke", calendar.revoke, name="revoke-calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar-feed"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/follow-on", follow.follow, name="follow-on"),
    path("evidence/<int:pk>/", photos.shown, name="evidence"),
    path("evidence/<int:pk>/small/", photos.shown, {"longest": renditions.SMALL}, name="evidence-small"),
    path("evidence/<int:pk>/about", photos.about, name="photo"),
    path("evidence/<int:pk>/original", photos.original, name="evidence-original"),
    path("evidence/<int:pk>/file/", views.document, name="evidence-file"),
    *doors(
        Job,
        ServiceEvent,
        via="desk",
        forms={"Job.create": CreateForm, "ServiceEvent.capture": CaptureForm, "ServiceEvent.mark": MarkForm},
    ),
]
