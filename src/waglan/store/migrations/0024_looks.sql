-- Who looked at what is another's: one row for each request, owner of what was seen, and reason.

-- `org` is whose log it stands in. A firm's row stands in the log of whoever filed or sent what it saw; an
-- officer's stands in the authority's own, and the policies below let it stand nowhere else.
CREATE TABLE look (
    org bigint NOT NULL REFERENCES organisation,
    look uuid NOT NULL,
    at timestamptz NOT NULL,
    by_org bigint NOT NULL REFERENCES organisation,
    by_client text NOT NULL CHECK (by_client IN ('person', 'machine', 'ai')),
    by_person text CHECK (by_person IS NULL OR by_org = org), -- subject id, told within his own organisation alone
    asked text NOT NULL,                                      -- the call of the interface
    basis text NOT NULL,                                      -- parties.look.Basis
    kind text NOT NULL,
    keys text[] NOT NULL,                                     -- the first of them
    count integer NOT NULL CHECK (count >= 1 AND count >= cardinality(keys)),
    PRIMARY KEY (org, look)
);
CREATE INDEX look_at ON look USING brin (at);
CREATE INDEX look_person ON look USING gin (keys) WHERE kind = 'person';
ALTER TABLE look ENABLE ROW LEVEL SECURITY;
ALTER TABLE look FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON look FOR SELECT TO waglan_app, waglan_authority USING (org = current_org());
CREATE POLICY looker ON look FOR INSERT TO waglan_app WITH CHECK (by_org = current_org());
CREATE POLICY officer ON look FOR INSERT TO waglan_authority WITH CHECK (org = current_org() AND by_org = current_org());
CREATE POLICY engine ON look TO waglan_engine USING (true);
GRANT SELECT, INSERT ON look TO waglan_app, waglan_authority;
GRANT SELECT, DELETE ON look TO waglan_engine;

-- Whose a consignment is, for whoever may see it and must say so in its filer's log.
CREATE POLICY owner ON consignment FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON reader FOR SELECT TO waglan_owner USING (true);
CREATE FUNCTION filers(consignments bigint[]) RETURNS TABLE (consignment bigint, org bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT c.consignment, c.org FROM consignment c
        WHERE c.consignment = ANY (filers.consignments) AND EXISTS (
            SELECT 1 FROM reader r WHERE r.org = current_org() AND r.consignment = c.consignment);
    END;
REVOKE ALL ON FUNCTION filers(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION filers(bigint[]) TO waglan_app;
