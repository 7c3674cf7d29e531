-- People leave: to whom they handed over what was theirs. A person is let go once, and never comes back.
CREATE TABLE departure (
    org bigint NOT NULL REFERENCES organisation,
    subject text NOT NULL,
    successor text CHECK (successor <> subject),              -- subject id; NULL: nothing was his to hand over
    credentials text[] NOT NULL,                              -- machines that he answered for
    drafts uuid[] NOT NULL,                                   -- open ones that were in his charge
    let_go_by text NOT NULL,
    left_at timestamptz NOT NULL,
    PRIMARY KEY (org, subject),
    CHECK (successor IS NOT NULL OR (credentials = '{}' AND drafts = '{}'))
);
-- Who answers for a machine since its first person left: the newest row counts.
CREATE TABLE answerable (
    org bigint NOT NULL REFERENCES organisation,
    credential text NOT NULL REFERENCES credential,
    n integer NOT NULL CHECK (n >= 1),
    accountable text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (org, credential, n)
);
CREATE OR REPLACE FUNCTION authenticate(secret_sha256 bytea, at timestamptz)
    RETURNS TABLE (token text, org bigint, party text, roles text[], client text, scopes text[], accountable text,
                   firm_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT t.token, t.org, o.party, o.roles, t.client, t.scopes,
            coalesce((SELECT a.accountable FROM answerable a WHERE a.org = t.org AND a.credential = t.credential
                      ORDER BY a.n DESC LIMIT 1), c.accountable, t.subject),
            (SELECT r.roles FROM person_role r WHERE r.org = t.org AND r.subject = t.subject ORDER BY r.n DESC LIMIT 1)
        FROM token t JOIN organisation o ON o.org = t.org LEFT JOIN credential c ON c.credential = t.credential
        WHERE t.secret_sha256 = authenticate.secret_sha256
          AND authenticate.at >= t.issued_at AND authenticate.at < t.expires_at
          AND NOT EXISTS (SELECT 1 FROM token_revocation r WHERE r.token = t.token);
    END;

ALTER TABLE departure ENABLE ROW LEVEL SECURITY;
ALTER TABLE departure FORCE ROW LEVEL SECURITY;
ALTER TABLE answerable ENABLE ROW LEVEL SECURITY;
ALTER TABLE answerable FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON departure TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON answerable TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY owner ON answerable FOR SELECT TO waglan_owner USING (true);
CREATE POLICY engine ON departure FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON answerable FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON departure, answerable TO waglan_app, waglan_authority;
GRANT SELECT ON departure, answerable TO waglan_engine;
