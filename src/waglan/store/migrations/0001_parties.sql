-- Who: organisations, their addresses, credentials and tokens. The four roles exist before this runs;
-- the migration runner is waglan_owner, who can't log in.

-- The organisation in whose name a transaction runs. Unset reads as '' and must see nothing.
CREATE FUNCTION current_org() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('waglan.org', true), '')::bigint;

CREATE TABLE organisation (
    org bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    party text NOT NULL UNIQUE CHECK (party ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    roles text[] NOT NULL CHECK (cardinality(roles) > 0),
    registered_at timestamptz NOT NULL
);
COMMENT ON TABLE organisation IS 'The directory: every signed-in client may see who takes part.';

-- The addresses that an organisation may use as sender or be reached at: UNB 0004, GLN, CCRN.
CREATE TABLE address (
    address text PRIMARY KEY CHECK (length(address) BETWEEN 1 AND 80),
    org bigint NOT NULL REFERENCES organisation,
    registered_at timestamptz NOT NULL
);
CREATE INDEX address_org ON address (org);

-- A person is named once, sealed under a key of his own (see `sealed` below in every side table).
CREATE TABLE person (
    subject text PRIMARY KEY CHECK (subject ~ '^sub_[0-9a-f]{32}$'),
    org bigint NOT NULL REFERENCES organisation,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL,
    blind bytea NOT NULL CHECK (length(blind) = 32),
    registered_at timestamptz NOT NULL
);
CREATE INDEX person_org ON person (org);
CREATE INDEX person_blind ON person (blind);

-- A machine that files in an organisation's name, and the person who answers for it.
CREATE TABLE credential (
    credential text PRIMARY KEY CHECK (credential ~ '^crd_[0-9a-f]{32}$'),
    org bigint NOT NULL REFERENCES organisation,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
    accountable text NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE INDEX credential_org ON credential (org);

CREATE TABLE token (
    token text PRIMARY KEY CHECK (token ~ '^tok_[0-9a-f]{32}$'),
    org bigint NOT NULL REFERENCES organisation,
    secret_sha256 bytea NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
    client text NOT NULL CHECK (client IN ('person', 'machine', 'ai')),
    scopes text[] NOT NULL,
    credential text REFERENCES credential,
    subject text,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK (expires_at > issued_at),
    CHECK ((client = 'machine') = (credential IS NOT NULL)),
    CHECK ((client = 'person') = (subject IS NOT NULL))
);
CREATE INDEX token_org ON token (org);
CREATE TABLE token_revocation (
    token text PRIMARY KEY REFERENCES token,
    org bigint NOT NULL REFERENCES organisation,
    revoked_at timestamptz NOT NULL
);

-- Before anybody is known there is no organisation to filter by, hence one function with its owner's rights.
CREATE FUNCTION authenticate(secret_sha256 bytea, at timestamptz)
    RETURNS TABLE (token text, org bigint, party text, roles text[], client text, scopes text[], accountable text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT t.token, t.org, o.party, o.roles, t.client, t.scopes, coalesce(c.accountable, t.subject)
        FROM token t JOIN organisation o ON o.org = t.org LEFT JOIN credential c ON c.credential = t.credential
        WHERE t.secret_sha256 = authenticate.secret_sha256
          AND authenticate.at >= t.issued_at AND authenticate.at < t.expires_at
          AND NOT EXISTS (SELECT 1 FROM token_revocation r WHERE r.token = t.token);
    END;

-- Whom a filing is addressed to: an authority's address is no secret, every other one is.
CREATE FUNCTION authority_at(address text) RETURNS TABLE (org bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT o.org, o.party FROM address a JOIN organisation o ON o.org = a.org
        WHERE a.address = authority_at.address AND 'customs' = ANY (o.roles);
    END;

ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisation FORCE ROW LEVEL SECURITY;
ALTER TABLE address ENABLE ROW LEVEL SECURITY;
ALTER TABLE address FORCE ROW LEVEL SECURITY;
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
ALTER TABLE credential ENABLE ROW LEVEL SECURITY;
ALTER TABLE credential FORCE ROW LEVEL SECURITY;
ALTER TABLE token ENABLE ROW LEVEL SECURITY;
ALTER TABLE token FORCE ROW LEVEL SECURITY;
ALTER TABLE token_revocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE token_revocation FORCE ROW LEVEL SECURITY;

-- FORCE holds for the owner too, whose functions above must see every row.
CREATE POLICY owner ON organisation TO waglan_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON address TO waglan_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON credential TO waglan_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON token TO waglan_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON token_revocation TO waglan_owner USING (true) WITH CHECK (true);

CREATE POLICY directory ON organisation FOR SELECT TO waglan_app, waglan_authority USING (true);
-- The platform's operator lets organisations in.
CREATE FUNCTION is_operator() RETURNS boolean LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT EXISTS (SELECT 1 FROM organisation o WHERE o.org = current_org() AND 'operator' = ANY (o.roles));
    END;
CREATE POLICY operator ON organisation FOR INSERT TO waglan_app WITH CHECK (is_operator());
CREATE POLICY operator ON address FOR INSERT TO waglan_app WITH CHECK (is_operator());
CREATE POLICY own ON address FOR SELECT TO waglan_app, waglan_authority USING (org = current_org());
CREATE POLICY own ON person TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON credential TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON token TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON token_revocation FOR SELECT TO waglan_app, waglan_authority USING (org = current_org());
CREATE POLICY author ON token_revocation FOR INSERT TO waglan_app, waglan_authority WITH CHECK (
    org = current_org()
    AND EXISTS (SELECT 1 FROM token t WHERE t.token = token_revocation.token AND t.org = current_org()));

-- The engine registers organisations for the platform's operator and carries out erasures; it serves no HTTP.
CREATE POLICY engine ON organisation TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON address TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON person TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON credential TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON token TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON token_revocation TO waglan_engine USING (true) WITH CHECK (true);

GRANT SELECT ON organisation, address TO waglan_app, waglan_authority;
GRANT INSERT ON organisation, address TO waglan_app;
GRANT SELECT, INSERT ON person, credential, token, token_revocation TO waglan_app, waglan_authority;
GRANT SELECT, INSERT ON organisation, address, credential, token, token_revocation TO waglan_engine;
GRANT SELECT, INSERT, DELETE ON person TO waglan_engine;
REVOKE ALL ON FUNCTION authenticate(bytea, timestamptz), authority_at(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authenticate(bytea, timestamptz), authority_at(text) TO waglan_app, waglan_authority, waglan_engine;
