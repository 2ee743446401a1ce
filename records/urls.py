"""The addresses of records."""

from django.urls import include, path, re_path

from qtm.doors import doors
from records import correcting, public, queues, signals, views
from records.audit.views import audited
from records.erasing import EraseForm
from records.forms import CompleteForm
from records.models import Erasure, Record, Signal
from records.verifying import views as verifying

__all__ = ["queues", "urlpatterns"]

urlpatterns = [
    path("records/", views.records, name="records"),
    path("records/audit/", audited, name="audit"),
    path("records/<int:pk>/", views.record, name="record"),
    path("records/<int:pk>/record.zip", views.download, name="record-download"),
    path("records/<int:pk>/<str:name>.pdf", views.record_pdf, name="record-pdf"),
    path("records/<int:pk>/correct", correcting.correct, name="correct"),
    path("records/<int:pk>/document.json", views.document, name="record-document"),
    path("records/<int:pk>/annex.json", views.annex, name="record-annex"),
    path("track/<str:token>/records/<int:pk>", public.told, name="told-record"),
    path("track/<str:token>/records/<int:pk>/correct", correcting.correct_told, name="correct-told"),
    path("track/<str:token>/records/<int:pk>/receipt.zip", public.receipt, name="told-receipt"),
    path("", include("records.log.urls")),
    path("verify/", verifying.verify, name="verify"),
    path("verify/verify_record.py", verifying.script, name="verify-script"),
    re_path(r"^verify/(?P<digest>[0-9a-f]{64})$", verifying.by_digest, name="verify-record"),
    re_path(r"^verify/(?P<digest>[0-9a-f]{64})/receipt\.zip$", verifying.receipt, name="verify-receipt"),
    path("signals/", signals.signals, name="signals"),
    *doors(Record, via="jobs", forms={"Record.seal": CompleteForm}),
    *doors(Signal, Erasure, via="records", forms={"Erasure.erase": EraseForm}),
]
