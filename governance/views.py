"""The Governance Console and the Task Inbox."""

from django.http import HttpRequest, HttpResponse


def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case."""
    return HttpResponse(str(case_id))
