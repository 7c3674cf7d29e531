-- An order tells a call whole at its time, or passes it over: then its officers say when.
CREATE TABLE passed_over (
    manifest_id bigint PRIMARY KEY REFERENCES manifest,
    authority   bigint NOT NULL REFERENCES organisation,
    passed_at   timestamptz NOT NULL
);
ALTER TABLE passed_over ENABLE ROW LEVEL SECURITY;
ALTER TABLE passed_over FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON passed_over TO waglan_authority
    USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON passed_over FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON passed_over TO waglan_authority;
GRANT SELECT ON passed_over TO waglan_engine;
