-- Everything that makes two schemas alike or different: one row (kind, name, definition) per thing.
-- Read by store/catalogue.py with search_path = pg_catalog, so that every name comes qualified. The first row's type is
-- all rows' type: as text no name is cut short, and no two are the same.
WITH ours AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
)
SELECT 'schema', nspname::text, concat_ws(' | ', pg_get_userbyid(nspowner),
    (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(coalesce(nspacl, acldefault('n', nspowner))) a))
FROM ours
UNION ALL
SELECT 'relation', name, concat_ws(' | ', relkind, relpersistence, pg_get_userbyid(relowner),
    CASE WHEN relrowsecurity THEN 'row security' END, CASE WHEN relforcerowsecurity THEN 'forced' END,
    CASE WHEN relkind = 'p' THEN pg_get_partkeydef(oid) END, pg_get_expr(relpartbound, oid), relreplident, reloptions::text,
    (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = relation.oid),
    (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C")
     FROM unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, relowner))) a),
    obj_description(oid, 'pg_class'))
FROM relation WHERE relkind NOT IN ('i', 'I', 't')
UNION ALL
SELECT 'column', relation.name || '.' || attname, concat_ws(' | ',
    row_number() OVER (PARTITION BY attrelid ORDER BY attnum), format_type(atttypid, atttypmod),
    nullif(attcollation, 0)::regcollation::text, CASE WHEN attnotnull THEN 'not null' END,
    attidentity, attgenerated, pg_get_expr(adbin, adrelid), attstorage, attcompression,
    (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(attacl) a), col_description(attrelid, attnum))
FROM pg_attribute JOIN relation ON relation.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relation.relkind NOT IN ('i', 'I', 't', 'S')
UNION ALL
SELECT 'constraint', coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text) || '.' || conname,
    concat_ws(' | ', contype, pg_get_constraintdef(pg_constraint.oid),
        CASE WHEN NOT convalidated THEN 'not validated' END, obj_description(pg_constraint.oid, 'pg_constraint'))
FROM pg_constraint JOIN ours ON ours.oid = connamespace
UNION ALL
SELECT 'index', relation.name, concat_ws(' | ', pg_get_indexdef(indexrelid), CASE WHEN NOT indisvalid THEN 'invalid' END,
    CASE WHEN indisclustered THEN 'clustered' END, CASE WHEN indisreplident THEN 'identity' END, relation.reloptions::text)
FROM pg_index JOIN relation ON relation.oid = indexrelid
UNION ALL
SELECT 'policy', relation.name || '.' || polname, concat_ws(' | ', polcmd, polpermissive,
    (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r)::text END, ',' ORDER BY pg_get_userbyid(r)::text COLLATE "C") FROM unnest(polroles) r),
    pg_get_expr(polqual, polrelid), 'check: ' || pg_get_expr(polwithcheck, polrelid))
FROM pg_policy JOIN relation ON relation.oid = polrelid
UNION ALL
SELECT 'trigger', relation.name || '.' || tgname, concat_ws(' | ', tgenabled, pg_get_triggerdef(pg_trigger.oid))
FROM pg_trigger JOIN relation ON relation.oid = tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT 'function', pg_proc.oid::regprocedure::text, concat_ws(' | ', pg_get_userbyid(proowner),
    CASE WHEN prokind <> 'a' THEN pg_get_functiondef(pg_proc.oid) ELSE 'aggregate ' || prorettype::regtype END,
    (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(coalesce(proacl, acldefault('f', proowner))) a),
    obj_description(pg_proc.oid, 'pg_proc'))
FROM pg_proc JOIN ours ON ours.oid = pronamespace
UNION ALL
SELECT 'type', pg_type.oid::regtype::text, concat_ws(' | ', typtype, pg_get_userbyid(typowner),
    CASE WHEN typtype = 'd' THEN format_type(typbasetype, typtypmod) END, CASE WHEN typnotnull THEN 'not null' END, typdefault,
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = pg_type.oid),
    (SELECT rngsubtype::regtype::text FROM pg_range WHERE rngtypid = pg_type.oid),
    (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(coalesce(typacl, acldefault('T', typowner))) a))
FROM pg_type JOIN ours ON ours.oid = typnamespace WHERE typcategory <> 'A'
UNION ALL
SELECT 'view', relation.name, pg_get_viewdef(oid) FROM relation WHERE relkind IN ('v', 'm')
UNION ALL
SELECT 'rule', relation.name || '.' || rulename, pg_get_ruledef(pg_rewrite.oid)
FROM pg_rewrite JOIN relation ON relation.oid = ev_class WHERE rulename <> '_RETURN'
UNION ALL
SELECT 'sequence', relation.name, concat_ws(' | ', seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle)
FROM pg_sequence JOIN relation ON relation.oid = seqrelid
UNION ALL
SELECT 'statistics', pg_statistic_ext.stxname, pg_get_statisticsobjdef(pg_statistic_ext.oid)
FROM pg_statistic_ext JOIN ours ON ours.oid = stxnamespace
UNION ALL
SELECT 'default privileges', concat_ws('.', pg_get_userbyid(defaclrole), nullif(defaclnamespace, 0)::regnamespace::text, defaclobjtype),
    (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(defaclacl) a)
FROM pg_default_acl
UNION ALL
SELECT 'extension', extname, extversion FROM pg_extension
UNION ALL
SELECT 'event trigger', evtname, concat_ws(' | ', evtevent, evtenabled, evtfoid::regproc, evttags::text) FROM pg_event_trigger
