"""Many cases with one press: its confirmation, and the page on which stands what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from governance import queues
from governance.bulk import MOST, Bulk
from governance.many import NO_LIST, Carrier, Chosen, for_many, many_door, matching, one_of, without
from governance.models import Task
from governance.queues import Place
from intake.models import Request
from qtm.doors import Door, DoorForm, written
from qtm.paging import number
from qtm.queues import Queue
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import hold_written, signed_in

SECONDS = 10.0  # 1,000 cases take a third of it; what is left then is named, and carried on by a press
asking = require_http_methods(["GET", "HEAD", "POST"])


@asking
@signed_in
def console(request: Signed, slug: str, verb: str) -> HttpResponse:
    """Many cases of the network's."""
    return _many(request, queues.console(request.user.standing), slug, verb)


@asking
@signed_in
def inbox(request: Signed, slug: str, verb: str) -> HttpResponse:
    """Many cases of an operator's own funnels."""
    return _many(request, queues.inbox(request.user.standing), slug, verb)


def _many(request: Signed, place: Place, slug: str, verb: str) -> HttpResponse:
    """GET says which cases and what will be done, and asks once; POST does it for exactly those."""
    queue = next((each for each in place.queues if each.slug == slug), None)
    if queue is None:
        raise Http404("There is no such queue.")
    asked = Asked(request, place, queue, many_door(request.user, place, queue, verb))
    return asked.press() if request.method == "POST" else asked.choose()


@dataclass(frozen=True, slots=True)
class Asked:
    """One door asked of many cases of a queue by somebody."""

    request: Signed
    place: Place
    queue: Queue
    door: Door

    @property
    def governor_id(self) -> int | None:
        """Who governs the place."""
        return self.place.governor.pk if self.place.governor else None

    def choose(self) -> HttpResponse:
        """The confirmation of what was chosen on the page of a queue; 422 where that is nothing."""
        asked, rows = self.request.GET, matching(self.place, self.queue, self.request.GET)
        ticked = {number(each) for each in asked.getlist("case")} - {0}
        every = asked.get("which") == "all"
        rows = rows if every else rows.filter(case_id__in=sorted(ticked)[:MOST])
        found = list(rows.values_list("pk", flat=True)[: MOST + 1])
        chosen = Chosen(
            key=str(uuid4()),
            user=self.request.user.pk,
            governor_id=self.governor_id,
            queue=self.queue.slug,
            query=without(asked).urlencode(),
            door=self.door.name,
            tasks=found[:MOST],
        )
        gone = 0 if every else len(ticked) - len(found)
        return self.page(chosen, self.form(found), 200 if found else 422, gone=gone, more=len(found) > MOST)

    def form(self, tasks: Sequence[int], data: Any = None) -> DoorForm | None:
        """What is asked once for all of them."""
        bound = self.door.bound(self.request.user, Task.objects.get(pk=tasks[0]), data) if tasks else None
        return for_many(bound, tasks)

    def press(self) -> HttpResponse:
        """Note the press and pass the door for each case, once, however often it is sent; then what came of it."""
        user, typed = self.request.user, self.request.POST
        hold_written(self.request, written(self.door.form, typed))
        chosen = Chosen.unsealed(typed.get("list", ""), user)
        if (chosen.governor_id, chosen.queue, chosen.door) != (self.governor_id, self.queue.slug, self.door.name):
            raise Forbidden(NO_LIST)
        if first := Bulk.pressed(chosen.key):
            return redirect(first.page)
        form = self.form(chosen.tasks, typed)
        if form and not form.is_valid():
            return self.page(chosen, form, 422)
        said = {name: typed.getlist(name) for name in without(typed)}
        authority = self.door.authority(user, one_of(self.place, self.queue))  # type: ignore[arg-type]
        bulk, new = chosen.press(user, authority, said, form.warnings() if form else {})
        if new:
            Carrier(bulk, user).carry(SECONDS)
        return redirect(bulk.page)

    def page(self, chosen: Chosen, form: DoorForm | None, status: int, **said: Any) -> HttpResponse:
        """The confirmation: how many, which, what will be done, and what is asked once."""
        cases = Task.objects.filter(pk__in=chosen.tasks).order_by("since", "pk").values_list("pk", "case_id")
        called = {pk: f"{Request.letter}-{case_id}" for pk, case_id in cases}
        said |= {"door": self.door, "form": form, "list": chosen.sealed(), "number": len(chosen.tasks), "most": MOST}
        said |= {"references": called.values(), "queue": self.queue}
        said["against"] = [
            (sentence, [called[pk] for pk in tasks]) for sentence, tasks in (form.warnings() if form else {}).items()
        ]
        said |= {"back": _back(self.place, self.queue, chosen.query)}
        rail = self.place.rail(self.place.waiting(), self.queue)
        return render(self.request, "governance/bulk.html", rail | said, status=status)


def _back(place: Place, queue: Queue | None, query: str) -> str:
    """The page of the queue with its filter."""
    return f"{place.url(queue)}?{query}" if query else place.url(queue)


@asking
@signed_in
def outcome(request: Signed, pk: int) -> HttpResponse:
    """What came of each case of a press for many; its own presser carries on what is left."""
    bulk = get_object_or_404(Bulk.objects.select_related("by"), pk=pk)
    place = queues.inbox(request.user.standing) if bulk.governor_id else queues.console(request.user.standing)
    if bulk.governor_id and bulk.governor_id != place.governor.pk:  # type: ignore[union-attr]
        raise Http404("There is nothing here for you.")
    if request.method == "POST":
        return _carry_on(request, bulk)
    queue = next((each for each in place.queues if each.slug == bulk.queue), None)
    said = {
        "bulk": bulk,
        "door": Carrier(bulk, request.user).door,
        **_told(bulk),
        "back": _back(place, queue, bulk.query),
    }
    return render(request, "governance/bulk_outcome.html", place.rail(place.waiting(), queue) | said)


def _carry_on(request: Signed, bulk: Bulk) -> HttpResponse:
    """Pass the door for what is left."""
    if bulk.by_id != request.user.pk:
        raise Forbidden(f"This is {bulk.by}’s press, and theirs to carry on. Choose what is left in its queue.")
    if Carrier(bulk, request.user).carry(SECONDS):
        messages.success(request, "Nothing is left to do of it.")
    return redirect(bulk.page)


def _told(bulk: Bulk) -> dict[str, Any]:
    """The cases of a press by what came of them: done, refused, and left; two queries however many they are."""
    came = dict(bulk.outcomes.values_list("task_id", "why"))
    known = (
        Task.objects.filter(pk__in=bulk.tasks)
        .select_related("intake")
        .only("case_id", "intake__summary", "intake__place")
    )
    found = {each.pk: each for each in known}
    rows = [_row(found[pk], came.get(pk), bulk.against(pk)) for pk in bulk.tasks]
    return {
        "rows": rows,
        "number": sum(1 for row in rows if row["why"] == ""),
        "refused": [row for row in rows if row["why"]],
        "left": [row for row in rows if row["why"] is None],
        "done": [row for row in rows if row["why"] == "" and not row["against"]],
        "all_the_same": [row for row in rows if row["why"] == "" and row["against"]],
    }


def _row(task: Task, why: str | None, against: Sequence[str]) -> dict[str, Any]:
    """One case, as the outcome lists it."""
    about = " · ".join(filter(None, (task.intake.summary, task.intake.place)))
    said = {"about": about, "why": why, "against": against}
    return {"reference": f"{Request.letter}-{task.case_id}", "url": task.page, **said}


urlpatterns = [
    path("console/<slug:slug>/bulk/<slug:verb>", console, name="console-bulk"),
    path("inbox/<slug:slug>/bulk/<slug:verb>", inbox, name="inbox-bulk"),
    path("bulk/<int:pk>/", outcome, name="bulk"),
]
