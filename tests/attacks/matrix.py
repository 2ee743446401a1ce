"""The cells of the table: each attack by each attacker, and what came of it."""

import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from records.audit.finding import Finding
from records.audit.run import audit
from records.audit.schema import SHIPPED
from records.log import proofs
from records.log.model import Signed, size
from records.log.signing import sign
from tests.attacks.attack import Attack
from tests.attacks.people import BY_LINK, NEAR, PEOPLE, Visitor, answers, came_of
from tests.attacks.rig import BY_DATABASE, DISK, SUPERUSER, Refused, Rig
from tests.attacks.table import ATTACKS
from tests.attacks.witness import Witness
from tests.attacks.world import World
from tests.cast import Walk

PAGE = Path(settings.HERE) / "docs" / "attacks.md"
NEITHER = "neither"
COLUMNS = (*PEOPLE, *BY_DATABASE)

type Cells = dict[tuple[str, str], str]


def by_people(attack: Attack, visitors: Mapping[str, Visitor], world: World) -> Cells:
    """What the house answers to each of them."""
    return {(attack.what, who): came_of(answers(attack, who, visitor, world)) for who, visitor in visitors.items()}


def strongest(attack: Attack) -> str:
    """Who can do most: whoever has the disk where it is about files, a superuser else."""
    return DISK if attack.shell or attack.old else SUPERUSER


def by_database(attack: Attack, who: str, rig: Rig, witness: Witness) -> str:
    """One attempt with real commits in a fresh copy, and one run of the auditor; of the witness where that is left."""
    rig.fresh()
    try:
        rig.carry_out(attack, who)
    except Refused as refusal:
        return f"refused: {refusal}"
    else:
        with rig.here():
            found = sorted({each.check for each in audit()})
            if found or not attack.witness:
                return f"detected: {', '.join(found)}" if found else NEITHER
            return _witnessed(witness)
    finally:
        rig.undo(attack)


def _witnessed(witness: Witness) -> str:
    """Whether a witness that saw the log before cosigns what it has become, once that is as long as it was, or longer."""
    while size() < witness.seen:
        Walk().record()
    sign()
    newest = Signed.objects.latest("size")
    proof = proofs.consistency(witness.seen, newest.size) if newest.size > witness.seen else []
    status = witness.asked(witness.seen, proof, newest.note)
    return NEITHER if status == 200 else f"detected: the witness ({status})"


def unexpected(cells: Mapping[tuple[str, str], str]) -> list[str]:
    """Where who can do most came further than the table says, or was found out by something else."""
    told = [
        (attack, cells[attack.what, strongest(attack)])
        for attack in ATTACKS
        if (attack.what, strongest(attack)) in cells
    ]
    return [f"{attack.what}: {cell}" for attack, cell in told if not _as_expected(attack, cell)]


def _as_expected(attack: Attack, cell: str) -> bool:
    """Whether it came out as the line of the attack says."""
    kind, _, by = cell.partition(": ")
    if attack.witness:
        return by.startswith("the witness")
    return kind == "detected" and attack.sees in by.split(", ") if attack.sees else kind == "refused"


def drawn(cells: Mapping[tuple[str, str], str]) -> str:
    """The table as a page."""
    head = f"| attack | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 1)}\n"
    return WORDS + f"{stamp()}\n\n" + head + "".join(_row(attack, cells) for attack in ATTACKS)


def _row(attack: Attack, cells: Mapping[tuple[str, str], str]) -> str:
    """One line of it."""
    return f"| {attack.what} | {' | '.join(cells[attack.what, who] for who in COLUMNS)} |\n"


def stamp() -> str:
    """What the page is made of: the attacks as they are declared, what people press for them, and the law as it is shipped."""
    declared, law = sha256(repr((ATTACKS, NEAR, BY_LINK)).encode()), sha256(SHIPPED.read_bytes())
    return f"Made of the attacks `{declared.hexdigest()[:12]}`, against the law `{law.hexdigest()[:12]}`."


def older() -> str:
    """Of what else the page was made, if it was; how to make it anew stands at its top."""
    said = re.search(r"^Made of .*$", PAGE.read_text(), re.M)
    return (
        ""
        if said and said[0] == stamp()
        else f"{PAGE.name}: {said[0] if said else 'of nothing that it says.'} Now: {stamp()}"
    )


def read() -> Cells:
    """The cells as the page has them."""
    rows = [line.strip("| \n").split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {(what, who): cell for what, *said in rows[1:] for who, cell in zip(COLUMNS, said, strict=True)}


def faults(cells: Mapping[tuple[str, str], str]) -> list[str]:
    """The cells in which an attack was neither refused nor detected; to people there may be no door for it at all."""
    return [
        f"{what}, by {who}: {said}"
        for (what, who), said in cells.items()
        if not said.startswith(("refused: ", "no door: " if who in PEOPLE else "detected: "))
    ]


def differences(cells: Mapping[tuple[str, str], str], page: Mapping[tuple[str, str], str]) -> list[str]:
    """The cells that are not as the page has them."""
    return [f"{key}: {cell}, and the page says {page.get(key)}" for key, cell in cells.items() if page.get(key) != cell]


def carried_out(who: Callable[[Attack], Iterable[str]], rig: Rig, witness: Witness) -> Cells:
    """Every attack by these."""
    return {(attack.what, each): by_database(attack, each, rig, witness) for attack in ATTACKS for each in who(attack)}


def one_after_another(attacks: Iterable[Attack], rig: Rig) -> list[str]:
    """Attacks on the law in one copy, none undone; those of which the fingerprint, taken after each, shows nothing new."""
    unseen, known = [], set[Finding]()
    rig.fresh()
    for attack in attacks:
        rig.carry_out(attack, SUPERUSER)
        with rig.here():
            found = set(audit(only=["schema"]))
        unseen += [] if found - known else [attack.what]
        known |= found
        rig.undo(attack)
    return unseen


WORDS = """# The table of attacks

Written by the tests (`make attacks`, `tests/attacks/`) and not by hand: each cell was carried out. People press the doors of the house as it is served,
roles of the database commit SQL in a copy of it, and somebody with the disk works on the files of the cluster and enters as a superuser. Then the auditor
is run once (`manage.py audit`).

*Refused* says by what: the status with which a door that is there said no (403, 409, 422), a law of the database, or that there is no right to it. *No door*
says that people found nothing to press that leads there, and what was answered (404, 405, or that it leads to signing in). *Detected* says by which of its
checks the auditor found it, or that a witness refused to cosign what came of it. Roles that own nothing try each change by itself, without the switching
off of laws that is the owner's to do.

What it shows is tamper-evidence and not more: who is detected has done it all the same. What a Record says is held by the log, by everybody who has a
checkpoint, and by the witnesses. What stands in no Record (the lines of the log and their reasons, what became of a ⭐, who had what erased, refusals,
Settlements) is held by what the audit before saw of it, *seen before*: what came after the last audit is not, and a refusal only once it is ten minutes
old. An audit's memory (`audit.json`) lies beside the keys, so who can write there can change both: run it often, and keep a copy elsewhere.

Two things are not in the table, because nothing holds them: that what a Record says is true, and whatever a superuser changes before a Record is sealed
from it or an audit has seen it, if all of it agrees.

"""
