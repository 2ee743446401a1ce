"""The addresses of governance."""

from django.urls import path

from governance import bulk_views, entry, stepper, views
from governance.forms import AssignForm, CorrectionForm
from governance.models import Assignment, Task
from qtm.doors import doors, governed_from

urlpatterns = [
    *entry.urlpatterns,
    *bulk_views.urlpatterns,
    *stepper.urlpatterns,
    path("console/", views.console, name="console"),
    path("console/find", views.find, name="find"),
    path("console/<slug:slug>/", views.console, name="console-queue"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<slug:slug>/", views.inbox, name="inbox-queue"),
    path("cases/<int:case_id>/", views.case, name="case"),
    *doors(
        Task,
        Assignment,
        via=governed_from,
        forms={"Task.submit": entry.CompleteForm, "Assignment.assign": AssignForm, "Task.correct": CorrectionForm},
    ),
]
