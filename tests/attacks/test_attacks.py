"""Every attack is refused or detected, by whomever it is carried out; and the page that says so is what came of it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connections

from records.audit.run import audit
from records.log.memory import State, keep
from records.log.model import Key, Signed
from records.log.notes import COSIGNATURE, Verifier
from records.seal.keys import LOG
from tests.attacks import matrix
from tests.attacks.attack import Attack
from tests.attacks.law import LAW
from tests.attacks.people import PEOPLE, Visitor
from tests.attacks.rig import BY_DATABASE, NOW, THEN, Rig
from tests.attacks.table import ATTACKS
from tests.attacks.witness import witness
from tests.attacks.world import World, made
from tests.browser import House

LAWLESS = [attack for attack in LAW if attack.sees]  # one copy serves them all
PROVE = os.environ.get("PROVE") == "1"


@pytest.fixture
def rig(committed: str, settings: Any) -> Iterator[Rig]:
    """The machine of the attacks, with the house as it is and as it was; beside it lie its evidence, its keys and its log."""
    home = Path(tempfile.mkdtemp(prefix="qtm-beside-"))  # where the server's own user can come, too
    (home / "keys").mkdir(parents=True)
    for kept in Path(configured.KEYS_ROOT).iterdir():
        (home / "keys" / kept.name).write_bytes(kept.read_bytes())
        (home / "keys" / kept.name).chmod(0o600)
    settings.KEYS_ROOT, settings.LOG_STATE, settings.LOG_ROOT = home / "keys", home / "log.state", home / "log"
    keep(State())
    settings.WITNESSES = [f"{Verifier('witness.example/w', bytes(32), COSIGNATURE)} http://127.0.0.1:9"]
    settings.EVIDENCE_ROOT = home / "evidence"
    options = {**settings.STORAGES["evidence"]["OPTIONS"], "location": settings.EVIDENCE_ROOT}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": options}}
    machine = Rig(home)
    try:
        machine.world = made(lambda: machine.keep(THEN, committed))
        machine.keep(NOW, committed)
        yield machine
    finally:
        connections.close_all()
        machine.close()
        shutil.rmtree(home, ignore_errors=True)


def everything() -> str:
    """A digest of every table that people must not have changed."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_name ~ '^(records|settlement|execution|governance|intake|qtm)_' AND table_name !~ 'attempt|receipt|blocked'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        told = []
        for name in sorted(tables):
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {name} t")
            told.append((name, cursor.fetchone()[0]))
        return repr(told)


def test_the_page_has_no_cell_blank_and_says_of_each_attack_what_came_of_it() -> None:
    page = matrix.read()
    assert list(page) == [(attack.what, who) for attack in ATTACKS for who in matrix.COLUMNS]
    assert matrix.faults(page) == []
    assert len({attack.what for attack in ATTACKS}) == len(ATTACKS) >= 60


def test_every_attack_is_refused_or_detected(committed: str, rig: Rig, static_files: Path, tmp_path: Path) -> None:
    assert rig.world
    cells = by_people(committed, rig, static_files)
    (tmp_path / "witness").mkdir()
    key, newest = Key.objects.get(use=LOG), Signed.objects.latest("size")
    with witness(tmp_path / "witness", key.name, str(key.verifier)) as one:
        one.sees(newest.size, newest.note)
        rig.fresh()
        with rig.here():
            assert list(audit()) == [], "of what nobody attacked there is nothing to be found"
        rig.let_in()
        assert matrix.one_after_another(LAWLESS, rig) == []
        cells |= matrix.carried_out(those, rig, one)
    assert matrix.faults(cells) == []
    assert matrix.unexpected(cells) == []
    if os.environ.get("ATTACKS") == "write":
        matrix.PAGE.write_text(matrix.drawn(cells))
    assert matrix.differences(cells, matrix.read()) == []


def those(attack: Attack) -> tuple[str, ...]:
    """Who carries it out: everybody where all is proven; else who can do most, unless that was done already."""
    if PROVE:
        return BY_DATABASE
    return () if attack in LAWLESS else (matrix.strongest(attack),)


def by_people(committed: str, rig: Rig, static_files: Path) -> matrix.Cells:
    """What people can send, to the house as it is served; afterwards nothing of it is another."""
    world: World = rig.world  # type: ignore[assignment]
    house, before = House(committed, Path(configured.EVIDENCE_ROOT), static_files), everything()
    try:
        visitors = {who: Visitor(house.port, name) for who, name in PEOPLE.items()}
        cells: matrix.Cells = {}
        for number, attack in enumerate(ATTACKS):
            some = visitors if PROVE else dict([[*visitors.items()][number % len(visitors)]])
            cells |= matrix.by_people(attack, some, world)
    finally:
        house.stop()
    assert everything() == before
    return cells
