-- A manifest belongs to its filer and the authority that it was filed with, and so does each of its bills: what is filed
-- with another authority under the same numbers is another manifest, and has bills of its own.
ALTER TABLE manifest DROP CONSTRAINT manifest_org_document_call_version_key;
ALTER TABLE manifest ADD UNIQUE (org, document, call, filed_with, version);
ALTER TABLE consignment ADD COLUMN authority bigint;
-- A bill that was declared to several authorities before this step stays with the last of them, who had it in the
-- worklist; what is filed with another from now on is a bill of its own. The owner has no policy to write by.
ALTER TABLE consignment NO FORCE ROW LEVEL SECURITY;
UPDATE consignment c SET authority = m.filed_with
FROM (SELECT consignment, max(manifest_id) AS manifest_id FROM bill GROUP BY consignment) b
JOIN manifest m USING (manifest_id)
WHERE b.consignment = c.consignment;
UPDATE consignment SET authority = 0 WHERE authority IS NULL; -- no manifest that is kept declares it: nobody's
ALTER TABLE consignment FORCE ROW LEVEL SECURITY;
ALTER TABLE consignment ALTER COLUMN authority SET NOT NULL;
ALTER TABLE consignment DROP CONSTRAINT consignment_org_number_parent_key;
ALTER TABLE consignment ADD UNIQUE (org, authority, number, parent);
-- A replacement that went to another authority took a manifest away from the first: all is folded anew.
TRUNCATE standing;
DELETE FROM projection WHERE name = 'standing';
CREATE OR REPLACE FUNCTION bills_of_call(call text) RETURNS TABLE (consignment bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT DISTINCT b.consignment FROM manifest m JOIN bill b ON b.manifest_id = m.manifest_id
        WHERE m.call = bills_of_call.call AND m.function <> 'cancel'
          AND NOT EXISTS (SELECT 1 FROM manifest v
                          WHERE v.org = m.org AND v.document = m.document AND v.call = m.call
                            AND v.filed_with = m.filed_with AND v.version > m.version)
          AND (EXISTS (SELECT 1 FROM reader r
                       WHERE r.org = current_org() AND r.consignment = b.consignment
                         AND r.until > now())
               OR EXISTS (SELECT 1 FROM detention d
                          JOIN detention_addressee a ON a.detention_id = d.detention_id
                          WHERE d.consignment = b.consignment AND a.org = current_org()));
    END;
