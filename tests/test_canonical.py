"""The canonical form: ours, that of the library and a third in another language are the same bytes, or ours refuses."""

import json
import random
from base64 import b64decode
from typing import Any

import pytest
import rfc8785
from django.conf import settings

from records.canonical import MOST, NotCanonical, canonical
from tests.foreign import ask

MANY = 20_000
VECTORS = settings.HERE.parent / "shared" / "data" / "vectors" / "jcs.json"  # of the authors of RFC 8785
BEYOND = {"structures", "values", "weird"}  # floating-point numbers, and keys of which half the implementations differ
CALM = [chr(each) for each in (*range(0x20, 0x7F), *range(0xA0, 0x250), 0x3B1, 0x416, 0x5D0, 0x4E2D, 0xD7FF)]
WILD = [chr(each) for each in (*range(0x20), 0x7F, 0x2028, 0x2029, 0xE000, 0xFB33, 0xFEFF, 0xFFFD, 0x1F600, 0x10FFFF)]
BORDERS = [0, -1, 1, MOST, -MOST, MOST - 1, 2**31, -(2**31), 2**32, 2**52 + 1]


class Dice:
    """Documents as a Record can hold them, and beyond: keys of other scripts, all that text can be, numbers up to the last."""

    def __init__(self, seed: int) -> None:
        """The same documents for the same seed."""
        self.random = random.Random(seed)

    def text(self, letters: list[str]) -> str:
        """Some text."""
        return "".join(self.random.choices(letters, k=self.random.randrange(12)))

    def scalar(self) -> Any:
        """Anything that holds nothing else."""
        number = self.random.choice([*BORDERS, self.random.randint(-MOST, MOST), self.random.randint(-999, 999)])
        return self.random.choice([number, self.text(CALM), self.text(CALM + WILD * 9), True, False, None, "", [], {}])

    def value(self, depth: int) -> Any:
        """Anything at all."""
        kind = self.random.random()
        if depth == 0 or kind < 0.5:
            return self.scalar()
        if kind < 0.7:
            return [self.value(depth - 1) for _ in range(self.random.randrange(5))]
        return self.document(depth - 1)

    def document(self, depth: int = 3) -> dict[str, Any]:
        """A mapping, its keys in no order."""
        keys = [self.text(CALM + WILD[:0x21]) for _ in range(self.random.randrange(1, 7))]
        return {key: self.value(depth) for key in keys}


def test_twenty_thousand_documents_are_the_same_bytes_by_three_implementations() -> None:
    dice = Dice(8785)
    documents = [dice.document() for _ in range(MANY)]
    ours = [canonical(each) for each in documents]
    assert ours == [rfc8785.dumps(each) for each in documents]
    told = [json.dumps(each) for each in documents]  # neither ordered nor in UTF-8
    assert ours == [b64decode(each) for each in ask("canonical.cjs", told)]
    assert len(set(ours)) > MANY * 0.99
    assert sum(not each.isascii() for each in ours) > MANY / 2


def test_the_published_vectors_are_canonicalised_as_published_or_refused() -> None:
    if not VECTORS.exists():
        pytest.skip("SKIPPED LOUDLY: the published vectors are not here (shared/data/vectors)")
    refused = set()
    for each in json.loads(VECTORS.read_text()):
        wanted, read = bytes.fromhex(each["canonical_hex"]), json.loads(each["input"])
        assert rfc8785.dumps(read) == wanted == b64decode(ask("canonical.cjs", [json.dumps(read)])[0])
        try:
            assert canonical(read) == wanted
        except NotCanonical:
            refused.add(each["name"])
    assert refused == BEYOND


@pytest.mark.parametrize(
    "unfit",
    [
        1.0,
        0.1,
        -0.0,
        1e30,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        10**400,
        {1: "a number for a key"},
        {None: "nothing for a key"},
        {True: "truth for a key"},
        {"\ue000": 1, "\U0001f600": 2},
        {"\U0001f600": 1},
        b"bytes",
        {"a", "set"},
        object(),
    ],
    ids=lambda unfit: type(unfit).__name__,
)
def test_what_would_be_written_otherwise_is_refused_loudly_wherever_it_stands(unfit: Any) -> None:
    for facts in ({"deep": [{"er": [unfit]}]}, {"a": {"b": unfit}}, {"a": unfit}):
        with pytest.raises(NotCanonical):
            canonical(facts)


def test_half_a_character_is_refused() -> None:
    for facts in ({"half": "\ud800"}, {"\ud800": "half"}, {"deep": ["\udfff"]}):
        with pytest.raises(ValueError, match=r"surrogates not allowed|not ordered alike"):
            canonical(facts)


def test_refusing_is_needed_because_the_encoders_do_differ() -> None:
    """What is refused is written differently indeed by the encoder that is used, or the refusal would be for nothing."""
    astray = {"\ue000": 1, "\U0001f600": 2}
    plain = json.dumps(astray, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert plain != rfc8785.dumps(astray) == b64decode(ask("canonical.cjs", [json.dumps(astray)])[0])
    assert json.dumps(1.0) != rfc8785.dumps(1.0).decode()
