-- What is asked: officers' tables, standing orders and decisions. Targeting is secret: waglan_app has no right here
-- but on notices that were served.

CREATE TABLE risk_table (
    authority bigint NOT NULL REFERENCES organisation,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    model bytea NOT NULL,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (authority, sha256)
);
CREATE TABLE standing_order (
    authority bigint NOT NULL REFERENCES organisation,
    order_id text NOT NULL,
    body bytea NOT NULL,                                      -- the very bytes that the officer signed
    signature bytea NOT NULL CHECK (length(signature) = 64),
    officer text NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (authority, order_id)
);
CREATE TABLE officer_key (
    authority bigint NOT NULL REFERENCES organisation,
    officer text NOT NULL,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (authority, officer)
);
CREATE TABLE standing_order_revocation (
    authority bigint NOT NULL,
    order_id text NOT NULL,
    revoked_by text NOT NULL,
    revoked_at timestamptz NOT NULL,
    PRIMARY KEY (authority, order_id)
);
-- A manifest judged, whether anything could be decided or not.
CREATE TABLE judgement (
    manifest_id bigint PRIMARY KEY REFERENCES manifest,
    authority bigint NOT NULL REFERENCES organisation,
    order_id text,
    table_sha256 bytea,
    engine text NOT NULL,
    undecided integer NOT NULL,
    reasons bytea NOT NULL,                                   -- canonical JSON: why the order decided nothing, or not all
    serve_at timestamptz,                                     -- when the order tells filers; NULL: an officer will
    judged_at timestamptz NOT NULL
);
CREATE INDEX judgement_serve_at ON judgement (serve_at) WHERE serve_at IS NOT NULL;
CREATE TABLE decision (
    authority bigint NOT NULL REFERENCES organisation,
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    status text NOT NULL,
    fired text[] NOT NULL,                                    -- rules of law and practice
    targeting text[] NOT NULL,                                -- rows of officers' tables, samples
    order_id text,
    decided_by text NOT NULL,                                 -- an officer, or the order that he signed
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (consignment, event_id)
);
CREATE INDEX decision_manifest ON decision (manifest_id);
CREATE TABLE notice (
    authority bigint NOT NULL REFERENCES organisation,
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    status text NOT NULL,
    served_at timestamptz NOT NULL,
    PRIMARY KEY (consignment, event_id)
);
CREATE INDEX notice_manifest ON notice (manifest_id);
-- The notices of one manifest that were served together; the filer gets one CUSRES for each.
CREATE TABLE serving (
    event_id bigint PRIMARY KEY,
    authority bigint NOT NULL REFERENCES organisation,
    manifest_id bigint NOT NULL REFERENCES manifest,
    served_at timestamptz NOT NULL
);
CREATE INDEX serving_manifest ON serving (manifest_id);

ALTER TABLE risk_table ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk_table FORCE ROW LEVEL SECURITY;
ALTER TABLE standing_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE standing_order FORCE ROW LEVEL SECURITY;
ALTER TABLE officer_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE officer_key FORCE ROW LEVEL SECURITY;
ALTER TABLE standing_order_revocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE standing_order_revocation FORCE ROW LEVEL SECURITY;
ALTER TABLE judgement ENABLE ROW LEVEL SECURITY;
ALTER TABLE judgement FORCE ROW LEVEL SECURITY;
ALTER TABLE decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE decision FORCE ROW LEVEL SECURITY;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;

ALTER TABLE serving ENABLE ROW LEVEL SECURITY;
ALTER TABLE serving FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON serving TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY filer ON serving FOR SELECT TO waglan_app USING (
    EXISTS (SELECT 1 FROM manifest m WHERE m.manifest_id = serving.manifest_id AND m.org = current_org()));
CREATE POLICY engine ON serving FOR SELECT TO waglan_engine USING (true);
CREATE POLICY own ON risk_table TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON standing_order TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON officer_key TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON standing_order_revocation TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON judgement TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON decision TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON notice TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY reader ON notice FOR SELECT TO waglan_app USING (
    EXISTS (SELECT 1 FROM reader r WHERE r.org = current_org() AND r.consignment = notice.consignment AND r.until > now()));
CREATE POLICY engine ON judgement FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON decision FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON notice FOR SELECT TO waglan_engine USING (true);

GRANT SELECT, INSERT ON risk_table, standing_order, officer_key, standing_order_revocation, judgement, decision, notice, serving
    TO waglan_authority;
GRANT SELECT ON notice, serving TO waglan_app;
GRANT SELECT ON judgement, decision, notice, serving TO waglan_engine;
