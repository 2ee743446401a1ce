"""Hostile files: each is refused in time and within bounds, or made harmless; nothing of it is kept or shown, and nobody who serves is harmed."""

import io
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from execution import apart, files, renditions
from execution.models import Evidence, Rendition
from tests.cast import DETAILING, Cast, Walk
from tests.hostile import NAMES, PAYLOAD, Hostile, all_of_them
from tests.pictures import copies_made, drawn, place_of, upload
from tests.test_desk import as_, read
from tests.test_evidence import kept, send
from tests.test_photos import told_by_exiftool

FILES = dict(all_of_them())
CUT_SHORT = {NAMES["quotes"], NAMES["line"]}
MOST_BYTES = 300_000_000
pytestmark = pytest.mark.django_db


@pytest.fixture
def detailing() -> Walk:
    """A case that takes photos."""
    return Walk(surface="auto-detailing", asked=DETAILING, outcome="completed")


@pytest.fixture
def peaks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How much memory each child took at most, as it says."""
    found: list[int] = []
    ask = apart._ask

    def asked(*given: Any) -> Any:
        try:
            said, rest = ask(*given)
        except apart.Unread as unread:
            found.append(unread.peak_bytes)
            raise
        found.append(said["peak_bytes"])
        return said, rest

    monkeypatch.setattr(apart, "_ask", asked)
    return found


def test_there_are_at_least_a_hundred() -> None:
    assert len(FILES) >= 100


@pytest.mark.parametrize("hostile", FILES.values(), ids=FILES)
def test_a_hostile_file_is_refused_or_made_harmless(
    cast: Cast, detailing: Walk, peaks: list[int], hostile: Hostile
) -> None:
    event, data = detailing.started(), hostile.made()
    client = as_(cast.will)
    began = time.monotonic()
    answer = send(cast.will, event, SimpleUploadedFile(hostile.name, data, content_type="image/jpeg"))
    took = time.monotonic() - began
    if hostile.harmless:
        assert answer.status_code == 302, read(answer)
        harmless(data)
    else:
        assert (answer.status_code, "“" in read(answer)) == (422, True)
        assert took < 2
        assert all(peak < MOST_BYTES for peak in peaks)
        assert (kept(), Evidence.objects.count()) == ([], 0)
    assert client.get("/healthz").status_code == 200


def harmless(data: bytes) -> None:
    """What was captured is kept as it was, and what is shown has nothing of it but pixels."""
    piece = Evidence.objects.get()
    assert place_of(piece.sha256).read_bytes() == data
    copies_made()
    for longest in renditions.SIDES:
        made = renditions.latest(piece.sha256, longest)
        content = made.content if made else None
        assert content, made and made.trouble
        assert PAYLOAD not in content
        assert b"qtm-payload" not in content
        with Image.open(io.BytesIO(content)) as shown:
            shown.load()
            assert (
                shown.format,
                set(shown.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"},
            ) == ("JPEG", set())
        assert content.index(b"\xff\xd9") == len(content) - 2, "nothing stands behind its end"


def test_what_is_shown_of_the_worst_has_nothing_that_exiftool_finds(cast: Cast, detailing: Walk) -> None:
    send(cast.will, detailing.started(), SimpleUploadedFile("a.jpg", FILES["html in a comment"].made()))
    copies_made()
    for made in Rendition.objects.all():
        found = told_by_exiftool(made.content or b"")
        assert {name.partition(":")[0] for name in found} <= {"JFIF", "Composite"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_hostile_name_names_no_place_and_is_shown_escaped(cast: Cast, detailing: Walk, name: str) -> None:
    event = detailing.started()
    given = upload()
    given.__dict__["_name"] = name  # as a client says it that does not ask Django's own upload first
    answer = send(cast.will, event, given)
    if name in CUT_SHORT:
        assert (answer.status_code, kept()) == (422, []), "multipart ends such a name before its ending"
        return
    assert answer.status_code == 302, read(answer)
    piece = Evidence.objects.get()
    assert [path.name for path in kept()] == [piece.sha256]
    assert len(piece.name) <= 200
    copies_made()
    shown = as_(cast.will).get(f"/evidence/{piece.pk}/")
    assert "\n" not in shown["Content-Disposition"]
    assert piece.name not in shown["Content-Disposition"]
    assert "<img src=x" not in as_(cast.will).get(f"/evidence/{piece.pk}/about").content.decode()


def test_a_name_with_a_nul_byte_is_refused_or_loses_it(cast: Cast, detailing: Walk) -> None:
    given = upload()
    given.__dict__["_name"] = "a\0.php\0.jpg"
    assert send(cast.will, detailing.started(), given).status_code in {302, 400, 422}
    assert not Evidence.objects.filter(name__contains="php\\0").exists()


@pytest.mark.parametrize(
    ("called", "word"),
    [
        ("heic of 12000x12000", "large"),
        ("png of 65000x65000", "large"),
        ("webp bomb", "large"),
        ("jpeg of 30000x2000", "large"),
        ("png bomb", "large"),
        ("text bomb", "damaged"),
        ("heic of noise", "damaged"),
        ("moving WEBP", "moves"),
        ("pdf before a jpeg", "unknown"),
    ],
)
def test_a_file_is_refused_for_what_it_is(called: str, word: str) -> None:
    with pytest.raises(apart.Unread) as refused:
        apart.read(FILES[called].made())
    assert refused.value.word == word


def test_one_check_takes_one_child_and_leaves_none(peaks: list[int]) -> None:
    for _ in range(3):
        files.check(upload())
    assert len(peaks) == 3
    assert apart._one_at_a_time.acquire(blocking=False)
    apart._one_at_a_time.release()
    assert drawn()
