"""Every address of the house: each zone brings its own."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from qtm import application_views as applications
from qtm import device_views as device
from qtm import operator_views as operators
from qtm import people_views as people
from qtm import signing, views
from qtm import surface_views as surfaces
from qtm import workforce_views as workforce
from qtm.applications import Application
from qtm.blocked.views import refusals
from qtm.doors import doors
from qtm.models import Operator
from qtm.overview import views as figures
from qtm.queues import WORKPLACES

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("worker.js", device.worker, name="worker"),
    path("offline/", device.offline, name="offline"),
    path("offline/signing-out/", device.offline, {"leaving": True}, name="offline-leaving"),
    path("spine/", views.spine, name="spine"),
    path("omni/", views.observed, name="omni"),
    path("omni/packet", views.packet, name="omni-packet"),
    path("omni/packet/own", views.own_packet, name="own-packet"),
    path("refusals/", refusals, name="refusals"),
    path("overview/", figures.overview, name="overview"),
    path("overview/<slug:slug>.csv", figures.table, name="overview-table"),
    path("overview/gaps/<slug:slug>/", figures.gap, name="overview-gap"),
    path("login", signing.SignIn.as_view(), name="login"),
    path("logout", signing.SignOut.as_view(), name="logout"),
    path("password", signing.ChangePassword.as_view(), name="password_change"),
    path("password/changed", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("password/new/<uidb64>/<token>/", signing.NewPassword.as_view(), name="password_reset_confirm"),
    path("password/kept", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("invited/<str:token>/", people.invited, name="invited"),
    path("people/", operators.people, name="people"),
    path("people/everyone", people.everyone, name="everyone"),
    path("people/invite", people.invite, name="invite"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/give", people.give, name="give_role"),
    path("people/<int:pk>/take", people.take, name="take_role"),
    path("people/<int:pk>/close", people.close, name="close_account"),
    path("people/<int:pk>/reopen", people.reopen, name="reopen_account"),
    path("people/<int:pk>/reset", people.reset, name="make_reset_link"),
    path("invitations/<int:pk>/withdraw", people.withdraw, name="withdraw_invitation"),
    path("members/<int:pk>/end", people.end, name="end_membership"),
    path("members/<int:pk>/make", people.make, name="make_member"),
    path("surfaces/", surfaces.surfaces, name="surfaces"),
    path("surfaces/publish", surfaces.publish, name="publish_surface"),
    path("operators/new", operators.take_in, name="operator_new"),
    path("operators/<int:pk>/", operators.operator, name="operator"),
    path("operators/<int:pk>/details", operators.amend, name="operator_details"),
    path("operators/<int:pk>/invite", people.invite, name="operator_invite"),
    path("workforce/", workforce.workforce, name="workforce"),
    path("operators/<int:pk>/surfaces", workforce.surfaces, name="operator_surfaces"),
    path("operators/<int:pk>/hours", workforce.hours, name="operator_hours"),
    path("operators/<int:pk>/off", workforce.days_off, name="operator_off"),
    path("members/<int:pk>/surfaces", workforce.surfaces, {"member": True}, name="member_surfaces"),
    path("members/<int:pk>/hours", workforce.hours, {"member": True}, name="member_hours"),
    path("members/<int:pk>/off", workforce.days_off, {"member": True}, name="member_off"),
    path("days-off/<int:pk>/end", workforce.end_days_off, name="end_days_off"),
    path("applications/", applications.applications, name="applications"),
    path("applications/<int:pk>/", applications.application, name="application"),
    *doors(Operator, Application, via="people", forms={"Operator.take_in": applications.TakeInForm}),
    path("", include("intake.urls")),
    path("", include("governance.urls")),
    path("", include("execution.urls")),
    path("", include("records.urls")),
    path("", include("settlement.urls")),
    path("admin/", admin.site.urls),
]
WORKPLACES += [*figures.PLACES, *views.PLACES]  # after those of the zones
handler400 = "qtm.errors.bad_request"
handler500 = "qtm.errors.server_error"
