-- What is said of how somebody works: by a person, of an operator or of who is its member, noted in the same act, ended once, and never deleted.

-- :make
-- A stretch of one person's week on a line on which nobody else's lies: so that one index without an extension keeps spans apart.
CREATE FUNCTION law_qtm_stretch(operator bigint, person bigint, weekday integer, opens time, closes time) RETURNS numrange
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT numrange(line + extract(epoch FROM opens), line + CASE closes WHEN '00:00' THEN 86400 ELSE extract(epoch FROM closes) END)
  FROM (SELECT (operator * 1e19 + coalesce(person, 0)) * 604800 + weekday * 86400 AS line) AS l
$$;
ALTER TABLE qtm_hours ADD CONSTRAINT qtm_hours_overlap
  EXCLUDE USING gist (law_qtm_stretch(operator_id, user_id, weekday, opens, closes) WITH &&) WHERE (until IS NULL);

CREATE FUNCTION law_qtm_said() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  by_the_law boolean := pg_trigger_depth() > 1;  -- what a membership's end ends
  acts boolean := by_the_law OR law_act('person', current_setting('qtm.authority', true));
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.user_id IS NOT NULL THEN
      PERFORM FROM qtm_membership m WHERE m.user_id = NEW.user_id AND m.operator_id = NEW.operator_id AND m.left_at IS NULL FOR SHARE;
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'member', TABLE = TG_TABLE_NAME,
          MESSAGE = format('%s: said only of who belongs to the operator', TG_TABLE_NAME);
      END IF;
    END IF;
    NEW.since := clock_timestamp();
    NEW.until := NULL;
    RETURN NEW;
  END IF;
  IF OLD.until IS NOT NULL OR NEW.until IS NULL OR to_jsonb(OLD) - 'until' IS DISTINCT FROM to_jsonb(NEW) - 'until' THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'said', TABLE = TG_TABLE_NAME,
      MESSAGE = format('%s: what is said is ended once, and otherwise never changed', TG_TABLE_NAME);
  END IF;
  NEW.until := clock_timestamp();
  RETURN NEW;
END $$;

CREATE FUNCTION law_qtm_said_noted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.until IS NOT NULL AND NEW.user_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM qtm_membership m WHERE m.user_id = NEW.user_id AND m.operator_id = NEW.operator_id AND m.left_at IS NULL) THEN
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM qtm_personnote n WHERE n.operator_id = NEW.operator_id
                 AND n.person_id IS NOT DISTINCT FROM NEW.user_id AND n.act::text = current_setting('qtm.act', true)) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'noted', TABLE = TG_TABLE_NAME,
      MESSAGE = format('%s: who says how somebody works is noted in the same act', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;

-- Asked when the transaction ends: whoever is made owner or worker leaves and joins in one act, and stays a member.
CREATE FUNCTION law_qtm_said_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM qtm_membership m WHERE m.user_id = NEW.user_id AND m.operator_id = NEW.operator_id AND m.left_at IS NULL) THEN
    UPDATE qtm_capability SET until = clock_timestamp() WHERE user_id = NEW.user_id AND operator_id = NEW.operator_id AND until IS NULL;
    UPDATE qtm_hours SET until = clock_timestamp() WHERE user_id = NEW.user_id AND operator_id = NEW.operator_id AND until IS NULL;
    UPDATE qtm_dayoff SET until = clock_timestamp() WHERE user_id = NEW.user_id AND operator_id = NEW.operator_id AND until IS NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER law_1_said BEFORE INSERT OR UPDATE ON qtm_capability FOR EACH ROW EXECUTE FUNCTION law_qtm_said();
CREATE TRIGGER law_1_said BEFORE INSERT OR UPDATE ON qtm_hours FOR EACH ROW EXECUTE FUNCTION law_qtm_said();
CREATE TRIGGER law_1_said BEFORE INSERT OR UPDATE ON qtm_dayoff FOR EACH ROW EXECUTE FUNCTION law_qtm_said();
CREATE TRIGGER law_stays BEFORE DELETE OR TRUNCATE ON qtm_capability
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('said', 'what was said stays on file');
CREATE TRIGGER law_stays BEFORE DELETE OR TRUNCATE ON qtm_hours
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('said', 'what was said stays on file');
CREATE TRIGGER law_stays BEFORE DELETE OR TRUNCATE ON qtm_dayoff
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('said', 'what was said stays on file');
CREATE CONSTRAINT TRIGGER law_8_noted AFTER INSERT OR UPDATE ON qtm_capability DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION law_qtm_said_noted();
CREATE CONSTRAINT TRIGGER law_8_noted AFTER INSERT OR UPDATE ON qtm_hours DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION law_qtm_said_noted();
CREATE CONSTRAINT TRIGGER law_8_noted AFTER INSERT OR UPDATE ON qtm_dayoff DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION law_qtm_said_noted();
CREATE CONSTRAINT TRIGGER law_7_left AFTER UPDATE ON qtm_membership DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION law_qtm_said_left();
ALTER TABLE qtm_capability ENABLE ALWAYS TRIGGER law_1_said, ENABLE ALWAYS TRIGGER law_stays, ENABLE ALWAYS TRIGGER law_8_noted;
ALTER TABLE qtm_hours ENABLE ALWAYS TRIGGER law_1_said, ENABLE ALWAYS TRIGGER law_stays, ENABLE ALWAYS TRIGGER law_8_noted;
ALTER TABLE qtm_dayoff ENABLE ALWAYS TRIGGER law_1_said, ENABLE ALWAYS TRIGGER law_stays, ENABLE ALWAYS TRIGGER law_8_noted;
ALTER TABLE qtm_membership ENABLE ALWAYS TRIGGER law_7_left;

-- :undo
DROP TRIGGER law_7_left ON qtm_membership;
DROP TRIGGER law_1_said ON qtm_capability;
DROP TRIGGER law_stays ON qtm_capability;
DROP TRIGGER law_8_noted ON qtm_capability;
DROP TRIGGER law_1_said ON qtm_hours;
DROP TRIGGER law_stays ON qtm_hours;
DROP TRIGGER law_8_noted ON qtm_hours;
DROP TRIGGER law_1_said ON qtm_dayoff;
DROP TRIGGER law_stays ON qtm_dayoff;
DROP TRIGGER law_8_noted ON qtm_dayoff;
ALTER TABLE qtm_hours DROP CONSTRAINT qtm_hours_overlap;
DROP FUNCTION law_qtm_said(), law_qtm_said_noted(), law_qtm_said_left(), law_qtm_stretch(bigint, bigint, integer, time, time);
