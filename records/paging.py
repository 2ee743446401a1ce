"""Records by the page: the newest first, each page behind the last Record of the one before it."""

from django.db.models import QuerySet
from django.http import HttpRequest

from qtm.paging import number
from records.models import Record

PAGE = 50


def before(request: HttpRequest) -> dict[str, int]:
    """Where a further page begins; a place that cannot be read is the beginning."""
    last = number(request.GET.get("before", ""))
    return {"pk__lt": last} if last else {}


def page_of(rows: QuerySet[Record]) -> tuple[list[Record], int | None]:
    """A page of Records, and the last of them where older ones follow."""
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
