-- Papers that declare nothing: bookings, shipping instructions, lists of houses, verified masses. Who sent
-- one sees it, and the firm that it is addressed to; no authority does. And how each partner's files are read.

-- Its content names people and prices of trade, so it is sealed under the salt of this row: erasing the row
-- destroys it, and the event in the log stays with its commitment.
CREATE TABLE document (
    document_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,              -- who sent it
    id uuid NOT NULL,
    message_id bigint NOT NULL REFERENCES message,
    place integer NOT NULL CHECK (place >= 1),                -- of the paper in what was sent, counted from 1
    kind text NOT NULL CHECK (kind IN ('booking', 'shipping-instruction', 'house-list', 'verified-mass')),
    number text NOT NULL,                                     -- the sender's own
    function text NOT NULL,
    addressee bigint REFERENCES organisation,                 -- NULL: nobody here has that address
    received_at timestamptz NOT NULL,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL,
    UNIQUE (org, id),
    UNIQUE (message_id, place)
);
CREATE INDEX document_number ON document (org, kind, number, document_id);
CREATE INDEX document_addressee ON document (addressee, document_id);
-- What finds a paper, for each firm that may see it: numbers as they are compared; a party by a blind index
-- of his name.
CREATE TABLE document_key (
    org bigint NOT NULL,                                      -- who may look it up: sender or addressee
    kind text NOT NULL CHECK (kind IN ('booking', 'bill', 'container', 'party')),
    key text NOT NULL,
    document_id bigint NOT NULL REFERENCES document ON DELETE CASCADE,
    PRIMARY KEY (org, kind, key, document_id)
);
CREATE INDEX document_key_document ON document_key (document_id);

-- How one partner's files are read and answered, by version; the newest holds.
CREATE TABLE partner_profile (
    org bigint NOT NULL REFERENCES organisation,              -- whose files
    version integer NOT NULL CHECK (version >= 1),
    profile bytea NOT NULL,                                   -- canonical JSON of messages.edifact.Profile
    set_at timestamptz NOT NULL,
    PRIMARY KEY (org, version)
);

-- A paper is delivered by the address in it. Who sends to an address has been told it; an authority gets none.
CREATE FUNCTION addressee_at(address text) RETURNS TABLE (org bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT o.org, o.party FROM address a JOIN organisation o ON o.org = a.org
        WHERE a.address = addressee_at.address
          AND o.roles && ARRAY['carrier', 'forwarder', 'terminal', 'trucker'];
    END;

-- Papers that come without an envelope are answered as JSON.
ALTER TABLE answer DROP CONSTRAINT answer_kind_check;
ALTER TABLE answer ADD CONSTRAINT answer_kind_check
    CHECK (kind IN ('CONTRL', 'APERAK', 'CUSRES', 'RESULT', 'NOTICE'));

ALTER TABLE document ENABLE ROW LEVEL SECURITY;
ALTER TABLE document FORCE ROW LEVEL SECURITY;
ALTER TABLE document_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_key FORCE ROW LEVEL SECURITY;
ALTER TABLE partner_profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE partner_profile FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON document TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY addressed ON document FOR SELECT TO waglan_app USING (addressee = current_org());
CREATE POLICY own ON document_key FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON document_key FOR INSERT TO waglan_app WITH CHECK (
    EXISTS (SELECT 1 FROM document d WHERE d.document_id = document_key.document_id AND d.org = current_org()));
CREATE POLICY own ON partner_profile FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY operator ON partner_profile TO waglan_app USING (is_operator()) WITH CHECK (is_operator());
CREATE POLICY engine ON document TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON document_key TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON partner_profile TO waglan_engine USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON document, document_key, partner_profile TO waglan_app;
-- No policy lets an authority see one: what it asks for is absent, which is no error.
GRANT SELECT ON document, document_key, partner_profile TO waglan_authority;
GRANT SELECT, DELETE ON document TO waglan_engine;
GRANT SELECT ON document_key, partner_profile TO waglan_engine;
REVOKE ALL ON FUNCTION addressee_at(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION addressee_at(text) TO waglan_app, waglan_authority, waglan_engine;
