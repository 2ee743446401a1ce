"""The addresses of settlement."""

from django.urls import path

from qtm.doors import doors
from settlement import queues, views
from settlement.forms import CaptureForm, OpenForm, SettleForm, VoidForm
from settlement.models import Settlement

__all__ = ["queues", "urlpatterns"]

FORMS = {
    "Settlement.open": OpenForm,
    "Settlement.authorize": SettleForm,
    "Settlement.capture": CaptureForm,
    "Settlement.void": VoidForm,
}

urlpatterns = [
    path("settlements/", views.settlements, name="settlements"),
    path("settlements/<int:pk>/", views.settlement, name="settlement"),
    path("settlements/<slug:slug>/", views.settlements, name="settlements-in"),
    *doors(Settlement, via="settlement", forms=FORMS),
]
