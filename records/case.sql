-- All that a Record tells of one case and of the ServiceEvent that ends it, in one statement and so in one view of the database.
SELECT
  (SELECT json_build_object('channel', q.channel, 'since', q.since, 'follows', q.follows_id, 'corrects', q.corrects, 'corrected', (SELECT r.id FROM records_record r WHERE r.sha256 = q.corrects),
      'funnel', f.name,
      'kind', a.kind, 'name', CASE a.kind WHEN 'system' THEN a.name ELSE '' END)
   FROM intake_request q JOIN intake_funnel f ON f.id = q.funnel_id JOIN intake_actor a ON a.id = q.actor_id
   WHERE q.id = $1) AS request,
  (SELECT json_agg(json_build_object('room', t.room, 'row', t.row_id, 'was', t.was, 'becomes', t.becomes, 'user', t.user_id,
      'actor', t.actor_id, 'authority', t.authority, 'via', t.via, 'reason', t.reason, 'act', t.act, 'at', t.at) ORDER BY t.id)
   FROM qtm_transition t WHERE t.case_id = $1) AS lines,
  (SELECT json_agg(json_build_object('field', c.field, 'was', c.was, 'is', c.becomes, 'why', c.why, 'by', c.by_id, 'at', c.at) ORDER BY c.id)
   FROM governance_correction c JOIN governance_task t ON t.id = c.task_id WHERE t.case_id = $1) AS corrections,
  (SELECT json_build_object('starts', p.starts, 'ends', p.ends) FROM governance_appointment p JOIN governance_assignment a ON a.id = p.assignment_id
   WHERE a.case_id = $1 AND a.state = 'handed_off' ORDER BY p.id DESC LIMIT 1) AS appointment,
  (SELECT json_agg(json_build_object('stage', m.stage, 'act', m.act, 'by', m.by_id, 'at', m.at) ORDER BY m.id)
   FROM execution_stagemark m WHERE m.event_id = $2) AS marks,
  (SELECT json_agg(json_build_object('stage', e.stage, 'kind', e.kind, 'category', e.category, 'item', e.item, 'value', e.value, 'text', e.text, 'sha256', e.sha256,
      'size_bytes', e.size_bytes, 'media_type', e.media_type, 'width', e.width, 'height', e.height, 'claimed_at', e.claimed_at,
      'latitude', e.claimed_latitude::text, 'longitude', e.claimed_longitude::text, 'act', e.act, 'by', e.by_id, 'at', e.at) ORDER BY e.id)
   FROM execution_evidence e WHERE e.event_id = $2) AS evidence,
  (SELECT json_agg(json_build_object('rest', w.rest, 'arrived', w.arrived, 'act', w.act, 'by', w.by_id, 'at', w.at) ORDER BY w.id)
   FROM execution_travel w WHERE w.event_id = $2) AS travels,
  (SELECT json_object_agg(r.act, r.said_at) FROM qtm_receipt r WHERE r.row_id = $2 AND r.door LIKE 'door-serviceevent-%') AS said,
  (SELECT json_object_agg(u.id, json_build_object('username', u.username, 'first_name', u.first_name, 'last_name', u.last_name))
   FROM qtm_user u WHERE u.id IN (
     SELECT user_id FROM qtm_transition WHERE case_id = $1
     UNION SELECT c.by_id FROM governance_correction c JOIN governance_task t ON t.id = c.task_id WHERE t.case_id = $1
     UNION SELECT by_id FROM execution_stagemark WHERE event_id = $2
     UNION SELECT by_id FROM execution_evidence WHERE event_id = $2
     UNION SELECT by_id FROM execution_travel WHERE event_id = $2
     UNION SELECT worker_id FROM execution_job WHERE case_id = $1)) AS people
