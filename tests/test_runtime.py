"""The law of a surface's runtime: what it is, what it refuses, and what it says to people."""

import copy
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from qtm.runtime import SURFACES, Malformed, Runtime, Unknown, shipped

type Data = dict[str, Any]
type Steps = tuple[str | int, ...]

SHIPPED = {surface.code: surface for surface in shipped()}
DATA = {code: surface.as_json() for code, surface in SHIPPED.items()}
DETAILING = SHIPPED["auto-detailing"]
OPEN311 = {
    "Abandoned Vehicle",
    "Building Violation",
    "Pavement Cave-In Survey",
    "Pothole in Street",
    "Street Cut Complaints",
    "Street Light Out",
    "Traffic Signal Out",
}
# The keys that may be left out, written here a second time so that the schema cannot loosen by itself.
OPTIONAL = re.compile(
    r"fields|open311|fields\[\d+]\.(help|min|max|max_length)|tiers\[\d+]\.(help|price)"
    r"|events\[\d+]\.help|outcomes\[\d+]\.event"
    r"|stages\[\d+]\.(help|evidence)|stages\[\d+]\.evidence\[\d+]\.(help|each|min|max|decimals)"
    r"|open311\.services\.('.*'|\w+)(\.fields(\.where)?)?"
)
WRONG: dict[type, tuple[Any, ...]] = {
    str: (7, True, 1.5, None, [], {}, b"bytes"),
    int: ("7", True, 1.5, 7.0, None, [], {}),
    bool: (0, 1, "true", None, [], {}),
    list: ("text", 7, True, None, {}, ()),
    dict: ("text", 7, True, None, []),
}
LIVING: Data = {
    "code": "window-cleaning",
    "name": "Window cleaning",
    "summary": "Windows cleaned.",
    "status": "live",
    "asks": dict.fromkeys(("name", "phone", "email", "place", "position", "wished", "description"), "optional"),
    "tiers": [{"code": "all", "label": "All windows"}],
    "stages": [{"code": "clean", "label": "Clean"}],
    "outcomes": [
        {"code": "done", "label": "Done", "completes": True},
        {"code": "not-done", "label": "Not done", "completes": False, "reasons": [{"code": "rain", "label": "Rain"}]},
    ],
}
FIELDS: list[Data] = [
    {"code": "floor", "label": "Which floor?", "kind": "number", "required": True, "personal": False, "max": 9},
    {"code": "story", "label": "The story", "kind": "text", "required": True, "personal": False, "max_length": 5},
    {"code": "long-story", "label": "In full", "kind": "longtext", "required": False, "personal": False},
    {"code": "first-day", "label": "First day", "kind": "date", "required": False, "personal": False},
    {"code": "ladder", "label": "Is there a ladder?", "kind": "yesno", "required": True, "personal": False},
    {"code": "glass", "label": "Glass", "kind": "choice", "required": False, "personal": False,
     "choices": [{"code": "clear", "label": "Clear"}, {"code": "stained", "label": "Stained"}]},
]  # fmt: skip
WRONG_ANSWERS: dict[str, tuple[Any, ...]] = {
    "floor": (10, "10", -(2**53), "-9007199254740992", "9" * 5000, 2**60, "x", 1.0, "1.5", "1e3", "1 2", True, [], {}),
    "story": ("123456", 7, True, ["a"], {}, b"abc"),
    "long-story": ("x" * 4001, 7),
    "first-day": ("24.11.2026", "20261124", "2026-02-30", "2026-W48-2", "0000-01-01", 2026, True),
    "ladder": ("perhaps", 1, 0, [], {}),
    "glass": ("broken", "Clear", "CLEAR", 0, [], ["clear"], {}),
}
ENOUGH: Data = {"floor": 0, "story": "Hello", "ladder": False}


def written(data: Mapping[str, Any], **changes: Any) -> Data:
    """Copy a runtime's data, with changes; None takes a key away."""
    changed = copy.deepcopy({**data, **changes})
    return {key: value for key, value in changed.items() if value is not None}


def asking(*fields: Data) -> Runtime:
    """Make a living surface that asks these fields."""
    return Runtime.read(written(LIVING, fields=list(fields or FIELDS)))


def one_field(**changes: Any) -> Data:
    """Make a living surface's data with one field that has these changes."""
    field = {"code": "floor", "label": "Floor", "kind": "text", "required": True, "personal": False}
    return written(LIVING, fields=[written(field, **changes)])


def walk(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Give each value in nested data with the steps that lead to it."""
    yield steps, value
    inside = value if isinstance(value, dict) else dict(enumerate(value)) if isinstance(value, list) else {}
    for step, inner in inside.items():
        yield from walk(inner, (*steps, step))


def path(*steps: str | int) -> str:
    """Write steps as the key path that a refusal must name."""
    words = (repr(step) if " " in str(step) else step for step in steps)
    return "".join(f"[{word}]" if isinstance(word, int) else f".{word}" for word in words).removeprefix(".")


def changed_at(data: Any, steps: Steps, change: Callable[[Any, Any], None]) -> Any:
    """Copy data as far as needed and change what holds the last of these steps."""
    holder = dict(data) if isinstance(data, dict) else list(data)
    if len(steps) == 1:
        change(holder, steps[0])
    else:
        holder[steps[0]] = changed_at(data[steps[0]], steps[1:], change)  # type: ignore[index]
    return holder


def set_to(value: Any) -> Callable[[Any, Any], None]:
    """Make a change that puts a value in place."""
    return lambda holder, step: holder.__setitem__(step, value)


def every(code: str, *types: type) -> list[Steps]:
    """Give the steps to each value of these types in a shipped runtime."""
    found = [steps for steps, value in walk(DATA[code]) if steps and type(value) in types]
    assert len(found) > 2
    return found


def refused(data: Any, *steps: str | int) -> Malformed:
    """Insist that data is refused, naming the key at these steps in a sentence."""
    refusal = None
    try:
        Runtime.read(data)
    except Malformed as error:
        refusal = error
    assert refusal, f"{path(*steps)} was taken"
    assert refusal.key_path == path(*steps), str(refusal)
    assert refusal.sentence.endswith(".")
    assert str(refusal).startswith(refusal.key_path)
    return refusal


def may_be_left_out(data: Data, steps: Steps) -> bool:
    """Tell whether the law lets this key be left out."""
    name, planned = path(*steps), data["status"] == "planned"
    if planned and name in {"lacks", "tiers", "stages", "outcomes"}:
        return True
    if len(steps) == 3 and steps[0] == "outcomes" and steps[-1] == "reasons":
        return bool(data["outcomes"][steps[1]]["completes"])
    return re.fullmatch(OPTIONAL, name) is not None


def keys(code: str, optional: bool) -> list[Steps]:
    """Give the steps to each key of a shipped runtime that may, or may not, be left out."""
    data = DATA[code]
    keyed = [steps for steps in every(code, str, int, bool, list, dict) if isinstance(steps[-1], str)]
    return [steps for steps in keyed if may_be_left_out(data, steps) is optional]


# The shipped surfaces.


def test_the_shipped_surfaces_have_the_status_that_the_house_says() -> None:
    assert {code: surface.status for code, surface in SHIPPED.items()} == {
        "auto-detailing": "live",
        "automotive-advisory": "live",
        "municipal-works": "partial",
        "landscaping": "live",
        "event-coordination": "live",
    }


@pytest.mark.parametrize("file", sorted(SURFACES.glob("*.toml")), ids=lambda file: file.name)
def test_a_shipped_file_is_named_by_its_code(file: Path) -> None:
    assert Runtime.load(file).code == file.stem


@pytest.mark.parametrize("code", SHIPPED)
def test_a_runtime_survives_jsonb_which_keeps_no_order_of_keys(code: str) -> None:
    surface = SHIPPED[code]

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in reversed(value)}
        return [shuffled(one) for one in value] if isinstance(value, list) else value

    again = Runtime.read(shuffled(json.loads(json.dumps(surface.as_json()))))
    assert again == surface
    assert hash(again) == hash(surface)
    assert again.digest() == surface.digest()
    assert {type(value) for _, value in walk(surface.as_json())} <= {str, int, bool, list, dict}


@pytest.mark.parametrize("code", SHIPPED)
def test_the_plain_data_holds_all_that_the_file_says(code: str) -> None:
    said = tomllib.loads((SURFACES / f"{code}.toml").read_text())
    held = {path(*steps): value for steps, value in walk(DATA[code])}
    for steps, value in walk(said):
        assert isinstance(value, dict) or held[path(*steps)] == value


@pytest.mark.parametrize("code", SHIPPED)
def test_the_digest_changes_with_every_value(code: str) -> None:
    def otherwise(holder: Any, step: Any) -> None:
        value = holder[step]
        holder[step] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"

    surface, digests, unlawful = SHIPPED[code], set(), 0
    for steps in every(code, str, int, bool):
        try:
            digests.add(Runtime.read(changed_at(DATA[code], steps, otherwise)).digest())
        except Malformed:
            unlawful += 1  # Such as another status or kind; that these are refused is told below.
    assert len(digests) + unlawful == len(every(code, str, int, bool))
    assert len(digests) > unlawful
    assert surface.digest() not in digests


def test_a_digest_is_sha_256_of_sorted_compact_json() -> None:
    surface = Runtime.read(written(LIVING, summary="Straße 🧽"))
    text = json.dumps(surface.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert surface.digest() == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_all_seven_services_of_open311_are_mapped_to_a_tier_of_municipal_works() -> None:
    works = SHIPPED["municipal-works"]
    assert {service.name for service in works.open311} == OPEN311
    assert len({works.tier(service.tier).code for service in works.open311}) == 7
    for service in works.open311:
        assert works.answers(dict(service.fields)) == (dict(service.fields), {})


def test_municipal_works_asks_no_more_than_the_real_requests_hold() -> None:
    asks = DATA["municipal-works"]["asks"]
    assert asks == {**dict.fromkeys(asks, "optional"), "place": "required"}


def test_auto_detailing_requires_photos_of_arrival_before_and_after_and_no_note() -> None:
    stages = [(stage.code, slot.kind) for stage in DETAILING.stages for slot in stage.evidence if slot.required]
    assert stages == [("arrival", "photo"), ("before", "photo"), ("after", "photo")]
    assert DETAILING.requires("after", "note", "remarks") == 0
    assert DETAILING.requires("before", "photo", "before") == 2
    assert all(tier.price and tier.price.currency == "EUR" for tier in DETAILING.tiers)


def test_advisory_requires_a_written_summary_and_takes_no_photo() -> None:
    advisory = SHIPPED["automotive-advisory"]
    slots = [slot for stage in advisory.stages for slot in stage.evidence]
    assert {slot.kind for slot in slots} == {"note"}
    assert [slot.category for slot in slots if slot.required] == ["summary"]


def test_only_a_planned_surface_is_not_executable() -> None:
    for code, surface in SHIPPED.items():
        assert surface.executable is (surface.status != "planned"), code


@pytest.mark.parametrize("status", ["live", "partial"])
def test_what_is_executable_can_end_well_and_badly(status: str) -> None:
    surfaces = [surface for surface in SHIPPED.values() if surface.status == status]
    assert surfaces
    for surface in surfaces:
        assert {outcome.completes for outcome in surface.outcomes} == {True, False}


# A runtime is whole, or it is refused.


@pytest.mark.parametrize("code", SHIPPED)
def test_a_required_key_that_is_missing_is_named(code: str) -> None:
    assert keys(code, optional=False)
    for steps in keys(code, optional=False):
        without = changed_at(DATA[code], steps, lambda holder, step: holder.pop(step))
        assert "missing" in refused(without, *steps).sentence


@pytest.mark.parametrize("code", SHIPPED)
def test_an_optional_key_may_be_left_out(code: str) -> None:
    assert keys(code, optional=True)
    for steps in keys(code, optional=True):
        without = changed_at(DATA[code], steps, lambda holder, step: holder.pop(step))
        if steps == ("fields",):
            without.pop("open311", None)
            without = json.loads(re.sub(r', "each": "[^"]*"', "", json.dumps(without)))
        surface = Runtime.read(without)
        assert Runtime.read(surface.as_json()) == surface


@pytest.mark.parametrize("code", SHIPPED)
def test_a_value_of_a_wrong_type_is_named(code: str) -> None:
    data = DATA[code]
    places = dict(walk(data))
    for steps in every(code, str, int, bool, list, dict):
        bound = "evidence" in steps and steps[-1] in {"min", "max"}  # which may be a whole number as well as text
        for wrong in (each for each in WRONG[type(places[steps])] if not (bound and each == 7)):
            refused(changed_at(data, steps, set_to(wrong)), *steps)


@pytest.mark.parametrize("key", ["law", "skip", "no_fence", "evidence_optional", "auto_create_job", "", "Ω", "x y", 7])
@pytest.mark.parametrize("code", SHIPPED)
def test_no_key_can_switch_a_law_off_because_no_unknown_key_is_taken(code: str, key: Any) -> None:
    data = DATA[code]
    tables = [steps for steps, value in walk(data) if isinstance(value, dict)]
    assert len(tables) > 5
    for steps in tables:
        changed = changed_at({"": data}, ("", *steps, key), set_to(True))[""]
        with pytest.raises(Malformed) as caught:
            Runtime.read(changed)
        held = path(*steps)
        assert caught.value.key_path.startswith(held)
        assert caught.value.key_path.removeprefix(held).strip(".") in {key, repr(key)}


@pytest.mark.parametrize("code", SHIPPED)
def test_a_list_is_neither_empty_nor_without_end_and_holds_nothing_twice(code: str) -> None:
    data = DATA[code]
    places = dict(walk(data))
    for steps in every(code, list):
        rows = places[steps]
        name = {"lacks": (), "units": (), "evidence": ("category",)}.get(str(steps[-1]), ("code",))
        refused(changed_at(data, steps, set_to([])), *steps)
        refused(changed_at(data, steps, set_to(rows * 101)), *steps)
        refused(changed_at(data, steps, set_to([*rows, rows[0]])), *steps, len(rows), *name)


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("char", ["\0", "\n", "\x1b", "\x85", "\u2028", "\ud800"], ids=ascii)
def test_no_text_holds_a_control_character(char: str, code: str) -> None:
    for steps in every(code, str):
        refused(changed_at(DATA[code], steps, set_to(f"a{char}b")), *steps)


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("text", ["", "  ", "\u200b", " lead", "trail ", "x" * 501], ids=lambda text: ascii(text)[:9])
def test_no_text_is_blank_or_without_end(text: str, code: str) -> None:
    for steps in every(code, str):
        refused(changed_at(DATA[code], steps, set_to(text)), *steps)


@pytest.mark.parametrize("code", SHIPPED)
def test_each_text_may_be_as_long_as_its_place_allows(code: str) -> None:
    lengths = {"label": 120, "help": 500, "summary": 500, "name": 80, "lacks": 300}
    for steps in every(code, str):
        word = str(steps[-2] if isinstance(steps[-1], int) else steps[-1])
        if word in lengths and steps[0] != "asks":
            Runtime.read(changed_at(DATA[code], steps, set_to("x" * lengths[word])))
            refused(changed_at(DATA[code], steps, set_to("x" * (lengths[word] + 1))), *steps)


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("bad", ["A", "1a", "-a", "a_b", "a b", "ä", "a" * 41, "a.b"])
def test_a_bad_code_is_refused(bad: str, code: str) -> None:
    for steps in every(code, str):
        if steps[-1] in {"code", "category", "tier"}:
            refused(changed_at(DATA[code], steps, set_to(bad)), *steps)


def test_a_code_may_be_as_long_as_forty_characters() -> None:
    assert Runtime.read(written(LIVING, code="a" * 39 + "9")).code == "a" * 39 + "9"


@pytest.mark.parametrize("data", [None, [], "text", 7, ((1, 2),)])
def test_what_is_no_table_is_no_runtime(data: Any) -> None:
    refused(data)


@pytest.mark.parametrize("number", [-1, 51, 2**70])
def test_an_absurd_count_of_evidence_is_refused(number: int) -> None:
    steps = ("stages", 1, "evidence", 0, "required")
    refused(changed_at(DATA["auto-detailing"], steps, set_to(number)), *steps)


@pytest.mark.parametrize("number", [0, 50])
def test_a_sane_count_of_evidence_is_taken(number: int) -> None:
    steps = ("stages", 1, "evidence", 0, "required")
    surface = Runtime.read(changed_at(DATA["auto-detailing"], steps, set_to(number)))
    assert surface.requires("before", "photo", "before") == number


@pytest.mark.parametrize("amount", [180.0, 0, -1, 10**12 + 1, "18000", True])
def test_an_amount_is_a_sane_whole_number_of_minor_units(amount: Any) -> None:
    steps = ("tiers", 0, "price", "amount_minor")
    refused(changed_at(DATA["auto-detailing"], steps, set_to(amount)), *steps)


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO", "€", "E1R", "ÄÖÜ", "978"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    steps = ("tiers", 0, "price", "currency")
    refused(changed_at(DATA["auto-detailing"], steps, set_to(currency)), *steps)


@pytest.mark.parametrize("word", ["Live", "done", "deprecated"])
def test_a_status_is_planned_partial_or_live(word: str) -> None:
    refused(written(LIVING, status=word), "status")


@pytest.mark.parametrize("kind", ["video", "position", "Photo"])
def test_evidence_that_cannot_be_captured_yet_cannot_be_required(kind: str) -> None:
    steps = ("stages", 1, "evidence", 0, "kind")
    refused(changed_at(DATA["auto-detailing"], steps, set_to(kind)), *steps)


def test_one_category_may_be_shown_as_photo_and_as_note_and_again_in_another_stage() -> None:
    slots = [{"kind": kind, "category": "glass", "label": "Glass", "required": 1} for kind in ("photo", "note")]
    stages = [{"code": code, "label": code, "evidence": slots} for code in ("before", "after")]
    surface = Runtime.read(written(LIVING, stages=stages))
    assert surface.requires("after", "note", "glass") == 1


# Honest status.


@pytest.mark.parametrize("status", ["live", "partial"])
@pytest.mark.parametrize("key", ["tiers", "stages", "outcomes"])
def test_a_surface_that_takes_requests_can_be_executed(key: str, status: str) -> None:
    lacks = ["Ladders."] if status == "partial" else None
    assert Runtime.read(written(LIVING, status=status, lacks=lacks)).executable
    refused(written(LIVING, status=status, lacks=lacks, **{key: None}), key)


def test_a_partial_surface_says_what_it_lacks() -> None:
    refused(written(LIVING, status="partial"), "lacks")


def test_a_live_surface_lacks_nothing() -> None:
    refused(written(LIVING, lacks=["Ladders."]), "lacks")


def test_a_planned_surface_takes_nothing_from_outside() -> None:
    planned = written(LIVING, status="planned", open311={"services": {"Windows": {"tier": "all"}}})
    refused(planned, "open311")


def test_a_planned_surface_is_checked_as_strictly_as_far_as_it_goes() -> None:
    planned = written(LIVING, status="planned", stages=None, outcomes=None)
    assert not Runtime.read(planned).executable
    refused(written(planned, stages=[{"code": "x"}]), "stages", 0, "label")


# Outcomes.


def test_some_outcome_completes() -> None:
    refused(written(LIVING, outcomes=LIVING["outcomes"][1:]), "outcomes")


def test_an_outcome_that_does_not_complete_has_reasons() -> None:
    outcomes = [LIVING["outcomes"][0], {"code": "not-done", "label": "Not done", "completes": False}]
    refused(written(LIVING, outcomes=outcomes), "outcomes", 1, "reasons")


# Fields.


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("text", "choices", [{"code": "a", "label": "A"}]),
        ("text", "min", 1),
        ("number", "max_length", 5),
        ("date", "max", 5),
        ("yesno", "choices", [{"code": "a", "label": "A"}]),
        ("choice", "max_length", 5),
    ],
)
def test_a_field_has_only_the_keys_of_its_kind(kind: str, key: str, value: Any) -> None:
    refused(one_field(kind=kind, **{key: value}), "fields", 0, key)


def test_a_choice_offers_something() -> None:
    refused(one_field(kind="choice"), "fields", 0, "choices")


@pytest.mark.parametrize("kind", ["file", "money", "Text"])
def test_a_field_of_no_known_kind_is_refused(kind: str) -> None:
    refused(one_field(kind=kind), "fields", 0, "kind")


def test_a_range_has_its_ends_in_order() -> None:
    refused(one_field(kind="number", min=2, max=1), "fields", 0, "max")


def test_a_range_may_hold_one_number_alone() -> None:
    assert Runtime.read(one_field(kind="number", min=2, max=2)).answers({"floor": 2}) == ({"floor": 2}, {})


@pytest.mark.parametrize(("kind", "length"), [("text", 200), ("longtext", 4000)])
def test_a_text_has_a_usual_length_where_none_is_said(kind: str, length: int) -> None:
    surface = Runtime.read(one_field(kind=kind))
    assert surface.answers({"floor": "x" * length}) == ({"floor": "x" * length}, {})
    assert set(surface.answers({"floor": "x" * (length + 1)})[1]) == {"floor"}


@pytest.mark.parametrize(("key", "number"), [("min", -(2**53)), ("max", 2**53), ("max", 1.5)])
def test_a_range_holds_only_numbers_that_are_the_same_everywhere(key: str, number: Any) -> None:
    refused(one_field(kind="number", **{key: number}), "fields", 0, key)


@pytest.mark.parametrize("length", [0, -1, 10_001])
def test_a_length_is_sane(length: int) -> None:
    refused(one_field(max_length=length), "fields", 0, "max_length")


@pytest.mark.parametrize("code", ["name", "phone", "email", "place", "position", "wished", "description", "tier"])
def test_a_field_takes_no_name_of_what_everybody_is_asked(code: str) -> None:
    refused(one_field(code=code), "fields", 0, "code")


# Services from outside.


@pytest.mark.parametrize(
    ("service", "steps"),
    [
        ({}, ("tier",)),
        ({"tier": "none"}, ("tier",)),
        ({"tier": "all", "price": 1}, ("price",)),
        ({"tier": "all", "fields": {"floor": 10, "story": "x", "ladder": True}}, ("fields", "floor")),
        ({"tier": "all", "fields": {"floor": 1, "ladder": True}}, ("fields", "story")),
        ({"tier": "all", "fields": {**ENOUGH, "glass": "broken"}}, ("fields", "glass")),
        ({"tier": "all", "fields": {**ENOUGH, "roof": "x"}}, ("fields", "roof")),
    ],
)
def test_a_foreign_service_means_only_what_this_surface_has(service: Data, steps: Steps) -> None:
    data = written(LIVING, fields=FIELDS, open311={"services": {"Dirty Windows": service}})
    refused(data, "open311", "services", "Dirty Windows", *steps)


def test_a_foreign_service_is_found_by_its_exact_name() -> None:
    services = {"Dirty Windows": {"tier": "all", "fields": {**ENOUGH, "floor": "3"}}}
    surface = Runtime.read(written(LIVING, fields=FIELDS, open311={"services": services}))
    assert dict(surface.service("Dirty Windows").fields) == {**ENOUGH, "floor": 3}
    with pytest.raises(Unknown, match="dirty windows"):
        surface.service("dirty windows")


@pytest.mark.parametrize("services", [{}, {f"Service {number}": {"tier": "all"} for number in range(101)}])
def test_foreign_services_are_some_and_not_without_end(services: Data) -> None:
    refused(written(LIVING, open311={"services": services}), "open311", "services")


def test_a_foreign_service_has_a_printable_name() -> None:
    data = written(LIVING, open311={"services": {"Dirty \0 Windows": {"tier": "all"}}})
    refused(data, "open311", "services", "Dirty \0 Windows")


# Files.


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b'code = "a"\ncode = "b"\n', 2),
        (b'code = "a"\n\nname = \n', 3),
        (b'code = "a"\nname = "open', 2),
        (b'code = "a"\nname = "\xff"\n', 2),
        (b"x = " + b"[" * 100_000, 1),
        (b"x = " + b"9" * 5_000, 1),
    ],
    ids=["twice", "no-value", "open", "no-utf-8", "too-deep", "too-many-digits"],
)
def test_a_broken_file_is_refused_naming_file_and_line(raw: bytes, line: int, tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_bytes(raw)
    with pytest.raises(Malformed) as caught:
        Runtime.load(file)
    assert (caught.value.source, caught.value.key_path) == ("broken.toml", f"line {line}")
    assert str(caught.value).startswith(f"broken.toml: line {line}: ")


def test_a_malformed_file_is_refused_naming_file_and_key(tmp_path: Path) -> None:
    file = tmp_path / "strange.toml"
    file.write_text((SURFACES / "landscaping.toml").read_text().replace('kind = "choices"', "kind = 7"))
    with pytest.raises(Malformed, match=r"^strange\.toml: fields\[0]\.kind: ") as caught:
        Runtime.load(file)
    assert caught.value.key_path == "fields[0].kind"


# What is asked for by code.


@pytest.mark.parametrize("what", ["field", "tier", "stage", "outcome"])
def test_what_a_surface_does_not_have_is_unknown(what: str) -> None:
    rows = getattr(DETAILING, {"field": "fields"}.get(what, f"{what}s"))
    assert [getattr(DETAILING, what)(row.code) for row in rows] == list(rows)
    with pytest.raises(Unknown, match=rf"^Auto detailing has no .*{what} 'teleport'\.$"):
        getattr(DETAILING, what)("teleport")


@pytest.mark.parametrize(
    ("stage", "kind", "category"),
    [("before", "photo", "after"), ("before", "note", "before"), ("never", "photo", "before"), ("after", "", "")],
)
def test_evidence_that_a_stage_does_not_take_is_unknown(stage: str, kind: str, category: str) -> None:
    with pytest.raises(Unknown):
        DETAILING.requires(stage, kind, category)


def test_a_reason_belongs_to_its_outcome() -> None:
    assert DETAILING.reason("not-completed", "weather").label == "The weather did not allow it"
    with pytest.raises(Unknown):
        DETAILING.reason("completed-with-deviations", "weather")


# Answers.


def test_good_answers_are_cleaned_and_nothing_is_said() -> None:
    raw = {"floor": " 7 ", "story": "Hello", "ladder": "yes", "first-day": "2026-11-24", "glass": "stained"}
    assert asking().answers(raw) == ({**raw, "floor": 7, "ladder": True}, {})


@pytest.mark.parametrize("code", ["floor", "story", "ladder"])
@pytest.mark.parametrize("nothing", [None, "", "  ", "\t\r\n", "\u200b", "\u00a0"], ids=ascii)
def test_a_required_answer_is_not_whitespace(nothing: Any, code: str) -> None:
    answers, errors = asking().answers({**ENOUGH, code: nothing})
    assert set(errors) == {code}
    assert asking().field(code).label in errors[code]
    assert errors[code].endswith("needs an answer.")
    assert code not in answers


@pytest.mark.parametrize("code", ["long-story", "first-day", "glass"])
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_an_optional_answer_may_be_missing(nothing: Any, code: str) -> None:
    assert asking().answers({**ENOUGH, code: nothing}) == (ENOUGH, {})
    assert asking().answers(ENOUGH) == (ENOUGH, {})


@pytest.mark.parametrize(
    ("code", "wrong"),
    [(code, wrong) for code, wrongs in WRONG_ANSWERS.items() for wrong in wrongs],
    ids=lambda value: ascii(value)[:30],
)
def test_a_wrong_answer_is_refused_by_its_label(code: str, wrong: Any) -> None:
    answers, errors = asking().answers({**ENOUGH, code: wrong})
    assert set(errors) == {code}
    assert f"“{asking().field(code).label}”" in errors[code]
    assert errors[code].endswith(".")
    assert answers == {kept: answer for kept, answer in ENOUGH.items() if kept != code}


@pytest.mark.parametrize("code", [field["code"] for field in FIELDS])
@pytest.mark.parametrize("bad", ["\0", "a\0b", "yes\0", "\ud800"], ids=ascii)
def test_a_nul_byte_is_refused_naming_the_field(bad: str, code: str) -> None:
    _, errors = asking().answers({**ENOUGH, code: bad})
    assert set(errors) == {code}
    assert asking().field(code).label in errors[code]
    assert "NUL" in errors[code]


@pytest.mark.parametrize(
    "text",
    ["👩\u200d🔧🚗🚿🐕"[:5], "שלום!"[:5], "\u202bمرح\u202c", "<b>x>", " a b ", "é\u0301ü", "\u200d🐕"],
    ids=ascii,
)
def test_a_text_is_taken_as_it_is(text: str) -> None:
    assert asking().answers({**ENOUGH, "story": text}) == ({**ENOUGH, "story": text}, {})


def test_a_text_is_counted_in_characters_and_not_in_bytes() -> None:
    assert not asking().answers({**ENOUGH, "story": "🐕🐕🐕🐕🐕", "long-story": "🐕" * 4000})[1]
    assert "4000 characters; this has 4001" in asking().answers({**ENOUGH, "long-story": "🐕" * 4001})[1]["long-story"]


def test_a_line_break_counts_once() -> None:
    assert asking().answers({**ENOUGH, "story": "a\r\nb\r\n"})[0]["story"] == "a\nb\n"


@pytest.mark.parametrize(("raw", "said"), [("\u0667", 7), ("+3", 3), ("-0", 0), (-5, -5), (9, 9)])
def test_a_number_may_be_written_in_any_digits(raw: Any, said: int) -> None:
    assert asking().answers({**ENOUGH, "floor": raw}) == ({**ENOUGH, "floor": said}, {})


@pytest.mark.parametrize(("raw", "said"), [(True, True), (False, False), ("no", False), ("ON", True), ("false", False)])
def test_yes_and_no_are_both_answers(raw: Any, said: bool) -> None:
    assert asking().answers({**ENOUGH, "ladder": raw})[0]["ladder"] is said


def test_an_answer_to_a_question_that_was_not_asked_is_refused_and_not_lost() -> None:
    answers, errors = asking().answers({**ENOUGH, "roof": "x", "\0": "y"})
    assert answers == ENOUGH
    assert set(errors) == {"roof", r"'\x00'"}


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert set(asking().answers({})[1]) == {"floor", "story", "ladder"}


@pytest.mark.parametrize("code", SHIPPED)
def test_answers_that_were_cleaned_are_clean(code: str) -> None:
    surface = SHIPPED[code]
    good: dict[str, Any] = {"number": "1", "text": "x", "longtext": "x\r\ny", "date": "2026-01-31", "yesno": "no"}
    raw = {field.code: field.choices[0].code if field.choices else good[field.kind] for field in surface.fields}
    answers, errors = surface.answers(raw)
    assert (set(answers), errors) == (set(raw), {})
    assert surface.answers(json.loads(json.dumps(answers))) == (answers, {})
