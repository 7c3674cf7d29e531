-- Back-tests: an officers' table run on past manifests, compared with what was decided.

CREATE TABLE back_test (
    back_test_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    authority bigint NOT NULL REFERENCES organisation,
    table_sha256 bytea NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    UNIQUE (authority, table_sha256, since, until),
    FOREIGN KEY (authority, table_sha256) REFERENCES risk_table
);
-- What it looks at, fixed when it was asked for.
CREATE TABLE back_test_manifest (
    authority bigint NOT NULL REFERENCES organisation,
    back_test_id bigint NOT NULL REFERENCES back_test,
    manifest_id bigint NOT NULL REFERENCES manifest,
    PRIMARY KEY (back_test_id, manifest_id)
);
CREATE TABLE back_test_result (
    authority bigint NOT NULL REFERENCES organisation,
    back_test_id bigint NOT NULL REFERENCES back_test,
    manifest_id bigint NOT NULL REFERENCES manifest,
    found bytea NOT NULL,                                     -- canonical JSON: counts alone
    PRIMARY KEY (back_test_id, manifest_id)
);
CREATE TABLE back_test_end (
    back_test_id bigint PRIMARY KEY REFERENCES back_test,
    authority bigint NOT NULL REFERENCES organisation,
    event_id bigint NOT NULL,
    ended_at timestamptz NOT NULL
);
ALTER TABLE back_test ENABLE ROW LEVEL SECURITY;
ALTER TABLE back_test FORCE ROW LEVEL SECURITY;
ALTER TABLE back_test_manifest ENABLE ROW LEVEL SECURITY;
ALTER TABLE back_test_manifest FORCE ROW LEVEL SECURITY;
ALTER TABLE back_test_result ENABLE ROW LEVEL SECURITY;
ALTER TABLE back_test_result FORCE ROW LEVEL SECURITY;
ALTER TABLE back_test_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE back_test_end FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON back_test TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON back_test_manifest TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON back_test_result TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY own ON back_test_end TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON back_test FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON back_test_manifest FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON back_test_result FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON back_test_end FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON back_test, back_test_manifest, back_test_result, back_test_end TO waglan_authority;
GRANT SELECT ON back_test, back_test_manifest, back_test_result, back_test_end TO waglan_engine;
