-- Only the Record of a Job's last part is settled, and it settles all of them. Whoever did the work cannot settle it: nobody who claimed, carried out, captured or completed it, and nobody who belonged to the
-- operator since the Job was created. One function, asked by the page and by the law alike; in PL/pgSQL, so that it keeps its plan.

-- :make
CREATE FUNCTION settlement_own_work(record bigint, who bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
BEGIN
  -- Who never belonged to the operator cannot have done any of it: the law of execution lets nobody else act.
  IF NOT EXISTS (SELECT FROM records_record r JOIN qtm_membership m ON m.operator_id = r.operator_id AND m.user_id = who WHERE r.id = record) THEN
    RETURN false;
  END IF;
  RETURN EXISTS (
    SELECT FROM records_record r WHERE r.id = record AND (
      EXISTS (SELECT FROM qtm_membership m WHERE m.operator_id = r.operator_id AND m.user_id = who
              AND (m.left_at IS NULL OR m.left_at >= (
                SELECT min(t.at) FROM qtm_transition t WHERE t.case_id = r.case_id AND t.room = 'execution.Job')))
      OR EXISTS (SELECT FROM qtm_transition t WHERE t.case_id = r.case_id AND t.user_id = who
                 AND (t.room = 'execution.ServiceEvent' OR t.room = 'execution.Job' AND 'claimed' IN (t.was, t.becomes)))
      OR EXISTS (SELECT FROM execution_evidence e JOIN execution_serviceevent v ON v.id = e.event_id WHERE v.case_id = r.case_id AND e.by_id = who)
      OR EXISTS (SELECT FROM execution_stagemark s JOIN execution_serviceevent v ON v.id = s.event_id WHERE v.case_id = r.case_id AND s.by_id = who)));
END $$;

CREATE FUNCTION law_settlement_own_work() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF settlement_own_work(NEW.record_id, nullif(current_setting('qtm.user', true), '')::bigint) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'own_work', MESSAGE = 'whoever did the work cannot settle it';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_own_work BEFORE INSERT OR UPDATE ON settlement_settlement
  FOR EACH ROW EXECUTE FUNCTION law_settlement_own_work();
ALTER TABLE settlement_settlement ENABLE ALWAYS TRIGGER law_6_own_work;

CREATE FUNCTION law_settlement_last() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM records_record r WHERE r.id = NEW.record_id AND r.final) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'last', MESSAGE = 'only the Record of the last part of a Job is settled';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_7_last BEFORE INSERT ON settlement_settlement FOR EACH ROW EXECUTE FUNCTION law_settlement_last();
ALTER TABLE settlement_settlement ENABLE ALWAYS TRIGGER law_7_last;

-- :undo
DROP TRIGGER law_7_last ON settlement_settlement;
DROP FUNCTION law_settlement_last();
DROP TRIGGER law_6_own_work ON settlement_settlement;
DROP FUNCTION law_settlement_own_work(), settlement_own_work(bigint, bigint);
