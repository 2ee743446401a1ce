"""The addresses of records."""

from django.urls import include, path

from qtm.doors import doors
from records import public, queues, signals, views
from records.audit.views import audited
from records.erasing import EraseForm
from records.forms import CompleteForm
from records.models import Erasure, Record, Signal

__all__ = ["queues", "urlpatterns"]

urlpatterns = [
    path("records/", views.records, name="records"),
    path("records/audit/", audited, name="audit"),
    path("records/<int:pk>/", views.record, name="record"),
    path("records/<int:pk>/document.json", views.document, name="record-document"),
    path("records/<int:pk>/annex.json", views.annex, name="record-annex"),
    path("track/<str:token>/records/<int:pk>", public.told, name="told-record"),
    path("", include("records.log.urls")),
    *doors(Record, via="jobs", forms={"Record.seal": CompleteForm}),
    path("signals/", signals.signals, name="signals"),
    *doors(Signal, Erasure, via="records", forms={"Erasure.erase": EraseForm}),
]
