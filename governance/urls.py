"""The addresses of governance."""

from django.urls import path

from governance import case_views, entry, letter_views, tracking, views
from governance.forms import AssignForm, CorrectionForm
from governance.models import Assignment, Task
from governance.question import Question
from governance.speaking import AnswerForm, QuestionForm
from qtm.doors import doors, governed_from

urlpatterns = [
    *entry.urlpatterns,
    *tracking.urlpatterns,
    path("console/", views.console, name="console"),
    path("console/find", views.find, name="find"),
    path("console/<slug:slug>/", views.console, name="console-queue"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<slug:slug>/", views.inbox, name="inbox-queue"),
    path("cases/<int:case_id>/", case_views.case, name="case"),
    path("letters/", letter_views.failed, name="letters"),
    path("letters/<int:pk>/again", letter_views.again, name="letter-again"),
    *doors(
        Task,
        Assignment,
        Question,
        via=governed_from,
        forms={
            "Task.submit": entry.CompleteForm,
            "Assignment.assign": AssignForm,
            "Task.correct": CorrectionForm,
            "Question.ask": QuestionForm,
            "Question.say": AnswerForm,
        },
    ),
]
