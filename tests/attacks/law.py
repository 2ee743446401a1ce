"""The table of attacks, continued: on the law itself."""

from tests.attacks.attack import Attack

# fmt: off
PASS = "CREATE OR REPLACE FUNCTION law_records_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN RETURN NEW; END'"
FALSE_SHA = "CREATE OR REPLACE FUNCTION pg_catalog.sha256(bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS 'SELECT pg_catalog.decode(''00'', ''hex'')'"
FALSE_NOW = "CREATE OR REPLACE FUNCTION pg_catalog.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE STRICT AS 'SELECT pg_catalog.now()'"
FALSE_POSITION = "CREATE OR REPLACE FUNCTION pg_catalog.position(bytea, bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT 1'"

LAW = [
    Attack("switch a trigger off", "law", ("ALTER TABLE records_record DISABLE TRIGGER law_stays",), "schema"),
    Attack("let a trigger sleep in a replica's role", "law", ("ALTER TABLE records_leaf ENABLE TRIGGER law_append_only",), "schema"),
    Attack("switch foreign keys off", "law", ("ALTER TABLE records_annex DISABLE TRIGGER ALL",), "schema"),
    Attack("drop a trigger", "law", ("DROP TRIGGER law_stays ON records_record",), "schema"),
    Attack("drop a constraint", "law", ("ALTER TABLE records_record DROP CONSTRAINT records_record_digest",), "schema"),
    Attack("drop a foreign key", "law", ("ALTER TABLE records_annex DROP CONSTRAINT records_annex_record_key",), "schema"),
    Attack("replace a function of the law", "law", (PASS,), "schema"),
    Attack("drop a function of the law", "law", ("DROP FUNCTION law_records_signed() CASCADE",), "schema"),
    Attack("let a function of the law run as whoever calls it", "law", ("ALTER FUNCTION law_records_append() SECURITY INVOKER",), "schema"),
    Attack("let a function of the law look elsewhere first", "law", ("ALTER FUNCTION law_records_checkpoint() SET search_path = pg_temp, public",), "schema"),
    Attack("replace PostgreSQL's own sha256", "law", (FALSE_SHA,), "schema"),
    Attack("replace what a column's default calls", "law", (FALSE_NOW,), "schema"),
    Attack("replace what a constraint calls", "law", (FALSE_POSITION,), "schema"),
    Attack("have an operator come to something else", "law", ("UPDATE pg_operator SET oprcode = 'texteq' WHERE oid = '^@(text,text)'::regoperator",), "schema"),
    Attack("let a function of the law come to nothing where nothing is given", "law", ("ALTER FUNCTION law_qtm_blocked() STRICT",), "schema"),
    Attack("put a temporary table in the place of a room", "law", ("CREATE TEMPORARY TABLE records_key AS SELECT 'record' AS use, '«own public»' AS public; INSERT INTO public.records_record (state, case_id, event_id, operator_id, final, document, sha256, body, priced) SELECT state, case_id, event_id, operator_id, final, «changed», encode(sha256(«changed»), 'hex'), «own body», priced FROM public.records_record WHERE id = «record»",)),
    Attack("look elsewhere first, for the app's role", "law", ("CREATE SCHEMA beside", "CREATE TABLE beside.records_record AS TABLE public.records_record", "ALTER ROLE qtm_app IN DATABASE «database» SET search_path = beside, public"), "schema", undo=("ALTER ROLE qtm_app IN DATABASE «database» RESET ALL",)),
    Attack("put a child under the Records", "law", ("CREATE TABLE records_more () INHERITS (records_record)",), "schema"),
    Attack("put a view in the place of the ⭐ Signals", "law", ("ALTER TABLE records_signal RENAME TO signal_was", "CREATE VIEW records_signal AS TABLE signal_was"), "schema"),
    Attack("let writes to Records come to nothing by a rule", "law", ("CREATE RULE nothing AS ON INSERT TO records_record DO INSTEAD NOTHING",), "schema"),
    Attack("hide Records by a policy", "law", ("ALTER TABLE records_record ENABLE ROW LEVEL SECURITY",), "schema"),
    Attack("let the app's role change Records", "law", ("GRANT UPDATE, DELETE ON records_record TO qtm_app",), "schema"),
    Attack("let Omni's role write", "law", ("GRANT INSERT ON records_signal TO qtm_omni",), "schema"),
    Attack("let everybody read the annexes", "law", ("GRANT SELECT ON records_annex TO PUBLIC",), "schema"),
    Attack("give the Records to the app's role", "law", ("ALTER TABLE records_record OWNER TO qtm_app",), "schema"),
    Attack("make the app's role a member of the owner", "law", ("GRANT qtm_owner TO qtm_app",), "schema", undo=("REVOKE qtm_owner FROM qtm_app",)),
    Attack("make the app's role a superuser", "law", ("ALTER ROLE qtm_app SUPERUSER",), "schema", undo=("ALTER ROLE qtm_app NOSUPERUSER",)),
    Attack("make a superuser of a stranger", "law", ("CREATE ROLE stranger LOGIN SUPERUSER",), "seen before", undo=("DROP ROLE IF EXISTS stranger",)),
    Attack("let a stranger write everywhere", "law", ("CREATE ROLE stranger LOGIN", "GRANT pg_write_all_data TO stranger"), "seen before", undo=("DROP ROLE IF EXISTS stranger",)),
    Attack("have what is acknowledged lost in a crash", "law", ("ALTER DATABASE «database» SET synchronous_commit = off",), "schema"),
    Attack("let the app's role be a replica", "law", ("GRANT SET ON PARAMETER session_replication_role TO qtm_app",), "schema", undo=("REVOKE SET ON PARAMETER session_replication_role FROM qtm_app",)),
    Attack("be a replica always", "law", ("ALTER DATABASE «database» SET session_replication_role = replica",), "schema"),
    Attack("watch and change by an event trigger", "law", ("CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'", "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch()"), "schema"),
]
# fmt: on
