-- Files of provinces and of authorities' rules as they are published: proposed, signed by who they concern, in force
-- from a time on. Each version is kept; the packaged files are version 0 and stand nowhere here.
CREATE TABLE edition (
    edition_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE,
    org         bigint NOT NULL REFERENCES organisation,      -- who proposed it
    concerned   bigint[] NOT NULL CHECK (cardinality(concerned) BETWEEN 1 AND 8), -- each signs
    kind        text NOT NULL CHECK (kind IN ('province', 'jurisdiction')),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    sha256      bytea NOT NULL CHECK (length(sha256) = 32),   -- of the file
    file        bytea NOT NULL,
    open        bytea NOT NULL,                               -- what anybody reads of it: all but figures
    policy      bytea,                                        -- an authority's figures, canonical
    watch       bytea,                                        -- and those of its alarms
    from_at     timestamptz NOT NULL,
    proposed_at timestamptz NOT NULL,
    CHECK ((kind = 'jurisdiction') = (policy IS NOT NULL)),
    CHECK (kind = 'province' OR concerned = ARRAY[org])
);
CREATE INDEX edition_concerned ON edition USING gin (concerned);
CREATE TABLE edition_act (
    edition_act_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edition_id bigint NOT NULL REFERENCES edition,
    org        bigint NOT NULL REFERENCES organisation,
    officer    text NOT NULL CHECK (length(officer) BETWEEN 1 AND 200),
    act        text NOT NULL CHECK (act IN ('propose', 'sign', 'withdraw')),
    body       bytea NOT NULL,
    signature  bytea NOT NULL,
    event_id   bigint NOT NULL,
    acted_at   timestamptz NOT NULL,
    UNIQUE (edition_id, org, officer, act)
);
-- Signed by all whom it concerns. Whoever plans a trip reads it; figures stay with their authority.
CREATE TABLE edition_in_force (
    edition_id    bigint PRIMARY KEY REFERENCES edition,
    org           bigint NOT NULL REFERENCES organisation,    -- whose signature was the last
    kind          text NOT NULL,
    name          text NOT NULL,
    sha256        bytea NOT NULL,
    open          bytea NOT NULL,
    policy_sha256 bytea,
    from_at       timestamptz NOT NULL
);
CREATE INDEX edition_in_force_newest ON edition_in_force (kind, name, from_at DESC, edition_id DESC);

ALTER TABLE edition ENABLE ROW LEVEL SECURITY;
ALTER TABLE edition FORCE ROW LEVEL SECURITY;
ALTER TABLE edition_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE edition_act FORCE ROW LEVEL SECURITY;
ALTER TABLE edition_in_force ENABLE ROW LEVEL SECURITY;
ALTER TABLE edition_in_force FORCE ROW LEVEL SECURITY;

CREATE POLICY concerned ON edition FOR SELECT TO waglan_authority USING (current_org() = ANY (concerned));
CREATE POLICY author ON edition FOR INSERT TO waglan_authority
    WITH CHECK (org = current_org() AND current_org() = ANY (concerned));
CREATE POLICY concerned ON edition_act FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM edition e
    WHERE e.edition_id = edition_act.edition_id AND current_org() = ANY (e.concerned)));
CREATE POLICY author ON edition_act FOR INSERT TO waglan_authority WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM edition e WHERE e.edition_id = edition_act.edition_id AND current_org() = ANY (e.concerned)));
CREATE POLICY everybody ON edition_in_force FOR SELECT TO waglan_app, waglan_authority USING (current_org() IS NOT NULL);
-- Only with a signature of each authority that it concerns, by two persons at least.
CREATE POLICY signed ON edition_in_force FOR INSERT TO waglan_authority WITH CHECK (org = current_org() AND EXISTS (
    SELECT 1 FROM edition e WHERE e.edition_id = edition_in_force.edition_id AND current_org() = ANY (e.concerned)
        AND e.kind = edition_in_force.kind AND e.name = edition_in_force.name AND e.sha256 = edition_in_force.sha256
        AND e.open = edition_in_force.open AND e.from_at <= edition_in_force.from_at
        AND e.concerned <@ (SELECT array_agg(a.org) FROM edition_act a WHERE a.edition_id = e.edition_id AND a.act <> 'withdraw')
        AND (SELECT count(DISTINCT (a.org, a.officer)) FROM edition_act a
             WHERE a.edition_id = e.edition_id AND a.act <> 'withdraw') >= 2));
-- What is in force stays: a newer one takes its place.
CREATE POLICY withdrawn ON edition_in_force FOR DELETE TO waglan_authority USING (from_at > now() AND EXISTS (
    SELECT 1 FROM edition e WHERE e.edition_id = edition_in_force.edition_id AND current_org() = ANY (e.concerned)));
CREATE POLICY engine ON edition FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON edition_act FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON edition_in_force FOR SELECT TO waglan_engine USING (true);

-- Whoever plans a trip has an authority's figures written down for it, and never reads them.
CREATE POLICY owner ON edition FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON edition_in_force FOR SELECT TO waglan_owner USING (true);
CREATE POLICY adopted ON trip_policy FOR INSERT TO waglan_owner WITH CHECK (true);
CREATE FUNCTION adopt_policy(trip bigint, edition bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        INSERT INTO trip_policy (trip_id, org, authority, policy)
        SELECT t.trip_id, t.org, e.org, e.policy
        FROM trip t, edition e JOIN edition_in_force f USING (edition_id)
        WHERE t.trip_id = adopt_policy.trip AND t.org = current_org() AND e.org = ANY (t.authorities)
          AND e.edition_id = adopt_policy.edition AND e.kind = 'jurisdiction' AND f.from_at <= t.planned_at;
    END;
REVOKE ALL ON FUNCTION adopt_policy(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION adopt_policy(bigint, bigint) TO waglan_app;

GRANT SELECT, INSERT ON edition, edition_act TO waglan_authority;
GRANT SELECT, INSERT, DELETE ON edition_in_force TO waglan_authority;
GRANT SELECT ON edition_in_force TO waglan_app;
GRANT SELECT ON edition, edition_act, edition_in_force TO waglan_engine;
