"""Evidence: taken only when it is what it claims, kept once, shown to few, and nothing left behind by a refusal or a crash."""

import io
import os
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from execution import files
from execution.models import Evidence, ServiceEvent, StageMark
from qtm.acts import acting
from qtm.models import Membership, User
from qtm.refusals import Invalid
from records.certificate import Certificate
from tests.cast import DETAILING, Cast, Walk, enter
from tests.pictures import copies_made, copy_of, drawn, place_of, taken, upload
from tests.test_desk import access, as_, press, read

pytestmark = pytest.mark.django_db
ARRIVAL = "arrival/photo/arrival"


@pytest.fixture
def detailing() -> Walk:
    """A case that takes photos."""
    return Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")


def send(user: User, event: ServiceEvent, *photos: SimpleUploadedFile, slot: str = ARRIVAL) -> Any:
    """Photos for a slot, as a browser sends them."""
    return press(user, event, "capture", slot=slot, photos=list(photos))


def kept() -> list[Path]:
    """Every file below the place of evidence."""
    return [path for path in Path(settings.EVIDENCE_ROOT).rglob("*") if path.is_file()]


def originals() -> list[Path]:
    """Every file that was captured, and no copy."""
    return [path for path in kept() if path.suffix != ".jpg"]


def saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    """A picture's bytes."""
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def bomb(side: int = 12_000) -> bytes:
    """A PNG of a few kilobytes that claims, and has, a hundred million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"\0" * (side // 8 + 1) * side, 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def again_and_again(scans: int) -> bytes:
    """A progressive JPEG that says its last scan over and over."""
    whole = saved(Image.effect_noise((64, 64), 90), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * scans + whole[-2:]


def commented(times: int) -> bytes:
    """A JPEG of many empty comments."""
    whole = drawn()
    return whole[:2] + b"\xff\xfe\0\2" * times + whole[2:]


def overwritten(megabytes: int) -> bytes:
    """A PNG with so many megabytes of text, packed small."""
    whole, text = drawn(format_="PNG"), b"k\0\0" + zlib.compress(b"x" * 1_000_000)
    piece = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    return whole[:33] + piece * megabytes + whole[33:]


def moving(format_: str) -> bytes:
    """A picture of two frames."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    return saved(frames[0], format_, save_all=True, append_images=frames[1:], duration=100)


# Taking


def test_several_photos_fill_a_slot_at_once_and_stand_on_the_page(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    assert (
        send(
            cast.will,
            event,
            upload("a.jpg"),
            upload("b.JPEG"),
            SimpleUploadedFile("c.png", drawn(format_="PNG")),
            slot="before/photo/before",
        ).status_code
        == 302
    )
    pieces = list(event.evidence.all())
    assert [(piece.name, piece.media_type, piece.by) for piece in pieces] == [
        ("a.jpg", "image/jpeg", cast.will),
        ("b.JPEG", "image/jpeg", cast.will),
        ("c.png", "image/png", cast.will),
    ]
    page = as_(cast.will).get(event.page)
    assert "3/2 required" in read(page)
    assert all(f"/evidence/{piece.pk}/small/" in page.content.decode() for piece in pieces)
    assert all(files.intact(piece.sha256, piece.size_bytes) for piece in pieces)


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "no image": ("a.jpg", lambda: b"%PDF-1.7 not a picture at all", "“a.jpg” is no JPEG, PNG, WebP or HEIC picture"),
    "a page": ("a.jpg", lambda: b"<html><script>alert(1)</script></html>", "is no JPEG, PNG, WebP or HEIC picture"),
    "truncated": ("a.jpg", lambda: drawn((900, 700))[:-2000], "cut off or damaged"),
    "truncated png": ("a.png", lambda: saved(Image.effect_noise((300, 300), 90), "PNG")[:-3000], "cut off or damaged"),
    "head alone": ("a.jpg", lambda: drawn()[:20], "cut off or damaged"),
    "a bomb": ("a.png", bomb, "more than 40 million pixels"),
    "a scan repeated": ("a.jpg", lambda: again_and_again(101), "has more than 100 scans"),
    "comments": ("a.jpg", lambda: commented(2001), "has more than 2,000 parts"),
    "text packed small": ("a.png", lambda: overwritten(80), "could not be read to its end"),
    "too large": ("a.jpg", lambda: drawn() + b"\0" * 12_000_000, "larger than 12 MB"),
    "wrong extension": ("a.png", drawn, "is a JPEG inside, and its name says otherwise"),
    "no extension": ("picture", drawn, "its name says otherwise"),
    "empty": ("a.jpg", lambda: b"", "“a.jpg” is empty"),
    "moving png": ("a.png", lambda: moving("PNG"), "moves"),
    "moving webp": ("a.webp", lambda: moving("WEBP"), "moves"),
    "gif": ("a.gif", lambda: moving("GIF"), "is no JPEG, PNG, WebP or HEIC picture"),
    "tiff in disguise": (
        "a.jpg",
        lambda: saved(Image.new("RGB", (9, 9)), "TIFF"),
        "is no JPEG, PNG, WebP or HEIC picture",
    ),
    "heic": ("a.heic", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 40, "cut off or damaged"),
}


def test_who_loses_the_permission_while_the_picture_is_looked_at_adds_nothing(
    cast: Cast, detailing: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, check = detailing.started(), files.check

    def slowly(photo: Any) -> files.Photo:
        Membership.objects.get(user=cast.will, left_at=None).leave()
        return check(photo)

    monkeypatch.setattr(files, "check", slowly)
    assert send(cast.will, event, upload()).status_code == 403
    assert (kept(), Evidence.objects.count()) == ([], 0)


def test_an_operator_that_is_shut_out_meanwhile_adds_nothing(
    cast: Cast, detailing: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, check = detailing.started(), files.check

    def slowly(photo: Any) -> files.Photo:
        access(cast.Northside, "suspend", cast.ines)
        return check(photo)

    monkeypatch.setattr(files, "check", slowly)
    assert send(cast.will, event, upload()).status_code == 403
    assert (kept(), Evidence.objects.count()) == ([], 0)


@pytest.mark.parametrize(("name", "made", "says"), BAD.values(), ids=BAD)
def test_what_is_no_proper_picture_is_refused_by_name_and_reason_and_leaves_nothing(
    cast: Cast, detailing: Walk, name: str, made: Callable[[], bytes], says: str
) -> None:
    event = detailing.started()
    answer = send(cast.will, event, SimpleUploadedFile(name, made(), content_type="image/jpeg"))
    assert answer.status_code == 422
    assert says in read(answer)
    assert (kept(), Evidence.objects.count()) == ([], 0)


def test_a_picture_of_many_scans_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_decode", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(Invalid, match="more than 100 scans"):
        files.check(SimpleUploadedFile("a.jpg", again_and_again(2_000)))


def test_what_only_looks_like_a_scan_is_none(cast: Cast, detailing: Walk) -> None:
    whole = drawn()
    noise = b"\xff\xe4\x7d\x02" + b"\xff\xda" * 16_000
    data = whole[:2] + noise + whole[2:] + b"\0\0" + b"\xff\xda\0\2" * 3000  # in a part of its own, and behind the end
    assert send(cast.will, detailing.started(), SimpleUploadedFile("a.jpg", data)).status_code == 302
    assert send(cast.will, detailing.event(), SimpleUploadedFile("b.jpg", again_and_again(50))).status_code == 302


def test_more_than_twenty_pictures_at_once_are_refused_in_plain_words_and_twenty_are_taken(
    cast: Cast, detailing: Walk
) -> None:
    event, pictures = detailing.started(), [drawn((20, 20)) for _ in range(21)]
    named = [SimpleUploadedFile(f"{number}.jpg", data) for number, data in enumerate(pictures)]
    answer = send(cast.will, event, *named)
    assert answer.status_code == 422
    assert "At most 20 pictures at once, and none of these was taken" in read(answer)
    assert (kept(), Evidence.objects.count()) == ([], 0)
    for upload_ in named:
        upload_.seek(0)
    assert send(cast.will, event, *named[:20]).status_code == 302
    assert Evidence.objects.count() == 20


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_: Any) -> bytes:
        """Whoever does has lost."""
        raise AssertionError("it was read")


def sent_unread(client: Client, event: ServiceEvent, size_bytes: int) -> Any:
    """An upload of so many bytes, of which not one may be read."""
    body = {"CONTENT_LENGTH": str(size_bytes), "wsgi.input": Unread()}
    address, kind = f"/serviceevents/{event.pk}/capture", "multipart/form-data; boundary=x"
    return client.generic("POST", address, b"x", content_type=kind, **body)  # type: ignore[arg-type]


def test_an_upload_of_who_is_not_signed_in_is_sent_to_sign_in_unread(detailing: Walk) -> None:
    event = detailing.started()
    answer = sent_unread(Client(), event, 30_000_000)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next=/serviceevents/{event.pk}/capture")


def test_an_upload_beyond_all_limits_is_413_unread_and_says_how_much_is_taken(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    answer = sent_unread(as_(cast.will), event, 241_000_001)
    assert answer.status_code == 413
    assert "At most 20 pictures at once, of at most 12 MB each" in read(answer)
    with pytest.raises(AssertionError, match="it was read"):
        sent_unread(as_(cast.will), event, 240_000_000)


def test_one_bad_picture_among_good_ones_is_named_and_none_is_kept(cast: Cast, detailing: Walk) -> None:
    answer = send(
        cast.will,
        detailing.started(),
        upload("good.jpg"),
        SimpleUploadedFile("bad.jpg", b"nothing"),
        SimpleUploadedFile("worse.png", b""),
    )
    assert answer.status_code == 422
    assert "“bad.jpg”" in read(answer)
    assert "“worse.png” is empty" in read(answer)
    assert (kept(), Evidence.objects.count()) == ([], 0)


def test_a_photo_of_many_telephones_with_a_second_picture_behind_the_first_is_taken(
    cast: Cast, detailing: Walk
) -> None:
    pair = saved(Image.new("RGB", (64, 48), "red"), "MPO", save_all=True, append_images=[Image.new("RGB", (32, 24))])
    assert send(cast.will, detailing.started(), SimpleUploadedFile("a.jpg", pair)).status_code == 302
    piece = Evidence.objects.get()
    assert (piece.media_type, piece.width, piece.height) == ("image/jpeg", 64, 48)


def test_the_same_picture_stands_once_in_a_job_whatever_it_is_called(cast: Cast, detailing: Walk) -> None:
    event, data = detailing.started(), drawn()
    assert send(cast.will, event, SimpleUploadedFile("a.jpg", data)).status_code == 302
    for slot in (ARRIVAL, "before/photo/before"):
        again = send(cast.will, event, SimpleUploadedFile("b.jpg", data), slot=slot)
        assert (again.status_code, "in this job already" in read(again)) == (422, True)
    twice = drawn()
    assert (
        send(cast.will, event, SimpleUploadedFile("c.jpg", twice), SimpleUploadedFile("d.jpg", twice)).status_code
        == 422
    )
    assert Evidence.objects.count() == 1


def test_two_jobs_may_show_the_same_picture_and_it_is_kept_once(cast: Cast, detailing: Walk) -> None:
    data = drawn()
    for walk in (detailing, Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")):
        assert send(cast.will, walk.started(), SimpleUploadedFile("a.jpg", data)).status_code == 302
    assert Evidence.objects.count() == 2
    assert len(kept()) == 1


@pytest.mark.parametrize(
    "slot", ["", "\x00", "nowhere/photo/arrival", "arrival/note/arrival", "arrival/photo/before", "arrival", "a/b/c/d"]
)
def test_a_slot_that_the_surface_does_not_have_is_refused(cast: Cast, detailing: Walk, slot: str) -> None:
    assert send(cast.will, detailing.started(), upload(), slot=slot).status_code == 422
    assert kept() == []


def test_the_verb_itself_refuses_a_slot_that_is_not_there_and_a_photo_without_a_picture(
    cast: Cast, detailing: Walk
) -> None:
    event = detailing.started()
    for wrong in (
        {"stage": "nowhere", "kind": "photo", "category": "arrival"},
        {"stage": "arrival", "kind": "photo", "category": "arrival"},
    ):
        with pytest.raises(Invalid):
            enter(cast.will, ServiceEvent, "capture", event, **wrong)


def test_a_slot_for_photos_without_one_is_refused(cast: Cast, detailing: Walk) -> None:
    answer = press(cast.will, detailing.started(), "capture", slot=ARRIVAL, text="I was there.")
    assert answer.status_code == 422
    assert "Choose at least one picture" in read(answer)


# Notes and stages


@pytest.mark.parametrize("text", ["", "   ", "\x00", "a\x00b", "x" * 4001])
def test_a_note_that_says_nothing_or_too_much_is_refused(cast: Cast, walk: Walk, text: str) -> None:
    answer = press(cast.will, walk.started(), "capture", slot="study/note/findings", text=text)
    assert answer.status_code == 422
    assert text.replace("\x00", "") in answer.content.decode().replace("\x00", ""), "what was typed is kept"
    assert not Evidence.objects.exists()


def test_a_note_is_taken_as_it_is_and_shown_escaped(cast: Cast, walk: Walk) -> None:
    text = "<b>Bremsen</b> 🛑 \u202eשלום\n" + "ä" * 3900
    event = walk.started()
    assert press(cast.will, event, "capture", slot="study/note/findings", text=text).status_code == 302
    assert Evidence.objects.get().text == text
    assert "&lt;b&gt;Bremsen&lt;/b&gt; 🛑" in as_(cast.will).get(event.page).content.decode()
    again = press(cast.will, event, "capture", slot="study/note/findings", text=text)
    assert (again.status_code, "This note stands there already." in read(again)) == (409, True)
    assert "It is there already" in read(again)


def test_a_stage_is_marked_once_it_has_what_it_requires_and_once_only(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    early = press(cast.will, event, "mark", stage="before")
    assert (early.status_code, "2 photos of Before" in read(early)) == (422, True)
    send(cast.will, event, upload())
    assert press(cast.will, event, "mark", stage="arrival").status_code == 302
    again = press(cast.will, event, "mark", stage="arrival")
    assert (again.status_code, "marked as done already" in read(again)) == (409, True)
    assert StageMark.objects.count() == 1


@pytest.mark.parametrize("stage", ["", "nowhere", "\x00"])
def test_a_stage_that_the_surface_does_not_have_is_refused(cast: Cast, walk: Walk, stage: str) -> None:
    assert press(cast.will, walk.started(), "mark", stage=stage).status_code == 422


@pytest.mark.parametrize("reach", ["event", "paused", "record"])
def test_evidence_is_taken_only_while_the_work_is_in_progress_and_leaves_no_file_otherwise(
    cast: Cast, detailing: Walk, reach: str
) -> None:
    if reach == "paused":
        press(cast.will, detailing.started(), "pause")
    else:
        getattr(detailing, reach)()
    there, event = kept(), ServiceEvent.objects.get(case_id=detailing.request.pk)
    assert send(cast.will, event, upload()).status_code == 409
    assert press(cast.will, event, "mark", stage="arrival").status_code == 409
    assert kept() == there


def test_the_database_takes_no_photo_without_a_digest_and_no_note_without_words(cast: Cast, detailing: Walk) -> None:
    event = detailing.started()
    piece, slot = "execution_evidence_piece", "takes no such evidence"
    for refused, forged in (
        (piece, {"kind": "photo", "stage": "arrival", "category": "arrival"}),
        (piece, {"kind": "photo", "stage": "arrival", "category": "arrival", "sha256": "Z" * 64}),
        (piece, {"kind": "note", "stage": "after", "category": "remarks"}),
        (piece, {"kind": "note", "stage": "after", "category": "remarks", "text": "x", "sha256": "a" * 64}),
        (slot, {"kind": "film", "stage": "arrival", "category": "arrival", "text": "x"}),
        (slot, {"kind": "note", "stage": "nowhere", "category": "remarks", "text": "x"}),
    ):
        with (
            pytest.raises((IntegrityError, Invalid), match=refused),
            transaction.atomic(),
            acting(cast.will, via="test", authority="x"),
        ):
            Evidence.noted(event=event, **forged)


# Showing


def photo_of(walk: Walk, data: bytes | None = None, name: str = "a.jpg") -> Evidence:
    """A photo that was captured."""
    assert send(walk.cast.will, walk.started(), SimpleUploadedFile(name, data or drawn())).status_code == 302
    copies_made()
    return Evidence.objects.latest("pk")


def body_of(answer: Any) -> bytes:
    """The bytes that were sent."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


@pytest.mark.parametrize("size", ["", "small/"])
def test_a_photo_is_shown_to_those_who_may_see_its_service_event_and_is_not_there_for_others(
    cast: Cast, detailing: Walk, size: str
) -> None:
    address = f"/evidence/{photo_of(detailing).pk}/{size}"
    for name in ("nora", "will", "wanda", "ines", "eve"):
        answer = as_(getattr(cast, name)).get(address)
        assert (name, answer.status_code, body_of(answer)[:2]) == (name, 200, b"\xff\xd8")
    for name in ("cora", "sam", "sid", "liam", "sue", "pete", "wim", "root", "nobody"):
        assert (name, as_(getattr(cast, name)).get(address).status_code) == (name, 404)
    assert Client().get(address).status_code == 302
    access(cast.Northside, "suspend", cast.ines)
    assert as_(cast.will).get(address).status_code == 404


def test_the_record_shows_a_photo_to_the_very_people_who_are_served_it(cast: Cast, detailing: Walk) -> None:
    photo_of(detailing)
    record = detailing.record()
    copies_made()
    for person in cast.everybody():
        page, client = Certificate(record, person.standing), as_(person)
        answers = {piece.pk: client.get(f"/evidence/{piece.pk}/small/") for piece in Evidence.objects.all()}
        served = {pk for pk, answer in answers.items() if answer.status_code == 200 and body_of(answer)}
        assert set(page.pictures.values()) == served, person


def test_a_copy_stays_with_the_browser_that_asked_and_is_taken_for_nothing_else(cast: Cast, detailing: Walk) -> None:
    answer = as_(cast.will).get(f"/evidence/{photo_of(detailing).pk}/")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert answer.headers["Content-Type"] == "image/jpeg"
    body_of(answer)


def test_a_note_has_no_picture_and_what_is_not_there_is_not_found(cast: Cast, walk: Walk) -> None:
    note = enter(
        cast.will, ServiceEvent, "capture", walk.started(), stage="study", kind="note", category="findings", text="x"
    )[0]
    for pk in (note.pk, 10**12):
        assert as_(cast.will).get(f"/evidence/{pk}/").status_code == 404


def test_what_is_shown_is_upright_and_holds_pixels_and_nothing_else(cast: Cast, detailing: Walk) -> None:
    picture = Image.new("RGB", (60, 40), "red")
    picture.paste("blue", (0, 0, 10, 40))
    exif = Image.Exif()
    exif[274], exif[270] = 6, "Secret of the camera"  # to be turned by 90 degrees
    original = saved(picture, "JPEG", exif=exif, comment=b"hidden words", quality=95)
    piece = photo_of(detailing, original)
    shown = Image.open(io.BytesIO(body_of(as_(cast.will).get(f"/evidence/{piece.pk}/"))))
    assert shown.size == (40, 60)
    top = shown.getpixel((20, 2))
    assert isinstance(top, tuple)
    assert top[2] > 200 > top[0]
    assert not shown.getexif()
    clean = copy_of(piece.sha256).content or b""
    assert b"Secret" not in clean
    assert b"hidden" not in clean
    assert place_of(piece.sha256).read_bytes() == original, "what was captured stays as it was"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16", "RGB"])
def test_every_kind_of_picture_can_be_shown_and_what_is_transparent_is_white(
    cast: Cast, detailing: Walk, mode: str
) -> None:
    clear = {"RGBA": (0, 0, 0, 0), "LA": (0, 0)}.get(mode, 0)
    options = {"transparency": 0} if mode == "P" else {}
    piece = photo_of(detailing, saved(Image.new(mode, (50, 30), clear), "PNG", **options), "a.png")
    shown = Image.open(io.BytesIO(body_of(as_(cast.will).get(f"/evidence/{piece.pk}/small/")))).convert("RGB")
    assert shown.getpixel((10, 10)) == ((255, 255, 255) if mode in {"RGBA", "LA", "P"} else (0, 0, 0))


def test_a_photo_whose_file_is_lost_is_not_found_and_no_error(cast: Cast, detailing: Walk) -> None:
    assert send(cast.will, detailing.started(), upload()).status_code == 302
    piece = Evidence.objects.get()
    place_of(piece.sha256).unlink()
    copies_made()
    assert as_(cast.will).get(f"/evidence/{piece.pk}/").status_code == 404


# Keeping


def test_what_is_kept_is_its_owners_alone(cast: Cast, detailing: Walk) -> None:
    piece = photo_of(detailing)
    place = place_of(piece.sha256)
    assert place.stat().st_mode & 0o777 == 0o600
    assert {
        folder.stat().st_mode & 0o777 for folder in (place.parent, place.parent.parent, Path(settings.EVIDENCE_ROOT))
    } == {0o700}


def test_a_crash_while_a_file_is_written_leaves_nothing_under_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = files.check(upload())

    def dies(*_: Any) -> None:
        raise OSError("no space left on the device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", dies)
        with pytest.raises(OSError, match="no space"):
            files.keep(photo)
    assert kept() == []
    files.keep(photo)
    assert files.intact(photo.sha256, photo.size_bytes)


def crashed() -> files.Photo:
    """A photo that was stored and never noted, an hour and a half ago."""
    photo = taken(upload())
    long_ago = time.time() - 90 * 60
    os.utime(place_of(photo.sha256), (long_ago, long_ago))
    return photo


def test_what_a_crash_between_file_and_commit_left_behind_is_found_and_on_demand_swept(
    capsys: Any, cast: Cast, detailing: Walk
) -> None:
    piece, orphan, young = photo_of(detailing), crashed(), taken(upload())
    os.utime(place_of(piece.sha256), (1, 1))
    call_command("sweep_evidence")
    said = capsys.readouterr().out
    assert orphan.sha256 in said
    assert piece.sha256 not in said
    assert young.sha256 not in said, "somebody may be about to note it"
    assert len(originals()) == 3
    call_command("sweep_evidence", "--delete")
    assert {path.name for path in originals()} == {piece.sha256, young.sha256}
    call_command("sweep_evidence", "--delete", "--minutes=0")
    assert {path.name for path in originals()} == {piece.sha256}


def test_an_orphan_that_is_sent_again_is_fresh_and_stays(cast: Cast, detailing: Walk) -> None:
    orphan = crashed()
    files.keep(orphan)
    call_command("sweep_evidence", "--delete", verbosity=0)
    assert files.intact(orphan.sha256, orphan.size_bytes)


@pytest.mark.parametrize("harm", ["lost", "changed", "cut"])
def test_a_photo_that_is_noted_and_not_whole_is_reported_and_the_status_says_so(
    capsys: Any, cast: Cast, detailing: Walk, harm: str
) -> None:
    piece = photo_of(detailing)
    place = place_of(piece.sha256)
    data = place.read_bytes()
    place.unlink()
    if harm != "lost":
        place.write_bytes(data[:-1] + (b"\0" if harm == "changed" else b""))
    with pytest.raises(CommandError, match="1 pieces are noted"):
        call_command("sweep_evidence")
    assert f"evidence {piece.pk}" in capsys.readouterr().err
