"""Photos of real phones: taken as they are, shown upright and clean, their originals kept and given out to few; the store may be another."""

import errno
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult
from PIL import Image

from execution import apart, files, renditions, tasks
from execution.models import Download, Evidence, Rendition
from qtm import background
from qtm.refusals import Closed, Invalid
from records.models import Annex
from tests.cast import DETAILING, Cast, Walk
from tests.pictures import copies_made, copy_of, drawn, place_of, taken, upload
from tests.sql import attempt
from tests.test_desk import access, as_, read
from tests.test_evidence import ARRIVAL, photo_of, send

pytestmark = pytest.mark.django_db
DENIED = "42501"  # how PostgreSQL numbers it
PHOTOS = Path(settings.HERE).parent / "shared" / "data" / "photos"


@pytest.fixture
def detailing() -> Walk:
    """A case that takes photos."""
    return Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")


def real(name: str) -> bytes:
    """A photo that no one here made."""
    if not PHOTOS.is_dir():
        pytest.skip("SKIPPED LOUDLY: the real photos are not here (shared/data/photos)")
    return (PHOTOS / name).read_bytes()


def told_by_exiftool(content: bytes) -> dict[str, Any]:
    """All that exiftool finds in a picture, by group, but for what it says of the file itself."""
    if not shutil.which("exiftool"):
        if os.environ.get("CI"):
            pytest.fail("exiftool is not installed: apt-get install libimage-exiftool-perl")
        pytest.skip("SKIPPED LOUDLY: exiftool is not installed (apt-get install libimage-exiftool-perl)")
    done = subprocess.run(["exiftool", "-j", "-G", "-a", "-u", "-"], input=content, capture_output=True, check=True)
    (found,) = json.loads(done.stdout)
    return {
        name: value for name, value in found.items() if name.partition(":")[0] not in {"SourceFile", "File", "ExifTool"}
    }


# What a real one is; whatever is wider than high lies, and the rest stands.
TAKEN: dict[str, tuple[str, tuple[int, int], str, str]] = {
    "Canon_40D.jpg": ("image/jpeg", (100, 68), "2008-05-30T15:56:01", ""),
    "DSCN0010.jpg": ("image/jpeg", (640, 480), "2008-10-22T16:28:39", "43.467448 11.885127"),
    "DSCN0042.jpg": ("image/jpeg", (640, 480), "2008-10-22T17:00:07", "43.464455 11.881478"),
    "landscape_6.jpg": ("image/jpeg", (600, 450), "", ""),
    "portrait_8.jpg": ("image/jpeg", (450, 600), "", ""),
    "IMG_5195.HEIC": ("image/heic", (1239, 1600), "2021-04-11T15:47:53-05:00", "39.051344 -94.288772"),
    "zPug_3.heic": ("image/heic", (64, 64), "", ""),
    # Its pixels are whole, to the mark of their end; broken is what it says of itself (EXIF tells of 220 rows, and there are 500).
    "image01713.jpg": ("image/jpeg", (49, 500), "", ""),
}
# The one has its index where its pixels are not; of the other the first of two pictures is whole, and the file ends within the second.
REFUSED = {"corrupted.heic": "cut off or damaged", "truncated.heic": "cut off or damaged"}


def test_every_real_photo_is_looked_at() -> None:
    real("Canon_40D.jpg")
    assert {path.name for path in PHOTOS.iterdir()} == TAKEN.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", TAKEN)
def test_a_real_photo_is_taken_as_it_is_and_shown_upright_with_nothing_but_pixels(
    cast: Cast, detailing: Walk, name: str
) -> None:
    data, (media_type, size, at, place) = real(name), TAKEN[name]
    piece = photo_of(detailing, data, name)
    assert (piece.media_type, piece.claimed_at) == (media_type, at)
    assert place == " ".join(
        str(each) for each in (piece.claimed_latitude, piece.claimed_longitude) if each is not None
    )
    assert place_of(piece.sha256).read_bytes() == data, "what was captured stays as it was"
    for longest in renditions.SIDES:
        made = copy_of(piece.sha256, longest)
        content = made.content
        assert content
        with Image.open(io.BytesIO(content)) as shown:
            assert shown.size == (made.width, made.height)
            assert max(shown.size) <= longest
        assert {each.partition(":")[0] for each in told_by_exiftool(content)} <= {"JFIF", "Composite"}
    assert (copy_of(piece.sha256).width, copy_of(piece.sha256).height) == size


def test_exiftool_would_find_what_a_camera_wrote() -> None:
    found = told_by_exiftool(real("DSCN0010.jpg"))
    assert {"EXIF:GPSLatitude", "EXIF:DateTimeOriginal"} <= found.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_a_real_photo_that_is_broken_is_refused_for_what_it_is(cast: Cast, detailing: Walk, name: str) -> None:
    answer = send(cast.will, detailing.started(), SimpleUploadedFile(name, real(name)))
    assert (answer.status_code, REFUSED[name] in read(answer)) == (422, True)


def test_a_heic_goes_by_its_own_name() -> None:
    with pytest.raises(Invalid, match="is a HEIC inside, and its name says otherwise"):
        files.check(SimpleUploadedFile("a.jpg", real("zPug_3.heic")))
    with pytest.raises(Invalid, match="is a JPEG inside"):
        files.check(SimpleUploadedFile("a.heic", drawn()))


# What a device claims


def claiming(**camera: Any) -> bytes:
    """A picture whose camera says this: `at`, `zone`, `north`, `east`."""
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8769).update({36867: camera.get("at", ""), 36881: camera.get("zone", "")})
    if "north" in camera:
        exif.get_ifd(0x8825).update({1: "N", 2: camera["north"], 3: "E", 4: camera["east"]})
    Image.effect_noise((40, 30), 50).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(
    ("camera", "claims"),
    [
        ({"at": "2026:03:29 02:30:00", "zone": "+01:00"}, {"at": "2026-03-29T02:30:00+01:00"}),
        ({"at": "2026:03:29 02:30:00", "zone": "CET"}, {"at": "2026-03-29T02:30:00"}),
        ({"at": "2026:13:41 02:30:00"}, {}),
        ({"at": "0000:00:00 00:00:00"}, {}),
        ({"at": "<script>alert(1)</script>"}, {}),
        ({"north": (52.0, 30.0, 0.0), "east": (13.0, 15.0, 36.0)}, {"latitude": "52.500000", "longitude": "13.260000"}),
        ({"north": (152.0, 30.0, 0.0), "east": (13.0, 15.0, 36.0)}, {}),
        ({"north": (52.0, 30.0), "east": (13.0, 15.0, 36.0)}, {}),
    ],
)
def test_a_claim_is_noted_where_it_has_the_form_of_one(camera: dict[str, Any], claims: dict[str, str]) -> None:
    assert apart.read(claiming(**camera)).claims == claims


def test_the_claimed_time_stands_in_the_record_and_the_claimed_place_in_its_annex_alone(
    cast: Cast, detailing: Walk
) -> None:
    data = claiming(at="2026:03:29 02:30:00", north=(52.0, 30.0, 0.0), east=(13.0, 15.0, 36.0))
    piece = photo_of(detailing, data)
    record = detailing.record()
    document, annex = bytes(record.document), json.loads(bytes(Annex.objects.get(record=record).content))
    assert b'"claimed_at":"2026-03-29T02:30:00"' in document
    assert b"52.5" not in document
    assert annex["claimed"] == {piece.sha256: {"latitude": "52.500000", "longitude": "13.260000"}}


# Decoded apart


def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    """Another program in the decoder's place."""
    script = tmp_path / "decoder.py"
    script.write_text(code)
    monkeypatch.setattr(apart, "SCRIPT", script)


BROKEN = {
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "segfault": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "silent": "pass",
    "no json": "print('x' * 1000)",
    "a list": "print('[]')",
    "lies of its size": 'print(\'{"format": "JPEG", "width": 100000, "height": 100000}\')',
    "lies of its format": 'print(\'{"format": "EXE", "width": 1, "height": 1}\')',
    "floods": "import sys\nwhile True: sys.stdout.write('x' * 1000000)",
}


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN)
def test_a_decoder_that_breaks_or_lies_takes_nobody_along_and_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    bound = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, 1000000))\n"
    scripted(monkeypatch, tmp_path, bound + code)
    with pytest.raises(Invalid, match=r"“a\.jpg” broke what reads pictures"):
        files.check(upload("a.jpg"))


def test_a_decoder_that_sleeps_for_ever_is_ended_in_time_and_the_picture_may_be_sent_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripted(monkeypatch, tmp_path, "import time; time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(Closed, match="Send it again"):
        files.check(upload("a.jpg"))
    assert time.monotonic() - began < 2


def test_a_decoder_that_burns_is_ended_and_the_picture_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = "import signal; signal.setitimer(signal.ITIMER_PROF, 0.2)\nwhile True: pass"
    scripted(monkeypatch, tmp_path, code)
    with pytest.raises(Invalid, match="takes longer to read"):
        files.check(upload("a.jpg"))


def test_the_decoder_knows_nothing_of_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scripted(
        monkeypatch,
        tmp_path,
        f"import os, json; open({str(tmp_path / 'seen')!r}, 'w').write(json.dumps([dict(os.environ), os.getcwd(), sorted(os.listdir('/proc/self/fd'))]))",
    )
    monkeypatch.setenv("SECRET_KEY", "what nobody may know")
    with pytest.raises(Invalid):
        files.check(upload("a.jpg"))
    environment, folder, held = json.loads((tmp_path / "seen").read_text())
    assert "SECRET_KEY" not in environment
    assert "DATABASE_URL" not in environment
    assert (folder, len(held)) == ("/", 5), "three ends, the file it writes, and the folder that it lists"


@pytest.mark.parametrize("opens", ["open('/etc/hostname')", "__import__('socket').socket()", "os.dup(0)"])
def test_once_a_picture_is_opened_its_decoder_can_open_nothing_else(opens: str) -> None:
    code = f"""
import os, runpy, socket, sys
decoder = runpy.run_path({str(apart.SCRIPT)!r})
{opens}
decoder["opened"](sys.stdin.buffer.read(), 10**6)
try:
    {opens}
except OSError as error:
    print(error.errno)
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], input=drawn(), capture_output=True, check=True)
    assert done.stdout.strip() == str(errno.EMFILE).encode()


# Copies


def test_a_copy_that_is_not_there_yet_is_ordered_once_and_a_picture_says_so(cast: Cast, detailing: Walk) -> None:
    send(cast.will, detailing.started(), upload())
    piece = Evidence.objects.get()
    DBTaskResult.objects.all().delete()
    for _ in range(3):
        answer = as_(cast.will).get(f"/evidence/{piece.pk}/small/")
        assert (answer.status_code, answer["Content-Type"]) == (503, "image/svg+xml")
        assert (answer["Retry-After"], answer["Cache-Control"]) == ("2", "no-store")
        assert b"being prepared" in answer.content
    assert DBTaskResult.objects.count() == 1
    copies_made()
    assert as_(cast.will).get(f"/evidence/{piece.pk}/small/").status_code == 200


def test_a_refused_capture_orders_nothing(cast: Cast, detailing: Walk) -> None:
    send(cast.will, detailing.started(), upload(), SimpleUploadedFile("b.jpg", b"x"))
    assert not DBTaskResult.objects.exists()


def test_looking_at_a_photo_decodes_nothing(cast: Cast, detailing: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = photo_of(detailing)
    monkeypatch.setattr(apart, "_ask", lambda *_: pytest.fail("it was decoded"))
    for address in (f"/evidence/{piece.pk}/", f"/evidence/{piece.pk}/small/", f"/evidence/{piece.pk}/about"):
        assert as_(cast.will).get(address).status_code == 200


def test_a_copy_is_one_persons_in_the_browsers_cache_and_asked_for_by_its_digest(cast: Cast, detailing: Walk) -> None:
    address = f"/evidence/{photo_of(detailing).pk}/"
    answer = as_(cast.will).get(address)
    assert "Cookie" in answer["Vary"]
    assert as_(cast.will).get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert as_(cast.cora).get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 404
    assert answer["ETag"] == f'"{Rendition.objects.get(longest=renditions.LARGE).copy_sha256}"'


@pytest.mark.parametrize("harm", ["lost", "changed"])
def test_a_copy_that_is_lost_or_no_longer_what_was_made_is_not_shown_and_made_anew(
    cast: Cast, detailing: Walk, harm: str
) -> None:
    piece = photo_of(detailing)
    made = copy_of(piece.sha256)
    path = Path(files.store().path(renditions.place_of(made.copy_sha256)))
    path.unlink()
    if harm == "changed":
        path.write_bytes(b"<script>")
    assert as_(cast.will).get(f"/evidence/{piece.pk}/").status_code == 503
    copies_made()
    assert as_(cast.will).get(f"/evidence/{piece.pk}/").status_code == 200


def test_the_app_can_note_a_copy_and_never_change_what_was_noted() -> None:
    assert attempt("UPDATE execution_rendition SET copy_sha256 = repeat('0', 64)") == DENIED
    assert attempt("DELETE FROM execution_rendition") == DENIED


def left_running(worker: str, times: int) -> Any:
    """A task that a worker had in hand when it died."""
    photo = taken(upload())
    tasks.order(photo.sha256)
    left = DBTaskResult.objects.get()
    for _ in range(times):
        left.claim(worker)
    return left


def test_what_a_killed_worker_left_is_taken_up_again_and_after_three_times_given_up() -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = left_running(f"{socket.gethostname()[:50]}/{dead.pid}", 1)
    background.take_up_again("somebody else")
    left.refresh_from_db()
    assert (left.status, Rendition.objects.count()) == ("READY", 0)
    for _ in range(2):
        left.claim(f"{socket.gethostname()[:50]}/{dead.pid}")
    background.take_up_again("somebody else")
    left.refresh_from_db()
    assert left.status == "FAILED"
    assert {each.trouble for each in Rendition.objects.all()} == {tasks.GIVEN_UP}
    background.take_up_again("somebody else")
    assert Rendition.objects.count() == 2, "it is said once"


def test_what_a_living_worker_has_in_hand_is_left_to_it() -> None:
    left = left_running(background.worker_id(), 1)
    background.take_up_again("somebody else")
    left.refresh_from_db()
    assert left.status == "RUNNING"


# Originals


def test_an_original_is_for_admins_of_the_network_and_each_time_is_noted_before_it_goes_out(
    cast: Cast, detailing: Walk
) -> None:
    data = drawn()
    piece = photo_of(detailing, data)
    address = f"/evidence/{piece.pk}/original"
    for person in cast.everybody():
        if person != cast.ines:
            assert as_(person).post(address).status_code in {403, 404}, person
    assert Client().post(address).status_code == 302
    assert as_(cast.ines).get(address).status_code == 405
    assert not Download.objects.exists()
    answer = as_(cast.ines).post(address)
    assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    noted = Download.objects.get()
    assert (noted.by, noted.evidence) == (cast.ines, piece)
    page = read(as_(cast.ines).get(f"/evidence/{piece.pk}/about"))
    assert "Take the original" in page
    assert str(cast.ines) in page
    assert "Take the original" not in read(as_(cast.will).get(f"/evidence/{piece.pk}/about"))


def test_what_cannot_be_given_out_is_not_noted(cast: Cast, detailing: Walk) -> None:
    piece = photo_of(detailing)
    place_of(piece.sha256).unlink()
    assert as_(cast.ines).post(f"/evidence/{piece.pk}/original").status_code == 404
    assert not Download.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE execution_download SET by_id = NULL", "DELETE FROM execution_download"])
def test_the_app_can_neither_change_nor_take_back_the_note_of_a_download(statement: str) -> None:
    assert attempt(statement) == DENIED


# The page of one


def test_a_photos_page_leads_through_its_slot_and_back_and_says_what_the_camera_says(
    cast: Cast, detailing: Walk
) -> None:
    event = detailing.started()
    said = claiming(at="2026:03:29 02:30:00", north=(52.0, 30.0, 0.0), east=(13.0, 15.0, 36.0))
    send(cast.will, event, upload(), SimpleUploadedFile("b.jpg", said), upload(), slot="before/photo/before")
    send(cast.will, event, upload(), slot=ARRIVAL)
    first, second, third, _ = Evidence.objects.order_by("pk")
    answer = as_(cast.will).get(f"/evidence/{second.pk}/about")
    page = answer.content.decode()
    assert f'href="/evidence/{first.pk}/about" rel="prev"' in page
    assert f'href="/evidence/{third.pk}/about" rel="next"' in page
    assert f'href="{event.page}#stage-before"' in page
    assert "The camera says" in page
    assert "2026-03-29, 02:30:00, by its own clock" in read(answer)
    assert "52.500000, 13.260000" in read(answer)
    assert second.sha256 in page
    access(cast.Northside, "suspend", cast.ines)
    assert as_(cast.will).get(f"/evidence/{second.pk}/about").status_code == 404


# Another store


@pytest.fixture
def bucket(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """An S3-compatible store on the loopback, and the folder in which it keeps its bucket."""
    rclone = shutil.which("rclone", path=f"{Path(settings.HERE) / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if not rclone:
        pytest.skip("SKIPPED LOUDLY: rclone is not installed")
    folder, port = tmp_path / "s3", free()
    (folder / "qtm").mkdir(parents=True)
    command = [
        rclone,
        "serve",
        "s3",
        str(folder),
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        "key,secret",
        "--vfs-cache-mode",
        "off",
        "--config",
        os.devnull,
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until_answers(port)
        options = {
            "bucket_name": "qtm",
            "location": "evidence",
            "endpoint_url": f"http://127.0.0.1:{port}",
            "region_name": "eu-central-1",
            "access_key": "key",
            "secret_key": "secret",
            "addressing_style": "path",
        }
        store = {"BACKEND": "execution.bucket.Bucket", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "evidence": store}
        yield folder / "qtm" / "evidence"
    finally:
        server.kill()
        server.wait()


def free() -> int:
    """A port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def until_answers(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("rclone does not serve")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_whole_photo_goes_through_a_bucket_and_the_sweep_works_there(
    cast: Cast, detailing: Walk, bucket: Path, capsys: Any
) -> None:
    data = drawn()
    piece = photo_of(detailing, data)
    assert (bucket / files.place_of(piece.sha256)).read_bytes() == data
    assert files.intact(piece.sha256, piece.size_bytes)
    assert as_(cast.will).get(f"/evidence/{piece.pk}/").status_code == 200
    assert b"".join(as_(cast.ines).post(f"/evidence/{piece.pk}/original").streaming_content) == data  # type: ignore[attr-defined]
    orphan = taken(upload())
    call_command("sweep_evidence", "--delete")
    assert files.intact(orphan.sha256, orphan.size_bytes), "it may be noted yet"
    os.utime(bucket / files.place_of(orphan.sha256), (1, 1))
    call_command("sweep_evidence", "--delete", "--minutes=0")
    assert not files.intact(orphan.sha256, orphan.size_bytes)
    assert files.intact(piece.sha256, piece.size_bytes)
    with pytest.raises(NotImplementedError):
        files.store().url("x")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_bucket_that_is_away_closes_the_house_for_a_moment_and_nothing_is_noted(
    cast: Cast, detailing: Walk, bucket: Path, settings: Any
) -> None:
    options = {**settings.STORAGES["evidence"]["OPTIONS"], "endpoint_url": f"http://127.0.0.1:{free()}"}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": options}}
    answer = send(cast.will, detailing.started(), upload())
    assert (answer.status_code, "store of files cannot be reached" in read(answer)) == (503, True)
    assert not Evidence.objects.exists()
