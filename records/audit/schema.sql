-- The law as it stands in this database, one row for each thing: what it is, and how it is defined. Nothing in it differs by the version of
-- PostgreSQL, or by what the three roles are called: {{app}}, {{omni}} and {{owner}} are put in.
WITH role AS (
  SELECT oid, CASE rolname WHEN {{app}} THEN 'app' WHEN {{omni}} THEN 'omni' WHEN {{owner}} THEN 'owner' ELSE rolname END AS name,
    rolname IN ({{app}}, {{omni}}, {{owner}}) AS ours, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit
  FROM pg_roles
), schema AS (
  SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
), thing AS (
  SELECT c.*, CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS called
  FROM pg_class c JOIN schema n ON n.oid = c.relnamespace
), held AS (
  SELECT a.atttypid AS oid FROM pg_attribute a JOIN thing c ON c.oid = a.attrelid WHERE c.relkind = 'r' AND a.attnum > 0 AND a.atttypid < 16384
  UNION SELECT unnest(ARRAY['text', 'record', 'anyarray', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblearray', 'interval']::regtype[])
)
SELECT 'schema ' || n.nspname, 'owned by ' || coalesce(o.name, 'nobody') FROM schema n LEFT JOIN role o ON o.oid = n.nspowner
UNION ALL
SELECT 'table ' || c.called, concat_ws(' ', c.relkind, c.relpersistence, 'owned by ' || o.name, 'rows ' || c.relrowsecurity || c.relforcerowsecurity,
    (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
       pg_get_expr(d.adbin, d.adrelid)), E'\n' ORDER BY a.attname)
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT string_agg('child of ' || i.inhparent::regclass, ' ') FROM pg_inherits i WHERE i.inhrelid = c.oid))
FROM thing c LEFT JOIN role o ON o.oid = c.relowner WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT 'sequence ' || c.called, concat_ws(' ', 'owned by ' || o.name, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle)
FROM thing c JOIN pg_sequence s ON s.seqrelid = c.oid LEFT JOIN role o ON o.oid = c.relowner
UNION ALL
SELECT 'index ' || c.called, concat_ws(' ', pg_get_indexdef(c.oid), i.indisvalid, i.indisready, i.indimmediate)
FROM thing c JOIN pg_index i ON i.indexrelid = c.oid
UNION ALL
-- A constraint with the triggers that PostgreSQL itself holds it by. NOT NULL is told of with its column.
SELECT 'constraint ' || c.called || '.' || k.conname, concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred,
    (SELECT string_agg(t.tgenabled::text, '' ORDER BY t.tgenabled) FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgisinternal))
FROM pg_constraint k JOIN thing c ON c.oid = k.conrelid WHERE k.contype <> 'n'
UNION ALL
SELECT 'trigger ' || c.called || '.' || t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
FROM pg_trigger t JOIN thing c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL
SELECT 'rule ' || c.called || '.' || r.rulename, concat_ws(' ', r.ev_enabled, pg_get_ruledef(r.oid))
FROM pg_rewrite r JOIN thing c ON c.oid = r.ev_class
UNION ALL
SELECT 'policy ' || c.called || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive) FROM pg_policy p JOIN thing c ON c.oid = p.polrelid
UNION ALL
SELECT 'function ' || p.oid::regprocedure, concat_ws(' ', 'owned by ' || o.name, l.lanname, p.prosecdef, p.provolatile, p.prokind, p.proisstrict, p.proleakproof, p.proparallel,
    pg_get_function_arguments(p.oid), 'returns ' || pg_get_function_result(p.oid), p.proconfig::text, p.prosrc)
FROM pg_proc p JOIN schema n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang LEFT JOIN role o ON o.oid = p.proowner
UNION ALL
-- What the law calls of PostgreSQL's own must be PostgreSQL's own, and nothing may be put beside it.
SELECT 'built-in ' || p.oid::regprocedure, concat_ws(' ', l.lanname, p.proisstrict, p.prosrc)
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY ({{called}})
UNION ALL
-- So must what its operators come to, of every type of which there is a column, and of those that stand for several.
SELECT 'built-in ' || o.oid::regoperator, concat_ws(' ', p.oid::regprocedure, l.lanname, p.proisstrict, p.prosrc)
FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode JOIN pg_language l ON l.oid = p.prolang
WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oid < 16384 AND (o.oprleft = 0 OR o.oprleft IN (SELECT oid FROM held)) AND o.oprright IN (SELECT oid FROM held)
UNION ALL
SELECT 'built-in cast ' || c.castsource::regtype || ' to ' || c.casttarget::regtype, concat_ws(' ', c.castcontext, c.castmethod, p.oid::regprocedure, l.lanname, p.proisstrict, p.prosrc)
FROM pg_cast c LEFT JOIN pg_proc p ON p.oid = c.castfunc LEFT JOIN pg_language l ON l.oid = p.prolang
WHERE c.oid < 16384 AND c.castsource IN (SELECT oid FROM held) AND c.casttarget IN (SELECT oid FROM held)
UNION ALL
SELECT 'added to pg_catalog: function ' || p.oid::regprocedure, '' FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.oid >= 16384
UNION ALL
SELECT 'operator ' || n.nspname || '.' || o.oprname || ' ' || o.oid, '' FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid >= 16384
UNION ALL
SELECT 'cast ' || castsource::regtype || ' to ' || casttarget::regtype, '' FROM pg_cast WHERE oid >= 16384
UNION ALL
SELECT 'event trigger ' || evtname, evtenabled::text FROM pg_event_trigger
UNION ALL
SELECT 'extension ' || extname, '' FROM pg_extension
UNION ALL
SELECT 'rights of ' || coalesce(g.name, 'everybody') || ' on ' || w.what, string_agg(w.privilege_type || CASE WHEN w.is_grantable THEN '*' ELSE '' END, ' ' ORDER BY w.privilege_type)
FROM (
  SELECT 'table ' || c.called AS what, c.relowner AS owner, (aclexplode(c.relacl)).* FROM thing c
  UNION ALL
  SELECT 'column ' || c.called || '.' || a.attname, c.relowner, (aclexplode(a.attacl)).* FROM thing c JOIN pg_attribute a ON a.attrelid = c.oid
  UNION ALL
  SELECT 'schema ' || n.nspname, n.nspowner, (aclexplode(n.nspacl)).* FROM schema n
  UNION ALL
  SELECT 'the database', d.datdba, (aclexplode(d.datacl)).* FROM pg_database d WHERE d.datname = current_database()
  UNION ALL
  SELECT 'function ' || p.oid::regprocedure, p.proowner, (aclexplode(p.proacl)).* FROM pg_proc p
  WHERE p.proacl IS NOT NULL AND (p.pronamespace IN (SELECT oid FROM schema) OR p.proname ~ '^lo_|^lowrite')
  UNION ALL
  SELECT 'what is made', a.defaclrole, (aclexplode(a.defaclacl)).* FROM pg_default_acl a
  UNION ALL
  SELECT 'parameter ' || parname, 10, (aclexplode(paracl)).* FROM pg_parameter_acl
) w LEFT JOIN role g ON g.oid = w.grantee
WHERE w.grantee <> w.owner AND NOT EXISTS (SELECT FROM role s WHERE s.oid = w.grantee AND s.rolsuper) GROUP BY g.name, w.what
UNION ALL
SELECT 'role ' || name, concat_ws(' ', rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls) FROM role WHERE ours
UNION ALL
SELECT 'member ' || m.name || ' of ' || g.name, '' FROM pg_auth_members a JOIN role m ON m.oid = a.member JOIN role g ON g.oid = a.roleid
WHERE (m.ours OR g.ours) AND NOT m.rolsuper
UNION ALL
SELECT 'setting of ' || coalesce(r.name, 'everybody') || ': ' || s, '' FROM pg_db_role_setting d LEFT JOIN role r ON r.oid = d.setrole
  LEFT JOIN pg_database b ON b.oid = d.setdatabase, unnest(d.setconfig) s
WHERE (d.setrole = 0 OR r.ours) AND (d.setdatabase = 0 OR b.datname = current_database())
UNION ALL
SELECT 'server ' || name, setting FROM pg_settings
WHERE name IN ('session_replication_role', 'zero_damaged_pages', 'ignore_checksum_failure', 'allow_system_table_mods')
UNION ALL
-- Without these a crash takes what was acknowledged. A cluster that was started so, in so many words, is one of the tests and means to be quick.
SELECT 'server ' || name || ' is off', '' FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' AND source <> 'command line'
UNION ALL
-- Code that is loaded into every session; PostgreSQL tells of it to whom it lets read all settings.
SELECT 'server ' || name || ' is set', setting FROM pg_settings WHERE name IN ('session_preload_libraries', 'local_preload_libraries') AND setting <> ''
