-- Every act of an officer is signed: the very bytes, beside the event that holds them too.

CREATE TABLE officer_act (
    authority bigint NOT NULL REFERENCES organisation,
    act_id text NOT NULL,
    body bytea NOT NULL,                                      -- the very bytes that the officer signed
    signature bytea NOT NULL CHECK (length(signature) = 64),
    officer text NOT NULL,
    event_id bigint NOT NULL,
    answer bytea NOT NULL,                                    -- what came of it, for whoever asks again
    done_at timestamptz NOT NULL,
    PRIMARY KEY (authority, act_id)
);
CREATE INDEX officer_act_event ON officer_act (event_id);

-- What came of looking at a bill, as far as it is counted; the officer's own words stand in his act.
CREATE TABLE examination (
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    authority bigint NOT NULL REFERENCES organisation,
    manifest_id bigint NOT NULL,
    act_id text NOT NULL,
    result text NOT NULL,
    is_hit boolean,                                           -- NULL: nobody can say
    examined_at timestamptz NOT NULL,
    PRIMARY KEY (consignment, event_id)
);
CREATE INDEX examination_authority ON examination (authority, examined_at);

-- How often a bill was decided: who acts names the version that he saw, and two never make the same one.
ALTER TABLE decision ADD COLUMN version integer;
ALTER TABLE decision ADD COLUMN act_id text;                  -- NULL: decided under a standing order
ALTER TABLE decision ADD COLUMN told bytea NOT NULL DEFAULT '\x7b7d';  -- canonical JSON: what the notice says beside the status
ALTER TABLE notice ADD COLUMN told bytea NOT NULL DEFAULT '\x7b7d';
ALTER TABLE decision NO FORCE ROW LEVEL SECURITY;
UPDATE decision d SET version = v.version
FROM (SELECT consignment, event_id,
             row_number() OVER (PARTITION BY consignment ORDER BY decided_at, event_id) AS version FROM decision) v
WHERE (d.consignment, d.event_id) = (v.consignment, v.event_id);
ALTER TABLE decision FORCE ROW LEVEL SECURITY;
ALTER TABLE decision ALTER COLUMN version SET NOT NULL;
CREATE UNIQUE INDEX decision_version ON decision (consignment, version);

ALTER TABLE officer_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE officer_act FORCE ROW LEVEL SECURITY;
ALTER TABLE examination ENABLE ROW LEVEL SECURITY;
ALTER TABLE examination FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON officer_act TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON examination TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON officer_act TO waglan_engine USING (true);
CREATE POLICY engine ON examination FOR SELECT TO waglan_engine USING (true);
CREATE POLICY erasing ON decision FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON officer_act, examination TO waglan_authority;
GRANT SELECT, DELETE ON officer_act TO waglan_engine;         -- erasure of an officer's words
GRANT SELECT ON examination TO waglan_engine;
CREATE POLICY erasing ON notice FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);
GRANT UPDATE (told) ON decision, notice TO waglan_engine;
