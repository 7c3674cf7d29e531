-- By which manifest a bill names whom it names, of those that may be read by name: the newest that stands, or the newest
-- of all where none does. Whoever was given a full grant sees no manifest, and so not by himself which one stands.
CREATE FUNCTION names_bill(consignments bigint[]) RETURNS TABLE (consignment bigint, manifest_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT DISTINCT ON (b.consignment) b.consignment, b.manifest_id
        FROM shown_by_name(names_bill.consignments) s
        JOIN bill b ON b.consignment = s.consignment
        JOIN manifest m ON m.manifest_id = b.manifest_id
        ORDER BY b.consignment, (m.function <> 'cancel' AND NOT EXISTS (
            SELECT 1 FROM manifest n WHERE n.org = m.org AND n.document = m.document AND n.call = m.call
               AND n.filed_with = m.filed_with AND n.version > m.version)) DESC, b.manifest_id DESC;
    END;
REVOKE ALL ON FUNCTION names_bill(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION names_bill(bigint[]) TO waglan_app, waglan_authority;
