"""Every attack is refused or detected, by whomever it is carried out; and the page that says so is what came of it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
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
from tests.attacks.attack import SWITCH, Attack, changes
from tests.attacks.law import LAW
from tests.attacks.people import DOORLESS, NEAR, PEOPLE, Visitor
from tests.attacks.rig import BY_DATABASE, NOW, OWN_NOTHING, THEN, Refused, Rig
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


def test_every_attack_is_refused_or_detected(committed: str, rig: Rig, static_files: Path, tmp_path: Path) -> None:
    assert rig.world
    cells = by_people(committed, rig, static_files)
    assert matrix.faults(cells) == []
    (tmp_path / "witness").mkdir()
    key, newest = Key.objects.get(use=LOG), Signed.objects.latest("size")
    with witness(tmp_path / "witness", key.name, str(key.verifier)) as one:
        one.sees(newest.size, newest.note)
        rig.fresh()
        with rig.here():
            assert list(audit()) == [], "of what nobody attacked there is nothing to be found"
        for role in OWN_NOTHING:
            a_right_given_by_mistake_shows(rig, role)
        rig.let_in()
        assert matrix.one_after_another(LAWLESS, rig) == []
        cells |= matrix.carried_out(those, rig, one)
    assert matrix.faults(cells) == []
    assert matrix.unexpected(cells) == []
    if os.environ.get("ATTACKS") == "write":
        matrix.PAGE.write_text(matrix.drawn(cells))
    assert matrix.differences(cells, matrix.read()) == []


def test_the_page_has_no_cell_blank_and_says_of_each_attack_what_came_of_it() -> None:
    page = matrix.read()
    assert list(page) == [(attack.what, who) for attack in ATTACKS for who in matrix.COLUMNS]
    assert matrix.faults(page) == []
    assert len({attack.what for attack in ATTACKS}) == len(ATTACKS) >= 60


def test_whether_the_page_was_made_of_these_attacks_and_this_law_is_told(
    record_property: Callable[[str, object], None],
) -> None:
    """It is told and fails nothing: making it anew takes too long for each time."""
    assert matrix.stamp() in matrix.drawn(matrix.read())
    if older := matrix.older():
        record_property("told", older)


def test_of_every_thing_that_people_have_doors_to_a_door_that_is_there_said_no() -> None:
    page = matrix.read()
    said = {near: {page[each.what, who] for each in ATTACKS if each.near == near for who in PEOPLE} for near in NEAR}
    for near, cells in said.items():
        if near in DOORLESS:
            assert not [cell for cell in cells if cell.startswith("refused")], near
        else:
            assert [cell for cell in cells if "409" in cell or "422" in cell], near


def test_who_owns_nothing_tries_every_change_of_an_attack_without_the_switching() -> None:
    tried = {attack.what: changes(attack) for attack in ATTACKS}
    assert not [piece for pieces in tried.values() for piece in pieces if SWITCH.match(piece)]
    assert tried["delete a Record and all that hangs on it, by force"] == (
        "DELETE FROM records_annex WHERE record_id = «last»",
        "DELETE FROM records_signal WHERE record_id = «last»",
        "DELETE FROM records_record WHERE id = «last»",
    )
    assert tried["switch a trigger off"] == tried["change the document of a Record"] == ()
    assert sum(map(bool, tried.values())) >= 40


def those(attack: Attack) -> tuple[str, ...]:
    """Who carries it out: everybody where all is proven; else who can do most, unless that was done already."""
    if PROVE:
        return BY_DATABASE
    return () if attack in LAWLESS else (matrix.strongest(attack),)


def a_right_given_by_mistake_shows(rig: Rig, role: str) -> None:
    """Where a role may change Records, its cells say another thing than that it has no right to."""
    (attack,) = (each for each in ATTACKS if each.what == "change a document, the laws switched off")
    for grant, why in (("", "no right"), ("GRANT SELECT, UPDATE ON records_record TO PUBLIC", "law “fixed”")):
        rig.fresh()
        if grant:
            rig.touched = True
            with rig.superuser() as admin:
                admin.execute(grant)
        with pytest.raises(Refused, match=f"^{why}$"):
            rig.carry_out(attack, role)


def by_people(committed: str, rig: Rig, static_files: Path) -> matrix.Cells:
    """What people can send, to the house as it is served; afterwards nothing of it is another."""
    world: World = rig.world  # type: ignore[assignment]
    house, before = House(committed, static_files, EVIDENCE_ROOT=configured.EVIDENCE_ROOT), everything()
    try:
        house.start()
        visitors = {who: Visitor(house.port, name) for who, name in PEOPLE.items()}
        cells: matrix.Cells = {}
        for number, attack in enumerate(ATTACKS):
            some = visitors if PROVE else dict([[*visitors.items()][number % len(visitors)]])
            cells |= matrix.by_people(attack, some, world)
    finally:
        house.stop()
    assert everything() == before
    return cells
