-- What a trip's bundle proves: which batches of the log hold its frames, and what stands beside them. What is erased of
-- frames leaves its leaf, so that the batch's root can still be worked out. And the last state of a trip that was signed.

-- A device's key is renewed each month, and when some of its frames are erased: who deletes a row destroys all under it.
ALTER TABLE device_secret DROP CONSTRAINT device_secret_pkey;
ALTER TABLE device_secret ADD COLUMN secret_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
ALTER TABLE device_secret ADD COLUMN since timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE device_secret ALTER COLUMN since DROP DEFAULT;
CREATE INDEX device_secret_newest ON device_secret (device_id, secret_id DESC);
ALTER TABLE frame_raw ADD COLUMN secret_id bigint REFERENCES device_secret;
UPDATE frame_raw SET secret_id = (SELECT s.secret_id FROM frame f JOIN device_secret s USING (device_id)
    WHERE f.frame_id = frame_raw.frame_id);
ALTER TABLE frame_raw ALTER COLUMN secret_id SET NOT NULL;
-- What opens its leaf, where the key that it came under is destroyed.
ALTER TABLE frame_raw ADD COLUMN opening bytea CHECK (length(opening) = 32);
CREATE INDEX frame_raw_secret ON frame_raw (secret_id);

CREATE TABLE frame_erased (
    frame_id  bigint PRIMARY KEY REFERENCES frame,
    org       bigint NOT NULL REFERENCES organisation,
    leaf      bytea NOT NULL CHECK (length(leaf) = 32),
    erased_at timestamptz NOT NULL,
    rule      text NOT NULL
);
-- The last state of a trip that was signed for an authority; it names neither plate nor person.
CREATE TABLE trip_state (
    trip_id   bigint NOT NULL REFERENCES trip,
    authority bigint NOT NULL REFERENCES organisation,
    as_of     timestamptz NOT NULL,
    said      bytea NOT NULL,
    signature text NOT NULL CHECK (length(signature) BETWEEN 1 AND 200), -- the key's id and base64
    PRIMARY KEY (trip_id, authority, as_of)
);

ALTER TABLE frame_erased ENABLE ROW LEVEL SECURITY;
ALTER TABLE frame_erased FORCE ROW LEVEL SECURITY;
ALTER TABLE trip_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_state FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON frame_erased FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY judged ON frame_erased FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM frame f JOIN trip_device d USING (device_id) JOIN trip t USING (trip_id)
                   WHERE f.frame_id = frame_erased.frame_id AND current_org() = ANY (t.authorities)));
CREATE POLICY engine ON frame_erased TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY own ON trip_state TO waglan_authority USING (authority = current_org())
    WITH CHECK (authority = current_org() AND EXISTS (SELECT 1 FROM trip t
                WHERE t.trip_id = trip_state.trip_id AND current_org() = ANY (t.authorities)));
CREATE POLICY engine ON trip_state FOR SELECT TO waglan_engine USING (true);
CREATE POLICY resealed ON device_secret FOR INSERT TO waglan_engine WITH CHECK (true);
CREATE POLICY resealed ON frame_raw FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY owner ON trip FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON trip_act FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON trip_device FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON frame FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON frame_raw FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON frame_erased FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON device_secret FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON event FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON event_erased FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON key_event FOR SELECT TO waglan_owner USING (true);

-- A batch may hold frames that are not of a trip's time: of those an authority gets what their leaves are made of, no more.
CREATE FUNCTION trip_batches(trip uuid, frames bigint[])
    RETURNS TABLE (event_id bigint, frame_id bigint, sha256 bytea, key_salt bytea, opening bytea, leaf bytea,
                   erased_at timestamptz, rule text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        WITH seen AS MATERIALIZED (
            SELECT DISTINCT f.event_id, f.frame_id >> 20 AS block
            FROM trip t JOIN trip_device d ON d.trip_id = t.trip_id JOIN frame f ON f.device_id = d.device_id
            WHERE t.id = trip_batches.trip AND current_org() = ANY (t.authorities)
              AND f.frame_id = ANY (trip_batches.frames)
              AND (f.recorded_at <@ tstzrange(d.from_at, d.until_at)
                   OR to_timestamp(f.at_s) <@ tstzrange(d.from_at, d.until_at)))
        SELECT f.event_id, f.frame_id, r.sha256, s.key_salt, r.opening, x.leaf, x.erased_at, x.rule
        FROM seen JOIN frame f ON f.frame_id >= seen.block << 20 AND f.frame_id < (seen.block + 1) << 20
            AND f.event_id = seen.event_id
        LEFT JOIN frame_raw r ON r.frame_id = f.frame_id
        LEFT JOIN device_secret s ON s.secret_id = r.secret_id
        LEFT JOIN frame_erased x ON x.frame_id = f.frame_id
        ORDER BY f.event_id, f.frame_id;
    END;
-- The events of a trip, and those that tell of its frames; `n` is the act's number, 0 where it was planned.
CREATE FUNCTION trip_events(trip uuid, frames bigint[])
    RETURNS TABLE (event_id bigint, n int, seq bigint, leaf_hash bytea, salt bytea, canonical bytea,
                   erased_at timestamptz, rule text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        WITH own AS MATERIALIZED (
            SELECT t.trip_id, t.id FROM trip t
            WHERE t.id = trip_events.trip AND current_org() = ANY (t.authorities)),
        wanted AS (
            SELECT DISTINCT f.event_id, NULL::int AS n
            FROM own JOIN trip_device d ON d.trip_id = own.trip_id JOIN frame f ON f.device_id = d.device_id
            WHERE f.frame_id = ANY (trip_events.frames)
              AND (f.recorded_at <@ tstzrange(d.from_at, d.until_at)
                   OR to_timestamp(f.at_s) <@ tstzrange(d.from_at, d.until_at))
            UNION ALL SELECT a.event_id, a.n FROM own JOIN trip_act a ON a.trip_id = own.trip_id
            UNION ALL SELECT min(k.event_id), 0 FROM own JOIN key_event k ON k.kind = 'trip' AND k.key = own.id::text
            HAVING min(k.event_id) IS NOT NULL)
        SELECT w.event_id, w.n, l.seq, l.leaf_hash, e.salt, e.canonical, x.erased_at, x.rule
        FROM wanted w LEFT JOIN log_leaf l ON l.event_id = w.event_id
        LEFT JOIN event e ON e.month = l.month AND e.event_id = l.event_id
        LEFT JOIN event_erased x ON x.event_id = w.event_id
        ORDER BY l.seq;
    END;
REVOKE ALL ON FUNCTION trip_batches(uuid, bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION trip_events(uuid, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trip_batches(uuid, bigint[]), trip_events(uuid, bigint[]) TO waglan_authority;

GRANT SELECT ON frame_erased TO waglan_app, waglan_authority;
GRANT SELECT, INSERT ON frame_erased TO waglan_engine;
GRANT SELECT, INSERT ON trip_state TO waglan_authority;
GRANT SELECT ON trip_state TO waglan_engine;
GRANT INSERT ON device_secret TO waglan_engine;
GRANT UPDATE (secret_id, opening, sealed) ON frame_raw TO waglan_engine;
GRANT UPDATE (vehicle) ON trip, installation TO waglan_engine;
GRANT UPDATE (terminal) ON device TO waglan_engine;
CREATE POLICY erased ON trip FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY erased ON installation FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY erased ON device FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);
