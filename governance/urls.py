"""The addresses of governance."""

from django.urls import path

from governance import entry, saved_views, views
from governance.forms import AssignForm, CorrectionForm
from governance.models import Assignment, Task
from governance.plan_form import PlanForm
from qtm.doors import doors, governed_from

urlpatterns = [
    *entry.urlpatterns,
    path("console/", views.console, name="console"),
    path("console/find", views.find, name="find"),
    path("console/<slug:slug>/", views.console, name="console-queue"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<slug:slug>/", views.inbox, name="inbox-queue"),
    path("cases/<int:case_id>/", views.case, name="case"),
    path("views/save", saved_views.save, name="save-view"),
    path("views/<int:pk>/change", saved_views.change, name="change-view"),
    path("views/<int:pk>/delete", saved_views.delete, name="delete-view"),
    *doors(
        Task,
        Assignment,
        via=governed_from,
        forms={
            "Task.submit": entry.CompleteForm,
            "Assignment.assign": AssignForm,
            "Task.correct": CorrectionForm,
            "Task.plan": PlanForm,
        },
    ),
]
