-- Who is erased is nobody any more: his tokens are worth nothing, nor are those of machines that he answers for until a
-- colleague does, and the engine, which alone erases, ends an officer's key and orders with him.
CREATE POLICY owner ON person FOR SELECT TO waglan_owner USING (true);
CREATE POLICY ending ON officer_key_end FOR INSERT TO waglan_engine WITH CHECK (true);
CREATE POLICY ending ON standing_order_revocation FOR INSERT TO waglan_engine WITH CHECK (true);
GRANT INSERT ON officer_key_end, standing_order_revocation TO waglan_engine;
CREATE OR REPLACE FUNCTION authenticate(secret_sha256 bytea, at timestamptz)
    RETURNS TABLE (token text, org bigint, party text, roles text[], client text, scopes text[], accountable text,
                   firm_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT t.token, t.org, o.party, o.roles, t.client, t.scopes, w.accountable,
            (SELECT r.roles FROM person_role r WHERE r.org = t.org AND r.subject = t.subject ORDER BY r.n DESC LIMIT 1)
        FROM token t JOIN organisation o ON o.org = t.org LEFT JOIN credential c ON c.credential = t.credential
        CROSS JOIN LATERAL (SELECT
            coalesce((SELECT a.accountable FROM answerable a WHERE a.org = t.org AND a.credential = t.credential
                      ORDER BY a.n DESC LIMIT 1), c.accountable, t.subject) AS accountable) w
        WHERE t.secret_sha256 = authenticate.secret_sha256
          AND authenticate.at >= t.issued_at AND authenticate.at < t.expires_at
          AND NOT EXISTS (SELECT 1 FROM token_revocation r WHERE r.token = t.token)
          AND (w.accountable IS NULL
               OR EXISTS (SELECT 1 FROM person p WHERE p.org = t.org AND p.subject = w.accountable));
    END;
