-- A newer version of a manifest, or its cancellation, may leave behind what its filer still declares elsewhere: another
-- version of a bill than an officer saw, or another bill in a container that a held one left. That is looked at once.
CREATE TABLE looked_back (
    manifest_id bigint PRIMARY KEY,                           -- the newer version
    authority   bigint NOT NULL REFERENCES organisation,
    looked_at   timestamptz NOT NULL
);
ALTER TABLE looked_back ENABLE ROW LEVEL SECURITY;
ALTER TABLE looked_back FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON looked_back TO waglan_authority
    USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON looked_back FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON looked_back TO waglan_authority;
GRANT SELECT ON looked_back TO waglan_engine;
CREATE INDEX manifest_newer ON manifest (manifest_id) WHERE version > 1;
