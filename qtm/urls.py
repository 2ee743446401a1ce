"""Every address of the house: each zone brings its own."""

from django.contrib import admin
from django.urls import include, path

from qtm import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("intake.urls")),
    path("", include("governance.urls")),
    path("", include("execution.urls")),
    path("", include("records.urls")),
    path("", include("settlement.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "qtm.errors.bad_request"
handler500 = "qtm.errors.server_error"
