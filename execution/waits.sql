-- Where a case waits from Create Job on: for its claim, in work, for its next part, to be completed, and then to be closed.

-- :make
CREATE FUNCTION law_execution_job_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  governed text;
  waits boolean;
BEGIN
  IF NEW.state = 'queued' THEN
    waits := law_waits(NEW.case_id, 'way', 'waiting-for-claim', NEW.id, NEW.since, NEW.operator_id);
    RETURN NULL;
  END IF;
  -- Its Task may be closed at this very moment: whoever comes second sees what the first did.
  SELECT t.state INTO governed FROM governance_assignment a JOIN governance_task t ON t.id = a.task_id WHERE a.id = NEW.assignment_id FOR SHARE OF t;
  IF governed = 'handed_off' THEN
    waits := law_waits(NEW.case_id, 'way', 'to-close', NEW.id, NEW.since, NEW.operator_id);
  ELSE
    DELETE FROM qtm_wait WHERE case_id = NEW.case_id AND lane = 'way';
  END IF;
  RETURN NULL;
END $$;

-- What is completed waits for its operator's next move since then; what is abandoned waits at its Job, which goes back to its queue.
CREATE FUNCTION law_execution_event_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_queue text := CASE WHEN NEW.state <> 'completed' THEN 'in-work' WHEN NEW.final THEN 'job-to-complete' ELSE 'next-part' END;
  waits boolean := law_waits(NEW.case_id, 'way', the_queue, NEW.id, NEW.since, NEW.operator_id);
BEGIN
  RETURN NULL;
END $$;

-- The first piece of evidence of a case; whoever comes into a queue meanwhile sees it, or is seen.
CREATE FUNCTION law_execution_proven() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE the_case bigint;
BEGIN
  SELECT case_id INTO the_case FROM execution_serviceevent WHERE id = NEW.event_id;
  UPDATE governance_listing SET proven = true WHERE case_id = the_case AND NOT proven;
  IF FOUND THEN
    UPDATE qtm_wait SET proven = true WHERE case_id = the_case;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER law_7_proven AFTER INSERT ON execution_evidence FOR EACH ROW EXECUTE FUNCTION law_execution_proven();
ALTER TABLE execution_evidence ENABLE ALWAYS TRIGGER law_7_proven;
CREATE TRIGGER law_7_waits_born AFTER INSERT ON execution_job FOR EACH ROW EXECUTE FUNCTION law_execution_job_waits();
CREATE TRIGGER law_7_waits AFTER UPDATE ON execution_job FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NEW.state <> 'claimed') EXECUTE FUNCTION law_execution_job_waits();
CREATE TRIGGER law_7_waits_born AFTER INSERT ON execution_serviceevent FOR EACH ROW EXECUTE FUNCTION law_execution_event_waits();
CREATE TRIGGER law_7_waits AFTER UPDATE ON execution_serviceevent FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NEW.state <> 'abandoned') EXECUTE FUNCTION law_execution_event_waits();
ALTER TABLE execution_job ENABLE ALWAYS TRIGGER law_7_waits_born;
ALTER TABLE execution_job ENABLE ALWAYS TRIGGER law_7_waits;
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_7_waits_born;
ALTER TABLE execution_serviceevent ENABLE ALWAYS TRIGGER law_7_waits;

-- :undo
DROP TRIGGER law_7_waits ON execution_serviceevent;
DROP TRIGGER law_7_waits_born ON execution_serviceevent;
DROP TRIGGER law_7_waits ON execution_job;
DROP TRIGGER law_7_waits_born ON execution_job;
DROP TRIGGER law_7_proven ON execution_evidence;
DROP FUNCTION law_execution_proven(), law_execution_event_waits(), law_execution_job_waits();
