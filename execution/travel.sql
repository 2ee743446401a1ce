-- The way to the work: said by whoever carries it on, of the rest that it stands in, first that they set off and then that they are there.

-- :make
CREATE FUNCTION law_execution_travelling() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  here record;
  carries boolean;
BEGIN
  SELECT e.worker_id, e.operator_id, e.state, e.since, o.state AS access INTO here
    FROM execution_serviceevent e JOIN qtm_operator o ON o.id = e.operator_id WHERE e.id = NEW.event_id;
  carries := law_execution_carried_on(here.worker_id, here.operator_id);
  -- Whoever may not start sets off in vain; whoever is on the way already arrives.
  IF here.access NOT IN ('active', 'limited') OR here.access = 'limited' AND here.state = 'ready' AND NOT NEW.arrived THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'access', TABLE = TG_TABLE_NAME,
      MESSAGE = 'the operator''s access does not allow this';
  END IF;
  IF NEW.rest IS DISTINCT FROM here.since THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'born', TABLE = TG_TABLE_NAME,
      MESSAGE = 'travel belongs to the rest that the work stands in';
  END IF;
  IF NEW.arrived AND NOT EXISTS (SELECT FROM execution_travel t WHERE t.event_id = NEW.event_id AND t.rest = NEW.rest AND NOT t.arrived) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'born', TABLE = TG_TABLE_NAME,
      MESSAGE = 'nobody arrives who was not on the way';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_travelling BEFORE INSERT ON execution_travel FOR EACH ROW EXECUTE FUNCTION law_execution_travelling();
ALTER TABLE execution_travel ENABLE ALWAYS TRIGGER law_6_travelling;

-- :undo
DROP TRIGGER law_6_travelling ON execution_travel;
DROP FUNCTION law_execution_travelling();
