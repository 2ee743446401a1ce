-- Erasure: a person who may, with a reason, has the annex of one Record deleted or the files of its ServiceEvent emptied, and nothing else.

-- :annex
DROP TRIGGER law_stays ON records_annex;
CREATE TRIGGER law_stays BEFORE UPDATE OR TRUNCATE ON records_annex
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('stays', 'what was noted stays as it was noted');

CREATE FUNCTION law_records_annex_stays() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT FROM records_erasure e WHERE e.record_id = NEW.record_id AND e.annex) THEN
      RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'erasing', TABLE = TG_TABLE_NAME, MESSAGE = 'what was erased stays erased';
    END IF;
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT FROM records_erasure e WHERE e.record_id = OLD.record_id AND e.annex) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'stays', TABLE = TG_TABLE_NAME,
      MESSAGE = 'an annex stays, unless its erasure says who wanted it gone, and why';
  END IF;
  RETURN OLD;
END $$;

CREATE TRIGGER law_stays_unless_erased BEFORE INSERT OR DELETE ON records_annex FOR EACH ROW EXECUTE FUNCTION law_records_annex_stays();
ALTER TABLE records_annex ENABLE ALWAYS TRIGGER law_stays;
ALTER TABLE records_annex ENABLE ALWAYS TRIGGER law_stays_unless_erased;

-- :annex-undo
DROP TRIGGER law_stays_unless_erased ON records_annex;
DROP FUNCTION law_records_annex_stays();

-- :erasure
CREATE FUNCTION law_records_erasing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF btrim(coalesce(current_setting('qtm.reason', true), '')) = '' THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'reason', TABLE = TG_TABLE_NAME, MESSAGE = 'an erasure takes a reason';
  END IF;
  IF NOT EXISTS (
    SELECT FROM qtm_user u JOIN qtm_user_groups m ON m.user_id = u.id JOIN auth_group_permissions g ON g.group_id = m.group_id
      JOIN auth_permission p ON p.id = g.permission_id
    WHERE u.id = nullif(current_setting('qtm.user', true), '')::bigint AND u.is_active AND p.codename = 'erase_record') THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'erasing', TABLE = TG_TABLE_NAME, MESSAGE = 'only an admin erases';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION law_records_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.annex THEN
    DELETE FROM records_annex a WHERE a.record_id = NEW.record_id;
  END IF;
  IF NEW.files THEN
    INSERT INTO execution_emptied (event_id) SELECT r.event_id FROM records_record r WHERE r.id = NEW.record_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER law_6_erasing BEFORE INSERT ON records_erasure FOR EACH ROW EXECUTE FUNCTION law_records_erasing();
CREATE TRIGGER law_8_erased AFTER INSERT ON records_erasure FOR EACH ROW EXECUTE FUNCTION law_records_erased();
ALTER TABLE records_erasure ENABLE ALWAYS TRIGGER law_6_erasing;
ALTER TABLE records_erasure ENABLE ALWAYS TRIGGER law_8_erased;

-- :erasure-undo
DROP TRIGGER law_6_erasing ON records_erasure;
DROP TRIGGER law_8_erased ON records_erasure;
DROP FUNCTION law_records_erasing(), law_records_erased();
