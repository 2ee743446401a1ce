-- What was erased is written once, by the law of records, and stays written; that the files are gone is noted of nothing else.

-- :emptied
CREATE TRIGGER law_by_the_law_alone BEFORE INSERT ON execution_emptied
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION law_refuse('erasing', 'only an erasure empties a ServiceEvent');
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON execution_emptied
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('stays', 'what was erased stays erased');
ALTER TABLE execution_emptied ENABLE ALWAYS TRIGGER law_by_the_law_alone;
ALTER TABLE execution_emptied ENABLE ALWAYS TRIGGER law_append_only;

-- :emptied-undo
DROP TRIGGER law_by_the_law_alone ON execution_emptied;
DROP TRIGGER law_append_only ON execution_emptied;

-- :removed
CREATE FUNCTION law_execution_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM execution_emptied e WHERE e.event_id = NEW.event_id) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'erasing', TABLE = TG_TABLE_NAME,
      MESSAGE = 'files are taken away of a ServiceEvent that was emptied, and of no other';
  END IF;
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER law_1_removed BEFORE INSERT ON execution_removed FOR EACH ROW EXECUTE FUNCTION law_execution_removed();
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON execution_removed
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('stays', 'what was erased stays erased');
ALTER TABLE execution_removed ENABLE ALWAYS TRIGGER law_1_removed;
ALTER TABLE execution_removed ENABLE ALWAYS TRIGGER law_append_only;

-- :removed-undo
DROP TRIGGER law_1_removed ON execution_removed;
DROP TRIGGER law_append_only ON execution_removed;
DROP FUNCTION law_execution_removed();
