-- One person's day at one operator ($1 the operator, $2 the person, $3 since when), in one statement: what of theirs was open in it, with
-- the moments by which it is counted, and how many of those Jobs were completed in it. Every part goes by an index, each state for itself
-- as the index has them, and has an end: who has thousands in hand waits no longer than others.
WITH mine AS MATERIALIZED (
  SELECT e.id, e.case_id FROM (
    VALUES ('in_progress', '-infinity'::timestamptz), ('paused', '-infinity'), ('ready', '-infinity'), ('completed', $3), ('abandoned', $3)
  ) s(state, from_then)
  CROSS JOIN LATERAL (
    SELECT id, case_id FROM execution_serviceevent
    WHERE operator_id = $1 AND worker_id = $2 AND state = s.state AND since >= s.from_then ORDER BY since DESC LIMIT 200) e
)
SELECT
  (SELECT json_agg(json_build_object('event', t.row_id, 'becomes', t.becomes, 'at', t.at) ORDER BY t.id)
   FROM mine JOIN qtm_transition t ON t.case_id = mine.case_id AND t.row_id = mine.id AND t.room = 'execution.ServiceEvent') AS lines,
  (SELECT json_agg(json_build_object('event', w.event_id, 'rest', w.rest, 'arrived', w.arrived, 'at', w.at) ORDER BY w.id)
   FROM mine JOIN execution_travel w ON w.event_id = mine.id) AS travels,
  (SELECT count(DISTINCT j.id) FROM (
     SELECT job_id FROM execution_serviceevent
     WHERE operator_id = $1 AND worker_id = $2 AND state = 'completed' ORDER BY since DESC LIMIT 500) newest
   JOIN execution_job j ON j.id = newest.job_id AND j.state = 'completed' AND j.since >= $3) AS completed,
  (SELECT json_agg(json_build_object('id', n.id, 'summary', n.context ->> 'summary', 'place', n.context ->> 'place', 'wished', n.context ->> 'wished',
     'appointment', a.said)) FROM (
     SELECT j.id, j.context, j.assignment_id FROM execution_job j
     WHERE j.worker_id = $2 AND j.state = 'queued' AND j.operator_id = $1 ORDER BY j.since, j.id LIMIT 100) n
   LEFT JOIN LATERAL (
     SELECT json_build_object('starts', p.starts, 'ends', p.ends) AS said FROM governance_appointment p WHERE p.assignment_id = n.assignment_id ORDER BY p.id DESC LIMIT 1) a ON true) AS named
