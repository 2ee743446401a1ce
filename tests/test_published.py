"""The log as it is published: files in C2SP's form that equal what was signed, and that nobody with only the database can change."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aics_tlog.tiles import (
    FileSystemTileReader,
    inclusion_proof_from_tiles,
    materialise_tiles,
    parse_entry_bundle,
    tile_path,
    tree_root_from_tiles,
)
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from records.log import memory, published, shelf
from records.log.memory import Rewound
from records.log.model import Key, Leaf, Signed
from records.log.proofs import inclusion
from records.log.published import publish
from records.log.round import sign_what_came
from records.log.signing import root_of, sign
from records.log.tiles import number_path
from records.models import Record
from tests.cast import Walk
from tests.leaves import grow, superuser

SIZES = [1, 255, 256, 513, 700]
NOWHERE = [
    "tile/0/003",
    "tile/0/002",
    "tile/0/002.p/189",
    "tile/0/002.p/0",
    "tile/0/002.p/256",
    "tile/0/002.p/0188",
    "tile/0/2.p/188",
    "tile/0/x000/000",
    "tile/00/000",
    "tile/64/000",
    "tile/entries/003",
    "tile/0/000.p",
    "tile/0/000.p/5",
    "tile/0/../../checkpoint",
    "tile/0/%2e%2e/%2e%2e/checkpoint",
    "tile/0/.001.1",
]


def files() -> dict[str, bytes]:
    """Everything that is published, by its place."""
    folder = Path(settings.LOG_ROOT)
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def get(place: str) -> Any:
    """What anybody is answered."""
    return Client().get(f"/log/{Key.objects.filter(use='log').latest('pk').name}/{place}")


@pytest.fixture
def many(committed: str) -> str:
    """A log of seven hundred leaves, signed and published at each of several sizes on the way."""
    for each in SIZES:
        grow(committed, each)
        sign_what_came()
    return committed


def test_a_record_is_under_a_published_checkpoint_after_one_round(committed: str) -> None:
    record = Walk().record()
    assert get("checkpoint").status_code == 404
    sign_what_came()
    assert Signed.objects.get().whole == get("checkpoint").content.decode()
    assert get("tile/entries/000.p/1").content[2:] == bytes(record.body)


def test_what_is_published_is_what_the_nodes_say_in_another_ones_reading(many: str) -> None:
    reader = FileSystemTileReader(settings.LOG_ROOT)
    for each in (256, 512, 513, 700):
        assert tree_root_from_tiles(reader, each) == root_of(each)
    for number in (0, 255, 256, 511, 512, 699):
        assert list(inclusion_proof_from_tiles(reader, number, 700)) == inclusion(number, 700)
    bodies = [each for number in (0, 1) for each in parse_entry_bundle(reader.read_entry_bundle(number, None) or b"")]
    assert bodies == [bytes(each.record.body) for each in Leaf.objects.select_related("record")[:512]]


def test_a_checkpoint_and_an_inclusion_are_valid_to_a_verifier_that_was_not_written_here(
    many: str, tmp_path: Path
) -> None:
    key = tmp_path / "log.vkey"
    key.write_text(f"{Key.objects.filter(use='log').latest('pk').verifier}\n")
    (tmp_path / "body").write_bytes(bytes(Leaf.objects.get(number=300).record.body))
    tool = [sys.executable, "-m", "aics_tlog"]
    given = ["--vkey-file", str(key)]
    checkpoint = [*tool, "verify-checkpoint", "--note", str(Path(settings.LOG_ROOT) / "checkpoint"), *given]
    proven = [*tool, "verify-inclusion", "--tiles", str(settings.LOG_ROOT), "--leaf", str(tmp_path / "body")]
    for command in (checkpoint, [*proven, "--index", "300", *given]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    wrong = subprocess.run([*proven, "--index", "301", *given], capture_output=True, text=True, check=False)
    assert wrong.returncode != 0


def test_the_files_are_those_that_another_one_makes_of_the_same_leaves(many: str) -> None:
    bodies = [bytes(each.record.body) for each in Leaf.objects.select_related("record")]
    made = materialise_tiles(bodies)
    assert made.items() <= files().items()
    older = {f"tile/{level}.p/{width}" for level in ("1/000", "0/002", "entries/002") for width in (1, 2, 188)}
    assert files().keys() - {"checkpoint"} <= made.keys() | older, "of a tile that is full no part lies there"


def test_it_is_handed_out_to_anybody_without_a_cookie_and_kept_for_ever_but_the_checkpoint(many: str) -> None:
    tile, checkpoint = get("tile/0/001"), get("checkpoint")
    assert (tile.status_code, len(tile.content), checkpoint.status_code) == (200, 8192, 200)
    assert tile.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert checkpoint.headers["Cache-Control"] == "public, max-age=2"
    for each in (tile, checkpoint):
        assert not each.cookies
        assert "Cookie" not in each.headers.get("Vary", "")
    assert Client().post("/log/localhost/records/checkpoint").status_code == 405


def test_what_is_not_covered_or_not_so_written_is_not_there(many: str) -> None:
    for place in NOWHERE:
        answer = get(place)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), place


def test_a_number_is_written_in_threes() -> None:
    assert [number_path(each) for each in (0, 67, 1234067)] == ["000", "067", "x001/x234/067"]
    assert tile_path(0, 1234067) == f"tile/0/{number_path(1234067)}"


def test_files_that_are_lost_are_made_again_as_they_were(many: str) -> None:
    before = files()
    shutil.rmtree(settings.LOG_ROOT)
    sign_what_came()
    after = files()
    assert after.items() <= before.items()
    assert "checkpoint" in after
    (Path(settings.LOG_ROOT) / "tile/0/000").unlink()
    call_command("publish_log")
    assert files() == after


def test_a_full_tile_that_is_not_what_the_log_says_is_told_and_left_alone(many: str) -> None:
    place = Path(settings.LOG_ROOT) / "tile/0/000"
    place.write_bytes(bytes(8192))
    with pytest.raises(CommandError, match="tile/0/000 was published"):
        call_command("publish_log")
    assert place.read_bytes() == bytes(8192)


def test_who_has_only_the_database_changes_nothing_that_was_published(many: str) -> None:
    before = files()
    with superuser(many) as admin:
        for name in ("record", "node", "leaf", "signed", "head"):
            admin.execute(f"ALTER TABLE records_{name} DISABLE TRIGGER USER")
        admin.execute("UPDATE records_record SET body = body || 'x' WHERE id IN (SELECT record_id FROM records_leaf)")
        admin.execute("UPDATE records_node SET hash = sha256(hash)")
        admin.execute("DELETE FROM records_signed WHERE size > 256")
        admin.execute("UPDATE records_signed SET root = sha256(root)")
    with pytest.raises(Rewound):
        sign()
    for all_of_it in (False, True):
        with pytest.raises(Rewound):
            publish(all_of_it=all_of_it)
    assert files() == before


def test_a_node_in_the_depth_that_is_not_what_stands_above_it_is_not_published(committed: str) -> None:
    grow(committed, 600)
    with superuser(committed) as admin:
        admin.execute("ALTER TABLE records_node DISABLE TRIGGER USER")
        admin.execute("UPDATE records_node SET hash = sha256(hash) WHERE level = 0 AND number = 17")
    sign()
    with pytest.raises(Rewound, match=r"tile/0/000 does not come to what stands above it"):
        publish()
    assert shelf.published() is None


def test_a_body_that_is_not_the_leaf_of_the_tree_is_not_published(committed: str) -> None:
    grow(committed, 5)
    with superuser(committed) as admin:
        admin.execute("ALTER TABLE records_record DISABLE TRIGGER USER")
        admin.execute(
            "UPDATE records_record SET body = body || 'x' WHERE id = %s", [Leaf.objects.get(number=3).record_id]
        )
    sign()
    with pytest.raises(Rewound, match="The Records under"):
        publish()
    assert files() == {}


def test_a_checkpoint_that_only_the_database_knows_is_not_published(committed: str) -> None:
    Walk().record()
    sign_what_came()
    before = files()
    grow(committed, 3)
    state = Path(settings.LOG_STATE).read_text()
    sign()
    Path(settings.LOG_STATE).write_text(state)
    with pytest.raises(Rewound, match="not the one that was signed last"):
        publish()
    assert files() == before


def test_a_crash_between_the_tiles_and_the_checkpoint_leaves_the_old_one_and_is_caught_up(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(committed, 300)
    sign_what_came()
    old = get("checkpoint").content
    grow(committed, 600)
    sign()
    with monkeypatch.context() as cut:
        cut.setattr(shelf, "replace", _breaks_at_the_checkpoint(shelf.replace))
        with pytest.raises(OSError, match="the power is gone"):
            publish()
    assert get("checkpoint").content == old
    assert publish() == 0
    assert get("checkpoint").content.decode() == Signed.objects.get(size=600).whole


def test_who_waited_while_another_signed_and_published_is_not_told_of_a_rewound_log(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Walk().record()
    sign()
    once = memory.alone

    @contextmanager
    def late() -> Iterator[None]:
        """The lock, after whoever held it has signed and published more."""
        monkeypatch.setattr(published, "alone", once)
        Walk().record()
        sign_what_came()
        with once():
            yield

    monkeypatch.setattr(published, "alone", late)
    assert publish() == 0
    assert Signed.objects.latest("size").whole == get("checkpoint").content.decode()


def _breaks_at_the_checkpoint(replace: Any) -> Any:
    """Writing that ends just before the checkpoint."""

    def written(place: str, content: bytes) -> None:
        if place == shelf.CHECKPOINT:
            raise OSError("the power is gone")
        replace(place, content)

    return written


def test_nothing_is_there_before_anything_is_signed(committed: str) -> None:
    sign_what_came()
    assert (Record.objects.count(), files()) == (0, {})
    call_command("publish_log")
