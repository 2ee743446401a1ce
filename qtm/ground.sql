-- What the spine stands on: a membership begins and ends once, when it does; and a version of a surface can be carried out as it says.

-- :membership
CREATE FUNCTION law_qtm_membership() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.joined_at := clock_timestamp();
    NEW.left_at := NULL;
    RETURN NEW;
  END IF;
  IF OLD.left_at IS NOT NULL OR NEW.left_at IS NULL
     OR ROW(OLD.id, OLD.user_id, OLD.operator_id, OLD.role, OLD.joined_at) IS DISTINCT FROM ROW(NEW.id, NEW.user_id, NEW.operator_id, NEW.role, NEW.joined_at) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'membership', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a membership begins and ends once, when it does';
  END IF;
  NEW.left_at := clock_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER law_1_membership BEFORE INSERT OR UPDATE ON qtm_membership FOR EACH ROW EXECUTE FUNCTION law_qtm_membership();
CREATE TRIGGER law_stays BEFORE DELETE OR TRUNCATE ON qtm_membership
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('membership', 'a membership stays on file');
ALTER TABLE qtm_membership ENABLE ALWAYS TRIGGER law_1_membership;
ALTER TABLE qtm_membership ENABLE ALWAYS TRIGGER law_stays;

-- :membership-undo
DROP TRIGGER law_1_membership ON qtm_membership;
DROP TRIGGER law_stays ON qtm_membership;
DROP FUNCTION law_qtm_membership();

-- :surface
CREATE FUNCTION law_qtm_surface() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  events jsonb := nullif(NEW.runtime -> 'events', 'null');
  stages jsonb := NEW.runtime -> 'stages';
  outcomes jsonb := NEW.runtime -> 'outcomes';
BEGIN
  IF NEW.runtime ->> 'status' IS DISTINCT FROM NEW.status
     OR NOT EXISTS (SELECT FROM qtm_surface s WHERE s.id = NEW.surface_id AND s.code = NEW.runtime ->> 'code')
     OR NEW.status <> 'planned' AND (coalesce(jsonb_array_length(stages), 0) = 0 OR coalesce(jsonb_array_length(outcomes), 0) = 0)
     OR events IS NOT NULL AND (SELECT count(DISTINCT e ->> 'code') FROM jsonb_array_elements(events) e) NOT BETWEEN 2 AND 10
     OR EXISTS (SELECT FROM jsonb_array_elements(coalesce(events, '[]')) e GROUP BY e ->> 'code' HAVING count(*) > 1
                OR NOT coalesce(bool_or(stages @> jsonb_build_array(jsonb_build_object('event', e ->> 'code'))), false))
     OR EXISTS (SELECT FROM jsonb_array_elements(coalesce(stages, '[]')) s WHERE (events IS NULL) <> (s ->> 'event' IS NULL)
                OR events IS NOT NULL AND NOT events @> jsonb_build_array(jsonb_build_object('code', s ->> 'event')))
     OR EXISTS (SELECT FROM jsonb_array_elements(coalesce(outcomes, '[]')) o WHERE o ->> 'event' IS NOT NULL
                AND NOT coalesce(events @> jsonb_build_array(jsonb_build_object('code', o ->> 'event')), false))
     OR EXISTS (SELECT FROM jsonb_array_elements(coalesce(stages, '[]')) s GROUP BY s ->> 'code' HAVING count(*) > 1 OR s ->> 'code' IS NULL)
     OR EXISTS (SELECT FROM jsonb_array_elements(coalesce(outcomes, '[]')) o GROUP BY o ->> 'code' HAVING count(*) > 1 OR o ->> 'code' IS NULL)
     OR EXISTS (SELECT FROM jsonb_array_elements(coalesce(stages, '[]')) s, jsonb_array_elements(coalesce(s -> 'evidence', '[]')) n
                GROUP BY s ->> 'code', n ->> 'kind', n ->> 'category' HAVING count(*) > 1) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'surface', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a version says its surface and status, and names each event, stage, slot and outcome once';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_surface BEFORE INSERT ON qtm_surfaceversion FOR EACH ROW EXECUTE FUNCTION law_qtm_surface();
ALTER TABLE qtm_surfaceversion ENABLE ALWAYS TRIGGER law_6_surface;

-- :surface-undo
DROP TRIGGER law_6_surface ON qtm_surfaceversion;
DROP FUNCTION law_qtm_surface();
