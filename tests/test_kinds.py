"""Evidence of every kind: asked, checked, noted and shown; and refused by the form, the verb and the database alike."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from execution import documents, files
from execution.kinds import KINDS
from execution.models import Evidence, ServiceEvent
from execution.sight import documents_for
from qtm.acts import acting
from qtm.refusals import Conflict, Invalid
from qtm.runtime import EVIDENCE_KINDS
from records.certificate import Certificate
from tests.cast import GARDEN, Cast, Walk, enter
from tests.pictures import copies_made, drawn, place_of, upload
from tests.pieces import PDF, paper
from tests.test_desk import access, as_, press, read
from tests.test_evidence import body_of

pytestmark = pytest.mark.django_db
SOIL, WASTE, LEAVING = "work/measurement/soil", "work/measurement/green-waste", "work/checklist/leaving"
SIGNED, PAPERS = "after/signature/customer", "work/file/papers"
ALL_YES = {f"check-{code}": "yes" for code in ("gate", "tools", "paths", "water")}


@pytest.fixture
def garden() -> Walk:
    """A case of landscaping: two parts of a garden."""
    return Walk(surface="landscaping", asked=GARDEN, outcome="completed")


def send(walk: Walk, slot: str, **given: Any) -> Any:
    """Evidence for a slot, as a browser sends it."""
    return press(walk.cast.will, walk.started(), "capture", slot=slot, **given)


def forge(walk: Walk, **forged: Any) -> Evidence:
    """Evidence noted around the verb, inside of an act."""
    event = walk.started()
    with transaction.atomic(), acting(walk.cast.will, via="test", authority="x"):
        return Evidence.noted(event=event, **forged)


def test_every_kind_of_the_schema_has_its_class_and_its_templates() -> None:
    assert tuple(KINDS) == EVIDENCE_KINDS


def test_a_case_with_a_piece_of_every_kind_is_walked_to_a_record_with_a_star(cast: Cast, garden: Walk) -> None:
    assert send(garden, SOIL, amount="1,50", unit="m³", text="Bark mulch.").status_code == 302
    assert send(garden, PAPERS, files=[paper()]).status_code == 302
    assert send(garden, SIGNED, name="Maren Holt", typed="on").status_code == 302
    assert send(garden, "after/note/remarks", text="Water it.").status_code == 302
    record = garden.record()
    assert hasattr(record, "signal")
    kinds = {piece["kind"] for stage in record.facts["stages"] for piece in stage["evidence"]}
    assert kinds == set(EVIDENCE_KINDS)
    page = read(as_(cast.will).get(record.page))
    for words in (
        "1.5 m³",
        "Bark mulch.",
        "Tools counted",
        "Maren Holt",
        "Customer: signed with the name",
        "Before: Hedge",
    ):
        assert words in page, words
    assert read(as_(cast.will).get(garden.event().page)).count("1.5 m³") == 1


# Measurements


@pytest.mark.parametrize(
    ("typed", "kept"), [("12.5", "12.5"), ("012,50", "12.5"), ("10000", "10000"), (" 0.10 ", "0.1")]
)
def test_a_measurement_is_kept_in_one_form_with_its_unit(garden: Walk, typed: str, kept: str) -> None:
    assert send(garden, SOIL, amount=typed, unit="m³", text="Compost").status_code == 302
    piece = Evidence.objects.get()
    assert (piece.value, piece.text, piece.item, piece.sha256) == ({"value": kept, "unit": "m³"}, "Compost", "", "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"amount": "", "unit": "m³"}, "Say how much it is."),
        ({"amount": "much", "unit": "m³"}, "is no number such as 12.5"),
        ({"amount": "1.2.3", "unit": "m³"}, "is no number"),
        ({"amount": "1e3", "unit": "m³"}, "is no number"),
        ({"amount": "٣", "unit": "m³"}, "is no number"),
        ({"amount": "\x00", "unit": "m³"}, "NUL"),
        ({"amount": "1.234", "unit": "m³"}, "At most 2 decimals are kept here."),
        ({"amount": "0.05", "unit": "m³"}, "Between 0.1 and 10000 is taken here."),
        ({"amount": "10000.01", "unit": "m³"}, "Between 0.1 and 10000 is taken here."),
        ({"amount": "-1", "unit": "m³"}, "Between 0.1 and 10000"),
        ({"amount": "1", "unit": "acre"}, "Choose one of these units"),
        ({"amount": "1", "unit": ""}, "Choose one of these units"),
        ({"amount": "1", "unit": "m³", "text": "x" * 4001}, "At most 4000 characters"),
        ({"amount": "1", "unit": "m³", "text": "\x00"}, "NUL"),
    ],
)  # fmt: skip
def test_a_measurement_that_does_not_fit_is_refused_with_what_was_typed(garden: Walk, given: Any, says: str) -> None:
    answer = send(garden, SOIL, **given)
    assert (answer.status_code, says in read(answer)) == (422, True), read(answer)
    assert not Evidence.objects.exists()


def test_where_there_is_one_unit_it_is_not_asked(cast: Cast, garden: Walk) -> None:
    assert send(garden, WASTE, amount="2").status_code == 302
    assert Evidence.objects.get().value == {"value": "2", "unit": "m³"}
    assert "How much, in m³?" in read(as_(cast.will).get(garden.event().page))


def test_the_newest_measurement_counts_and_the_older_one_is_struck(cast: Cast, garden: Walk) -> None:
    for amount in ("3", "2.5"):
        assert send(garden, WASTE, amount=amount).status_code == 302
    page = as_(cast.will).get(garden.event().page).content.decode()
    assert "<s>3 m³</s>" in page
    assert '<p class="amount">2.5 m³</p>' in page
    assert "replaced by the one below" in page
    stage = garden.record().facts["stages"][1]
    assert [(each["value"], each["counts"]) for each in stage["evidence"][:2]] == [("3", False), ("2.5", True)]
    assert [slot["have"] for slot in stage["slots"] if slot["category"] == "green-waste"] == [1]


def test_the_same_measurement_twice_is_one(garden: Walk) -> None:
    assert send(garden, WASTE, amount="3").status_code == 302
    again = send(garden, WASTE, amount="3.0")
    assert (again.status_code, "That is what stands there already." in read(again)) == (409, True)
    assert send(garden, WASTE, amount="2").status_code == 302
    assert send(garden, WASTE, amount="3").status_code == 302, "what was right at first may be right again"
    with pytest.raises(Conflict, match="there is one already"):
        forge(garden, stage="work", kind="measurement", category="green-waste", value={"value": "3", "unit": "m³"})
    assert Evidence.objects.count() == 3


# Checklists


def test_a_checklist_answers_every_item_and_says_so(cast: Cast, garden: Walk) -> None:
    answers = {**ALL_YES, "check-tools": "no", "check-water": "na"}
    assert send(garden, LEAVING, **answers, text="One rake is missing.").status_code == 302
    assert Evidence.objects.get().value == {"items": {"gate": "yes", "tools": "no", "paths": "yes", "water": "na"}}
    page = read(as_(cast.will).get(garden.event().page))
    assert "Does not apply" in page
    assert "One rake is missing." in page


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"check-water": ""}, "Answer this one, too."),
        ({"check-water": "perhaps"}, "Answer this one, too."),
        ({"check-water": "no"}, "Say what the no is about"),
        ({"check-water": "no", "text": "  "}, "Say what the no is about"),
    ],
)
def test_a_checklist_that_is_half_answered_or_leaves_a_no_unexplained_is_refused(
    garden: Walk, changed: Any, says: str
) -> None:
    answer = send(garden, LEAVING, **{**ALL_YES, **changed})
    assert (answer.status_code, says in read(answer)) == (422, True)
    assert not Evidence.objects.exists()


def test_the_verb_refuses_an_item_that_the_checklist_does_not_have(cast: Cast, garden: Walk) -> None:
    slot = {"stage": "work", "kind": "checklist", "category": "leaving"}
    answers = {"gate": "yes", "tools": "yes", "paths": "yes", "water": "yes"}
    with pytest.raises(Invalid, match="no item 'roof'"):
        enter(cast.will, ServiceEvent, "capture", garden.started(), **slot, answers={**answers, "roof": "yes"})


# Signatures


def test_a_signature_is_drawn_or_typed_and_always_has_its_name(cast: Cast, garden: Walk) -> None:
    png = SimpleUploadedFile("signature.png", drawn((300, 100), "PNG"), content_type="image/png")
    assert send(garden, SIGNED, name=" Maren Holt ", drawing=[png]).status_code == 302
    drawn_one = Evidence.objects.get()
    assert (drawn_one.value, drawn_one.media_type) == ({"name": "Maren Holt", "how": "drawn"}, "image/png")
    copies_made()
    assert body_of(as_(cast.will).get(f"/evidence/{drawn_one.pk}/"))[:2] == b"\xff\xd8"
    assert f'href="/evidence/{drawn_one.pk}/about"' in as_(cast.will).get(garden.event().page).content.decode()
    assert send(garden, SIGNED, name="Maren Holt", typed="on").status_code == 302
    typed = Evidence.objects.latest("pk")
    assert (typed.value, typed.sha256) == ({"name": "Maren Holt", "how": "typed"}, "")


def test_a_drawn_signature_has_a_page_that_says_whose_it_is_and_nothing_of_a_camera(cast: Cast, garden: Walk) -> None:
    for name in ("Maren Holt", "Jo Holt"):
        png = SimpleUploadedFile("signature.png", drawn((300, 100), "PNG"), content_type="image/png")
        send(garden, SIGNED, name=name, drawing=[png])
    first, second = Evidence.objects.order_by("pk")
    page = read(as_(cast.will).get(f"/evidence/{first.pk}/about"))
    assert "Customer’s signature: Maren Holt" in page
    assert "A newer one took its place." in page
    assert not {word for word in ("photo 1", "The camera says", "Nothing of time") if word in page}
    assert "A newer one" not in read(as_(cast.will).get(f"/evidence/{second.pk}/about"))


@pytest.mark.parametrize("who", ["sam", "cora"])
def test_the_page_of_a_signature_is_not_for_who_may_not_see_its_service_event(
    cast: Cast, garden: Walk, who: str
) -> None:
    png = SimpleUploadedFile("signature.png", drawn((300, 100), "PNG"), content_type="image/png")
    send(garden, SIGNED, name="Maren Holt", drawing=[png])
    send(garden, SIGNED, name="Maren Holt", typed="on")
    first, typed = Evidence.objects.order_by("pk")
    assert as_(getattr(cast, who)).get(f"/evidence/{first.pk}/about").status_code == 404
    assert as_(cast.will).get(f"/evidence/{typed.pk}/about").status_code == 404, "there is nothing to look at"


def test_a_photo_s_page_says_its_slot_once(cast: Cast, garden: Walk) -> None:
    send(garden, "before/photo/before/front", photos=[upload()])
    page = read(as_(cast.will).get(f"/evidence/{Evidence.objects.get().pk}/about"))
    assert "Before: Front garden, photo 1 of 1" in page
    assert "Before, Before" not in page


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "Maren Holt"}, "Draw the signature, or tick"),
        ({"typed": "on"}, "Say who signs."),
        ({"name": " ", "typed": "on"}, "Say who signs."),
        ({"name": "x" * 121, "typed": "on"}, "At most 120 characters"),
        ({"name": "a\x00b", "typed": "on"}, "NUL"),
        ({"name": "Maren Holt", "drawing": "jpeg"}, "A signature is one drawing"),
        ({"name": "Maren Holt", "drawing": "two"}, "A signature is one drawing"),
        ({"name": "Maren Holt", "drawing": "broken"}, "could not be read"),
    ],
)
def test_a_signature_without_a_name_or_a_hand_is_refused(garden: Walk, given: Any, says: str) -> None:
    pictures = {
        "jpeg": [upload("a.jpg")],
        "two": [SimpleUploadedFile(name, drawn(format_="PNG")) for name in ("a.png", "b.png")],
        "broken": [SimpleUploadedFile("a.png", drawn(format_="PNG")[:-40])],
    }
    if "drawing" in given:
        given = {**given, "drawing": pictures[given["drawing"]]}
    answer = send(garden, SIGNED, **given)
    assert (answer.status_code, says in read(answer)) == (422, True), read(answer)
    assert not Evidence.objects.exists()


def test_who_signed_stands_in_the_annex_and_nowhere_in_the_record(cast: Cast, garden: Walk) -> None:
    send(garden, SIGNED, name="Zacharias Quill", typed="on")
    record = garden.record()
    assert b"Quill" not in bytes(record.document)
    assert b"Zacharias Quill" in bytes(record.annexes.get().content)
    assert "Zacharias Quill" in read(as_(cast.will).get(record.page))
    assert "Zacharias Quill" not in read(as_(cast.cora).get(record.page)), (
        "who settles reads no more than the requester's name"
    )
    signed = [each for stage in Certificate(record, cast.will.standing).stages() for each in stage["others"]][-1]
    assert (signed["signs"], signed["how"], signed["confided"]) == ("Customer", "typed", "Zacharias Quill")


# Files


PAPERS_TAKEN: dict[str, tuple[str, bytes, str, str]] = {
    "pdf": ("note.pdf", PDF, "application/pdf", "note.pdf"),
    "pdf in disguise": ("note.exe", PDF, "application/pdf", "note.exe.pdf"),
    "text": ("note.txt", "Zwölf Säcke\n".encode(), "text/plain", "note.txt"),
    "csv": ("note.csv", b"what,how many\nsoil,12\n", "text/csv", "note.csv"),
    "csv of excel": ("Note.CSV", b"\xef\xbb\xbfa;b\r\n1;2\r\n", "text/csv", "Note.CSV.csv"),
    "hostile name": ("../a?b*c<d.pdf", PDF, "application/pdf", "a_b_c_d.pdf"),
}


@pytest.mark.parametrize(("name", "content", "media_type", "served"), PAPERS_TAKEN.values(), ids=PAPERS_TAKEN)
def test_a_paper_is_taken_by_what_it_holds_and_handed_out_as_nothing_that_runs(
    cast: Cast, garden: Walk, name: str, content: bytes, media_type: str, served: str
) -> None:
    assert send(garden, PAPERS, files=[SimpleUploadedFile(name, content)], text="From the yard.").status_code == 302
    piece = Evidence.objects.get()
    assert (piece.media_type, piece.size_bytes, piece.text) == (media_type, len(content), "From the yard.")
    answer = as_(cast.will).get(f"/evidence/{piece.pk}/file/")
    assert body_of(answer) == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{served}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"
    for address in (f"/evidence/{piece.pk}/", f"/evidence/{piece.pk}/small/"):
        assert as_(cast.will).get(address).status_code == 404, "it is no picture"


PAPERS_REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.pdf", b"", "is empty"),
    "too large": ("a.txt", b"a" * 12_000_001, "larger than 12 MB"),
    "cut off": ("a.pdf", PDF[:-7], "cut off"),
    "end too early": ("a.pdf", PDF + b"x" * 2000, "cut off"),
    "pdf with a head before it": ("a.pdf", b"\xff\xfe" + PDF, "neither a PDF nor text"),
    "html": ("a.txt", b"  <!DOCTYPE html><script>alert(1)</script>", "is a page of markup"),
    "svg": ("a.csv", b"<svg onload='alert(1)'>", "is a page of markup"),
    "xml": ("a.txt", b"\xef\xbb\xbf<?xml version='1.0'?>", "is a page of markup"),
    "zip": ("a.pdf", b"PK\x03\x04" + b"\0" * 60, "holds what cannot be printed"),
    "program": ("a.pdf", b"MZ\x90\0\x03", "neither a PDF nor text"),
    "latin": ("a.txt", b"Zw\xf6lf", "neither a PDF nor text in UTF-8"),
    "picture": ("a.txt", drawn(), "neither a PDF nor text"),
    "nul": ("a.txt", b"a\0b", "holds what cannot be printed"),
}


@pytest.mark.parametrize(("name", "content", "says"), PAPERS_REFUSED.values(), ids=PAPERS_REFUSED)
def test_what_is_no_paper_is_refused_by_name_and_reason(garden: Walk, name: str, content: bytes, says: str) -> None:
    answer = send(garden, PAPERS, files=[SimpleUploadedFile(name, content)])
    assert (answer.status_code, says in read(answer), f"“{name}”" in read(answer)) == (422, True, True), read(answer)
    assert not Evidence.objects.exists()


def test_the_same_paper_twice_is_one_and_none_is_none(garden: Walk) -> None:
    assert "Choose at least one file." in read(send(garden, PAPERS))
    for status in (302, 422):
        assert send(garden, PAPERS, files=[SimpleUploadedFile("a.txt", b"Twelve bags")]).status_code == status
    assert Evidence.objects.count() == 1


def test_a_paper_is_handed_to_those_who_may_see_its_service_event_and_to_nobody_else(cast: Cast, garden: Walk) -> None:
    send(garden, PAPERS, files=[paper()])
    piece = Evidence.objects.get()
    address = f"/evidence/{piece.pk}/file/"
    for name in ("nora", "will", "wanda", "ines", "eve"):
        answer = as_(getattr(cast, name)).get(address)
        assert (name, answer.status_code, body_of(answer)[:5]) == (name, 200, b"%PDF-")
    for name in ("cora", "sam", "sid", "liam", "sue", "pete", "wim", "root", "nobody"):
        assert (name, as_(getattr(cast, name)).get(address).status_code) == (name, 404)
        assert not documents_for(getattr(cast, name).standing).exists()
    assert Client().get(address).status_code == 302
    access(cast.Northside, "suspend", cast.ines)
    assert as_(cast.will).get(address).status_code == 404


def test_a_paper_whose_file_is_gone_is_not_found(cast: Cast, garden: Walk) -> None:
    send(garden, PAPERS, files=[paper()])
    piece = Evidence.objects.get()
    place_of(piece.sha256).unlink()
    assert as_(cast.will).get(f"/evidence/{piece.pk}/file/").status_code == 404


# For each area


def test_a_slot_for_each_is_owed_for_each_that_was_chosen_and_named_on_the_page(cast: Cast, garden: Walk) -> None:
    event = garden.started()
    photos = [(each.item, each.words) for each in event.missing() if each.stage == "before" and each.kind == "photo"]
    assert photos == [("front", "1 photo of Before: Front garden"), ("hedge", "1 photo of Before: Hedge")]
    assert "the Checklist before leaving" in {each.words for each in event.missing()}
    assert send(garden, "before/photo/before/front", photos=[upload()]).status_code == 302
    page = read(as_(cast.will).get(event.page))
    assert "Before: Front garden 1/1 required" in page
    assert "Before: Hedge 0/1 required" in page
    early = press(cast.will, event, "mark", stage="before")
    assert (early.status_code, "1 photo of Before: Hedge" in read(early)) == (422, True)
    assert send(garden, "before/photo/before/hedge", photos=[upload()]).status_code == 302
    assert press(cast.will, event, "mark", stage="before").status_code == 302


@pytest.mark.parametrize("item", ["", "/lawn", "/nowhere", "/front/front"])
def test_evidence_of_an_area_that_was_not_chosen_is_refused(garden: Walk, item: str) -> None:
    assert send(garden, f"before/photo/before{item}", photos=[upload()]).status_code == 422
    with pytest.raises(Invalid, match="takes no such evidence"):
        enter(
            garden.cast.will, ServiceEvent, "capture", garden.started(),
            stage="before", kind="photo", category="before", item=item.strip("/"), photos=[files.check(upload())],
        )  # fmt: skip
    assert not Evidence.objects.exists()


def test_what_review_put_right_is_what_is_owed(cast: Cast, garden: Walk) -> None:
    for words, becomes in (("Hedge, Lawn", "hedge, lawn"), ("lawn", "lawn")):
        given = {"field": "answers.areas", "becomes": words, "why": "Asked by phone."}
        answer = as_(cast.ines).post(f"/tasks/{garden.task.pk}/correct", given)
        assert answer.status_code == 302, read(answer)
        assert garden.task.stands()["answers.areas"] == becomes
    for wrong in ("", "Lawn, moon"):
        given = {"field": "answers.areas", "becomes": wrong, "why": "x"}
        assert as_(cast.ines).post(f"/tasks/{garden.task.pk}/correct", given).status_code == 422
    assert garden.job().context["answers"]["areas"] == ["lawn"]
    assert {each.item for each in garden.started().missing() if each.kind == "photo"} == {"lawn"}
    facts = garden.record().facts
    assert [slot["label"] for slot in facts["stages"][0]["slots"]] == ["Before: Lawn", "What was there already"]
    assert {each["code"]: each["says"] for each in facts["request"]["answers"]}["areas"] == "Lawn"


# By the database

FORGED: dict[str, tuple[str, dict[str, Any], Any, str]] = {
    "wrong unit": (SOIL, {}, {"value": "1", "unit": "acre"}, "no such unit"),
    "beyond max": (SOIL, {}, {"value": "10001", "unit": "m³"}, "bounds"),
    "below min": (SOIL, {}, {"value": "0", "unit": "m³"}, "bounds"),
    "decimals": (SOIL, {}, {"value": "1.234", "unit": "m³"}, "fewer decimals"),
    "a zero too many": (SOIL, {}, {"value": "1.50", "unit": "m³"}, "shortest form"),
    "no number": (SOIL, {}, {"value": "NaN", "unit": "m³"}, "shortest form"),
    "minus nothing": (WASTE, {}, {"value": "-0", "unit": "m³"}, "shortest form"),
    "a float": (SOIL, {}, {"value": 1.5, "unit": "m³"}, "number and its unit"),
    "one key more": (SOIL, {}, {"value": "1", "unit": "m³", "x": "1"}, "number and its unit"),
    "a list": (SOIL, {}, ["1", "m³"], "number and its unit"),
    "nothing": (SOIL, {}, None, "number and its unit"),
    "an unknown item": (LEAVING, {}, {"items": {"roof": "yes"}}, "each of its items"),
    "an item more": (LEAVING, {}, {"items": {**dict.fromkeys(("gate", "tools", "paths", "water", "roof"), "yes")}}, "each of its items"),
    "an item less": (LEAVING, {}, {"items": dict.fromkeys(("gate", "tools", "paths"), "yes")}, "each of its items"),
    "no items": (LEAVING, {}, {"items": []}, "each of its items"),
    "a key beside": (LEAVING, {}, {"items": dict.fromkeys(("gate", "tools", "paths", "water"), "yes"), "x": 1}, "each of its items"),
    "no such answer": (LEAVING, {}, {"items": dict.fromkeys(("gate", "tools", "paths", "water"), "maybe")}, "yes, no or na"),
    "true": (LEAVING, {}, {"items": dict.fromkeys(("gate", "tools", "paths", "water"), True)}, "each of its items"),
    "a no without a note": (LEAVING, {}, {"items": dict.fromkeys(("gate", "tools", "paths", "water"), "no")}, "takes a note"),
    "drawn without a drawing": (SIGNED, {}, {"name": "M", "how": "drawn"}, "drawn or typed"),
    "typed with one": (SIGNED, {"sha256": "a" * 64}, {"name": "M", "how": "typed"}, "drawn or typed"),
    "a name of nothing": (SIGNED, {}, {"name": " ", "how": "typed"}, "signer's name"),
    "no name": (SIGNED, {}, {"how": "typed"}, "a name, and how"),
    "a value for a note": ("after/note/remarks", {"text": "x"}, {"value": "1"}, "takes no value"),
    "a page as a file": (PAPERS, {"sha256": "a" * 64, "media_type": "text/html"}, None, "execution_evidence_piece"),
    "another kind": ("work/note/soil", {"text": "x"}, None, "takes no such evidence"),
    "an area where none is": ("work/measurement/soil/front", {}, {"value": "1", "unit": "m³"}, "takes no such evidence"),
    "an area not chosen": ("before/photo/before/lawn", {"sha256": "a" * 64}, None, "takes no such evidence"),
    "no area where one is": ("before/photo/before", {"sha256": "a" * 64}, None, "takes no such evidence"),
}  # fmt: skip


@pytest.mark.parametrize(("slot", "columns", "value", "says"), FORGED.values(), ids=FORGED)
def test_the_database_takes_nothing_that_does_not_fit_its_slot(
    garden: Walk, slot: str, columns: Any, value: Any, says: str
) -> None:
    stage, kind, category, item = (*slot.split("/"), "")[:4]
    with pytest.raises((Invalid, IntegrityError), match=says):
        forge(garden, stage=stage, kind=kind, category=category, item=item, value=value, **columns)
    assert not Evidence.objects.exists()


def test_the_database_takes_what_fits(garden: Walk) -> None:
    forge(garden, stage="work", kind="measurement", category="soil", value={"value": "0.1", "unit": "bags"})
    forge(garden, stage="work", kind="measurement", category="green-waste", value={"value": "0", "unit": "m³"})
    forge(garden, stage="after", kind="signature", category="customer", value={"name": "M", "how": "typed"})
    forge(garden, stage="before", kind="photo", category="before", item="hedge", sha256="a" * 64)
    assert Evidence.objects.count() == 4


@pytest.mark.parametrize("slot", [SOIL, LEAVING, SIGNED, PAPERS])
def test_nothing_is_taken_once_the_work_has_ended(garden: Walk, slot: str) -> None:
    garden.record()
    given = {"amount": "1", "unit": "m³", **ALL_YES, "name": "M", "typed": "on", "files": [paper()]}
    there = Evidence.objects.count()
    assert press(garden.cast.will, garden.event(), "capture", slot=slot, **given).status_code == 409
    assert Evidence.objects.count() == there


def test_names_that_are_cleaned_stay_names() -> None:
    for name, clean in (
        ("../../etc/passwd", "passwd"),
        ("...", "file"),
        ("a" * 300, "a" * 100),
        ("CON\r\nx: y", "CON__x_ y"),
    ):
        assert documents.clean_name(name) == clean
