-- An officer who leaves, or loses his key, has it ended, and signs with another from then on.

ALTER TABLE officer_key DROP CONSTRAINT officer_key_pkey;
DROP INDEX officer_key_public;
-- Two officers never sign with one key, and no key that ended is taken again.
ALTER TABLE officer_key ADD PRIMARY KEY (authority, public_key);
CREATE INDEX officer_key_officer ON officer_key (authority, officer);
CREATE TABLE officer_key_end (
    authority bigint NOT NULL REFERENCES organisation,
    public_key bytea NOT NULL,
    ended_by text NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (authority, public_key),
    FOREIGN KEY (authority, public_key) REFERENCES officer_key
);
ALTER TABLE officer_key_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE officer_key_end FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON officer_key_end TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON officer_key_end FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON officer_key_end TO waglan_authority;
GRANT SELECT ON officer_key_end TO waglan_engine;
