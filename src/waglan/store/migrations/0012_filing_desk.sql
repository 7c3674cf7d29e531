-- The filing desk: what a firm prepares and keeps for its filings, and who in it approves.

-- A draft, a template, an entry of the address book, a client's letter. What it says stands in its steps.
CREATE TABLE sheet (
    org bigint NOT NULL REFERENCES organisation,
    sheet uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('draft', 'template', 'address', 'letter')),
    profile text NOT NULL,                                    -- of a draft or template; '' for the rest
    made_at timestamptz NOT NULL,
    PRIMARY KEY (org, sheet)
);
CREATE INDEX sheet_kind ON sheet (org, kind, made_at);
-- Erasing deletes the secret and empties the steps; what was done, and when, stays.
CREATE TABLE sheet_secret (
    org bigint NOT NULL,
    sheet uuid NOT NULL,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    PRIMARY KEY (org, sheet),
    FOREIGN KEY (org, sheet) REFERENCES sheet
);
CREATE TABLE sheet_step (
    org bigint NOT NULL,
    sheet uuid NOT NULL,
    n integer NOT NULL CHECK (n >= 1),                        -- two who act on one step make the same number: one is refused
    act text NOT NULL,
    done_by text NOT NULL,                                    -- subject id of who answers for it
    token text NOT NULL,
    done_at timestamptz NOT NULL,
    message_id bigint REFERENCES message,                     -- of what was handed over to a desk on this platform
    sealed bytea NOT NULL,                                    -- '' where the step says nothing of its own, or was erased
    PRIMARY KEY (org, sheet, n),
    FOREIGN KEY (org, sheet) REFERENCES sheet
);

-- Whether a firm's people may approve what they prepared themselves; the newest row counts.
CREATE TABLE filing_rule (
    org bigint NOT NULL REFERENCES organisation,
    n integer NOT NULL CHECK (n >= 1),
    self_approve boolean NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (org, n)
);
CREATE TABLE approver (
    org bigint NOT NULL REFERENCES organisation,
    approver uuid NOT NULL,
    subject text NOT NULL,
    cover_for text,                                           -- stands in for this person
    given_by text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,                                        -- NULL: until it is ended
    PRIMARY KEY (org, approver)
);
CREATE TABLE approver_end (
    org bigint NOT NULL,
    approver uuid NOT NULL,
    ended_by text NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (org, approver),
    FOREIGN KEY (org, approver) REFERENCES approver
);

-- An authority's address is no secret: whoever files for the first time need not ask for it.
CREATE FUNCTION authority_addresses() RETURNS TABLE (address text, party text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT a.address, o.party FROM address a JOIN organisation o ON o.org = a.org
        WHERE 'customs' = ANY (o.roles) ORDER BY 2, 1;
    END;
REVOKE ALL ON FUNCTION authority_addresses() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authority_addresses() TO waglan_app, waglan_authority, waglan_engine;

ALTER TABLE sheet ENABLE ROW LEVEL SECURITY;
ALTER TABLE sheet FORCE ROW LEVEL SECURITY;
ALTER TABLE sheet_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE sheet_secret FORCE ROW LEVEL SECURITY;
ALTER TABLE sheet_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE sheet_step FORCE ROW LEVEL SECURITY;
ALTER TABLE filing_rule ENABLE ROW LEVEL SECURITY;
ALTER TABLE filing_rule FORCE ROW LEVEL SECURITY;
ALTER TABLE approver ENABLE ROW LEVEL SECURITY;
ALTER TABLE approver FORCE ROW LEVEL SECURITY;
ALTER TABLE approver_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE approver_end FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON sheet TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON sheet_secret TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON sheet_step TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON filing_rule TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON approver TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON approver_end TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON sheet TO waglan_engine USING (true);
CREATE POLICY engine ON sheet_secret TO waglan_engine USING (true);
CREATE POLICY engine ON sheet_step TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON filing_rule TO waglan_engine USING (true);
CREATE POLICY engine ON approver TO waglan_engine USING (true);
CREATE POLICY engine ON approver_end TO waglan_engine USING (true);

GRANT SELECT, INSERT ON sheet, sheet_secret, sheet_step, filing_rule, approver, approver_end TO waglan_app;
-- An authority prepares no filings and has no policy here: what it asks for is absent, which is no error.
GRANT SELECT ON sheet, sheet_secret, sheet_step, filing_rule, approver, approver_end TO waglan_authority;
GRANT SELECT ON sheet, sheet_step, filing_rule, approver, approver_end TO waglan_engine;
GRANT SELECT, DELETE ON sheet_secret TO waglan_engine;
GRANT UPDATE (sealed) ON sheet_step TO waglan_engine;

-- What an erasure took: a sheet is one more kind of thing to lose again after a restore.
ALTER TABLE erased DROP CONSTRAINT erased_kind_check;
ALTER TABLE erased ADD CONSTRAINT erased_kind_check CHECK (kind IN ('name', 'message', 'subject', 'event', 'sheet'));
ALTER TABLE erasure ADD COLUMN sheets integer NOT NULL DEFAULT 0;
