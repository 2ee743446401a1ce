-- A worker who is named works for the operator that is named.

-- :make
CREATE FUNCTION law_governance_worker() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.worker_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM qtm_membership m WHERE m.user_id = NEW.worker_id AND m.operator_id = NEW.operator_id AND m.left_at IS NULL) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'worker', TABLE = TG_TABLE_NAME,
      MESSAGE = 'the worker does not work for this operator';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_worker BEFORE INSERT ON governance_assignment FOR EACH ROW EXECUTE FUNCTION law_governance_worker();
ALTER TABLE governance_assignment ENABLE ALWAYS TRIGGER law_6_worker;

-- :undo
DROP TRIGGER law_6_worker ON governance_assignment;
DROP FUNCTION law_governance_worker();
