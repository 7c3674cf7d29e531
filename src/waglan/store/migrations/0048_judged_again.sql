-- A bill that was held and withdrawn may go on in what its filer had judged before: that is judged again, once for each
-- time that the bill was withdrawn.
CREATE TABLE judged_again (
    consignment bigint NOT NULL,
    manifest_id bigint NOT NULL,                              -- the last that declared it
    authority   bigint NOT NULL REFERENCES organisation,
    judged_at   timestamptz NOT NULL,
    PRIMARY KEY (consignment, manifest_id)
);
ALTER TABLE judged_again ENABLE ROW LEVEL SECURITY;
ALTER TABLE judged_again FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON judged_again TO waglan_authority
    USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY engine ON judged_again FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON judged_again TO waglan_authority;
GRANT SELECT ON judged_again TO waglan_engine;
CREATE INDEX standing_withdrawn ON standing (consignment) WHERE is_withdrawn AND (waits IS NOT NULL OR status = 'seized');
