-- The officers' worklist: every bill that waits for somebody, by the ship's arrival and the bill's score.

-- What fired for a bill that its order, or the want of one, left to an officer.
CREATE TABLE assessment (
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    authority bigint NOT NULL REFERENCES organisation,
    manifest_id bigint NOT NULL,
    wanted text NOT NULL,
    score integer NOT NULL,
    fired text[] NOT NULL,                                    -- rules of law and practice
    targeting text[] NOT NULL,                                -- rows of officers' tables, samples
    reasons text[] NOT NULL,                                  -- codes: why it was left
    assessed_at timestamptz NOT NULL,
    PRIMARY KEY (consignment, event_id)
);
CREATE INDEX assessment_manifest ON assessment (manifest_id);
ALTER TABLE assessment ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON assessment TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON assessment FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON assessment TO waglan_authority;
GRANT SELECT ON assessment TO waglan_engine;

-- Made again from the log: the sequencer folds it anew from the first event.
DROP TABLE standing;
DELETE FROM projection WHERE name = 'standing';
CREATE TABLE standing (
    consignment bigint PRIMARY KEY,
    authority bigint NOT NULL,
    manifest_id bigint NOT NULL,
    filer text NOT NULL,
    parent text NOT NULL,
    number text NOT NULL,
    call text NOT NULL,
    declared_at timestamptz NOT NULL,
    arrives_at timestamptz,
    is_withdrawn boolean NOT NULL,                            -- its filer's newest version does not declare it
    status text,
    version integer NOT NULL DEFAULT 0,                       -- how often it was decided
    score integer NOT NULL DEFAULT 0,
    decided_at timestamptz,
    left_at timestamptz,                                      -- to an officer, by the order or for want of one
    served_at timestamptz,
    seq bigint NOT NULL,
    -- What is waited for: customs/worklist.py says for whom. NULL: nothing is.
    waits text GENERATED ALWAYS AS (CASE
        WHEN status IN ('not-selected', 'documents-asked') AND is_withdrawn THEN NULL
        WHEN status IS NULL AND is_withdrawn THEN NULL
        WHEN status IS NULL OR (status IN ('not-selected', 'documents-asked') AND left_at > decided_at) THEN 'decision'
        WHEN status = 'documents-asked' AND (served_at IS NULL OR served_at < decided_at) THEN 'notice'
        WHEN status = 'documents-asked' THEN 'documents'
        WHEN status = 'detained' THEN 'detention'
        WHEN status = 'inspect' THEN 'examination'
        WHEN status = 'examined' THEN 'conclusion'
        WHEN status = 'partly-cleared' THEN 'rest'
        WHEN status = 'conditionally-cleared' THEN 'conditions'
    END) STORED,
    -- A ship of which nobody told when it comes is looked at after all others.
    comes_at timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(arrives_at, 'infinity'::timestamptz)) STORED,
    places integer NOT NULL GENERATED ALWAYS AS (-score) STORED -- the highest score comes first
);
CREATE INDEX standing_worklist ON standing (authority, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_waits ON standing (authority, waits, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_call ON standing (authority, call, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_manifest ON standing (manifest_id);
ALTER TABLE standing ENABLE ROW LEVEL SECURITY;
ALTER TABLE standing FORCE ROW LEVEL SECURITY;
CREATE POLICY authority ON standing FOR SELECT TO waglan_authority USING (authority = current_org());
CREATE POLICY engine ON standing TO waglan_engine USING (true) WITH CHECK (true);
GRANT SELECT ON standing TO waglan_authority;
GRANT SELECT, INSERT, UPDATE, DELETE ON standing TO waglan_engine;
