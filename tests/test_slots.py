"""The law of slots for evidence: what fits into one, and for each of which areas it is owed."""

from typing import Any

import pytest

from qtm.runtime import Runtime, places, plain_number
from tests.test_runtime import LIVING, Data, refused, written

AREAS: Data = {
    "code": "areas", "label": "Which?", "kind": "choices", "required": True, "personal": False,
    "choices": [{"code": "front", "label": "Front"}, {"code": "back", "label": "Back, by the shed"}],
}  # fmt: skip
OWN: dict[str, Data] = {
    "photo": {},
    "note": {},
    "measurement": {"units": ["m²", "pieces"], "min": "0.5", "max": 40, "decimals": 2},
    "checklist": {"items": [{"code": "gate", "label": "Gate closed"}]},
    "signature": {"signs": "Customer"},
    "file": {},
}


def slotted(kind: str, **changes: Any) -> Data:
    """Make a living surface's data with one slot of a kind, with these changes."""
    slot = {"kind": kind, "category": "x", "label": "X", "required": 1, **OWN[kind]}
    return written(
        LIVING, fields=[AREAS], stages=[{"code": "work", "label": "Work", "evidence": [written(slot, **changes)]}]
    )


@pytest.mark.parametrize("kind", OWN)
def test_a_slot_of_every_kind_is_taken_with_its_own_keys_and_with_those_of_no_other(kind: str) -> None:
    at = ("stages", 0, "evidence", 0)
    assert Runtime.read(slotted(kind)).as_json() == Runtime.read(Runtime.read(slotted(kind)).as_json()).as_json()
    for others in OWN.values():
        for key, value in others.items():
            if key not in OWN[kind]:
                assert "has no such key" in refused(slotted(kind, **{key: value}), *at, key).sentence
    for key in {"units", "items", "signs"} & set(OWN[kind]):
        assert "missing" in refused(slotted(kind, **{key: None}), *at, key).sentence


@pytest.mark.parametrize("kind", ["measurement", "checklist", "signature"])
def test_of_what_the_newest_counts_no_two_can_be_required(kind: str) -> None:
    refused(slotted(kind, required=2), "stages", 0, "evidence", 0, "required")
    assert Runtime.read(slotted(kind, required=0))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"min": 41}, "max"), ({"min": "x"}, "min"), ({"min": 0.5}, "min"), ({"max": "1e3"}, "max"), ({"max": "٣"}, "max"),
        ({"max": True}, "max"), ({"decimals": 4}, "decimals"), ({"decimals": -1}, "decimals"), ({"units": []}, "units"),
        ({"units": [f"u{number}" for number in range(11)]}, "units"), ({"max": "1.2345"}, "max"), ({"max": 10**9}, "max"),
    ],
)  # fmt: skip
def test_bounds_and_units_of_a_measurement_are_sane(changes: Data, key: str) -> None:
    refused(slotted("measurement", **changes), "stages", 0, "evidence", 0, key)


@pytest.mark.parametrize("unit", ["a" * 13, "", " m", "m\n", 7])
def test_a_unit_is_short_and_printable(unit: Any) -> None:
    refused(slotted("measurement", units=["m", unit]), "stages", 0, "evidence", 0, "units", 1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12.50", "12.5"), ("007", "7"), ("-0", "0"), ("+3", "3"), ("0.500", "0.5"), ("-0.10", "-0.1"), ("120", "120"), ("1000000000", None), ("1.2345", None), (".5", None), ("", None), ("٣", None)],
)  # fmt: skip
def test_a_number_is_kept_in_one_form(typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(ValueError, match="no number"):
            plain_number(typed)
    else:
        assert plain_number(typed) == kept


@pytest.mark.parametrize("change", [{"kind": "choice"}, {"required": False}, {"personal": True}, {"code": "parts"}])
def test_a_slot_is_owed_for_each_of_what_must_be_answered_and_may_be_read_and_of_nothing_else(change: Data) -> None:
    data = slotted("photo", each="areas")
    assert Runtime.read(data)
    refused({**data, "fields": [{**AREAS, **change}]}, "stages", 0, "evidence", 0, "each")


def test_a_slot_for_each_has_a_place_for_each_that_was_chosen_in_the_order_of_the_surface() -> None:
    surface = Runtime.read(slotted("photo", each="areas"))
    there = places(surface, {"areas": ["back", "front", "gone"]})
    assert [(place.code, place.label) for place in there] == [
        ("work/photo/x/front", "X: Front"),
        ("work/photo/x/back", "X: Back, by the shed"),
    ]
    nothing: Data
    for nothing in ({}, {"areas": []}, {"areas": "front"}, {"areas": None}):
        assert places(surface, nothing) == []
    assert [place.code for place in places(Runtime.read(slotted("photo")), {})] == ["work/photo/x"]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [(["back", "front"], ["front", "back"]), (["front", "front"], ["front"]), ("back", ["back"]), (" back , front", ["front", "back"])],
)  # fmt: skip
def test_several_answers_are_taken_once_each_in_the_order_of_the_surface(raw: Any, kept: list[str]) -> None:
    assert Runtime.read(slotted("photo")).answers({"areas": raw}) == ({"areas": kept}, {})


@pytest.mark.parametrize(
    "raw", [[], "", None, " ", ["side"], ["front", "side"], "front,", [["front"]], {}, {"front": 1}, 7, True, "Front"]
)
def test_several_answers_that_are_none_or_not_offered_are_refused(raw: Any) -> None:
    answers, errors = Runtime.read(slotted("photo")).answers({"areas": raw})
    assert (answers, list(errors)) == ({}, ["areas"])


def test_an_outside_service_may_mean_several_answers_and_the_runtime_stays_one_value() -> None:
    services = {"services": {"Hedge": {"tier": "all", "fields": {"areas": ["back", "front"]}}}}
    surface = Runtime.read({**slotted("photo"), "open311": services})
    assert hash(Runtime.read(surface.as_json())) == hash(surface)
    assert surface.as_json()["open311"]["services"]["Hedge"]["fields"] == {"areas": ["front", "back"]}
