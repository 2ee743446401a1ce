"""The page of the surfaces: every version with its honest status, and a new one by a file, a look at what differs, and a press."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qtm.acts import acting
from qtm.differences import differences
from qtm.models import SurfaceVersion, User
from qtm.pages import done, posted
from qtm.refusals import Conflict, Forbidden, Invalid
from qtm.runtime import Malformed, Runtime
from qtm.signed import Signed
from qtm.typed import pressed, signed_in, typed_before


class FileForm(forms.Form):
    """A runtime as a file."""

    file = forms.FileField(
        label="A runtime as TOML", help_text="Nothing is published before you have seen what differs."
    )

    def clean_file(self) -> Runtime:
        """Read it, or name the key that is wrong."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            return Runtime.parse(file.read(), str(file.name))
        except Malformed as refusal:
            raise ValidationError(str(refusal)) from None


class PublishForm(forms.Form):
    """A runtime that was looked at, and the number of the version with which it was compared; 0 where there was none."""

    runtime = forms.CharField(widget=forms.HiddenInput)
    present = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_runtime(self) -> Runtime:
        """Read it again: what comes from a page is not believed."""
        try:
            return Runtime.read(json.loads(self.cleaned_data["runtime"]))
        except (ValueError, RecursionError) as refusal:
            raise ValidationError(str(refusal)) from None


def authority_of(user: User) -> str:
    """By what somebody keeps the surfaces; 403 for everybody else."""
    if authority := user.standing.holds("qtm.keep_surfaces"):
        return authority
    raise Forbidden("Surfaces are kept by admins.")


@signed_in
def surfaces(request: Signed) -> HttpResponse:
    """Every surface with its versions; a file that is sent is compared with the present one."""
    authority_of(request.user)
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return compared(request, form.cleaned_data["file"])
    if looked_at := typed_before(request, reverse("publish_surface")):
        again = PublishForm(looked_at)
        if again.is_valid():
            return compared(request, again.cleaned_data["runtime"])
    versions = SurfaceVersion.objects.select_related("surface", "by").order_by("surface__name", "-number")
    said = {"form": form, "versions": versions}
    return render(request, "qtm/surfaces.html", said, status=422 if form.errors else 200)


def compared(request: HttpRequest, runtime: Runtime) -> HttpResponse:
    """What differs between a runtime and the present version of its surface, with the press that publishes it."""
    present = SurfaceVersion.objects.filter(surface__code=runtime.code).order_by("-number").first()
    plain = runtime.as_json()
    said: dict[str, Any] = {
        "runtime": runtime,
        "present": present,
        "differences": differences(present.runtime if present else {}, plain),
        "form": PublishForm(initial={"runtime": json.dumps(plain), "present": present.number if present else 0}),
    }
    return render(request, "qtm/surface.html", said)


@pressed
def publish(request: Signed) -> HttpResponse:
    """Publish what was looked at, unless another version came between."""
    authority = authority_of(request.user)
    form = PublishForm(request.POST)
    if not form.is_valid():
        raise Invalid({name: " ".join(map(str, sentences)) for name, sentences in form.errors.items()})
    with acting(request.user, via="surfaces", authority=authority):
        made, new = SurfaceVersion.publish(form.cleaned_data["runtime"])
        if made.number - new != form.cleaned_data["present"]:
            sentence = (
                "Another version was published meanwhile. Send the file again, to see what differs from that one."
            )
            raise Conflict(sentence=sentence)
    return done(request, f"{made} is published." if new else f"{made} says the same already.", reverse("surfaces"))
