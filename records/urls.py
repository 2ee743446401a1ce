"""The addresses of records."""

from django.urls import path

from qtm.doors import doors
from records import correcting, public, queues, views
from records.forms import CompleteForm
from records.models import Record, Signal

__all__ = ["queues", "urlpatterns"]

urlpatterns = [
    path("records/", views.records, name="records"),
    path("records/<int:pk>/", views.record, name="record"),
    path("records/<int:pk>/<str:name>.pdf", views.record_pdf, name="record-pdf"),
    path("records/<int:pk>/correct", correcting.correct, name="correct"),
    path("records/<int:pk>/document.json", views.document, name="record-document"),
    path("records/<int:pk>/annex.json", views.annex, name="record-annex"),
    path("track/<str:token>/records/<int:pk>", public.told, name="told-record"),
    path("track/<str:token>/records/<int:pk>/correct", correcting.correct_told, name="correct-told"),
    *doors(Record, Signal, via="jobs", forms={"Record.seal": CompleteForm}),
]
