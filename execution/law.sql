-- What a ServiceEvent owes before it is completed: one function, asked by the page, by the refusal and by the completing law.

-- :make
-- In PL/pgSQL, because a function in SQL is planned anew at every call. Compiling would cost it a hundred times what it does, as nobody can
-- tell the planner how short these arrays are.
CREATE FUNCTION evidence_missing(event bigint)
  RETURNS TABLE (stage text, kind text, category text, needed int, have int, words text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY WITH stages AS (
    SELECT s.value AS stage, s.ordinality AS place
    FROM execution_serviceevent e JOIN qtm_surfaceversion v ON v.id = e.version_id,
      jsonb_array_elements(coalesce(v.runtime -> 'stages', '[]')) WITH ORDINALITY s
    WHERE e.id = event
  ), owed AS (
    SELECT place, n.ordinality AS line, stage ->> 'code' AS stage, n.value ->> 'kind' AS kind, n.value ->> 'category' AS category,
      (n.value ->> 'required')::int AS needed, n.value ->> 'label' AS label
    FROM stages, jsonb_array_elements(coalesce(stage -> 'evidence', '[]')) WITH ORDINALITY n
    UNION ALL
    SELECT place, 1000, stage ->> 'code', 'stage', '', 1, stage ->> 'label' FROM stages
  ), there AS (
    SELECT x.stage::text, x.kind::text, x.category::text, count(*)::int AS have
    FROM execution_evidence x WHERE x.event_id = event GROUP BY 1, 2, 3
    UNION ALL
    SELECT m.stage, 'stage', '', 1 FROM execution_stagemark m WHERE m.event_id = event
  ), lacking AS (
    SELECT *, coalesce(have, 0) AS had, needed - coalesce(have, 0) AS still FROM owed LEFT JOIN there USING (stage, kind, category)
  )
  SELECT stage, kind, category, needed, had, CASE kind
    WHEN 'stage' THEN label || ' marked as done'
    ELSE format('%s %s%s of %s', still, kind, CASE WHEN still > 1 THEN 's' END, label) END
  FROM lacking WHERE still > 0 ORDER BY place, line;
END $$;

-- What is noted of a ServiceEvent fits the surface: a piece of evidence fits a slot, and a stage is marked once its evidence is there.
CREATE FUNCTION law_execution_capturing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM execution_serviceevent e JOIN qtm_surfaceversion v ON v.id = e.version_id,
      jsonb_array_elements(v.runtime -> 'stages') s, jsonb_array_elements(coalesce(s -> 'evidence', '[]')) n
    WHERE e.id = NEW.event_id AND s ->> 'code' = NEW.stage AND n ->> 'kind' = NEW.kind AND n ->> 'category' = NEW.category) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'evidence', MESSAGE = 'The surface takes no such evidence.';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_capturing BEFORE INSERT ON execution_evidence
  FOR EACH ROW EXECUTE FUNCTION law_execution_capturing();
ALTER TABLE execution_evidence ENABLE ALWAYS TRIGGER law_6_capturing;

CREATE FUNCTION law_execution_marking() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE lacking text;
BEGIN
  IF NOT EXISTS (
    SELECT FROM execution_serviceevent e JOIN qtm_surfaceversion v ON v.id = e.version_id, jsonb_array_elements(v.runtime -> 'stages') s
    WHERE e.id = NEW.event_id AND s ->> 'code' = NEW.stage) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'evidence', MESSAGE = 'The surface has no such stage.';
  END IF;
  SELECT string_agg(words, '; ') INTO lacking FROM evidence_missing(NEW.event_id) WHERE stage = NEW.stage AND kind <> 'stage';
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'evidence', MESSAGE = 'Still needed: ' || lacking || '.';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_marking BEFORE INSERT ON execution_stagemark
  FOR EACH ROW EXECUTE FUNCTION law_execution_marking();
ALTER TABLE execution_stagemark ENABLE ALWAYS TRIGGER law_6_marking;

CREATE FUNCTION law_execution_completing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  ending jsonb;
  lacking text;
BEGIN
  SELECT o INTO ending FROM qtm_surfaceversion v, jsonb_array_elements(coalesce(v.runtime -> 'outcomes', '[]')) o
    WHERE v.id = NEW.version_id AND o ->> 'code' = NEW.outcome;
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
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_evidence BEFORE UPDATE ON execution_serviceevent FOR EACH ROW
  WHEN (NEW.state = 'completed' AND OLD.state <> 'completed') EXECUTE FUNCTION law_execution_completing();
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_6_evidence;

CREATE FUNCTION law_execution_claiming() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.worker_id IS DISTINCT FROM nullif(current_setting('qtm.user', true), '')::bigint THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'someone_acts', TABLE = TG_TABLE_NAME,
      MESSAGE = 'whoever claims a Job claims it for themselves';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_claiming BEFORE INSERT ON execution_serviceevent
  FOR EACH ROW EXECUTE FUNCTION law_execution_claiming();
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_6_claiming;

-- :undo
DROP TRIGGER law_6_marking ON execution_stagemark;
DROP TRIGGER law_6_capturing ON execution_evidence;
DROP FUNCTION law_execution_marking(), law_execution_capturing();
DROP TRIGGER law_6_claiming ON execution_serviceevent;
DROP FUNCTION law_execution_claiming();
DROP TRIGGER law_6_evidence ON execution_serviceevent;
DROP FUNCTION law_execution_completing(), evidence_missing(bigint);
