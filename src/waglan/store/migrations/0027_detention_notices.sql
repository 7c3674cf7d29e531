-- Detention notices: what customs wants of a bill, with a number of its own, told to each addressee, acknowledged,
-- answered with documents, and ended. They begin when the filer may know, so nothing here tells of a table.

CREATE TABLE detention (
    detention_id bigint PRIMARY KEY,                          -- number of the event that served it
    authority bigint NOT NULL REFERENCES organisation,
    number text NOT NULL CHECK (length(number) <= 40),
    consignment bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('documents', 'detention', 'inspection')),
    bill text NOT NULL,
    call text NOT NULL,
    served_at timestamptz NOT NULL,
    UNIQUE (authority, number)
);
CREATE INDEX detention_number ON detention (number);
CREATE INDEX detention_consignment ON detention (consignment);
-- Each addressee with the very words that he is told; without an organisation he must be told by other means.
CREATE TABLE detention_addressee (
    detention_id bigint NOT NULL REFERENCES detention,
    n integer NOT NULL,
    authority bigint NOT NULL,
    filer bigint NOT NULL,                                    -- who sees whom the notice reached
    capacity text NOT NULL CHECK (capacity IN ('filer', 'agent', 'terminal', 'consignee')),
    reach text NOT NULL CHECK (reach IN ('here', 'elsewhere', 'unnamed')),
    org bigint REFERENCES organisation,
    told bytea NOT NULL,                                      -- JSON of customs.detention.Told
    PRIMARY KEY (detention_id, n),
    CHECK ((reach = 'here') = (org IS NOT NULL))
);
CREATE INDEX detention_addressee_org ON detention_addressee (org, detention_id);
-- What was done about a notice; where it stands is worked out from these, never stored.
CREATE TABLE detention_step (
    detention_id bigint NOT NULL REFERENCES detention,
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    org bigint NOT NULL REFERENCES organisation,              -- who did it
    step text NOT NULL,
    done_by text,                                             -- the person who answers for it; NULL: who of customs is not told
    done_at timestamptz NOT NULL,
    due timestamptz,                                          -- of an extension
    instruction text NOT NULL DEFAULT '',
    boxes text[] NOT NULL DEFAULT '{}',                       -- that a release in part lets go
    PRIMARY KEY (detention_id, event_id)
);
-- What an addressee hands in: sealed under a salt of its own row. The authority sees it once an answer gives it.
CREATE TABLE detention_document (
    document_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    detention_id bigint NOT NULL REFERENCES detention,
    authority bigint NOT NULL,
    org bigint NOT NULL REFERENCES organisation,
    id uuid NOT NULL,
    media_type text NOT NULL,
    size integer NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    commitment bytea NOT NULL CHECK (length(commitment) = 32), -- to the hash: what the answer's event says
    received_at timestamptz NOT NULL,
    UNIQUE (org, id)
);
CREATE INDEX detention_document_detention ON detention_document (detention_id, org);
CREATE TABLE detention_document_secret (
    document_id bigint PRIMARY KEY REFERENCES detention_document,
    org bigint NOT NULL,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL                                     -- its name, its bytes, and the salt of its commitment
);
CREATE TABLE detention_given (
    document_id bigint PRIMARY KEY REFERENCES detention_document,
    detention_id bigint NOT NULL,
    event_id bigint NOT NULL,                                 -- of the answer
    authority bigint NOT NULL,
    org bigint NOT NULL
);
CREATE TABLE detention_words (
    detention_id bigint NOT NULL REFERENCES detention,
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    org bigint NOT NULL,
    id uuid NOT NULL UNIQUE,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL,                                    -- the answer's text, and the salt of its commitment
    PRIMARY KEY (detention_id, event_id)
);

ALTER TABLE detention ENABLE ROW LEVEL SECURITY;
ALTER TABLE detention FORCE ROW LEVEL SECURITY;
ALTER TABLE detention_addressee ENABLE ROW LEVEL SECURITY;
ALTER TABLE detention_addressee FORCE ROW LEVEL SECURITY;
ALTER TABLE detention_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE detention_step FORCE ROW LEVEL SECURITY;
ALTER TABLE detention_document ENABLE ROW LEVEL SECURITY;
ALTER TABLE detention_document FORCE ROW LEVEL SECURITY;
ALTER TABLE detention_document_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE detention_document_secret FORCE ROW LEVEL SECURITY;
ALTER TABLE detention_given ENABLE ROW LEVEL SECURITY;
ALTER TABLE detention_given FORCE ROW LEVEL SECURITY;
ALTER TABLE detention_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE detention_words FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON detention TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY addressee ON detention FOR SELECT TO waglan_app USING (
    EXISTS (SELECT 1 FROM detention_addressee a WHERE a.detention_id = detention.detention_id AND a.org = current_org()));
CREATE POLICY own ON detention_addressee TO waglan_authority USING (authority = current_org()) WITH CHECK (authority = current_org());
CREATE POLICY addressee ON detention_addressee FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY filer ON detention_addressee FOR SELECT TO waglan_app USING (filer = current_org());
CREATE POLICY served ON detention_step FOR SELECT TO waglan_authority USING (authority = current_org());
CREATE POLICY serving ON detention_step FOR INSERT TO waglan_authority WITH CHECK (authority = current_org() AND org = current_org());
-- What customs does about a notice every addressee sees; what one of them does, he and customs.
CREATE POLICY own ON detention_step FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY told ON detention_step FOR SELECT TO waglan_app USING (
    org = authority AND EXISTS (
        SELECT 1 FROM detention_addressee a WHERE a.detention_id = detention_step.detention_id AND a.org = current_org()));
CREATE POLICY author ON detention_step FOR INSERT TO waglan_app WITH CHECK (
    org = current_org() AND step IN ('acknowledge', 'answer') AND EXISTS (
        SELECT 1 FROM detention d WHERE d.detention_id = detention_step.detention_id AND d.authority = detention_step.authority));
CREATE POLICY own ON detention_document FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON detention_document FOR INSERT TO waglan_app WITH CHECK (
    org = current_org() AND EXISTS (
        SELECT 1 FROM detention d WHERE d.detention_id = detention_document.detention_id AND d.authority = detention_document.authority));
CREATE POLICY given ON detention_document FOR SELECT TO waglan_authority USING (
    EXISTS (SELECT 1 FROM detention_given g WHERE g.document_id = detention_document.document_id AND g.authority = current_org()));
CREATE POLICY own ON detention_document_secret FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON detention_document_secret FOR INSERT TO waglan_app WITH CHECK (
    org = current_org() AND EXISTS (
        SELECT 1 FROM detention_document d WHERE d.document_id = detention_document_secret.document_id AND d.org = current_org()));
CREATE POLICY given ON detention_document_secret FOR SELECT TO waglan_authority USING (
    EXISTS (SELECT 1 FROM detention_given g WHERE g.document_id = detention_document_secret.document_id AND g.authority = current_org()));
CREATE POLICY own ON detention_given FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON detention_given FOR INSERT TO waglan_app WITH CHECK (
    org = current_org() AND EXISTS (
        SELECT 1 FROM detention_document d WHERE d.document_id = detention_given.document_id
          AND d.detention_id = detention_given.detention_id AND d.authority = detention_given.authority AND d.org = current_org()));
CREATE POLICY given ON detention_given FOR SELECT TO waglan_authority USING (authority = current_org());
CREATE POLICY own ON detention_words FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON detention_words FOR INSERT TO waglan_app WITH CHECK (
    org = current_org() AND EXISTS (
        SELECT 1 FROM detention d WHERE d.detention_id = detention_words.detention_id AND d.authority = detention_words.authority));
CREATE POLICY given ON detention_words FOR SELECT TO waglan_authority USING (authority = current_org());
-- The engine reads all for a backup, looks for whom an erasure is about, and destroys.
CREATE POLICY engine ON detention FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON detention_addressee FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON detention_step FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON detention_document FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON detention_given FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON detention_document_secret TO waglan_engine USING (true);
CREATE POLICY engine ON detention_words TO waglan_engine USING (true);

GRANT SELECT ON detention, detention_addressee TO waglan_app;
GRANT SELECT, INSERT ON detention_step, detention_document, detention_document_secret, detention_given, detention_words TO waglan_app;
GRANT SELECT, INSERT ON detention, detention_addressee, detention_step TO waglan_authority;
GRANT SELECT ON detention_document, detention_document_secret, detention_given, detention_words TO waglan_authority;
GRANT SELECT ON detention, detention_addressee, detention_step, detention_document, detention_given TO waglan_engine;
GRANT SELECT, DELETE ON detention_document_secret, detention_words TO waglan_engine;

-- Whose codes a paper names; one that two share, under two qualifiers, is nobody's. For authorities, about papers
-- that were filed with them: whoever wrote the code there has been told it.
CREATE FUNCTION coded(codes text[]) RETURNS TABLE (code text, party text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT split_part(a.address, ':', 1), min(o.party) FROM address a JOIN organisation o ON o.org = a.org
        WHERE split_part(a.address, ':', 1) = ANY (coded.codes) AND NOT 'customs' = ANY (o.roles)
        GROUP BY 1 HAVING count(DISTINCT o.org) = 1;
    END;
-- Terminals that a bill's filer shows its boxes to: of bills that were filed with who asks.
CREATE FUNCTION terminals_shown(consignments bigint[]) RETURNS TABLE (consignment bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT DISTINCT r.consignment, o.party FROM reader r JOIN organisation o ON o.org = r.org
        WHERE r.consignment = ANY (terminals_shown.consignments) AND r.view <> 'status' AND r.until > now()
          AND 'terminal' = ANY (o.roles)
          AND EXISTS (SELECT 1 FROM reader a WHERE a.org = current_org() AND a.consignment = r.consignment AND a.view = 'full');
    END;
REVOKE ALL ON FUNCTION coded(text[]), terminals_shown(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION coded(text[]), terminals_shown(bigint[]) TO waglan_authority;

-- An answer puts the bill back on the officers' side, until they ask again or decide.
ALTER TABLE standing ADD COLUMN answered_at timestamptz;
ALTER TABLE standing ADD COLUMN extended_at timestamptz;
ALTER TABLE standing DROP COLUMN waits;                       -- and with it the indexes that name it
ALTER TABLE standing ADD COLUMN waits text GENERATED ALWAYS AS (CASE
        WHEN status IN ('not-selected', 'documents-asked') AND is_withdrawn THEN NULL
        WHEN status IS NULL AND is_withdrawn THEN NULL
        WHEN status IS NULL OR (status IN ('not-selected', 'documents-asked') AND left_at > decided_at) THEN 'decision'
        WHEN status IN ('documents-asked', 'detained') AND answered_at > greatest(decided_at, extended_at) THEN 'documents-came'
        WHEN status = 'documents-asked' AND (served_at IS NULL OR served_at < decided_at) THEN 'notice'
        WHEN status = 'documents-asked' THEN 'documents'
        WHEN status = 'detained' THEN 'detention'
        WHEN status = 'inspect' THEN 'examination'
        WHEN status = 'examined' THEN 'conclusion'
        WHEN status = 'partly-cleared' THEN 'rest'
        WHEN status = 'conditionally-cleared' THEN 'conditions'
    END) STORED;
CREATE INDEX standing_worklist ON standing (authority, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_waits ON standing (authority, waits, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_call ON standing (authority, call, comes_at, places, consignment) WHERE waits IS NOT NULL;

-- What an erasure took: what was handed in to a notice is one more kind of thing to lose again after a restore.
ALTER TABLE erased DROP CONSTRAINT erased_kind_check;
ALTER TABLE erased ADD CONSTRAINT erased_kind_check CHECK (kind IN ('name', 'message', 'subject', 'event', 'sheet', 'paper'));
