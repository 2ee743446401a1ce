-- Nothing is asked of whoever was turned away, nor answered by them; a case that ends at the same moment is waited for.

-- :make
CREATE FUNCTION law_governance_question_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  request text;
  task text;
BEGIN
  SELECT state INTO request FROM intake_request WHERE id = NEW.request_id FOR SHARE;
  SELECT state INTO task FROM governance_task WHERE case_id = NEW.case_id FOR SHARE;
  IF request = 'discarded' OR task IN ('rejected', 'cancelled') THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'over', TABLE = TG_TABLE_NAME,
      MESSAGE = 'the case has ended: nothing is asked or answered any more';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_over_asked BEFORE INSERT ON governance_question
  FOR EACH ROW EXECUTE FUNCTION law_governance_question_over();
CREATE TRIGGER law_6_over_answered BEFORE UPDATE ON governance_question
  FOR EACH ROW WHEN (NEW.state = 'answered') EXECUTE FUNCTION law_governance_question_over();
ALTER TABLE governance_question ENABLE ALWAYS TRIGGER law_6_over_asked;
ALTER TABLE governance_question ENABLE ALWAYS TRIGGER law_6_over_answered;

-- :undo
DROP TRIGGER law_6_over_answered ON governance_question;
DROP TRIGGER law_6_over_asked ON governance_question;
DROP FUNCTION law_governance_question_over();
