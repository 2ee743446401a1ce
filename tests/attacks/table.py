"""The table of attacks: one line each, from what is plain to what takes the keys of the house."""

from tests.attacks.attack import ACTING, CHANGED, REHASHED, Attack, by_force, quietly
from tests.attacks.law import LAW

# fmt: off
RECORD, LEAF, NODE, HEAD = "records_record", "records_leaf", "records_node", "records_head"
SIGNED, KEY, LINE = "records_signed", "records_key", "qtm_transition"
REWRITTEN = f"UPDATE {RECORD} SET {CHANGED}, body = «own body» WHERE id = «record»"
STOLEN = f"UPDATE {RECORD} SET {CHANGED}, body = «stolen body» WHERE id = «record»"
OWN_KEY = f"INSERT INTO {KEY} (use, name, public, since) VALUES ('record', '', '«own public»', '2000-01-01')"
OWN_LOG_KEY = f"INSERT INTO {KEY} (use, name, public, since) VALUES ('log', '«log name»', '«own log public»', now())"
GONE = "DELETE FROM records_annex WHERE record_id = «last»; DELETE FROM records_signal WHERE record_id = «last»; DELETE FROM records_record WHERE id = «last»"
CUT = f"DELETE FROM {LEAF} WHERE number = «tail»; UPDATE {HEAD} SET size = size - 1"
HASHED = f"UPDATE {NODE} SET hash = sha256('\\x00' || (SELECT body FROM {RECORD} WHERE id = «record»)) WHERE level = 0 AND number = «leaf»"
SEAL = (
    f"INSERT INTO {RECORD} (state, case_id, event_id, operator_id, final, document, sha256, body, priced) SELECT 'sealed', e.case_id, e.id, e.operator_id,"
    " true, «forged», encode(sha256(«forged»), 'hex'), «forged body», position('\"price\":{\"amount_minor\":'::bytea IN «forged») > 0 FROM execution_serviceevent e WHERE e.id = "
)
COMPLETED = "UPDATE execution_serviceevent SET state = 'completed', outcome = 'advised', final = true WHERE id = «ready»; "
SIGNAL = "INSERT INTO records_signal (state, since, case_id, record_id, event_id, job_id, policy) SELECT 'active', now(), r.case_id, r.id, e.id, e.job_id, '1' FROM records_record r JOIN execution_serviceevent e ON e.id = r.event_id WHERE r.id = «unstarred»"

RECORDS = [
    Attack("change the document of a Record", "record", (f"UPDATE {RECORD} SET document = «changed» WHERE id = «record»",)),
    Attack("change a document, the laws switched off", "record", quietly(RECORD, f"UPDATE {RECORD} SET {CHANGED} WHERE id = «record»"), "record"),
    Attack("change a document, in a replica's role", "record", (f"SET session_replication_role = replica; UPDATE {RECORD} SET {CHANGED} WHERE id = «record»",)),
    Attack("change the digest of a Record alone", "record", quietly(RECORD, f"UPDATE {RECORD} SET sha256 = repeat('0', 64) WHERE id = «record»")),
    Attack("sign a changed document with a key of one's own", "record", quietly(RECORD, REWRITTEN), "record key"),
    Attack("put that key on file as well, backdated", "key", (OWN_KEY, *quietly(RECORD, REWRITTEN)), "key"),
    Attack("write the leaf's hash anew as well", "record", (*quietly(RECORD, REWRITTEN), *quietly(NODE, HASHED)), "node"),
    Attack("write the whole tree anew as well", "record", (*quietly(RECORD, REWRITTEN), *quietly(NODE, REHASHED)), "checkpoint"),
    Attack("write the checkpoints anew with a log key of one's own", "record", (OWN_LOG_KEY, *quietly(RECORD, REWRITTEN), *quietly(NODE, REHASHED), *quietly(SIGNED, "«own checkpoints»")), "state"),
    Attack("rewrite a Record with the house's stolen key", "record", (*quietly(RECORD, STOLEN), *quietly(NODE, REHASHED)), "checkpoint"),
    Attack("rewrite history with the stolen key of the log", "record", (*quietly(RECORD, STOLEN), *quietly(NODE, REHASHED), *quietly(SIGNED, "«stolen checkpoints»")), "state"),
    Attack("give a Record to another case", "record", quietly(RECORD, f"UPDATE {RECORD} SET case_id = «other case» WHERE id = «record»"), "record"),
    Attack("give a Record to another ServiceEvent", "record", quietly(RECORD, f"UPDATE {RECORD} SET event_id = «ready» WHERE id = «record»"), "record"),
    Attack("give a Record to another operator", "record", quietly(RECORD, f"UPDATE {RECORD} SET operator_id = «southside» WHERE id = «record»"), "carried"),
    Attack("move the moment of sealing", "record", quietly(RECORD, f"UPDATE {RECORD} SET since = since - interval '1 day' WHERE id = «record»"), "line"),
    Attack("say of a Record that it has no price", "record", quietly(RECORD, f"UPDATE {RECORD} SET priced = NOT priced WHERE id = «record»")),
    Attack("delete a Record", "record", (f"DELETE FROM {RECORD} WHERE id = «record»",)),
    Attack("delete a Record and all that hangs on it, by force", "record", by_force(GONE), "leaf"),
    Attack("truncate the Records", "record", (f"TRUNCATE {RECORD} CASCADE",)),
    Attack("seal a Record of one's own of work under way", "complete", (ACTING + SEAL + "«ready»",)),
    Attack("complete work by SQL, with a Record of one's own signed by nobody", "complete", (ACTING + COMPLETED + SEAL + "«ready»",), "record"),
    Attack("complete work by SQL, with a Record signed with a retired key", "complete", (ACTING + COMPLETED + SEAL.replace("«forged body»", "«retired body»") + "«ready»",)),
    Attack("sign a changed document with a retired key", "record", quietly(RECORD, f"UPDATE {RECORD} SET {CHANGED}, body = «retired changed body» WHERE id = «record»"), "record key"),
    Attack("complete work by SQL without a Record", "complete", (ACTING + COMPLETED,)),
    Attack("seal a second Record of the same work", "complete", (ACTING + SEAL + "«event»",)),
    Attack("change the annex of a Record", "annex", quietly("records_annex", "UPDATE records_annex SET content = '{}' WHERE record_id = «record»"), "record"),
    Attack("delete the annex of a Record past the law", "annex", quietly("records_annex", "DELETE FROM records_annex WHERE record_id = «record»"), "record"),
    Attack("give a ⭐ to an old Record", "signal", (ACTING + SIGNAL,)),
    Attack("give a ⭐ to an old Record, the laws switched off", "signal", quietly("records_signal", SIGNAL), "record"),
    Attack("take a ⭐ away", "signal", quietly("records_signal", "DELETE FROM records_signal WHERE record_id = «record»"), "record"),
]
LOG = [
    Attack("cut the tail of the log", "log", (*quietly(LEAF, *quietly(HEAD, CUT)), *quietly(NODE, REHASHED)), "checkpoint"),
    Attack("cut the tail, with its Record and its checkpoint", "log", (*by_force(GONE, CUT, REHASHED), *quietly(SIGNED, f"DELETE FROM {SIGNED} WHERE size > «tail»")), "state"),
    Attack("drop a leaf out of the middle", "log", quietly(LEAF, f"DELETE FROM {LEAF} WHERE number = «leaf»"), "leaf"),
    Attack("put two leaves in the other order", "log", quietly(LEAF, f"UPDATE {LEAF} SET number = -1 WHERE number = 0; UPDATE {LEAF} SET number = 0 WHERE number = «leaf»; UPDATE {LEAF} SET number = «leaf» WHERE number = -1"), "node"),
    Attack("put two leaves in the other order and the tree anew", "log", (*quietly(LEAF, f"UPDATE {LEAF} SET number = -1 WHERE number = 0; UPDATE {LEAF} SET number = 0 WHERE number = «leaf»; UPDATE {LEAF} SET number = «leaf» WHERE number = -1"), *quietly(NODE, REHASHED)), "checkpoint"),
    Attack("append a leaf of no Record", "log", (f"INSERT INTO {LEAF} (number, record_id) VALUES («size», 999)",)),
    Attack("append a leaf of no Record, the laws switched off", "log", quietly(LEAF, f"INSERT INTO {LEAF} (number, record_id) VALUES («size», 999)"), "leaf"),
    Attack("change the hash of a node", "log", (f"UPDATE {NODE} SET hash = sha256('x') WHERE level = 1 AND number = 0",)),
    Attack("change the hash of a node, the laws switched off", "log", quietly(NODE, f"UPDATE {NODE} SET hash = sha256('x') WHERE level = 1 AND number = 0"), "node"),
    Attack("take a node away", "log", quietly(NODE, f"DELETE FROM {NODE} WHERE level = 1 AND number = 0"), "node"),
    Attack("put a node beside the tree", "log", quietly(NODE, f"INSERT INTO {NODE} (level, number, hash) VALUES (9, 9, sha256('x'))"), "node"),
    Attack("turn the head forward", "log", (f"UPDATE {HEAD} SET size = size + 1",)),
    Attack("turn the head forward, the laws switched off", "log", quietly(HEAD, f"UPDATE {HEAD} SET size = size + 1"), "head"),
    Attack("truncate the log", "log", (f"TRUNCATE {LEAF}, {NODE}, {HEAD}",)),
    Attack("drop the leaves", "log", (f"DROP TABLE {LEAF} CASCADE",), "schema"),
    Attack("sign a checkpoint of a longer log", "log", (f"INSERT INTO {SIGNED} (size, root, note) VALUES (99, sha256('x'), 'x')",)),
    Attack("put a checkpoint on file that the log's key did not sign", "log", (f"INSERT INTO {SIGNED} (size, root, note) VALUES («unsigned»)",), "note"),
    Attack("put another root into a checkpoint", "log", quietly(SIGNED, f"UPDATE {SIGNED} SET root = sha256('x') WHERE size = «size»"), "checkpoint"),
    Attack("take the newest checkpoint away", "log", quietly(SIGNED, f"DELETE FROM {SIGNED} WHERE size = «size»"), "state"),
    Attack("take an older checkpoint away", "log", quietly(SIGNED, f"DELETE FROM {SIGNED} WHERE size < «size»"), "seen before"),
    Attack("put a false signature of a witness under a checkpoint", "log", ("INSERT INTO records_cosigned (signed_id, name, line) SELECT id, 'witness.example/w', '«cosigned»' FROM records_signed WHERE size = «size»",), "witness"),
    Attack("put a key of one's own on file", "key", (OWN_KEY,), "key"),
    Attack("change a key on file", "key", quietly(KEY, f"UPDATE {KEY} SET public = '«own public»' WHERE id = (SELECT max(id) FROM {KEY} WHERE use = 'record')"), "key"),
    Attack("take a key off file", "key", quietly(KEY, f"DELETE FROM {KEY} WHERE use = 'log'"), "key"),
]
SPINE = [
    Attack("change the outcome of completed work", "work", quietly("execution_serviceevent", "UPDATE execution_serviceevent SET outcome = 'not-advised' WHERE id = «event»"), "agreement"),
    Attack("put another digest on sealed evidence", "evidence", quietly("execution_evidence", "UPDATE execution_evidence SET sha256 = repeat('0', 64) WHERE id = «photo»"), "agreement"),
    Attack("take sealed evidence away", "evidence", quietly("execution_evidence", "DELETE FROM execution_evidence WHERE id = «photo»"), "agreement"),
    Attack("add evidence to completed work", "evidence", (ACTING + "INSERT INTO execution_evidence (event_id, stage, kind, category, item, text, name, sha256, size_bytes, media_type, width, height) SELECT event_id, stage, 'note', 'more', '', 'x', '', '', 0, '', 0, 0 FROM execution_evidence WHERE id = «photo»",)),
    Attack("show the picture of another photo", "evidence", ("INSERT INTO execution_rendition (sha256, longest, copy_sha256, size_bytes, width, height, trouble) SELECT (SELECT sha256 FROM execution_evidence WHERE id = «photo»), longest, copy_sha256, size_bytes, width, height, '' FROM execution_rendition WHERE sha256 <> (SELECT sha256 FROM execution_evidence WHERE id = «photo») AND copy_sha256 <> ''",), "copy"),
    Attack("send a Task back", "task", (ACTING + "UPDATE governance_task SET state = 'open' WHERE id = «task»",)),
    Attack("send a Task back, the laws switched off", "task", quietly("governance_task", "UPDATE governance_task SET state = 'open' WHERE id = «task»"), "line"),
    Attack("withdraw an Assignment that became a Job, and log it", "task", (*quietly("governance_assignment", "UPDATE governance_assignment SET state = 'withdrawn' WHERE case_id = «case»"), *quietly(LINE, f"UPDATE {LINE} SET becomes = 'withdrawn' WHERE case_id = «case» AND room = 'governance.Assignment' AND was = 'active'")), "half"),
    Attack("take a Job away", "work", ("ALTER TABLE execution_job DISABLE TRIGGER ALL", "DELETE FROM execution_job WHERE case_id = «case»", "ALTER TABLE execution_job ENABLE TRIGGER ALL"), "orphan"),
    Attack("create a Job of a Task that was never approved", "task", (ACTING + "INSERT INTO execution_job (state, case_id, assignment_id, governor_id, version_id, operator_id, context) SELECT 'queued', «open case», a.id, a.governor_id, a.version_id, a.operator_id, '{}' FROM governance_assignment a WHERE a.case_id = «case»",)),
    Attack("write a line on the log by hand", "line", (ACTING + f"INSERT INTO {LINE} (case_id, room, row_id, was, becomes, user_id, authority, via, reason, act, at, tx) SELECT case_id, room, row_id, becomes, 'sealed', user_id, authority, via, reason, act, at, tx FROM {LINE} WHERE case_id = «case» LIMIT 1",)),
    Attack("write a line on the log, the laws switched off", "line", quietly(LINE, f"INSERT INTO {LINE} (case_id, room, row_id, was, becomes, user_id, authority, via, reason, act, at, tx) SELECT case_id, room, row_id, 'in_progress', 'completed', user_id, authority, via, reason, act, at, tx FROM {LINE} WHERE case_id = «case» AND room = 'execution.ServiceEvent' LIMIT 1"), "line"),
    Attack("take a line off the log", "line", quietly(LINE, f"DELETE FROM {LINE} WHERE case_id = «case» AND room = 'governance.Task' AND becomes = 'approved'"), "line"),
    Attack("undo the revocation of a ⭐", "signal", (*quietly("records_signal", f"UPDATE records_signal s SET state = 'active', since = (SELECT t.at FROM {LINE} t WHERE t.room = 'records.Signal' AND t.row_id = s.id AND t.was = '') WHERE s.id = «revoked»"), *quietly(LINE, f"DELETE FROM {LINE} WHERE room = 'records.Signal' AND row_id = «revoked» AND was <> ''")), "seen before"),
    Attack("rewrite why a ⭐ was revoked", "line", quietly(LINE, f"UPDATE {LINE} SET reason = 'Nothing.' WHERE room = 'records.Signal' AND row_id = «revoked» AND was <> ''"), "seen before"),
    Attack("rewrite who had an annex erased", "line", quietly(LINE, f"UPDATE {LINE} SET user_id = «sam» WHERE room = 'records.Erasure' AND row_id = «erasure»"), "seen before"),
    Attack("delete a Settlement and its lines", "settlement", ("ALTER TABLE settlement_settlement DISABLE TRIGGER ALL; DELETE FROM settlement_settlement WHERE id = «settlement»; ALTER TABLE settlement_settlement ENABLE TRIGGER ALL", *quietly("settlement_settlement"), *quietly(LINE, f"DELETE FROM {LINE} WHERE room = 'settlement.Settlement' AND row_id = «settlement»")), "seen before"),
    Attack("change the amount of a Settlement", "settlement", quietly("settlement_settlement", "UPDATE settlement_settlement SET amount_minor = 1 WHERE id = «settlement»"), "seen before"),
    Attack("delete a refusal", "refusals", quietly("qtm_blocked", "DELETE FROM qtm_blocked WHERE route = 'x'"), "seen before"),
    Attack("change a refusal", "refusals", quietly("qtm_blocked", "UPDATE qtm_blocked SET law = 'sight' WHERE route = 'x'"), "seen before"),
    Attack("put another person on a line of the log", "line", quietly(LINE, f"UPDATE {LINE} SET user_id = «sam» WHERE case_id = «case» AND user_id = «will»"), "agreement"),
]
DISK = [
    Attack("change a byte of an evidence file", "evidence", shell="printf X | dd of=«photo file» bs=1 seek=99 conv=notrunc status=none", sees="evidence"),
    Attack("put another evidence file in its place", "evidence", shell="cp «other file» «photo file».new && mv -f «photo file».new «photo file»", sees="evidence"),
    Attack("take an evidence file away", "evidence", shell="rm -f «photo file»", sees="evidence"),
    Attack("change a byte of evidence that is not sealed yet", "evidence", shell="printf X | dd of=«unsealed file» bs=1 seek=99 conv=notrunc status=none", sees="evidence"),
    Attack("change bytes of a Record in the files of the cluster", "record", shell="«byte»", sees="unreadable", restart=True),
    Attack("change them and make the checksums fit", "record", shell="«checksums» --disable && «byte» && «checksums» --enable", sees="node", restart=True),
    Attack("put another private key in the place of the house's", "key", shell="printf '%s' '«own pem»' > «keys»/record.pem", sees="key"),
    Attack("take away what is kept beside the keys", "key", shell="rm -f «home»/log.state", sees="state"),
    Attack("set back what is kept beside the keys", "key", shell="printf '%s' '«old state»' > «home»/log.state", sees="state"),
    Attack("change a published tile", "log", shell="printf X | dd of=«home»/log/tile/0/000.p/«size» bs=1 seek=9 conv=notrunc status=none", sees="published"),
    Attack("put an older checkpoint into the published log, signed by nobody", "log", shell="sed -i 's/^«size»$/99/' «home»/log/checkpoint", sees="published"),
    Attack("delete a Record by force, and begin the log anew under another name", "log", (*by_force(GONE, CUT, REHASHED), "INSERT INTO records_key (use, name, public, since) VALUES ('log', 'another.example/log', '«own log public»', now())"), shell="rm -rf «home»/log «home»/log.state && printf '%s' '«own log pem»' > «keys»/log.pem", sees="seen before"),
    Attack("restore an old backup of the database", "record", sees="state", old=True),
    Attack("restore an old backup with all that is beside it", "record", shell="rm -rf «home»/log «home»/audit.json && cp -a «then»/log.state «then»/log «home»/", old=True, witness=True),
    Attack("rewrite history, with both stolen keys and all that is beside them", "record", (*quietly(RECORD, STOLEN), *quietly(NODE, REHASHED), *quietly(SIGNED, "«stolen checkpoints»"), *quietly("execution_serviceevent", "UPDATE execution_serviceevent SET remark = 'All of it.' WHERE id = «event»")), shell="rm -rf «home»/log «home»/audit.json && printf '{\"size\": «size», \"root\": \"«new root»\"}' > «home»/log.state", witness=True),
]
# fmt: on
ATTACKS = [*RECORDS, *LOG, *SPINE, *LAW, *DISK]
