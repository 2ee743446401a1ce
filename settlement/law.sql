-- Whoever did the work cannot settle it: neither the person nor anybody of the operator.

-- :make
CREATE FUNCTION law_settlement_own_work() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE who bigint := nullif(current_setting('qtm.user', true), '')::bigint;
BEGIN
  IF EXISTS (SELECT FROM qtm_membership m JOIN records_record r ON r.operator_id = m.operator_id
             WHERE r.id = NEW.record_id AND m.user_id = who AND m.left_at IS NULL)
     OR EXISTS (SELECT FROM qtm_transition t WHERE t.case_id = NEW.case_id AND t.room = 'execution.ServiceEvent' AND t.user_id = who) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'own_work', MESSAGE = 'whoever did the work cannot settle it';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_own_work BEFORE INSERT OR UPDATE ON settlement_settlement
  FOR EACH ROW EXECUTE FUNCTION law_settlement_own_work();
ALTER TABLE settlement_settlement ENABLE ALWAYS TRIGGER law_6_own_work;

-- :undo
DROP TRIGGER law_6_own_work ON settlement_settlement;
DROP FUNCTION law_settlement_own_work();
