"""The addresses of governance."""

from typing import Any

from django.urls import path

from governance import entry, views
from governance.forms import AssignForm, CorrectionForm
from governance.models import Assignment, Task
from qtm.doors import doors


def layer_of(row: Any) -> str:
    """From which of the two layers a row is governed."""
    return "task inbox" if row.governor_id else "console"


urlpatterns = [
    *entry.urlpatterns,
    path("console/", views.console, name="console"),
    path("console/find", views.find, name="find"),
    path("console/<slug:slug>/", views.console, name="console-queue"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<slug:slug>/", views.inbox, name="inbox-queue"),
    path("cases/<int:case_id>/", views.case, name="case"),
    *doors(Task, Assignment, via=layer_of, forms={"Task.submit": entry.CompleteForm, "Assignment.assign": AssignForm, "Task.correct": CorrectionForm}),
]
