-- What governs a Request follows from its funnel; and an Intake is pinned to a version of what was asked for, one that takes requests.

-- :make
CREATE FUNCTION law_intake_routing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM intake_funnel f WHERE f.id = NEW.funnel_id AND f.operator_id IS NOT DISTINCT FROM NEW.governor_id) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'born', TABLE = TG_TABLE_NAME,
      MESSAGE = 'a Request is governed by whose funnel it came through';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_routing BEFORE INSERT ON intake_request FOR EACH ROW EXECUTE FUNCTION law_intake_routing();
ALTER TABLE intake_request ENABLE ALWAYS TRIGGER law_6_routing;

CREATE FUNCTION law_intake_pinning() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM intake_request r JOIN qtm_surfaceversion v ON v.surface_id = r.surface_id
                 WHERE r.id = NEW.request_id AND v.id = NEW.version_id AND v.status <> 'planned') THEN
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'born', TABLE = TG_TABLE_NAME,
      MESSAGE = 'an Intake is pinned to a version of what was asked for, and to one that takes requests';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER law_6_pinning BEFORE INSERT ON intake_intake FOR EACH ROW EXECUTE FUNCTION law_intake_pinning();
ALTER TABLE intake_intake ENABLE ALWAYS TRIGGER law_6_pinning;

-- :undo
DROP TRIGGER law_6_pinning ON intake_intake;
DROP TRIGGER law_6_routing ON intake_request;
DROP FUNCTION law_intake_pinning(), law_intake_routing();
