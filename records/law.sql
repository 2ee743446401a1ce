-- A Record's seal is the digest of its own bytes, it has a price where its document says one, and is final where that says of no later part; and a ⭐ Signal names the execution that its Record was sealed from, completed and not given up.

-- :make
ALTER TABLE records_record ADD CONSTRAINT records_record_digest CHECK (sha256 = encode(pg_catalog.sha256(document), 'hex'));
ALTER TABLE records_record ADD CONSTRAINT records_record_priced
  CHECK (priced = (position('"price":{"amount_minor":'::bytea IN document) > 0));

ALTER TABLE records_record ADD CONSTRAINT records_record_final
  CHECK (final = (position('"last":false,"number":'::bytea IN document) = 0));

CREATE FUNCTION law_records_signal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM records_record r JOIN execution_serviceevent e ON e.id = r.event_id JOIN qtm_surfaceversion v ON v.id = e.version_id,
      jsonb_array_elements(v.runtime -> 'outcomes') o
    WHERE r.id = NEW.record_id AND e.id = NEW.event_id AND e.job_id = NEW.job_id
      AND r.final AND o ->> 'code' = e.outcome AND (o ->> 'completes')::boolean) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'at_sealing', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a Signal names the execution of its own Record, and that one was completed and the last of its Job';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_execution BEFORE INSERT ON records_signal FOR EACH ROW EXECUTE FUNCTION law_records_signal();
ALTER TABLE records_signal ENABLE ALWAYS TRIGGER law_6_execution;

-- :undo
DROP TRIGGER law_6_execution ON records_signal;
DROP FUNCTION law_records_signal();
ALTER TABLE records_record DROP CONSTRAINT records_record_final;
ALTER TABLE records_record DROP CONSTRAINT records_record_priced;
ALTER TABLE records_record DROP CONSTRAINT records_record_digest;
