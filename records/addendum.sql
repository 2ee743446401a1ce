-- What is asked to be corrected is a Record of the very case that the Request follows, and the same people govern both: nobody opens a case to another layer so.

-- :make
CREATE FUNCTION law_records_addendum() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM records_record r JOIN intake_request q ON q.id = r.case_id
    WHERE r.sha256 = NEW.corrects AND q.id = NEW.follows_id AND q.governor_id IS NOT DISTINCT FROM NEW.governor_id) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'addendum', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a correction names a Record of the case that it follows, and is governed as that was';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_addendum BEFORE INSERT ON intake_request FOR EACH ROW WHEN (NEW.corrects <> '') EXECUTE FUNCTION law_records_addendum();
ALTER TABLE intake_request ENABLE ALWAYS TRIGGER law_6_addendum;

-- :undo
DROP TRIGGER law_6_addendum ON intake_request;
DROP FUNCTION law_records_addendum();
