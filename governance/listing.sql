-- How a case is found, and where it waits, as intake and governance move it. Later zones say where it waits by `law_waits` too.

-- :make
-- Lower case without accents, so that both who writes and who seeks may leave them out. IMMUTABLE, as the locale of a database stays.
CREATE FUNCTION law_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(replace(replace(translate(lower(regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g')), 'øłđı', 'oldi'),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
$$;

-- Split at whatever is no letter and no digit, named one by one: what a letter is depends on the locale.
-- In PL/pgSQL, as what is written for every case is planned once and not each time.
CREATE FUNCTION law_words(said text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN ARRAY(SELECT DISTINCT left(word, 60) FROM regexp_split_to_table(law_folded(said),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u3000-\u303f]+') word WHERE word <> '');
END $$;

-- What is sought: every word, each by its beginning; NULL where there is none. `mark` goes before each, and "@" names the place's own.
CREATE FUNCTION law_sought(said text, mark text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (SELECT string_agg('''' || mark || word || ''':*', ' & ')::tsquery FROM unnest(law_words(said)) word);
END $$;

CREATE FUNCTION law_digits(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT reverse(ltrim(regexp_replace(replace(said, '(0)', ''), '[^0-9]', '', 'g'), '0'))
$$;

-- Whole, so that of two cases it is seen whether they say the same.
CREATE FUNCTION law_alike(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(law_folded(btrim(coalesce(said, ''))), 250)
$$;

-- Written for every case, so one statement says it all: what is found by words, by phone, and by the place alone, and what it is alike by.
CREATE FUNCTION law_listed(r intake_request, phone text, email text, name text, place text, rest text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO governance_listing (case_id, governor_id, surface_id, funnel_id, since, priority, due, phone, email, name, place, words)
    SELECT r.id, r.governor_id, r.surface_id, r.funnel_id, r.since, 1, NULL, left(law_digits(coalesce(phone, '')), 40),
      law_alike(email), law_alike(name), law_alike(place),
      array_to_tsvector(law_words(concat_ws(' ', name, email, rest, place)) || ARRAY(SELECT '@' || word FROM unnest(law_words(coalesce(place, ''))) word))
    ON CONFLICT (case_id) DO UPDATE SET phone = excluded.phone, email = excluded.email, name = excluded.name, place = excluded.place,
      words = excluded.words;
  RETURN true;
END $$;

CREATE FUNCTION law_answered(answers jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (SELECT string_agg(said #>> '{}', ' ') FROM jsonb_path_query(answers, 'lax $.**') said WHERE jsonb_typeof(said) IN ('string', 'number'));
END $$;

CREATE FUNCTION law_governance_listed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE listed boolean;
BEGIN
  listed := law_listed(r, NEW.phone, NEW.email, NEW.name, NEW.place, concat_ws(' ', NEW.summary, NEW.description, law_answered(NEW.answers)))
    FROM intake_request r WHERE r.id = NEW.case_id;
  RETURN NULL;
END $$;

-- A request that is still incomplete when its act ends is listed as it was asked, and waits; a complete one has its intake by then.
CREATE FUNCTION law_governance_received() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE waits boolean;
BEGIN
  PERFORM law_listed(r, r.asked ->> 'phone', r.asked ->> 'email', r.asked ->> 'name', r.asked ->> 'place',
    law_answered(r.asked - '{phone,email,name,place}'::text[]))
    FROM intake_request r WHERE r.id = NEW.id AND NOT EXISTS (SELECT FROM governance_listing l WHERE l.case_id = NEW.id);
  IF FOUND THEN
    waits := law_waits(NEW.id, 'way', 'to-complete', NEW.id, NEW.since, NULL) FROM intake_request r WHERE r.id = NEW.id AND r.state = 'received';
  END IF;
  RETURN NULL;
END $$;

-- As it stands now: the intake with the newest correction of each detail.
CREATE FUNCTION law_governance_corrected() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  i intake_intake;
  said jsonb;
BEGIN
  -- One after the other, so that the second sees what the first put right.
  PERFORM FROM governance_listing l JOIN governance_task t ON t.case_id = l.case_id WHERE t.id = NEW.task_id FOR UPDATE OF l;
  SELECT i0.* INTO i FROM intake_intake i0 JOIN governance_task t ON t.intake_id = i0.id WHERE t.id = NEW.task_id;
  SELECT jsonb_build_object('name', i.name, 'phone', i.phone, 'email', i.email, 'place', i.place, 'summary', i.summary,
      'description', i.description) || coalesce((SELECT jsonb_object_agg('answers.' || key, law_answered(value)) FROM jsonb_each(i.answers)), '{}')
      || coalesce(jsonb_object_agg(c.field, c.becomes ORDER BY c.id), '{}')
    INTO said FROM governance_correction c WHERE c.task_id = NEW.task_id;
  PERFORM law_listed(r, said ->> 'phone', said ->> 'email', said ->> 'name', said ->> 'place',
    law_answered(said - '{phone,email,name,place,tier,wished,latitude,longitude}'::text[]))
    FROM intake_request r WHERE r.id = i.case_id;
  RETURN NULL;
END $$;

CREATE FUNCTION law_governance_planned() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_case bigint;
  newest governance_plan;
BEGIN
  SELECT case_id INTO the_case FROM governance_task WHERE id = NEW.task_id;
  PERFORM FROM governance_listing WHERE case_id = the_case FOR UPDATE;
  SELECT * INTO newest FROM governance_plan WHERE task_id = NEW.task_id ORDER BY id DESC LIMIT 1;
  UPDATE governance_listing SET priority = newest.priority, due = newest.due WHERE case_id = the_case;
  UPDATE qtm_wait SET priority = newest.priority, due = newest.due WHERE case_id = the_case;
  RETURN NULL;
END $$;

-- A case comes into a queue of a lane, from whichever it was in. It gives true, as what a function gives is had cheaper than PERFORM.
CREATE FUNCTION law_waits(the_case bigint, the_lane text, the_queue text, the_row bigint, the_since timestamptz, the_operator bigint)
  RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE qtm_wait SET queue = the_queue, row_id = the_row, since = the_since, operator_id = the_operator
    WHERE case_id = the_case AND lane = the_lane;
  IF NOT FOUND THEN
    -- Somebody may be planning it at this moment: whoever comes second sees what the first said.
    PERFORM FROM governance_listing WHERE case_id = the_case FOR SHARE;
    INSERT INTO qtm_wait (case_id, lane, queue, row_id, since, governor_id, operator_id, surface_id, funnel_id, priority, due, proven)
      SELECT r.id, the_lane, the_queue, the_row, the_since, r.governor_id, the_operator, r.surface_id, r.funnel_id, coalesce(l.priority, 1), l.due,
        coalesce(l.proven, false)
      FROM intake_request r LEFT JOIN governance_listing l ON l.case_id = r.id WHERE r.id = the_case;
  END IF;
  RETURN true;
END $$;

CREATE FUNCTION law_governance_discarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM qtm_wait WHERE case_id = NEW.id AND (lane = 'way' OR queue = 'waiting-for-requester');
  RETURN NULL;
END $$;

-- While it is assigned or handed off the case waits at a row downstream, which says so itself; its Job goes on when the Task is closed.
CREATE FUNCTION law_governance_task_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  queues text[] := ARRAY['open', 'to-review', 'held', 'held', 'approved', 'to-assign'];
  place int := array_position(queues, NEW.state::text);
  waits boolean;
BEGIN
  IF place % 2 = 1 THEN
    waits := law_waits(NEW.case_id, 'way', queues[place + 1], NEW.id, NEW.since, NULL);
  ELSIF NEW.state IN ('rejected', 'cancelled') THEN
    DELETE FROM qtm_wait WHERE case_id = NEW.case_id AND (lane = 'way' OR queue = 'waiting-for-requester');
  ELSIF NEW.state = 'closed' THEN
    DELETE FROM qtm_wait WHERE case_id = NEW.case_id AND lane = 'way' AND queue = 'to-close';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION law_governance_assignment_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE waits boolean := law_waits(NEW.case_id, 'way', 'to-create-job', NEW.id, NEW.since, NEW.operator_id);
BEGIN
  RETURN NULL;
END $$;

CREATE INDEX governance_listing_words ON governance_listing USING gin (words);
REVOKE EXECUTE ON FUNCTION law_waits(bigint, text, text, bigint, timestamptz, bigint), law_listed(intake_request, text, text, text, text, text) FROM PUBLIC;
CREATE TRIGGER law_7_listed AFTER INSERT ON intake_intake FOR EACH ROW EXECUTE FUNCTION law_governance_listed();
CREATE TRIGGER law_7_discarded AFTER UPDATE ON intake_request FOR EACH ROW
  WHEN (NEW.state = 'discarded') EXECUTE FUNCTION law_governance_discarded();
CREATE CONSTRAINT TRIGGER law_7_received AFTER INSERT ON intake_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION law_governance_received();
CREATE TRIGGER law_7_corrected AFTER INSERT ON governance_correction FOR EACH ROW EXECUTE FUNCTION law_governance_corrected();
CREATE TRIGGER law_7_planned AFTER INSERT ON governance_plan FOR EACH ROW EXECUTE FUNCTION law_governance_planned();
CREATE TRIGGER law_7_waits AFTER INSERT OR UPDATE ON governance_task FOR EACH ROW
  WHEN (NEW.state NOT IN ('assigned', 'handed_off')) EXECUTE FUNCTION law_governance_task_waits();
CREATE TRIGGER law_7_waits AFTER INSERT ON governance_assignment FOR EACH ROW EXECUTE FUNCTION law_governance_assignment_waits();
ALTER TABLE intake_intake ENABLE ALWAYS TRIGGER law_7_listed;
ALTER TABLE intake_request ENABLE ALWAYS TRIGGER law_7_discarded;
ALTER TABLE intake_request ENABLE ALWAYS TRIGGER law_7_received;
ALTER TABLE governance_correction ENABLE ALWAYS TRIGGER law_7_corrected;
ALTER TABLE governance_plan ENABLE ALWAYS TRIGGER law_7_planned;
ALTER TABLE governance_task ENABLE ALWAYS TRIGGER law_7_waits;
ALTER TABLE governance_assignment ENABLE ALWAYS TRIGGER law_7_waits;

-- :undo
DROP INDEX governance_listing_words;
DROP TRIGGER law_7_waits ON governance_assignment;
DROP TRIGGER law_7_waits ON governance_task;
DROP TRIGGER law_7_planned ON governance_plan;
DROP TRIGGER law_7_corrected ON governance_correction;
DROP TRIGGER law_7_received ON intake_request;
DROP TRIGGER law_7_discarded ON intake_request;
DROP TRIGGER law_7_listed ON intake_intake;
DROP FUNCTION law_governance_assignment_waits(), law_governance_task_waits(), law_governance_discarded(), law_governance_planned(),
  law_governance_corrected(), law_governance_received(), law_governance_listed(), law_waits(bigint, text, text, bigint, timestamptz, bigint),
  law_listed(intake_request, text, text, text, text, text), law_alike(text), law_answered(jsonb), law_digits(text), law_sought(text, text), law_words(text), law_folded(text);
