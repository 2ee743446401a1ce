"""The addresses of governance."""

from django.urls import path

from governance import views
from governance.models import Assignment, Task
from qtm.doors import doors

urlpatterns = [path("cases/<int:case_id>/", views.case, name="case"), *doors(Task, Assignment, via="console")]
