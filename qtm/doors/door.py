"""A door: one verb of a room, pressed by a person on a page, or by a device that kept the press."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify

from qtm import devices
from qtm.acts import acting
from qtm.devices import Sent, sent_by
from qtm.doors.drawn import DrawnDoor
from qtm.doors.form import DoorForm, blame, written
from qtm.panels import panels
from qtm.receipts import Receipt, refuse_unarrived
from qtm.refusals import Conflict, Forbidden, Invalid, Refusal, refused_in
from qtm.spine import Room, Verb, words
from qtm.typed import hold_written, keep_typed, typed_before


@dataclass(frozen=True, slots=True)
class Door:
    """One verb of a room, with the form it asks and the place it is pressed from."""

    room: type[Room]
    verb: Verb
    via: Callable[[Any], str]
    form: type[DoorForm] | None

    @property
    def pressed_on(self) -> type[Room]:
        """The room of the row that is pressed on: upstream for a crossing, its own otherwise."""
        return self.verb.of or self.room

    @property
    def name(self) -> str:
        """The name of its route."""
        return f"door-{self.room._meta.model_name}-{self.verb.name}"

    @property
    def route(self) -> str:
        """The row and the verb, such as `tasks/7/approve`."""
        verb = slugify(self.verb.label) if self.verb.of else self.verb.name
        return f"{slugify(self.pressed_on.title)}s/<int:pk>/{verb}"

    @property
    def kept_for_later(self) -> bool:
        """Whether a device may keep a press of it until it can be sent: what moves or notes such a row, and never a crossing."""
        return self.pressed_on.kept_for_later and not self.verb.of

    def action(self, row: Room) -> str:
        """The address for one row."""
        return reverse(self.name, args=[row.pk])

    def authority(self, user: Any, row: Room) -> str:
        """By what this person may pass; empty where they may not."""
        return user.authority_for(row, self.room, self.verb) if user.is_authenticated else ""

    def shut_words(self, row: Room) -> str:
        """Why it is shut for this row now; empty where it is open."""
        if row.state in self.verb.was:
            return self.room.shut(self.verb, row)
        called = type(row).title.lower().removeprefix("⭐ ")  # not every machine has that character
        return f"Opens once the {called} is {' or '.join(map(words, self.verb.was))}."

    def ahead(self, row: Room) -> bool:
        """Whether the row can still come to where this door opens."""
        return bool(type(row).reachable(row.state) & set(self.verb.was)) and self.room.concerns(self.verb, row)

    def bound(self, user: Any, row: Room, data: Any = None, files: Any = None, initial: Any = None) -> DoorForm | None:
        """The form for one row and person, or None where a press is enough."""
        return (
            self.form(data, files, row=row, user=user, initial=initial, auto_id=f"{self.verb.name}-%s")
            if self.form
            else None
        )

    def enter(self, user: Any, row: Room, *, beside: Callable[[], object] | None = None, **given: Any) -> Any:
        """Pass the door: the permission is asked, the act is named, the verb is called; `Forbidden` (403) where it may not.

        `beside`: what is noted of the press in the same act, such as a device's receipt: there is one or none of both.
        """
        authority = self.authority(user, row)
        if not authority:
            raise Forbidden(f"“{self.verb.label}” is not yours to do here.")
        with acting(user, via=self.via(row), authority=authority):
            if self.authority(user.anew(), row) != authority:  # it may have ended since, while an upload was read
                raise Forbidden(f"“{self.verb.label}” is not yours to do here.")
            if beside:
                beside()
            if self.verb.of:
                return getattr(self.room, self.verb.name)(row, **given)
            return getattr(row, self.verb.name)(**given)

    def note(self, sent: Sent, row: Room) -> None:
        """Write the receipt of what a device sent."""
        Receipt.noted(item=sent.item, door=self.name, row_id=row.pk, digest=sent.digest, said_at=sent.said_at)

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET shows the door with its form; POST passes it, once, however often a device sends the same."""
        if request.method == "POST" and (sent := sent_by(request)):
            return self.received(request, pk, sent)
        if not request.user.is_authenticated:
            return keep_typed(request) if request.method == "POST" else redirect_to_login(request.get_full_path())
        row = self.row(request.user, pk)
        if not self.authority(request.user, row):
            raise Forbidden(f"“{self.verb.label}” is not yours to do here.")
        if request.method == "POST":
            hold_written(request, written(self.form, request.POST))
            return self.pressed(request, row)
        if row.state not in self.verb.was:
            raise Conflict(row, self.verb)
        return self.page(request, row, self.bound(request.user, row, initial=self.begun(request)), 200)

    def begun(self, request: HttpRequest) -> dict[str, Any]:
        """What the form begins with: what its address says, and what was typed before signing in."""
        named = self.form.prefilled if self.form else ()
        return {name: request.GET[name] for name in named if name in request.GET} | typed_before(request)

    def received(self, request: HttpRequest, pk: int, sent: Sent) -> HttpResponse:
        """What a device sends: the answer is for the device to read, and the same for the same thing sent again."""
        if not request.user.is_authenticated:
            refused_in(request)
            return devices.signed_out()
        if not self.kept_for_later:
            raise Forbidden(f"“{self.verb.label}” is pressed on its page, and by nothing that a phone keeps for later.")
        sent.refuse_others(request)
        first = sent.receipt(request.user)
        if first is None:
            row = self.row(request.user, pk)
            try:
                self.passed(request, row, sent)
            except Refusal:
                if not sent.receipt(request.user):  # the same thing may have been taken at the same moment
                    raise
            first = sent.receipt(request.user)
        return devices.stored(cast(Receipt, first))

    def passed(self, request: HttpRequest, row: Room, sent: Sent) -> None:
        """Pass the door as a device; what is wrong with what it gave is one sentence (422)."""
        if row.state not in self.verb.was:
            raise Conflict(row, self.verb)
        form = self.bound(request.user, row, request.POST, request.FILES)
        if form and not form.is_valid():
            raise Invalid({name: " ".join(map(str, errors)) for name, errors in form.errors.items()})
        self.enter(request.user, row, beside=lambda: self.note(sent, row), **(form.given() if form else {}))

    def row(self, user: Any, pk: int) -> Any:
        """The row as far as this person sees it; 404 otherwise."""
        rows = self.pressed_on._default_manager.select_related(*self.pressed_on.read_with or [None])
        row = rows.filter(user.standing.sight(self.pressed_on), pk=pk).first()
        if row is None:
            raise Http404("There is nothing here for you.")
        return row

    def pressed(self, request: HttpRequest, row: Room) -> HttpResponse:
        """A press: what is wrong is shown beside what was typed (422), what was done is shown where one came from."""
        if row.state not in self.verb.was:
            raise Conflict(row, self.verb)
        refuse_unarrived(request.POST.getlist("captured"), row.pk)
        form = self.bound(request.user, row, request.POST, request.FILES)
        if form and not form.is_valid():
            return self.page(request, row, form, 422)
        try:
            made = self.enter(request.user, row, **(form.given() if form else {}))
        except Conflict as conflict:
            conflict.row = conflict.row or self.first_made(row) or row
            raise
        except Invalid as invalid:
            if form is None:
                raise
            refused_in(request, invalid)
            blame(form, invalid)
            return self.page(request, row, form, 422)
        messages.success(request, f"{row.named}, {self.verb.label}: done.")
        return redirect((not self.verb.lands and next_page(request)) or (made if isinstance(made, Room) else row).page)

    def first_made(self, row: Room) -> Room | None:
        """What somebody quicker made of a row that a crossing does not move: there its own log says nothing of who and when."""
        key = next(
            (key for key in self.room.upstream() if key.remote_field.model is self.verb.of and row.edges() == []), None
        )
        return self.room._default_manager.filter(**{key.name: row}).order_by("-pk").first() if key else None

    def page(self, request: HttpRequest, row: Room, form: DoorForm | None, status: int) -> HttpResponse:
        """The door on a page of its own; 409 for who comes to one that is shut."""
        drawn = DrawnDoor(self, row, form, next_page(request))
        template = form.template if form else DoorForm.template
        around = {"beside": panels("door", request, row, self), "rail": panels("door-rail", request, row, self)}
        if request.method != "POST" and (
            shut := self.shut_words(row)
        ):  # asked once the row knows what was read around it
            raise Conflict(row, sentence=shut)
        return render(request, template, {"door": drawn, "row": row, **around}, status=status)


def next_page(request: HttpRequest) -> str:
    """Where to go afterwards, if it was said and stays within the house."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    stays = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if stays else ""
