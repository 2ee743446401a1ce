-- The log of records: one leaf for each Record, in a tree that only grows.

-- :keys
CREATE TRIGGER law_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_key
  FOR EACH STATEMENT EXECUTE FUNCTION law_refuse('keys', 'a key that has signed stays on file');
ALTER TABLE records_key ENABLE ALWAYS TRIGGER law_append_only;

-- :keys-undo
DROP TRIGGER law_append_only ON records_key;

-- :log
INSERT INTO records_head (size) VALUES (0);

-- Who signs, signs with the newest key of its use; for as long as processes may still hold the one before, with that one.
CREATE FUNCTION law_records_may_sign(the_id bigint, the_use text) RETURNS boolean LANGUAGE sql
  SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM records_key k WHERE k.use = the_use AND k.id > the_id AND k.since < clock_timestamp() - interval '5 minutes')
$$;

-- What is sealed is signed by the house's key as it is on file, and its leaf, in the one form that it has, commits to its very bytes.
CREATE FUNCTION law_records_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  said text[] := regexp_match(encode(NEW.body, 'escape'), '^\{"apiVersion":"0\.0\.2","kind":"hashedrekord","spec":\{"hashedRekordV002":\{'
    '"data":\{"algorithm":"SHA2_256","digest":"([A-Za-z0-9+/]+=*)"\},"signature":\{"content":"[A-Za-z0-9+/]+=*",'
    '"verifier":\{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":\{"rawBytes":"([A-Za-z0-9+/]+=*)"\}\}\}\}\}\}$');
BEGIN
  IF said[1] IS DISTINCT FROM encode(sha256(convert_to('DSSEv1 28 application/vnd.in-toto+json ' || length(NEW.document) || ' ', 'UTF8')
       || NEW.document), 'base64')
     OR NOT EXISTS (SELECT FROM records_key k WHERE k.use = 'record' AND k.public = said[2] AND law_records_may_sign(k.id, k.use)) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'signed', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a Record is sealed with a leaf over its own bytes, signed by a key of the house that is in use';
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

-- A checkpoint says what the tree is, and names the key that the house has now: by its name, and by the first 30 bits of its number.
-- Whether its signature is valid is not for SQL to know: whoever publishes it looks.
CREATE FUNCTION law_records_checkpoint() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_level smallint := 0;
  rest bigint := NEW.size;
  one bytea;
  root bytea;
BEGIN
  NEW.log := split_part(NEW.note, E'\n', 1);
  IF NEW.size BETWEEN 1 AND (SELECT h.size FROM records_head h) THEN
    WHILE rest > 0 LOOP
      IF rest % 2 = 1 THEN
        SELECT n.hash INTO one FROM records_node n WHERE n.level = the_level AND n.number = rest - 1;
        root := CASE WHEN root IS NULL THEN one ELSE sha256('\x01' || one || root) END;
      END IF;
      the_level := the_level + 1;
      rest := rest / 2;
    END LOOP;
  END IF;
  IF root IS DISTINCT FROM NEW.root OR root IS NULL OR NOT EXISTS (
    SELECT FROM records_key k, LATERAL (SELECT decode(k.public, 'base64') AS der) d,
      LATERAL (SELECT sha256(convert_to(k.name, 'UTF8') || '\x0a01' || substring(d.der FROM length(d.der) - 31)) AS number) n
    WHERE k.use = 'log' AND law_records_may_sign(k.id, k.use) AND starts_with(NEW.note, format(E'%s\n%s\n%s\n\n— %s %s',
      k.name, NEW.size, encode(root, 'base64'), k.name, left(encode(substring(n.number FOR 4), 'base64'), 5)))) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'checkpoint', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a checkpoint names the log, its size and its root as they are, and the key in use';
  END IF;
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_checkpoint BEFORE INSERT ON records_signed FOR EACH ROW EXECUTE FUNCTION law_records_checkpoint();
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
ALTER TABLE records_signed ENABLE ALWAYS TRIGGER law_6_checkpoint;
ALTER TABLE records_signed ENABLE ALWAYS TRIGGER law_append_only;
ALTER TABLE records_cosigned ENABLE ALWAYS TRIGGER law_append_only;

-- :log-undo
DROP TRIGGER law_6_signed ON records_record;
DROP TRIGGER law_9_append ON records_record;
DROP TRIGGER law_6_checkpoint ON records_signed;
DROP TRIGGER law_append_only ON records_leaf;
DROP TRIGGER law_append_only ON records_node;
DROP TRIGGER law_append_only ON records_head;
DROP TRIGGER law_append_only ON records_signed;
DROP TRIGGER law_append_only ON records_cosigned;
DROP TRIGGER law_by_the_law_alone ON records_leaf;
DROP TRIGGER law_by_the_law_alone ON records_node;
DROP TRIGGER law_by_the_law_alone ON records_head;
DROP FUNCTION law_records_append(), law_records_signed(), law_records_checkpoint(), law_records_may_sign(bigint, text);
