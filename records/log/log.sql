-- The log of records: one leaf for each Record, in a tree that only grows.

-- :keys
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_key
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('keys', 'a key that has signed stays on file');
ALTER TABLE records_key ENABLE ALWAYS TRIGGER law_append_only;

-- :keys-undo
DROP TRIGGER law_append_only ON records_key;

-- :log
INSERT INTO records_head (size) VALUES (0);

-- What is sealed is signed by a key of the house that is on file, and its leaf commits to its very bytes.
CREATE FUNCTION law_records_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  said jsonb := convert_from(NEW.body, 'UTF8')::jsonb #> '{spec,hashedRekordV002}';
BEGIN
  IF said #>> '{data,digest}' IS DISTINCT FROM encode(sha256(convert_to('DSSEv1 28 application/vnd.in-toto+json ' || length(NEW.document) || ' ', 'UTF8')
       || NEW.document), 'base64')
     OR NOT EXISTS (SELECT FROM records_key k WHERE k.use = 'record' AND k.public = said #>> '{signature,verifier,publicKey,rawBytes}') THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'signed', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a Record is sealed with a leaf over its own bytes, signed by a key of the house';
  END IF;
  RETURN NEW;
END $$;

-- The leaf takes its number last of all, when everything else of the transaction stands: the head is held by one at a time.
CREATE FUNCTION law_records_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_level smallint := 0;
  place bigint;
  beside bytea;
  hashed bytea := sha256('\x00' || NEW.body);
BEGIN
  UPDATE records_head SET size = size + 1 RETURNING size - 1 INTO place;
  INSERT INTO records_leaf (number, record_id) VALUES (place, NEW.id);
  LOOP
    INSERT INTO records_node (level, number, hash) VALUES (the_level, place, hashed);
    EXIT WHEN place % 2 = 0;
    SELECT n.hash INTO STRICT beside FROM records_node n WHERE n.level = the_level AND n.number = place - 1;
    hashed := sha256('\x01' || beside || hashed);
    the_level := the_level + 1;
    place := place / 2;
  END LOOP;
  RETURN NULL;
END $$;

CREATE TRIGGER law_6_signed BEFORE INSERT ON records_record FOR EACH ROW EXECUTE FUNCTION law_records_signed();
CREATE CONSTRAINT TRIGGER law_9_append AFTER INSERT ON records_record DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION law_records_append();
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_leaf
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('log', 'the log of records only grows');
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_node
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('log', 'the log of records only grows');
CREATE TRIGGER law_append_only BEFORE INSERT OR DELETE OR TRUNCATE ON records_head
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('log', 'the log of records has one head');
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_signed
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('log', 'a checkpoint that was signed stays on file');
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_cosigned
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('log', 'what a witness signed stays on file');
CREATE TRIGGER law_by_the_law_alone BEFORE INSERT ON records_leaf
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION law_refuse('log', 'only a sealing adds to the log of records');
CREATE TRIGGER law_by_the_law_alone BEFORE INSERT ON records_node
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION law_refuse('log', 'only a sealing adds to the log of records');
CREATE TRIGGER law_by_the_law_alone BEFORE UPDATE ON records_head
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION law_refuse('log', 'only a sealing adds to the log of records');
ALTER TABLE records_record ENABLE ALWAYS TRIGGER law_6_signed;
ALTER TABLE records_record ENABLE ALWAYS TRIGGER law_9_append;
ALTER TABLE records_leaf ENABLE ALWAYS TRIGGER law_append_only;
ALTER TABLE records_leaf ENABLE ALWAYS TRIGGER law_by_the_law_alone;
ALTER TABLE records_node ENABLE ALWAYS TRIGGER law_append_only;
ALTER TABLE records_node ENABLE ALWAYS TRIGGER law_by_the_law_alone;
ALTER TABLE records_head ENABLE ALWAYS TRIGGER law_append_only;
ALTER TABLE records_head ENABLE ALWAYS TRIGGER law_by_the_law_alone;
ALTER TABLE records_signed ENABLE ALWAYS TRIGGER law_append_only;
ALTER TABLE records_cosigned ENABLE ALWAYS TRIGGER law_append_only;

-- :log-undo
DROP TRIGGER law_6_signed ON records_record;
DROP TRIGGER law_9_append ON records_record;
DROP TRIGGER law_append_only ON records_leaf;
DROP TRIGGER law_append_only ON records_node;
DROP TRIGGER law_append_only ON records_head;
DROP TRIGGER law_append_only ON records_signed;
DROP TRIGGER law_append_only ON records_cosigned;
DROP TRIGGER law_by_the_law_alone ON records_leaf;
DROP TRIGGER law_by_the_law_alone ON records_node;
DROP TRIGGER law_by_the_law_alone ON records_head;
DROP FUNCTION law_records_append(), law_records_signed();
