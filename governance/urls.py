"""The addresses of governance."""

from django.urls import path

from governance import bulk_views, case_views, entry, letter_views, saved_views, stepper, tracking, views, week_views
from governance.forms import AssignForm, CorrectionForm
from governance.models import Assignment, Task
from governance.plan_form import PlanForm
from governance.question import Question
from governance.speaking import AnswerForm, QuestionForm
from governance.windows import AppointmentForm
from qtm.doors import doors, governed_from

urlpatterns = [
    *entry.urlpatterns,
    *tracking.urlpatterns,
    *bulk_views.urlpatterns,
    *stepper.urlpatterns,
    path("console/", views.console, name="console"),
    path("console/week", week_views.console_week, name="console-week"),
    path("inbox/week", week_views.inbox_week, name="inbox-week"),
    path("week/put-on", week_views.put_on, name="put-on"),
    path("console/find", views.find, name="find"),
    path("console/<slug:slug>/", views.console, name="console-queue"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<slug:slug>/", views.inbox, name="inbox-queue"),
    path("cases/<int:case_id>/", case_views.case, name="case"),
    path("letters/", letter_views.failed, name="letters"),
    path("letters/<int:pk>/again", letter_views.again, name="letter-again"),
    path("views/save", saved_views.save, name="save-view"),
    path("views/<int:pk>/change", saved_views.change, name="change-view"),
    path("views/<int:pk>/delete", saved_views.delete, name="delete-view"),
    *doors(
        Task,
        Assignment,
        Question,
        via=governed_from,
        forms={
            "Task.submit": entry.CompleteForm,
            "Assignment.assign": AssignForm,
            "Assignment.reschedule": AppointmentForm,
            "Task.correct": CorrectionForm,
            "Task.plan": PlanForm,
            "Question.ask": QuestionForm,
            "Question.say": AnswerForm,
        },
    ),
]
