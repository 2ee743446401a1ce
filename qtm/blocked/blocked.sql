-- Blocked attempts are added to and counted up, and nothing else; no minute holds many rows of one person, or of all who are nobody.

-- :blocked
CREATE FUNCTION law_qtm_blocked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(NEW) <> to_jsonb(OLD) || jsonb_build_object('times', OLD.times + 1) THEN
      RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'stays', TABLE = TG_TABLE_NAME,
        MESSAGE = 'what was tried stays as it was written, and is only counted up by one';
    END IF;
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock('qtm_blocked'::regclass::oid::int, (coalesce(NEW.user_id, 0) % 2147483647)::int);
  NEW.at := clock_timestamp();
  NEW.minute := date_trunc('minute', NEW.at);
  NEW.times := 1;
  IF (SELECT count(*) >= 60 AND count(*) FILTER (WHERE (b.route, b.law) = (NEW.route, NEW.law) AND b.row_id IS NOT DISTINCT FROM NEW.row_id) = 0
      FROM qtm_blocked b WHERE b.minute = NEW.minute AND b.user_id IS NOT DISTINCT FROM NEW.user_id) THEN
    NEW.route := '';
    NEW.room := '';
    NEW.row_id := NULL;
    NEW.case_id := NULL;
    NEW.law := 'many';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_1_blocked BEFORE INSERT OR UPDATE ON qtm_blocked FOR EACH ROW EXECUTE FUNCTION law_qtm_blocked();
CREATE TRIGGER law_stays BEFORE DELETE OR TRUNCATE ON qtm_blocked
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('stays', 'what was tried stays on file');
ALTER TABLE qtm_blocked ENABLE ALWAYS TRIGGER law_1_blocked;
ALTER TABLE qtm_blocked ENABLE ALWAYS TRIGGER law_stays;

-- :blocked-undo
DROP TRIGGER law_1_blocked ON qtm_blocked;
DROP TRIGGER law_stays ON qtm_blocked;
DROP FUNCTION law_qtm_blocked();
