-- An officers' table is imported by one officer and published by another, who signs its hash.

ALTER TABLE risk_table RENAME COLUMN published_by TO imported_by;
ALTER TABLE risk_table RENAME COLUMN published_at TO imported_at;
CREATE TABLE table_publication (
    authority bigint NOT NULL REFERENCES organisation,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    published_by text NOT NULL,
    act_id text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (authority, sha256),
    FOREIGN KEY (authority, sha256) REFERENCES risk_table
);
-- Two officers never sign with one key.
CREATE UNIQUE INDEX officer_key_public ON officer_key (authority, public_key);
ALTER TABLE table_publication ENABLE ROW LEVEL SECURITY;
ALTER TABLE table_publication FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON table_publication TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON table_publication FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON table_publication TO waglan_authority;
GRANT SELECT ON table_publication TO waglan_engine;
