-- The bills that stand declared on a call, of those that the reader is shown or was told to hold: what
-- was told last of a bill counts on each call that it stands on, and who is shown a bill sees no manifest.
CREATE POLICY owner ON manifest FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON bill FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON detention FOR SELECT TO waglan_owner USING (true);
CREATE POLICY owner ON detention_addressee FOR SELECT TO waglan_owner USING (true);
CREATE FUNCTION bills_of_call(call text) RETURNS TABLE (consignment bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT DISTINCT b.consignment FROM manifest m JOIN bill b ON b.manifest_id = m.manifest_id
        WHERE m.call = bills_of_call.call AND m.function <> 'cancel'
          AND NOT EXISTS (SELECT 1 FROM manifest v
                          WHERE v.org = m.org AND v.document = m.document AND v.call = m.call
                            AND v.version > m.version)
          AND (EXISTS (SELECT 1 FROM reader r
                       WHERE r.org = current_org() AND r.consignment = b.consignment
                         AND r.until > now())
               OR EXISTS (SELECT 1 FROM detention d
                          JOIN detention_addressee a ON a.detention_id = d.detention_id
                          WHERE d.consignment = b.consignment AND a.org = current_org()));
    END;
REVOKE ALL ON FUNCTION bills_of_call(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bills_of_call(text) TO waglan_app, waglan_authority;
