-- What is in hand is kept as it comes and goes: a ServiceEvent is born, and its Job leaves `claimed`.

-- :make
CREATE FUNCTION law_execution_taken() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO execution_hand (job_id, event_id, operator_id, worker_id, since)
    SELECT j.id, NEW.id, NEW.operator_id, NEW.worker_id, j.since FROM execution_job j WHERE j.id = NEW.job_id
    ON CONFLICT (job_id) DO UPDATE SET event_id = excluded.event_id, worker_id = excluded.worker_id;
  RETURN NULL;
END $$;

CREATE FUNCTION law_execution_put_down() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM execution_hand WHERE job_id = NEW.id;
  RETURN NULL;
END $$;

CREATE TRIGGER law_7_taken AFTER INSERT ON execution_serviceevent FOR EACH ROW EXECUTE FUNCTION law_execution_taken();
CREATE TRIGGER law_7_put_down AFTER UPDATE ON execution_job FOR EACH ROW
  WHEN (OLD.state = 'claimed' AND NEW.state <> 'claimed') EXECUTE FUNCTION law_execution_put_down();
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_7_taken;
ALTER TABLE execution_job ENABLE ALWAYS TRIGGER law_7_put_down;

-- :undo
DROP TRIGGER law_7_put_down ON execution_job;
DROP TRIGGER law_7_taken ON execution_serviceevent;
DROP FUNCTION law_execution_put_down(), law_execution_taken();
