"""The pages of the house itself."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from qtm.context import workplaces


def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the house serves: it and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Each person's own workplace."""
    places = workplaces(request)
    return redirect(places[0]["url"] if places else "login")
