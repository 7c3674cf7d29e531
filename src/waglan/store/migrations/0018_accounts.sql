-- How a person signs in: a login name, a password, one-time links. A session is a token.

-- The name is personal and sealed; it is unique within a firm, so that no firm learns of another's people.
CREATE TABLE login (
    org bigint NOT NULL REFERENCES organisation,
    subject text NOT NULL REFERENCES person,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL,
    blind bytea NOT NULL CHECK (length(blind) = 32),
    set_at timestamptz NOT NULL,
    PRIMARY KEY (org, subject),
    UNIQUE (org, blind)
);
-- What argon2id made of the password, sealed besides: without the vault's key nobody can try guesses.
CREATE TABLE password (
    org bigint NOT NULL,
    subject text NOT NULL,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (org, subject),
    FOREIGN KEY (org, subject) REFERENCES login
);
-- Of a person's links only the newest counts.
CREATE TABLE one_time_link (
    link text PRIMARY KEY CHECK (link ~ '^lnk_[0-9a-f]{32}$'),
    org bigint NOT NULL,
    subject text NOT NULL,
    n integer NOT NULL CHECK (n >= 1),
    purpose text NOT NULL CHECK (purpose IN ('invitation', 'reset')),
    secret_sha256 bytea NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
    made_by text,                                             -- subject id; NULL: the person asked for it himself
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (org, subject, n),
    FOREIGN KEY (org, subject) REFERENCES login
);
CREATE TABLE link_use (
    link text PRIMARY KEY REFERENCES one_time_link,
    org bigint NOT NULL REFERENCES organisation,
    used_at timestamptz NOT NULL
);
ALTER TABLE token ADD COLUMN is_session boolean NOT NULL DEFAULT false;
CREATE INDEX token_subject ON token (org, subject) WHERE subject IS NOT NULL;

-- What a person does in his firm: the newest row counts. Who has none has only what his tokens say.
CREATE TABLE person_role (
    org bigint NOT NULL REFERENCES organisation,
    subject text NOT NULL,
    n integer NOT NULL CHECK (n >= 1),
    roles text[] NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (org, subject, n)
);
-- Whoever has signed in with a token until now gets the roles that give as much.
INSERT INTO person_role (org, subject, n, roles, set_by, set_at)
    SELECT t.org, t.subject, 1, array_remove(ARRAY[
            CASE WHEN bool_or('admin' = ANY (t.scopes)) THEN 'administrator' END,
            CASE WHEN bool_or('file' = ANY (t.scopes)) THEN 'approver' END,
            CASE WHEN bool_or('decide' = ANY (t.scopes)) THEN 'officer' END,
            CASE WHEN bool_or('operate' = ANY (t.scopes)) THEN 'operator' END,
            'reader'], NULL), t.subject, now()
    FROM token t WHERE t.client = 'person' GROUP BY t.org, t.subject;

DROP FUNCTION authenticate(bytea, timestamptz);
CREATE FUNCTION authenticate(secret_sha256 bytea, at timestamptz)
    RETURNS TABLE (token text, org bigint, party text, roles text[], client text, scopes text[], accountable text,
                   firm_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT t.token, t.org, o.party, o.roles, t.client, t.scopes, coalesce(c.accountable, t.subject),
            (SELECT r.roles FROM person_role r WHERE r.org = t.org AND r.subject = t.subject ORDER BY r.n DESC LIMIT 1)
        FROM token t JOIN organisation o ON o.org = t.org LEFT JOIN credential c ON c.credential = t.credential
        WHERE t.secret_sha256 = authenticate.secret_sha256
          AND authenticate.at >= t.issued_at AND authenticate.at < t.expires_at
          AND NOT EXISTS (SELECT 1 FROM token_revocation r WHERE r.token = t.token);
    END;
REVOKE ALL ON FUNCTION authenticate(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authenticate(bytea, timestamptz) TO waglan_app, waglan_authority, waglan_engine;

-- As for authenticate: before anybody is known there is no organisation to filter by.
CREATE FUNCTION account_at(party text, blind bytea)
    RETURNS TABLE (org bigint, roles text[], subject text, key_salt bytea, sealed bytea, firm_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT o.org, o.roles, l.subject, p.key_salt, p.sealed,
            (SELECT r.roles FROM person_role r WHERE r.org = l.org AND r.subject = l.subject ORDER BY r.n DESC LIMIT 1)
        FROM organisation o JOIN login l ON l.org = o.org
            LEFT JOIN password p ON p.org = l.org AND p.subject = l.subject
        WHERE o.party = account_at.party AND l.blind = account_at.blind;
    END;
CREATE FUNCTION link_at(secret_sha256 bytea, at timestamptz)
    RETURNS TABLE (org bigint, party text, roles text[], link text, subject text, purpose text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT o.org, o.party, o.roles, k.link, k.subject, k.purpose
        FROM one_time_link k JOIN organisation o ON o.org = k.org
        WHERE k.secret_sha256 = link_at.secret_sha256
          AND link_at.at >= k.made_at AND link_at.at < k.expires_at
          AND NOT EXISTS (SELECT 1 FROM link_use u WHERE u.link = k.link)
          AND NOT EXISTS (SELECT 1 FROM one_time_link n
                          WHERE n.org = k.org AND n.subject = k.subject AND n.n > k.n);
    END;
REVOKE ALL ON FUNCTION account_at(text, bytea), link_at(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_at(text, bytea), link_at(bytea, timestamptz) TO waglan_app;

ALTER TABLE login ENABLE ROW LEVEL SECURITY;
ALTER TABLE login FORCE ROW LEVEL SECURITY;
ALTER TABLE password ENABLE ROW LEVEL SECURITY;
ALTER TABLE password FORCE ROW LEVEL SECURITY;
ALTER TABLE one_time_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE one_time_link FORCE ROW LEVEL SECURITY;
ALTER TABLE link_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE link_use FORCE ROW LEVEL SECURITY;
ALTER TABLE person_role ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_role FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON person_role TO waglan_owner USING (true);
CREATE POLICY own ON person_role TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON person_role TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY owner ON login TO waglan_owner USING (true);
CREATE POLICY owner ON password TO waglan_owner USING (true);
CREATE POLICY owner ON one_time_link TO waglan_owner USING (true);
CREATE POLICY owner ON link_use TO waglan_owner USING (true);
CREATE POLICY own ON login TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON password TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON one_time_link TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON link_use TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON login TO waglan_engine USING (true);
CREATE POLICY engine ON password TO waglan_engine USING (true);
CREATE POLICY engine ON one_time_link TO waglan_engine USING (true);
CREATE POLICY engine ON link_use TO waglan_engine USING (true);
GRANT SELECT, INSERT, UPDATE ON login, password TO waglan_app, waglan_authority;
GRANT SELECT, INSERT ON one_time_link, link_use, person_role TO waglan_app, waglan_authority;
GRANT SELECT, INSERT ON person_role TO waglan_engine;
GRANT SELECT, DELETE ON login, password, one_time_link, link_use TO waglan_engine;
