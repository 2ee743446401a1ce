"""The calendar feed: one's own jobs for a calendar program, at an address that is its own key."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, Timezone

from execution.appointments import with_appointments
from execution.day import wished_moment
from execution.models import Feed, Job
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.tries import Budget, place_of
from qtm.typed import pressed, signed_in

UNKNOWN = Budget("calendar", timedelta(minutes=15), of_a_place=30)
TOO_MANY = "Too many addresses that lead nowhere were tried from where you are. Wait a quarter of an hour."
MOST = 200  # jobs of each kind: nobody has more before them, and no calendar program waits for ever
AN_HOUR = timedelta(hours=1)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@signed_in
@require_safe
def calendar(request: Signed) -> HttpResponse:
    """One's own address: whether there is one, and what making or ending it does."""
    _member(request)
    return _page(request)


@pressed
def renew(request: Signed) -> HttpResponse:
    """Make a new address, and show it this once; the one before leads nowhere from now on."""
    token = Feed.make(request.user, _member(request))
    return _page(request, request.build_absolute_uri(reverse("calendar-feed", args=[token])))


@pressed
def revoke(request: Signed) -> HttpResponse:
    """Let the address lead nowhere."""
    _member(request)
    ended = Feed.revoke(request.user)
    messages.success(
        request, "Your calendar address leads nowhere now." if ended else "There was no address to revoke."
    )
    return redirect("calendar")


def _member(request: Signed) -> Any:
    """The operator that this person works for, if it is let in; 403 otherwise."""
    if not request.user.standing.working:
        raise Forbidden("A calendar of jobs is for the members of an operator that is let in.")
    return request.user.standing.operator


def _page(request: Signed, link: str = "") -> HttpResponse:
    """The page of the address; `link`: the address just made."""
    answer = render(request, "execution/calendar.html", {"feed": Feed.living(request.user), "link": link})
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The jobs of whoever made the address; what leads nowhere, whyever, is 404, and too much of it 429."""
    place = place_of(request)
    if (found := Feed.opened_by(token)) is None:
        if UNKNOWN.spent(place):
            return HttpResponse(TOO_MANY, status=429, content_type="text/plain", headers={"Retry-After": "900"})
        UNKNOWN.count(place)
        raise Http404("A calendar address works only whole, and until it is revoked.")
    name = f"{found.operator}: {found.user}"
    body = _calendar(name, [*_claimed(found, request), *_named(found, request)]).to_ical()
    kept_apart = {
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
    }
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=kept_apart)


def _calendar(name: str, events: list[Event]) -> Calendar:
    """A calendar of events, with the rules of the zone of the place."""
    made = Calendar()
    for key, value in (("prodid", "-//QTM OS//Desk//EN"), ("version", "2.0"), ("x-wr-calname", line(name))):
        made.add(key, value)
    for event in events:
        made.add_component(event)
    made.add_missing_timezones()
    if not made.timezones:  # a calendar holds a component, also while there is nothing in it
        made.add_component(Timezone.from_tzid(settings.TIME_ZONE))
    return made


def _claimed(found: Feed, request: HttpRequest) -> Iterator[Event]:
    """What this person has claimed and not completed; without a wished time on the day on which it was claimed."""
    own = Job.objects.filter(hand__operator=found.operator, hand__worker=found.user)
    for job in with_appointments(list(own.order_by("hand__since", "pk")[:MOST])):
        yield _entry(job, request, _when(job) or timezone.localdate(job.since))


def _named(found: Feed, request: HttpRequest) -> Iterator[Event]:
    """What waits for this person by name; without a wished time it is on no day, and left out."""
    named = Job.objects.filter(operator=found.operator, worker=found.user, state="queued")
    for job in with_appointments(list(named.order_by("since", "pk")[:MOST])):
        if when := _when(job):
            yield _entry(job, request, when)


def _when(job: Job) -> datetime | None:
    """When a Job begins: at its appointment, or when it is wished for."""
    return job.appointment.starts if job.appointment else wished_moment(job.context["wished"])


def _entry(job: Job, request: HttpRequest, when: Any) -> Event:
    """A Job as an entry: what, where, when and the way to its page; nothing by which the requester could be reached."""
    entry, link = Event(), request.build_absolute_uri(job.page)
    entry.add("uid", f"{salted_hmac('execution.calendar', job.reference, algorithm='sha256').hexdigest()[:32]}@qtm-os")
    entry.add("dtstamp", _whole(job.since))
    entry.add("last-modified", _whole(max(job.since, job.appointment.at) if job.appointment else job.since))
    entry.add("summary", line(f"{job.context['summary']} ({job.reference})"))
    if place := line(str(job.context["place"] or "")):
        entry.add("location", place)
    entry.add("description", link)
    entry.add("url", link)
    if isinstance(when, datetime):
        entry.add("dtstart", timezone.localtime(when).replace(microsecond=0))
        # without an appointment nobody knows how long it takes; without a length many programs show nothing
        entry.add("duration", job.appointment.ends - job.appointment.starts if job.appointment else AN_HOUR)
    else:
        entry.add("dtstart", when)
        entry.add("transp", "TRANSPARENT")
    return entry


def _whole(moment: datetime) -> datetime:
    """A moment to the second, in UTC, as these properties are."""
    return moment.astimezone(UTC).replace(microsecond=0)


def line(text: str) -> str:
    """Text in one line, without what is no sign: nothing in it begins a line of the calendar's own."""
    return " ".join(UNPRINTABLE.sub(" ", text).split())
