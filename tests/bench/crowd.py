"""Cases by the hundred thousand, filled under the law: every row is born and moved by an act, only many at a time.

Documents are those of one real Record with the numbers of the new case in it, so that each row is lawful and each digest right.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections

from qtm.acts import acting
from qtm.models import User
from records.models import Record
from records.seal.keys import record_key
from records.seal.leaf import sealed_with
from tests.bench.verbs import Verbs

BATCH = 10_000
# How far each batch goes: the names of its last steps.
ENDS = [
    *["asked"] * 2,
    "approved",
    "assigned",
    *["created"] * 2,
    "started",
    *["sealed"] * 2,
    "settled",
]
CLAIMED = {"started", "sealed", "settled"}


@dataclass(frozen=True)
class Step:
    """One act over a batch: who does it, by what, and the statements."""

    name: str
    who: str
    authority: str
    statements: tuple[str, ...]


STEPS = [
    Step(
        "asked",
        "ines",
        "intake.take_request as admin",
        (
            """WITH who AS (
                 INSERT INTO intake_actor (kind, name, phone, email)
                 SELECT 'person', 'Customer ' || n, '+49 30 23125 ' || n %% 1000, '' FROM generate_series(1, %(count)s) n RETURNING id)
               INSERT INTO intake_request (state, actor_id, funnel_id, surface_id, governor_id, channel, asked, key, content, token)
               SELECT 'received', who.id, f.id, s.id, f.operator_id, 'web', %(asked)s, 'crowd:' || who.id, md5('' || who.id), md5('t' || who.id)
               FROM who, intake_funnel f, qtm_surface s WHERE f.slug = 'network' AND s.code = 'automotive-advisory'""",
            "UPDATE intake_request SET state = 'submitted' WHERE state = 'received' AND key LIKE 'crowd:%%'",
            """INSERT INTO intake_intake (state, case_id, request_id, governor_id, version_id, funnel_id, summary, tier, answers, name, phone, email,
                 place, description)
               SELECT 'stored', r.id, r.id, r.governor_id, v.id, r.funnel_id, 'Automotive advisory: One question, answered', 'question',
                 r.asked -> 'answers', 'Customer ' || r.actor_id, '+49 30 ' || 20000000 + r.id, 'customer@mail.example',
                 r.id %% 200 || ' ' || (ARRAY['Quarry', 'Mill', 'Orchard', 'Harbour', 'Chapel'])[r.id %% 5 + 1] || ' Lane, ward ' || r.id %% 997,
                 'Is the offer fair?' || CASE WHEN r.id %% 20011 = 0 THEN ' It is about the zeppelin.' ELSE '' END
                   || CASE WHEN r.id %% 40 = 0 THEN ' The gearbox rattles.' ELSE '' END
               FROM intake_request r JOIN qtm_surfaceversion v ON v.surface_id = r.surface_id WHERE r.id > %(before)s""",
            """INSERT INTO governance_task (state, case_id, intake_id, governor_id, version_id)
               SELECT 'open', case_id, id, governor_id, version_id FROM intake_intake WHERE case_id > %(before)s""",
        ),
    ),
    Step(
        "approved",
        "ines",
        "governance.approve_task as admin",
        ("UPDATE governance_task SET state = 'approved' WHERE case_id > %(before)s",),
    ),
    Step(
        "assigned",
        "ines",
        "governance.assign_task as admin",
        (
            "UPDATE governance_task SET state = 'assigned' WHERE case_id > %(before)s",
            """INSERT INTO governance_assignment (state, case_id, task_id, governor_id, version_id, operator_id, note)
               SELECT 'active', t.case_id, t.id, t.governor_id, t.version_id, o.id, ''
               FROM governance_task t JOIN qtm_operator o ON o.name = CASE WHEN t.id %% 4 = 0 AND NOT %(claimed)s THEN 'Southside' ELSE %(operator)s END
               WHERE t.case_id > %(before)s""",
        ),
    ),
    Step(
        "created",
        "ines",
        "execution.create_job as admin",
        (
            "UPDATE governance_task SET state = 'handed_off' WHERE case_id > %(before)s",
            "UPDATE governance_assignment SET state = 'handed_off' WHERE case_id > %(before)s",
            """INSERT INTO execution_job (state, case_id, assignment_id, governor_id, version_id, operator_id, worker_id, context)
               SELECT 'queued', a.case_id, a.id, a.governor_id, a.version_id, a.operator_id, a.worker_id, %(context)s
               FROM governance_assignment a WHERE a.case_id > %(before)s""",
        ),
    ),
    Step(
        "claimed",
        "will",
        "execution.claim_job as worker of Northside",
        (
            "UPDATE execution_job SET state = 'claimed' WHERE case_id > %(before)s",
            """INSERT INTO execution_serviceevent (state, case_id, job_id, version_id, operator_id, worker_id, part, final, outcome, reason, remark, paid)
               SELECT 'ready', j.case_id, j.id, j.version_id, j.operator_id, u.id, '', false, '', '', '', ''
               FROM execution_job j, qtm_user u WHERE u.username = %(worker)s AND j.case_id > %(before)s""",
        ),
    ),
    Step(
        "started",
        "will",
        "execution.start_serviceevent as worker of Northside",
        ("UPDATE execution_serviceevent SET state = 'in_progress' WHERE case_id > %(before)s",),
    ),
    Step(
        "sealed",
        "will",
        "records.complete_serviceevent as worker of Northside",
        (
            """INSERT INTO execution_evidence (event_id, stage, kind, category, item, text, name, sha256, size_bytes, media_type, width, height)
               SELECT id, 'advice', 'note', 'summary', '', 'Fair.', '', '', 0, '', 0, 0 FROM execution_serviceevent WHERE case_id > %(before)s""",
            """INSERT INTO execution_stagemark (event_id, stage)
               SELECT e.id, stage FROM execution_serviceevent e, unnest(ARRAY['study', 'advice']) stage WHERE e.case_id > %(before)s""",
            "UPDATE execution_serviceevent SET state = 'completed', outcome = 'advised', final = true WHERE case_id > %(before)s",
            """INSERT INTO records_record (state, case_id, event_id, operator_id, final, document, sha256, body, priced)
               SELECT 'sealed', e.case_id, e.id, e.operator_id, e.final, s.document, encode(sha256(s.document), 'hex'), s.body, true
               FROM execution_serviceevent e JOIN unnest(%(cases)s::bigint[], %(documents)s::bytea[], %(bodies)s::bytea[])
                 s (case_id, document, body) ON s.case_id = e.case_id ORDER BY e.case_id""",
            "INSERT INTO records_annex (record_id, content) SELECT id, %(annex)s FROM records_record WHERE case_id > %(before)s",
            """INSERT INTO records_signal (state, case_id, record_id, event_id, job_id, policy)
               SELECT 'active', r.case_id, r.id, e.id, e.job_id, %(policy)s
               FROM records_record r JOIN execution_serviceevent e ON e.id = r.event_id WHERE r.case_id > %(before)s""",
            "UPDATE execution_job SET state = 'completed' WHERE case_id > %(before)s",
        ),
    ),
    Step(
        "settled",
        "cora",
        "settlement.open_settlement as commerce",
        (
            """INSERT INTO settlement_settlement (state, case_id, record_id, amount_minor, currency)
               SELECT 'open', case_id, id, 3900, 'EUR' FROM records_record WHERE case_id > %(before)s""",
            "UPDATE settlement_settlement SET state = 'authorized' WHERE case_id > %(before)s AND id %% 3 > 0",
            "UPDATE settlement_settlement SET state = 'captured', captured_minor = 3900 WHERE case_id > %(before)s AND id %% 3 = 2",
        ),
    ),
]


@dataclass(frozen=True)
class Share:
    """An operator whose worker claims what is claimed, and their part of each batch; a quarter of what nobody claims is Southside's."""

    operator: str
    worker: str
    part: float = 1


MOST = Share("Northside", "will")


def fill(say: Callable[[str], None], ends: Sequence[str] = ENDS, share: Share = MOST, batch: int = BATCH) -> int:
    """Fill all batches; how many cases were filled."""
    words = _words() | {"operator": share.operator, "worker": share.worker, "count": int(batch * share.part)}
    names = {"will": share.worker}
    people = {user.username: user for user in User.objects.all()}
    for number, end in enumerate(ends, 1):
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM intake_request")
            words |= {"before": cursor.fetchone()[0], "claimed": end in CLAIMED}
        for step in _until(end):
            authority = step.authority.replace("Northside", share.operator)
            with (
                acting(people[names.get(step.who, step.who)], via="bench", authority=authority),
                connection.cursor() as cursor,
            ):
                if step.name == "sealed":
                    words |= _sealed(cursor, words)
                for statement in step.statements:
                    cursor.execute(statement, words)
        say(f"  {number * words['count']:,} of {len(ends) * words['count']:,} cases, the last ones {end}")
        if number.bit_count() == 1 or number == len(ends):
            _analyze()
    return len(ends) * int(words["count"])


def _sealed(cursor: Any, words: dict[str, Any]) -> dict[str, list[Any]]:
    """The sealed bytes of every case of a batch, each signed as a completing signs it."""
    cursor.execute("SELECT case_id FROM execution_serviceevent WHERE case_id > %(before)s ORDER BY case_id", words)
    cases, key = [case_id for (case_id,) in cursor.fetchall()], record_key()
    documents = [words["document"].replace(words["reference"], f'"Q-{case_id}"').encode() for case_id in cases]
    return {"cases": cases, "documents": documents, "bodies": [sealed_with(each, key).body for each in documents]}


def _analyze() -> None:
    """Tell the planner how much there is: the law's own queries would read whole tables that it still takes for empty."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    connections["owner"].close()


def _until(end: str) -> Iterator[Step]:
    """The steps up to one of them."""
    for step in STEPS:
        yield step
        if step.name == end:
            return


def _words() -> dict[str, Any]:
    """What is copied from one real case."""
    record = Record.objects.select_related("event__job", "signal").get(case_id=Verbs().case())
    with connection.cursor() as cursor:
        cursor.execute("SELECT asked FROM intake_request WHERE id = %s", [record.case_id])
        asked = cursor.fetchone()[0]
        cursor.execute("SELECT context FROM execution_job WHERE case_id = %s", [record.case_id])
        context = cursor.fetchone()[0]
        cursor.execute("SELECT content FROM records_annex WHERE record_id = %s", [record.pk])
        annex = cursor.fetchone()[0]
    return {
        "asked": asked,
        "context": context,
        "annex": annex,
        "document": bytes(record.document).decode(),
        "reference": f'"Q-{record.case_id}"',
        "policy": record.signal.policy,
    }
