"""Doors: the one way by which people make a move or cross into the next room.

A door's address is the row and the verb. What draws its button guards its POST: the same permission, the same state, the same words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify

from qtm import devices
from qtm.acts import acting
from qtm.devices import Sent, sent_by
from qtm.panels import panels
from qtm.receipts import Receipt, refuse_unarrived
from qtm.refusals import Conflict, Forbidden, Invalid, Refusal, refused_in
from qtm.spine import Room, Verb, words
from qtm.typed import keep_typed, typed_before

WRITTEN = (forms.Textarea, forms.TextInput)  # what holds a person's own words


class DoorForm(forms.Form):
    """What a door asks besides the press; it knows the row and who presses."""

    takes_uploads: ClassVar[bool] = False
    of_one: ClassVar[tuple[str, ...]] = ()  # fields that are not asked where one press is for many
    template: ClassVar[str] = "door.html"  # the page on which it is drawn by itself
    many_template: ClassVar[str] = "_parts/form.html"  # how it is drawn where one press is for many
    prefilled: ClassVar[
        tuple[str, ...]
    ] = ()  # fields that an address may fill in: shown there, and never an act by itself

    many: Sequence[int] = ()  # the rows that one press is for, where it is for many

    def __init__(self, *args: Any, row: Room, user: Any, **kwargs: Any) -> None:
        """`row`: what is pressed on; `user`: who presses."""
        self.row, self.user = row, user
        super().__init__(*args, **kwargs)

    def given(self) -> dict[str, Any]:
        """The verb's arguments."""
        return dict(self.cleaned_data)

    def warnings(self) -> Mapping[str, Sequence[int]]:
        """What stands against a press for many, each sentence with the rows that it is about."""
        return {}

    def shut(self) -> str:
        """Why the door is shut for this very person; empty where it is open."""
        return ""

    def crosses(self) -> Sequence[tuple[str, str]]:
        """What crosses by this door, each under its label, for whoever is about to press."""
        return ()


class ReasonForm(DoorForm):
    """Why the answer is no."""

    reason = forms.CharField(
        label="Why?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the reason is kept with the decision."},
    )


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
            try:
                return self.pressed(request, row)
            except Conflict as conflict:
                conflict.written = self.written(request)
                raise
        if row.state not in self.verb.was:
            raise Conflict(row, self.verb)
        return self.page(request, row, self.bound(request.user, row, initial=self.begun(request)), 200)

    def written(self, request: HttpRequest) -> list[tuple[str, str]]:
        """What was written into the form in words, each by its label, where the press came to nothing."""
        fields = self.form.base_fields if self.form else {}
        asked = ((name, field) for name, field in fields.items() if type(field.widget) in WRITTEN)
        return [
            (str(field.label or name), said) for name, field in asked if (said := request.POST.get(name, "").strip())
        ]

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


@dataclass(frozen=True, slots=True)
class DrawnDoor:
    """A door as a page draws it for one row and person."""

    door: Door
    row: Room
    form: DoorForm | None
    next: str = ""

    @property
    def label(self) -> str:
        """What the button says."""
        return self.door.verb.words_on(self.row)

    @property
    def says(self) -> str:
        """What follows from it."""
        return self.door.verb.says

    @property
    def shut_words(self) -> str:
        """Why it is shut."""
        return self.door.shut_words(self.row) or (self.form.shut() if self.form else "")

    @property
    def open(self) -> bool:
        """Whether it can be passed now."""
        return not self.shut_words

    @property
    def apart(self) -> bool:
        """Whether it takes a page of its own to be drawn."""
        return bool(self.form and self.form.template != DoorForm.template)

    @property
    def primary(self) -> bool:
        """Whether it is the next thing to do."""
        return self.door.verb.primary

    @property
    def action(self) -> str:
        """Where it leads."""
        return self.door.action(self.row)

    @property
    def key(self) -> str:
        """The key that leads to it, if one does."""
        return self.door.verb.key

    @property
    def of(self) -> str:
        """What it is pressed on, as a page's script names it."""
        return f"{self.row._meta.model_name}-{self.row.pk}"


_doors: dict[tuple[type[Room], str], Door] = {}


def doors(
    *rooms: type[Room], via: str | Callable[[Any], str], forms: Mapping[str, type[DoorForm]] = {}
) -> Iterator[URLPattern]:
    """The routes of every door that belongs to these rooms; `forms` by verb, where a press is not enough."""
    for room in rooms:
        for verb in room.verbs.values():
            if verb.own_door:
                form = forms.get(f"{room.__name__}.{verb.name}") or (ReasonForm if verb.no else None)
                place = governed_from if verb.layer == "governor" else via if callable(via) else _always(via)
                door = Door(room, verb, place, form)
                _doors[room, verb.name] = door
                yield path(door.route, _view(door), name=door.name)


def governed_from(row: Any) -> str:
    """From which of the two layers of governance a row is governed, also where the door leads out of it."""
    return "task inbox" if row.governor_id else "console"


def _always(via: str) -> Callable[[Any], str]:
    """A place that does not depend on the row."""
    return lambda row: via


def _view(door: Door) -> Callable[..., HttpResponse]:
    """The door's view as a function, marked where it takes uploads."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        return door.view(request, pk)

    setattr(view, "takes_uploads", bool(door.form and door.form.takes_uploads))  # noqa: B010
    return view


def door_of(room: type[Room], verb: str) -> Door:
    """The door of a verb."""
    return _doors[room, verb]


def all_doors() -> Sequence[Door]:
    """Every door of the house."""
    return list(_doors.values())


def doors_out_of(row: Room, user: Any, next_page: str = "") -> list[DrawnDoor]:
    """The doors that lead out of a row for this person: open ones first, then those that may still open."""
    drawn = []
    for door in _doors.values():
        if door.pressed_on is type(row) and door.ahead(row) and door.authority(user, row):
            is_open = row.state in door.verb.was
            drawn.append(DrawnDoor(door, row, door.bound(user, row) if is_open else None, next_page))
    return sorted(drawn, key=lambda each: (not each.open, not each.primary))


def blame(form: forms.BaseForm, invalid: Invalid) -> None:
    """Put each error of a refusal at its field, or above the form where it has none."""
    for name, sentence in invalid.errors.items():
        form.add_error(name if name in form.fields else None, sentence)


def next_page(request: HttpRequest) -> str:
    """Where to go afterwards, if it was said and stays within the house."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    stays = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if stays else ""
