-- A Record that names a price waits, beside whatever else its case waits for, until something living settles it.

-- :make
CREATE FUNCTION law_settlement_unsettled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE waits boolean := law_waits(NEW.case_id, 'money', 'sealed-unsettled', NEW.id, NEW.since, NEW.operator_id);
BEGIN
  RETURN NULL;
END $$;

CREATE FUNCTION law_settlement_settled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE waits boolean;
BEGIN
  IF NEW.state = 'voided' THEN
    waits := law_waits(r.case_id, 'money', 'sealed-unsettled', r.id, r.since, r.operator_id)
      FROM records_record r WHERE r.id = NEW.record_id AND r.final AND r.priced;
  ELSE
    DELETE FROM qtm_wait WHERE case_id = NEW.case_id AND lane = 'money';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER law_7_unsettled AFTER INSERT ON records_record FOR EACH ROW
  WHEN (NEW.final AND NEW.priced) EXECUTE FUNCTION law_settlement_unsettled();
CREATE TRIGGER law_7_settled AFTER INSERT ON settlement_settlement FOR EACH ROW EXECUTE FUNCTION law_settlement_settled();
CREATE TRIGGER law_7_voided AFTER UPDATE ON settlement_settlement FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NEW.state = 'voided') EXECUTE FUNCTION law_settlement_settled();
ALTER TABLE records_record ENABLE ALWAYS TRIGGER law_7_unsettled;
ALTER TABLE settlement_settlement ENABLE ALWAYS TRIGGER law_7_settled;
ALTER TABLE settlement_settlement ENABLE ALWAYS TRIGGER law_7_voided;

-- :undo
DROP TRIGGER law_7_voided ON settlement_settlement;
DROP TRIGGER law_7_settled ON settlement_settlement;
DROP TRIGGER law_7_unsettled ON records_record;
DROP FUNCTION law_settlement_settled(), law_settlement_unsettled();
