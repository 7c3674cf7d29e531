-- Whose parties and marks may be read beside a bill: by who filed it, by the authority that it was filed with,
-- and by whom its filer gave a full grant. A link alone rests on what others' filings say, so it opens none.
CREATE POLICY owner ON consignment_grant FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON grant_revocation FOR SELECT TO waglan_owner USING (true);
CREATE FUNCTION shown_by_name(consignments bigint[]) RETURNS TABLE (consignment bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT r.consignment FROM reader r
        WHERE r.org = current_org() AND r.consignment = ANY (shown_by_name.consignments)
          AND r.view = 'full' AND r.until > now()
          AND (NOT r.is_shown OR EXISTS (
              SELECT 1 FROM consignment_grant g
              WHERE g.consignment = r.consignment AND g.receiver = current_org() AND g.view = 'full'
                AND g.until > now()
                AND NOT EXISTS (SELECT 1 FROM grant_revocation x WHERE x.grant_id = g.grant_id)));
    END;
REVOKE ALL ON FUNCTION shown_by_name(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shown_by_name(bigint[]) TO waglan_app, waglan_authority;
