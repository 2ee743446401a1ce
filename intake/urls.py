"""The addresses of intake."""

from django.urls import path

from intake import applying, queues, views
from intake.models import Intake, Request
from qtm.doors import doors

__all__ = ["queues", "urlpatterns"]

urlpatterns = [
    path("ask/", views.entry_points, name="ask"),
    path("ask/<slug:funnel>/", views.entry_point, name="entry-point"),
    path("apply/", applying.apply, name="apply"),
    path("apply/sent", applying.sent, name="applied"),
    path("intake/", views.intake, name="intake"),
    path("intake/<int:pk>/", views.taken, name="taken"),
    path("funnels/", views.kept_funnels, name="funnels"),
    path("funnels/new", views.new_funnel, name="new-funnel"),
    path("funnels/<slug:slug>/", views.kept_funnel, name="funnel"),
    *doors(Request, Intake, via="intake page"),
]
