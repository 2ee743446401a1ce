-- What a ServiceEvent owes before it is completed: one function, asked by the page, by the refusal and by the completing law.

-- :make
-- The areas that a slot is owed for: those that were chosen in the field it names; one without a name where it names none.
CREATE FUNCTION evidence_areas(runtime jsonb, context jsonb, field text) RETURNS TABLE (item text, called text)
  LANGUAGE plpgsql STABLE ROWS 3 SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
BEGIN
  IF field IS NULL THEN
    RETURN QUERY SELECT '', ''::text;
  ELSE
    RETURN QUERY SELECT c.value ->> 'code', c.value ->> 'label'
      FROM jsonb_array_elements(runtime -> 'fields') f, jsonb_array_elements(f -> 'choices') WITH ORDINALITY c(value, place)
      WHERE f ->> 'code' = field AND (context -> 'answers' -> field) ? (c.value ->> 'code') ORDER BY c.place;
  END IF;
END $$;

-- In PL/pgSQL, because a function in SQL is planned anew at every call. Compiling would cost it a hundred times what it does, as nobody can
-- tell the planner how short these arrays are.
CREATE FUNCTION evidence_missing(event bigint)
  RETURNS TABLE (stage text, kind text, category text, item text, needed int, have int, words text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY WITH here AS (
    SELECT v.runtime, j.context, e.part FROM execution_serviceevent e JOIN qtm_surfaceversion v ON v.id = e.version_id
      JOIN execution_job j ON j.id = e.job_id WHERE e.id = event
  ), stages AS (
    SELECT s.value AS stage, s.ordinality AS place FROM here, jsonb_array_elements(coalesce(runtime -> 'stages', '[]')) WITH ORDINALITY s
    WHERE coalesce(s.value ->> 'event', '') = here.part
  ), owed AS (
    SELECT place, n.ordinality AS line, a.ordinality AS area, stage ->> 'code' AS stage, n.value ->> 'kind' AS kind, n.value ->> 'category' AS category,
      a.item, (n.value ->> 'required')::int AS needed, concat_ws(': ', n.value ->> 'label', nullif(a.called, '')) AS label, n.value AS slot
    FROM here, stages, jsonb_array_elements(coalesce(stage -> 'evidence', '[]')) WITH ORDINALITY n,
      evidence_areas(runtime, context, n.value ->> 'each') WITH ORDINALITY a
    UNION ALL
    SELECT place, 1000, 1, stage ->> 'code', 'stage', '', '', 1, stage ->> 'label', NULL FROM stages
  ), there AS (
    SELECT x.stage::text, x.kind::text, x.category::text, x.item::text, count(*)::int AS have
    FROM execution_evidence x WHERE x.event_id = event GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT m.stage, 'stage', '', '', 1 FROM execution_stagemark m WHERE m.event_id = event
  ), lacking AS (
    SELECT *, coalesce(have, 0) AS had, needed - coalesce(have, 0) AS still FROM owed LEFT JOIN there USING (stage, kind, category, item)
  )
  SELECT stage, kind, category, item, needed, had, CASE
    WHEN kind = 'stage' THEN format('%s marked as done', label)
    WHEN kind IN ('checklist', 'signature') THEN format('the %s', label)
    WHEN kind = 'measurement' THEN
      format('1 measurement of %s (%s)', label, (SELECT string_agg(u, ', ') FROM jsonb_array_elements_text(slot -> 'units') u))
    ELSE format('%s %s%s of %s', still, kind, CASE WHEN still > 1 THEN 's' END, label) END
  FROM lacking WHERE still > 0 ORDER BY place, line, area;
END $$;

-- Whether a value has exactly these keys, and texts under them.
CREATE FUNCTION evidence_texts(value jsonb, keys text[]) RETURNS boolean
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF jsonb_typeof(value) IS DISTINCT FROM 'object' THEN
    RETURN false;
  END IF;
  RETURN (SELECT coalesce(array_agg(v.key ORDER BY v.key), '{}') = (SELECT array_agg(k ORDER BY k) FROM unnest(keys) k)
    AND coalesce(bool_and(jsonb_typeof(v.value) = 'string'), false) FROM jsonb_each(value) v);
END $$;

-- What is wrong with a value for a slot, in a sentence; nothing where it fits. The numbers are in the one form that a Record keeps.
CREATE FUNCTION evidence_unfit(slot jsonb, value jsonb, said text, drawn boolean) RETURNS text
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  amount text;
BEGIN
  IF slot ->> 'kind' = 'measurement' THEN
    IF NOT evidence_texts(value, ARRAY['unit', 'value']) THEN
      RETURN 'A measurement is a number and its unit.';
    END IF;
    amount := value ->> 'value';
    IF amount !~ '^(0|-?[1-9][0-9]{0,8}|-?(0|[1-9][0-9]{0,8})\.[0-9]{0,2}[1-9])$' THEN
      RETURN 'A measurement is a number in its shortest form.';
    END IF;
    RETURN CASE WHEN NOT (slot -> 'units') ? (value ->> 'unit') THEN 'The slot takes no such unit.'
      WHEN length(split_part(amount, '.', 2)) > coalesce((slot ->> 'decimals')::int, 0) THEN 'The slot keeps fewer decimals.'
      WHEN amount::numeric < (slot ->> 'min')::numeric OR amount::numeric > (slot ->> 'max')::numeric THEN 'The number is out of the slot''s bounds.' END;
  ELSIF slot ->> 'kind' = 'checklist' THEN
    IF NOT evidence_texts(value -> 'items', ARRAY(SELECT i ->> 'code' FROM jsonb_array_elements(slot -> 'items') i))
       OR value <> jsonb_build_object('items', value -> 'items') THEN
      RETURN 'A checklist answers each of its items, and nothing else.';
    END IF;
    RETURN CASE WHEN EXISTS (SELECT FROM jsonb_each_text(value -> 'items') a WHERE a.value NOT IN ('yes', 'no', 'na'))
        THEN 'An item is answered yes, no or na.'
      WHEN said = '' AND EXISTS (SELECT FROM jsonb_each_text(value -> 'items') a WHERE a.value = 'no')
      THEN 'A no takes a note.' END;
  ELSIF slot ->> 'kind' = 'signature' THEN
    RETURN CASE WHEN NOT evidence_texts(value, ARRAY['how', 'name']) THEN 'A signature is a name, and how it was given.'
      WHEN value ->> 'how' IS DISTINCT FROM CASE WHEN drawn THEN 'drawn' ELSE 'typed' END THEN 'A signature is drawn or typed.'
      WHEN btrim(value ->> 'name') = '' OR length(value ->> 'name') > 120 THEN 'A signature has its signer''s name.' END;
  END IF;
  RETURN CASE WHEN value IS NOT NULL THEN 'The slot takes no value.' END;
END $$;

-- What is noted of a ServiceEvent is noted by whoever carries it on, while the operator's access allows it, and fits the surface: a piece
-- of evidence fits a slot, and a stage is marked once its evidence is there.
CREATE FUNCTION law_execution_noting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
  here record;
  carries boolean;
  slot jsonb;
  wrong text;
BEGIN
  SELECT e.worker_id, e.operator_id, e.part, o.state AS access, v.runtime, j.context INTO here
    FROM execution_serviceevent e JOIN qtm_operator o ON o.id = e.operator_id JOIN qtm_surfaceversion v ON v.id = e.version_id
      JOIN execution_job j ON j.id = e.job_id
    WHERE e.id = NEW.event_id;
  carries := law_execution_carried_on(here.worker_id, here.operator_id);
  IF here.access NOT IN ('active', 'limited') THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'access', TABLE = TG_TABLE_NAME,
      MESSAGE = 'the operator''s access does not allow this';
  END IF;
  IF TG_TABLE_NAME = 'execution_evidence' THEN
    SELECT n INTO slot FROM jsonb_array_elements(here.runtime -> 'stages') s, jsonb_array_elements(coalesce(s -> 'evidence', '[]')) n
      WHERE s ->> 'code' = NEW.stage AND coalesce(s ->> 'event', '') = here.part AND n ->> 'kind' = NEW.kind AND n ->> 'category' = NEW.category
        AND NEW.item IN (SELECT a.item FROM evidence_areas(here.runtime, here.context, n ->> 'each') a);
    wrong := CASE WHEN slot IS NULL THEN 'The surface takes no such evidence here.'
      ELSE evidence_unfit(slot, NEW.value, NEW.text, NEW.sha256 <> '') END;
    IF wrong IS NULL AND NEW.kind IN ('measurement', 'checklist', 'signature') THEN
      PERFORM law_execution_evidence_again(NEW);
    END IF;
  ELSIF NOT EXISTS (SELECT FROM jsonb_array_elements(here.runtime -> 'stages') s
                    WHERE s ->> 'code' = NEW.stage AND coalesce(s ->> 'event', '') = here.part) THEN
    wrong := 'The surface has no such stage.';
  ELSE
    SELECT 'Still needed: ' || string_agg(words, '; ') || '.' INTO wrong
      FROM evidence_missing(NEW.event_id) WHERE stage = NEW.stage AND kind <> 'stage';
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'evidence', TABLE = TG_TABLE_NAME, MESSAGE = wrong;
  END IF;
  RETURN NEW;
END $$;

-- A piece that stands for those before it is refused where the newest says the same: two presses of one button are one measurement. They
-- wait for each other, so that the second sees the first.
CREATE FUNCTION law_execution_evidence_again(piece execution_evidence) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
  newest record;
BEGIN
  PERFORM pg_advisory_xact_lock('execution_evidence'::regclass::oid::int, (piece.event_id % 2147483647)::int);
  SELECT x.value, x.text, x.sha256 INTO newest FROM execution_evidence x
    WHERE x.event_id = piece.event_id AND x.stage = piece.stage AND x.kind = piece.kind AND x.category = piece.category AND x.item = piece.item
    ORDER BY x.id DESC LIMIT 1;
  IF FOUND AND (newest.value, newest.text, newest.sha256) IS NOT DISTINCT FROM (piece.value, piece.text, piece.sha256) THEN
    RAISE EXCEPTION USING ERRCODE = '23505', CONSTRAINT = 'execution_evidence_again_key', TABLE = 'execution_evidence',
      MESSAGE = 'this is what stands there already';
  END IF;
END $$;

CREATE TRIGGER law_6_noting BEFORE INSERT ON execution_evidence FOR EACH ROW EXECUTE FUNCTION law_execution_noting();
CREATE TRIGGER law_6_noting BEFORE INSERT ON execution_stagemark FOR EACH ROW EXECUTE FUNCTION law_execution_noting();
ALTER TABLE execution_evidence ENABLE ALWAYS TRIGGER law_6_noting;
ALTER TABLE execution_stagemark ENABLE ALWAYS TRIGGER law_6_noting;

CREATE FUNCTION law_execution_completing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  ending jsonb;
  last_one boolean;
  lacking text;
BEGIN
  SELECT o, coalesce(v.runtime #>> '{events,-1,code}', '') = NEW.part INTO ending, last_one
    FROM qtm_surfaceversion v, jsonb_array_elements(coalesce(v.runtime -> 'outcomes', '[]')) o
    WHERE v.id = NEW.version_id AND o ->> 'code' = NEW.outcome AND coalesce(o ->> 'event', NEW.part) = NEW.part;
  IF ending IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'evidence', MESSAGE = 'The surface has no such outcome.';
  END IF;
  IF (ending ->> 'completes')::boolean THEN
    SELECT string_agg(words, '; ') INTO lacking FROM evidence_missing(NEW.id);
    IF lacking IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'evidence', MESSAGE = 'Still needed: ' || lacking || '.';
    END IF;
  END IF;
  IF jsonb_array_length(coalesce(ending -> 'reasons', '[]')) > 0
     AND NOT EXISTS (SELECT FROM jsonb_array_elements(ending -> 'reasons') r WHERE r ->> 'code' = NEW.reason) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'evidence', MESSAGE = 'The outcome takes a reason from the surface''s list.';
  END IF;
  IF NEW.final IS DISTINCT FROM (last_one OR NOT (ending ->> 'completes')::boolean) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'sequence', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a ServiceEvent is final where it is the last of its Job, or was not completed, and nowhere else';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_evidence BEFORE UPDATE ON execution_serviceevent FOR EACH ROW
  WHEN (NEW.state = 'completed' AND OLD.state <> 'completed') EXECUTE FUNCTION law_execution_completing();
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_6_evidence;

-- Whoever acts belongs to the operator now: as one of its owners where `owner` is asked, or as anybody.
CREATE FUNCTION execution_belongs(operator bigint, owner boolean) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM qtm_membership m WHERE m.user_id = nullif(current_setting('qtm.user', true), '')::bigint
    AND m.operator_id = operator AND m.left_at IS NULL AND (m.role = 'owner' OR NOT owner));
END $$;

-- What somebody claimed they carry on themselves, or an owner of the operator does.
CREATE FUNCTION law_execution_carried_on(worker bigint, operator bigint) RETURNS boolean LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('qtm.user', true), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'someone_acts', MESSAGE = 'this is for a person to do, and the act names none';
  END IF;
  IF NOT execution_belongs(operator, owner => worker::text IS DISTINCT FROM current_setting('qtm.user', true)) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'carried_on', MESSAGE = 'whoever claimed it carries it on, or an owner does';
  END IF;
  RETURN true;
END $$;

CREATE FUNCTION law_execution_claiming() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  named bigint := (SELECT j.worker_id FROM execution_job j WHERE j.id = NEW.job_id);
  carries boolean;
  before record;
  sequence jsonb;
  place int;
BEGIN
  IF NEW.worker_id::text IS DISTINCT FROM current_setting('qtm.user', true) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'someone_acts', TABLE = TG_TABLE_NAME,
      MESSAGE = 'whoever claims a Job claims it for themselves';
  END IF;
  SELECT e.worker_id, e.part, e.state, e.final INTO before FROM execution_serviceevent e
    WHERE e.job_id = NEW.job_id AND e.state <> 'abandoned' ORDER BY e.id DESC LIMIT 1;
  -- The first part, or the one after a part that was completed and is not final.
  SELECT v.runtime -> 'events', coalesce(s.ordinality, 0) INTO sequence, place FROM qtm_surfaceversion v
    LEFT JOIN LATERAL jsonb_array_elements(v.runtime -> 'events') WITH ORDINALITY s ON s.value ->> 'code' = before.part
    WHERE v.id = NEW.version_id;
  IF NEW.part <> coalesce(sequence -> place ->> 'code', '') OR before.state <> 'completed' OR before.final OR NEW.final THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'sequence', TABLE = TG_TABLE_NAME,
      MESSAGE = 'the parts of a Job are opened one after the other, each once';
  END IF;
  carries := law_execution_carried_on(coalesce(before.worker_id, named, NEW.worker_id), NEW.operator_id);
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_claiming BEFORE INSERT ON execution_serviceevent
  FOR EACH ROW EXECUTE FUNCTION law_execution_claiming();
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_6_claiming;

CREATE FUNCTION law_execution_carrying() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE carries boolean;
BEGIN
  IF TG_TABLE_NAME = 'execution_serviceevent' THEN
    carries := law_execution_carried_on(OLD.worker_id, OLD.operator_id);
    IF NEW.state = 'abandoned' AND EXISTS (SELECT FROM execution_serviceevent e WHERE e.job_id = OLD.job_id AND e.state = 'completed') THEN
      RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'sequence', TABLE = TG_TABLE_NAME,
        MESSAGE = 'nothing is given up once a part of the Job is completed';
    END IF;
  ELSIF OLD.state = 'claimed' THEN
    carries := law_execution_carried_on((SELECT e.worker_id FROM execution_serviceevent e WHERE e.job_id = OLD.id ORDER BY e.id DESC LIMIT 1), OLD.operator_id);
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_carrying BEFORE UPDATE ON execution_serviceevent FOR EACH ROW EXECUTE FUNCTION law_execution_carrying();
CREATE TRIGGER law_6_carrying BEFORE UPDATE ON execution_job FOR EACH ROW EXECUTE FUNCTION law_execution_carrying();
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_6_carrying;
ALTER TABLE execution_job ENABLE ALWAYS TRIGGER law_6_carrying;

-- A Job that is completed owes its last ServiceEvent: where there are several, one that is completed is not enough.
CREATE FUNCTION law_execution_last_part() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM execution_serviceevent e WHERE e.job_id = NEW.id AND e.state = 'completed' AND e.final) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'stands', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a Job is completed after the last of its parts';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER law_6_last_part AFTER UPDATE ON execution_job DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.state = 'completed' AND OLD.state <> 'completed') EXECUTE FUNCTION law_execution_last_part();
ALTER TABLE execution_job ENABLE ALWAYS TRIGGER law_6_last_part;

-- A receipt is written with what came of it: in its act something was moved or noted of the ServiceEvent that it names.
CREATE FUNCTION law_execution_received() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE of_case bigint := (SELECT e.case_id FROM execution_serviceevent e WHERE e.id = NEW.row_id AND NEW.door LIKE 'door-serviceevent-%');
BEGIN
  IF NOT EXISTS (SELECT FROM qtm_transition t WHERE t.case_id = of_case AND t.row_id = NEW.row_id AND t.act = NEW.act)
     AND NOT EXISTS (SELECT FROM execution_evidence x WHERE x.event_id = NEW.row_id AND x.act = NEW.act AND of_case IS NOT NULL)
     AND NOT EXISTS (SELECT FROM execution_stagemark m WHERE m.event_id = NEW.row_id AND m.act = NEW.act AND of_case IS NOT NULL)
     AND NOT EXISTS (SELECT FROM execution_travel w WHERE w.event_id = NEW.row_id AND w.act = NEW.act AND of_case IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'received', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a receipt is written in the act of what was received';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER law_6_received AFTER INSERT ON qtm_receipt DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION law_execution_received();
ALTER TABLE qtm_receipt ENABLE ALWAYS TRIGGER law_6_received;

-- :undo
DROP TRIGGER law_6_received ON qtm_receipt;
DROP FUNCTION law_execution_received();
DROP TRIGGER law_6_last_part ON execution_job;
DROP FUNCTION law_execution_last_part();
DROP TRIGGER law_6_carrying ON execution_job;
DROP TRIGGER law_6_carrying ON execution_serviceevent;
DROP FUNCTION law_execution_carrying();
DROP TRIGGER law_6_noting ON execution_stagemark;
DROP TRIGGER law_6_noting ON execution_evidence;
DROP FUNCTION law_execution_noting(), law_execution_evidence_again(execution_evidence);
DROP TRIGGER law_6_claiming ON execution_serviceevent;
DROP FUNCTION law_execution_claiming(), law_execution_carried_on(bigint, bigint), execution_belongs(bigint, boolean);
DROP TRIGGER law_6_evidence ON execution_serviceevent;
DROP FUNCTION law_execution_completing(), evidence_missing(bigint), evidence_areas(jsonb, jsonb, text);
DROP FUNCTION evidence_unfit(jsonb, jsonb, text, boolean), evidence_texts(jsonb, text[]);
