"""The pages of the applications: who would like to work on the network, since when, and what was said to them and why."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qtm.applications import Application
from qtm.doors import DoorForm
from qtm.models import Operator, Surface, Transition
from qtm.operator_views import moved
from qtm.pages import keeping, one
from qtm.paging import page_of
from qtm.people import Keeper
from qtm.refusals import Forbidden
from qtm.signed import Signed


class TakeInForm(DoorForm):
    """Under which name an application becomes an operator: each has a name of its own."""

    name = forms.CharField(label="Under which name?", max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The name that it gave."""
        super().__init__(*args, **kwargs)
        application: Any = self.row
        self.initial = {"name": application.name, **self.initial}

    def clean_name(self) -> str:
        """A name that no operator has."""
        name = str(self.cleaned_data["name"])
        if Operator.objects.filter(name=name).exists():
            raise forms.ValidationError("There is an operator of this name already. Look at it, or give another one.")
        return name


def of_the_network(keeper: Keeper) -> None:
    """403 for who keeps the people of one operator alone."""
    if not keeper.network:
        raise Forbidden("Applications are read by those who keep the network's people.")


@require_safe
@keeping
def applications(request: Signed, keeper: Keeper) -> HttpResponse:
    """Those that wait, the oldest first; or those that were taken in or declined, the newest first."""
    of_the_network(keeper)
    state = request.GET.get("state", "")
    state = state if state in Application.states() else Application.first
    rows = Application.objects.filter(state=state).select_related("operator")
    page = page_of(rows, request.GET.get("after", ""), newest=state != Application.first)
    counts = dict(Application.objects.order_by().values_list("state").annotate(Count("pk")))
    why = reasons([each.pk for each in page.rows], state)
    said = {
        "rows": [(each, why.get(each.pk, "")) for each in page.rows],
        "further": page.further,
        "states": [(each, counts.get(each, 0)) for each in Application.states()],
        "state": state,
    }
    return render(request, "qtm/applications.html", said)


def reasons(numbers: list[int], state: str) -> dict[int, str]:
    """Why applications came to where they are, by number."""
    lines = Transition.objects.filter(
        case_id=None, room=Application.label(), row_id__in=numbers, becomes=state
    ).exclude(reason="")
    return dict(lines.values_list("row_id", "reason"))


@require_safe
@keeping
def application(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """One application: what was said, what can be done with it, and what was."""
    of_the_network(keeper)
    row = one(Application.objects.filter(pk=pk).select_related("operator"))
    log = Transition.objects.filter(case_id=None, room=Application.label(), row_id=pk).select_related("user")
    said = {
        "application": row,
        "surfaces": Surface.objects.filter(code__in=row.surfaces),
        "log": [moved(line, "received by the public form") for line in log.order_by("-id")],
    }
    return render(request, "qtm/application.html", said)
