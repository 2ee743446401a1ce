-- The law of the spine in PostgreSQL. Sections are filled in by qtm/law.py: {{words}} in braces are its.
-- Every function runs as the owner with a fixed search_path, so that no temporary or foreign table can stand in for a room.

-- :functions
CREATE FUNCTION law_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME,
    MESSAGE = format('%s: %s', TG_TABLE_NAME, TG_ARGV[1]);
END $$;

-- Read committed only: under an older snapshot two transactions could each pass a check that both together break.
-- It gives true, because PL/pgSQL assigns what a function gives at a tenth of the cost of PERFORM.
CREATE FUNCTION law_act(who text, authority text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF coalesce(current_setting('qtm.act', true), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'someone_acts', MESSAGE = 'nobody acts: the spine moves only inside an act';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'isolation', MESSAGE = 'the spine moves only under READ COMMITTED';
  END IF;
  IF who <> 'system' AND coalesce(current_setting('qtm.user', true), '') = ''
     AND (who = 'person' OR coalesce(current_setting('qtm.actor', true), '') = '') THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'someone_acts', MESSAGE = 'this is for a person to do, and the act names none';
  END IF;
  IF who <> 'system' AND coalesce(authority, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'someone_acts', MESSAGE = 'the act names no authority';
  END IF;
  RETURN true;
END $$;

CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {{table}}
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('log', 'the log is written once and never changed');
CREATE TRIGGER law_by_the_law_alone BEFORE INSERT ON {{table}}
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION law_refuse('log', 'only a birth or a move writes the log');
ALTER TABLE {{table}} ENABLE ALWAYS TRIGGER law_append_only;
ALTER TABLE {{table}} ENABLE ALWAYS TRIGGER law_by_the_law_alone;

-- :functions-undo
DROP TRIGGER law_append_only ON {{table}};
DROP TRIGGER law_by_the_law_alone ON {{table}};
DROP FUNCTION law_refuse(), law_act(text, text);

-- :room
CREATE FUNCTION law_{{table}}_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE up record;
BEGIN
  IF NEW.state <> {{first}} THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'fence', TABLE = TG_TABLE_NAME,
      MESSAGE = format('%s: born as %s, not as %s', TG_TABLE_NAME, {{first}}, NEW.state);
  END IF;
{{births}}{{access_at_birth}}  NEW.since := clock_timestamp();
  RETURN NEW;
END $$;

-- One function and no WHEN on its trigger: PostgreSQL reads such a condition anew for every statement, and keeps a function's.
CREATE FUNCTION law_{{table}}_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE broken text := '';
BEGIN
  IF OLD.state = NEW.state THEN
    IF {{still_changed}} THEN broken := 'still'; END IF;
  ELSE
    IF NOT {{an_edge}} THEN
      broken := 'fence';
    ELSIF {{unwritten_changed}} THEN
      broken := 'written';
    END IF;
    NEW.since := clock_timestamp();
  END IF;
  IF {{fixed_changed}} THEN broken := 'fixed'; END IF;
  IF broken <> '' THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, MESSAGE = format('%s: %s', TG_TABLE_NAME,
      CASE broken WHEN 'fence' THEN 'there is no such move' WHEN 'fixed' THEN 'what a row is born with never changes'
        WHEN 'still' THEN 'a row changes only by a move' ELSE 'this move does not write that' END);
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION law_{{table}}_log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  was text := '';
  who text := {{by}};
  authority text := current_setting('qtm.authority', true);
  acts boolean;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    was := OLD.state;
    who := CASE WHEN was || '>' || NEW.state = ANY ({{asker_edges}}) THEN 'asker' ELSE 'person' END;
    IF was || '>' || NEW.state = ANY ({{no_edges}}) AND btrim(coalesce(current_setting('qtm.reason', true), '')) = '' THEN
      RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'reason', TABLE = TG_TABLE_NAME,
        MESSAGE = format('%s: a no takes a reason', TG_TABLE_NAME);
    END IF;
{{access_at_move}}  END IF;
  acts := law_act(who, authority);
{{asker_check}}  INSERT INTO {{log}} (case_id, room, row_id, was, becomes, user_id, actor_id, authority, via, reason, act, at, tx) SELECT
    {{case}}, {{label}}, NEW.id, was, NEW.state,
    CASE WHEN who <> 'system' THEN nullif(current_setting('qtm.user', true), '')::bigint END,
    CASE WHEN who = 'asker' AND coalesce(current_setting('qtm.user', true), '') = ''
      THEN nullif(current_setting('qtm.actor', true), '')::bigint END,
    CASE WHEN who = 'system' THEN 'system' ELSE authority END,
    current_setting('qtm.via', true), coalesce(current_setting('qtm.reason', true), ''),
    current_setting('qtm.act')::uuid, NEW.since, pg_current_xact_id()
    WHERE NOT EXISTS (SELECT FROM {{log}} t WHERE {{same_case}} AND t.act = current_setting('qtm.act')::uuid
      AND (t.tx <> pg_current_xact_id() OR who <> 'system' AND t.authority <> 'system'
        AND coalesce(t.user_id::text, '') <> coalesce(current_setting('qtm.user', true), '')));
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'one_act', TABLE = TG_TABLE_NAME,
      MESSAGE = 'an act is one person''s, and is over with its transaction';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER law_1_enter BEFORE INSERT ON {{table}} FOR EACH ROW EXECUTE FUNCTION law_{{table}}_enter();
CREATE TRIGGER law_1_change BEFORE UPDATE ON {{table}} FOR EACH ROW EXECUTE FUNCTION law_{{table}}_change();
CREATE TRIGGER law_5_log_birth AFTER INSERT ON {{table}} FOR EACH ROW EXECUTE FUNCTION law_{{table}}_log();
CREATE TRIGGER law_5_log_move AFTER UPDATE ON {{table}} FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION law_{{table}}_log();
CREATE TRIGGER law_stays BEFORE DELETE OR TRUNCATE ON {{table}}
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('stays', 'a row of the spine stays for ever');

-- :room-undo
{{drop_triggers}}
DROP FUNCTION law_{{table}}_enter(), law_{{table}}_change(), law_{{table}}_log();

-- :birth
  SELECT * INTO up FROM {{uptable}} WHERE id = NEW.{{column}} FOR SHARE;
  IF up.state IS NULL OR up.state <> ALL ({{upstates}}) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'born', TABLE = TG_TABLE_NAME,
      MESSAGE = format('%s: born only of a %s that is %s, and this one is %s', TG_TABLE_NAME, {{uptable_word}},
        array_to_string({{upstates}}, ' or '), coalesce(up.state, 'not there'));
  END IF;
  IF ({{same_new}}) IS DISTINCT FROM ({{same_up}}) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'born', TABLE = TG_TABLE_NAME,
      MESSAGE = format('%s: carries other facts than what it is born of', TG_TABLE_NAME);
  END IF;

-- The moment beside the number: in a restored database the numbers of transactions begin anew, and one could be waited for.
-- :same-act
  IF NOT EXISTS (SELECT FROM {{log}} t WHERE t.case_id = NEW.case_id AND t.room = {{uplabel}} AND t.row_id = NEW.{{column}}
                 AND t.was = '' AND t.tx = pg_current_xact_id() AND t.at >= transaction_timestamp()) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'at_sealing', TABLE = TG_TABLE_NAME,
      MESSAGE = format('%s: taken only in the transaction in which its %s is born', TG_TABLE_NAME, {{uptable_word}});
  END IF;

-- :asker
  IF who = 'asker' AND coalesce(current_setting('qtm.user', true), '') = '' THEN
    IF NOT EXISTS (SELECT FROM {{root}} r WHERE r.id = {{case}} AND r.actor_id = nullif(current_setting('qtm.actor', true), '')::bigint) THEN
      RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'someone_acts', TABLE = TG_TABLE_NAME,
        MESSAGE = 'only the one who asked acts without an account, and only in their own case';
    END IF;
  END IF;

-- :access
  IF NOT EXISTS (SELECT FROM {{operators}} o WHERE o.id = NEW.operator_id AND o.state = ANY ({{allowed}})) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'access', TABLE = TG_TABLE_NAME,
      MESSAGE = 'the operator''s access does not allow this';
  END IF;

-- :stands
CREATE FUNCTION law_{{table}}_{{column}}_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_up bigint;
  stood text;
  may text[];
  astray boolean;
  paid boolean;
BEGIN
  IF TG_ARGV[0] = 'upstream' THEN the_up := NEW.id; ELSE the_up := NEW.{{column}}; END IF;
  -- Both sides lock the upstream row, so that two transactions cannot each break half of it.
  SELECT state INTO stood FROM {{uptable}} WHERE id = the_up FOR SHARE;
  may := CASE stood {{cases}} ELSE '{}'::text[] END;
  SELECT bool_or(s.state = ANY ({{listed}}) AND s.state <> ALL (may)), bool_or(s.state = ANY (may)) INTO astray, paid
    FROM {{table}} s WHERE s.{{column}} = the_up;
  IF astray THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'stands', TABLE = {{table_word}},
      MESSAGE = format('%s: cannot stand as it does while its %s is %s', {{table_word}}, {{uptable_word}}, stood);
  END IF;
  IF stood = ANY ({{owing}}) AND paid IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'stands', TABLE = {{table_word}},
      MESSAGE = format('a %s that is %s owes a %s', {{uptable_word}}, stood, {{table_word}});
  END IF;
  RETURN NULL;
END $$;

-- :stands-trigger
CREATE CONSTRAINT TRIGGER {{name}} AFTER {{event}} ON {{on}} DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN ({{when}}) EXECUTE FUNCTION law_{{table}}_{{column}}_stands('{{side}}');
ALTER TABLE {{on}} ENABLE ALWAYS TRIGGER {{name}};

-- :fact
CREATE FUNCTION law_{{table}}_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  up record;
  acts boolean := law_act({{by}}, current_setting('qtm.authority', true));
BEGIN
{{births}}  NEW.by_id := nullif(current_setting('qtm.user', true), '')::bigint;
  NEW.at := clock_timestamp();
  NEW.act := current_setting('qtm.act')::uuid;
  RETURN NEW;
END $$;
CREATE TRIGGER law_1_enter BEFORE INSERT ON {{table}} FOR EACH ROW EXECUTE FUNCTION law_{{table}}_enter();
CREATE TRIGGER law_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {{table}}
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('stays', 'what was noted stays as it was noted');

-- :fact-undo
{{drop_triggers}}
DROP FUNCTION law_{{table}}_enter();

-- :birth-of-part
  SELECT * INTO up FROM {{uptable}} WHERE id = NEW.{{column}} FOR SHARE;
  IF up.state IS NULL OR up.state <> ALL ({{upstates}}) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'born', TABLE = TG_TABLE_NAME,
      MESSAGE = format('%s: taken only while its %s is %s, and this one is %s', TG_TABLE_NAME, {{uptable_word}},
        array_to_string({{upstates}}, ' or '), coalesce(up.state, 'not there'));
  END IF;
