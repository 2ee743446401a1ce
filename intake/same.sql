-- Two cases that are the same are two, and of the same layer: nobody reads of a case that is not theirs to see.

-- :make
CREATE FUNCTION law_intake_same() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.request_id = NEW.other_id OR NOT EXISTS (
    SELECT FROM intake_request one JOIN intake_request two ON one.governor_id IS NOT DISTINCT FROM two.governor_id
    WHERE one.id = NEW.request_id AND two.id = NEW.other_id) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'same', TABLE = TG_TABLE_NAME,
      MESSAGE = 'two cases that are the same are two, and of the same layer';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_same BEFORE INSERT ON intake_sameas FOR EACH ROW EXECUTE FUNCTION law_intake_same();
ALTER TABLE intake_sameas ENABLE ALWAYS TRIGGER law_6_same;

-- :undo
DROP TRIGGER law_6_same ON intake_sameas;
DROP FUNCTION law_intake_same();
