"""Killed at random moments of completion: no acknowledged Record is lost, nothing is half done, and the log does not fork."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.killing import Ground

ROUNDS = 100 if os.environ.get("PROVE") == "1" else 4
SEED = int(os.environ.get("PROVE_SEED", "0")) or int.from_bytes(os.urandom(4))


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """A house of these tests' own, on a PostgreSQL of its own with the settings of a real one."""
    with tempfile.TemporaryDirectory(prefix="qtm-test-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)  # every user may enter, unlike pytest's own
        found = Ground(Path(name), SEED)
        with found.cluster:
            found.prepare()
            yield found


def test_whatever_is_killed_what_was_acknowledged_is_there_whole_and_in_one_history(
    ground: Ground, record_property: Callable[[str, object], None]
) -> None:
    with ground.admin() as admin:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert admin.execute(f"SHOW {setting}".encode()).fetchone() == ("on",)
    hit = tried = 0
    while hit < ROUNDS:
        hit += ground.round(of_postgres=hit % 2 == 1)
        tried += 1
        assert tried < 2 * ROUNDS + 4, "they come to their end before they are killed"
        ground.holds()
    ground.run("sign")
    ground.holds()
    assert ground.told.rewound == 0
    assert len(ground.told.records) > ROUNDS
    said = f"{len(ground.told.records):,} Records were acknowledged and none of them was lost (seed {SEED})"
    record_property("told", f"killed {hit} times in the middle of completing: {said}")


def test_the_control_where_commits_do_not_wait_for_the_disk_acknowledged_records_are_lost_and_it_is_noticed(
    ground: Ground,
) -> None:
    with ground.admin() as admin:
        admin.execute("ALTER DATABASE qtm SET synchronous_commit = off")
    for _ in range(10):  # what is lost was not always signed before it was
        ground.round(of_postgres=True)
        lost = ground.lost()
        ground.run("sign")
        if lost and ground.told.rewound:
            break
    assert ground.lost(), "the test above could not fail"
    assert ground.told.rewound, "the house remembers more than its database, and signs nothing"
    with pytest.raises(AssertionError):
        ground.holds()
