-- One person's day at one operator ($1 the operator, $2 the person, $3 since when), in one statement: what of theirs was open in it, with
-- the moments by which it is counted, and how many of those Jobs were completed in it. Every part goes by an index and has an end.
WITH mine AS MATERIALIZED (
  (SELECT id, case_id FROM execution_serviceevent
   WHERE operator_id = $1 AND worker_id = $2 AND state IN ('ready', 'in_progress', 'paused') ORDER BY since DESC LIMIT 500)
  UNION ALL
  (SELECT id, case_id FROM execution_serviceevent
   WHERE operator_id = $1 AND worker_id = $2 AND state IN ('completed', 'abandoned') AND since >= $3 ORDER BY since DESC LIMIT 500)
)
SELECT
  (SELECT json_agg(json_build_object('event', t.row_id, 'becomes', t.becomes, 'at', t.at) ORDER BY t.id)
   FROM mine JOIN qtm_transition t ON t.case_id = mine.case_id AND t.row_id = mine.id AND t.room = 'execution.ServiceEvent') AS lines,
  (SELECT json_agg(json_build_object('event', w.event_id, 'rest', w.rest, 'arrived', w.arrived, 'at', w.at) ORDER BY w.id)
   FROM mine JOIN execution_travel w ON w.event_id = mine.id) AS travels,
  (SELECT count(*) FROM (
     SELECT FROM execution_job j
     WHERE j.operator_id = $1 AND j.state = 'completed' AND j.since >= $3
       AND EXISTS (SELECT FROM execution_serviceevent e WHERE e.job_id = j.id AND e.worker_id = $2 AND e.state = 'completed')
     LIMIT 500) done) AS completed,
  (SELECT json_agg(json_build_object('id', n.id, 'summary', n.context ->> 'summary', 'place', n.context ->> 'place', 'wished', n.context ->> 'wished')) FROM (
     SELECT j.id, j.context FROM execution_job j
     WHERE j.worker_id = $2 AND j.state = 'queued' AND j.operator_id = $1 ORDER BY j.since, j.id LIMIT 100) n) AS named
