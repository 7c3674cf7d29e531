-- What is declared: manifests by version, their bills, equipment, and who may see which consignment.

-- One manifest arriving in parts. It is complete when a manifest names it; nothing here is ever changed.
CREATE TABLE assembly (
    assembly_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,
    sender text NOT NULL,
    recipient text NOT NULL,
    message_type text NOT NULL,
    access_reference text NOT NULL,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    UNIQUE (org, sender, recipient, message_type, access_reference)
);
CREATE TABLE assembly_part (
    assembly_id bigint NOT NULL REFERENCES assembly,
    number integer NOT NULL CHECK (number >= 1),
    org bigint NOT NULL,
    is_final boolean NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    message_id bigint NOT NULL REFERENCES message,
    place integer NOT NULL CHECK (place >= 1),                -- of the part in what was sent, counted from 1
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (assembly_id, number)
);

-- Its sender was told that parts are missing; the assembly stays open.
CREATE TABLE assembly_alert (
    assembly_id bigint PRIMARY KEY REFERENCES assembly,
    org bigint NOT NULL,
    told_at timestamptz NOT NULL
);

CREATE TABLE manifest (
    manifest_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,              -- the filer
    id uuid NOT NULL,
    filed_with bigint NOT NULL REFERENCES organisation,       -- the authority
    document text NOT NULL,
    call text NOT NULL,                                       -- IMO number or vessel's name, and voyage
    version integer NOT NULL CHECK (version >= 1),
    function text NOT NULL,
    reference text NOT NULL,                                  -- the sender's own for the message that made this version
    assembly_id bigint NOT NULL UNIQUE REFERENCES assembly,
    message_id bigint NOT NULL REFERENCES message,            -- the one that completed it; its sender is answered
    vessel text, imo text, voyage text, port_of_call text,
    arrives_at timestamptz,                                   -- NULL: nobody said
    head bytea NOT NULL,                                      -- canonical JSON of manifest.model.Head
    bills integer NOT NULL,
    received_at timestamptz NOT NULL,                         -- of the message that completed it
    filed_at timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, document, call, version)
);
CREATE INDEX manifest_filed_with ON manifest (filed_with, manifest_id);
CREATE INDEX manifest_call ON manifest (call);

-- A bill keeps one identity through all versions: its number under the bill above it, as its filer gave them.
CREATE TABLE consignment (
    consignment bigint PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,
    parent text NOT NULL,                                     -- number of the bill above; '' for a master
    number text NOT NULL,
    UNIQUE (org, number, parent)
);
CREATE SEQUENCE consignment_block;
CREATE INDEX consignment_number ON consignment (number);

CREATE TABLE bill (
    manifest_id bigint NOT NULL REFERENCES manifest,
    consignment bigint NOT NULL,
    org bigint NOT NULL,
    number text NOT NULL,
    parent text,
    level text NOT NULL,
    forwarder text,                                           -- the code of the forwarder that it names, as sent
    particulars bytea NOT NULL,                               -- canonical JSON of manifest.model.Bill, no party and no mark
    PRIMARY KEY (consignment, manifest_id)
);
CREATE INDEX bill_manifest ON bill (manifest_id);
CREATE INDEX bill_number ON bill (number);
CREATE INDEX bill_parent ON bill (parent) WHERE parent IS NOT NULL;

-- Parties and marks of one bill, sealed under a key that this row's salt alone can make again.
-- Erasing deletes the row; `blind` finds a person's rows without telling who he is.
CREATE TABLE bill_personal (
    manifest_id bigint NOT NULL,
    consignment bigint NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL,
    blind bytea[] NOT NULL,
    PRIMARY KEY (consignment, manifest_id)
);
CREATE INDEX bill_personal_blind ON bill_personal USING gin (blind);

CREATE TABLE equipment (
    manifest_id bigint NOT NULL REFERENCES manifest,
    n integer NOT NULL,
    org bigint NOT NULL,
    number text NOT NULL,
    particulars bytea NOT NULL,                               -- canonical JSON of manifest.model.Equipment
    PRIMARY KEY (manifest_id, n)
);
CREATE TABLE bill_equipment (
    manifest_id bigint NOT NULL,
    consignment bigint NOT NULL,
    org bigint NOT NULL,
    container text NOT NULL,
    packages integer,
    PRIMARY KEY (manifest_id, container, consignment)
);

-- Who may see a consignment: the answer of parties.readers(), kept so that the database can check it.
CREATE TABLE reader (
    org bigint NOT NULL,
    consignment bigint NOT NULL,
    view text NOT NULL CHECK (view IN ('full', 'equipment', 'status')),
    until timestamptz NOT NULL,
    is_shown boolean NOT NULL DEFAULT false,                  -- by a link or a grant, not by his own filing or office
    PRIMARY KEY (org, consignment, view)
);
CREATE INDEX reader_consignment ON reader (consignment);
CREATE INDEX reader_shown ON reader (consignment) WHERE is_shown;
CREATE TABLE consignment_grant (
    grant_id uuid PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,              -- who gives
    receiver bigint NOT NULL REFERENCES organisation,
    consignment bigint NOT NULL,
    view text NOT NULL CHECK (view IN ('full', 'equipment', 'status')),
    given_at timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE INDEX consignment_grant_org ON consignment_grant (org);
CREATE INDEX consignment_grant_consignment ON consignment_grant (consignment);
CREATE TABLE grant_revocation (
    grant_id uuid PRIMARY KEY REFERENCES consignment_grant,
    org bigint NOT NULL,
    revoked_at timestamptz NOT NULL
);
-- What the engine has carried out: a manifest without its row here still waits to be linked, a grant or
-- its revocation to be settled.
CREATE TABLE linked (
    manifest_id bigint PRIMARY KEY REFERENCES manifest,
    org bigint NOT NULL,
    linked_at timestamptz NOT NULL
);
CREATE TABLE grant_settled (
    grant_id uuid NOT NULL REFERENCES consignment_grant,
    is_revoked boolean NOT NULL,
    org bigint NOT NULL,
    settled_at timestamptz NOT NULL,
    PRIMARY KEY (grant_id, is_revoked)
);

-- A projection of the log, made by the engine: `waglan rebuild` makes it again.
CREATE TABLE standing (
    consignment bigint PRIMARY KEY,
    authority bigint NOT NULL,
    manifest_id bigint NOT NULL,
    number text NOT NULL,
    call text NOT NULL,
    declared_at timestamptz NOT NULL,
    arrives_at timestamptz,
    status text,
    decided_at timestamptz,
    served_at timestamptz,
    seq bigint NOT NULL
);
CREATE INDEX standing_call ON standing (authority, call);

ALTER TABLE assembly ENABLE ROW LEVEL SECURITY;
ALTER TABLE assembly FORCE ROW LEVEL SECURITY;
ALTER TABLE assembly_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE assembly_part FORCE ROW LEVEL SECURITY;
ALTER TABLE assembly_alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE assembly_alert FORCE ROW LEVEL SECURITY;
ALTER TABLE manifest ENABLE ROW LEVEL SECURITY;
ALTER TABLE manifest FORCE ROW LEVEL SECURITY;
ALTER TABLE consignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE consignment FORCE ROW LEVEL SECURITY;
ALTER TABLE bill ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill FORCE ROW LEVEL SECURITY;
ALTER TABLE bill_personal ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_personal FORCE ROW LEVEL SECURITY;
ALTER TABLE equipment ENABLE ROW LEVEL SECURITY;
ALTER TABLE equipment FORCE ROW LEVEL SECURITY;
ALTER TABLE bill_equipment ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_equipment FORCE ROW LEVEL SECURITY;
ALTER TABLE reader ENABLE ROW LEVEL SECURITY;
ALTER TABLE reader FORCE ROW LEVEL SECURITY;
ALTER TABLE consignment_grant ENABLE ROW LEVEL SECURITY;
ALTER TABLE consignment_grant FORCE ROW LEVEL SECURITY;
ALTER TABLE grant_revocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE grant_revocation FORCE ROW LEVEL SECURITY;
ALTER TABLE linked ENABLE ROW LEVEL SECURITY;
ALTER TABLE linked FORCE ROW LEVEL SECURITY;
ALTER TABLE grant_settled ENABLE ROW LEVEL SECURITY;
ALTER TABLE grant_settled FORCE ROW LEVEL SECURITY;
ALTER TABLE standing ENABLE ROW LEVEL SECURITY;
ALTER TABLE standing FORCE ROW LEVEL SECURITY;

-- A filer sees and writes his own rows.
CREATE POLICY own ON assembly TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON assembly_part TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON assembly_alert TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON manifest TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON consignment TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON bill TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY author ON bill_personal FOR INSERT TO waglan_app WITH CHECK (org = current_org());
CREATE POLICY author ON bill_equipment FOR INSERT TO waglan_app WITH CHECK (org = current_org());
CREATE POLICY own ON equipment TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON reader FOR SELECT TO waglan_app, waglan_authority USING (org = current_org());
CREATE POLICY author ON reader FOR INSERT TO waglan_app WITH CHECK (
    NOT is_shown AND EXISTS (SELECT 1 FROM consignment c WHERE c.consignment = reader.consignment AND c.org = current_org()));
CREATE POLICY giver ON consignment_grant FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON consignment_grant FOR INSERT TO waglan_app WITH CHECK (
    org = current_org()
    AND EXISTS (SELECT 1 FROM consignment c WHERE c.consignment = consignment_grant.consignment AND c.org = current_org()));
CREATE POLICY giver ON grant_revocation FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON grant_revocation FOR INSERT TO waglan_app WITH CHECK (
    org = current_org()
    AND EXISTS (SELECT 1 FROM consignment_grant g WHERE g.grant_id = grant_revocation.grant_id AND g.org = current_org()));
CREATE POLICY giver ON grant_settled FOR SELECT TO waglan_app USING (org = current_org());

-- A full view shows the bill with its parties and marks; an equipment view its boxes alone.
CREATE POLICY reader ON bill FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM reader r WHERE r.org = current_org() AND r.consignment = bill.consignment
            AND r.view = 'full' AND r.until > now()));
CREATE POLICY reader ON bill_personal FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM reader r WHERE r.org = current_org() AND r.consignment = bill_personal.consignment
            AND r.view = 'full' AND r.until > now()));
CREATE POLICY reader ON bill_equipment FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM reader r WHERE r.org = current_org() AND r.consignment = bill_equipment.consignment
            AND r.view <> 'status' AND r.until > now()));

-- An authority sees what is filed with it, and no more.
CREATE POLICY filed_with ON manifest FOR SELECT TO waglan_authority USING (filed_with = current_org());
CREATE POLICY filed_with ON equipment FOR SELECT TO waglan_authority USING (
    EXISTS (SELECT 1 FROM manifest m WHERE m.manifest_id = equipment.manifest_id AND m.filed_with = current_org()));
CREATE POLICY filed_with ON consignment FOR SELECT TO waglan_authority USING (
    EXISTS (SELECT 1 FROM reader r WHERE r.org = current_org() AND r.consignment = consignment.consignment));
CREATE POLICY authority ON standing FOR SELECT TO waglan_authority USING (authority = current_org());

CREATE POLICY engine ON assembly TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON assembly_part TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON assembly_alert TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON manifest TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON consignment TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON bill TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON bill_personal TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON equipment TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON bill_equipment TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON reader TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON consignment_grant TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON grant_revocation TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON linked TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON grant_settled TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON standing TO waglan_engine USING (true) WITH CHECK (true);

GRANT USAGE ON SEQUENCE consignment_block TO waglan_app;
GRANT SELECT, INSERT ON assembly, assembly_part, assembly_alert, manifest, consignment, bill, bill_personal, equipment, bill_equipment, reader,
    consignment_grant, grant_revocation TO waglan_app;
GRANT SELECT ON manifest, consignment, bill, bill_personal, equipment, bill_equipment, reader, standing TO waglan_authority;
GRANT SELECT ON assembly, assembly_part, assembly_alert, manifest, consignment, bill, equipment, bill_equipment, consignment_grant, grant_revocation
    TO waglan_engine;
GRANT SELECT, INSERT, DELETE ON bill_personal, reader TO waglan_engine;
GRANT SELECT, INSERT ON linked, grant_settled TO waglan_engine;
GRANT SELECT ON grant_settled TO waglan_app;
-- An authority gives no grants and has no policy there: what it asks for is absent, which is no error.
GRANT SELECT ON consignment_grant, grant_revocation, grant_settled TO waglan_authority;
GRANT SELECT, INSERT, UPDATE, DELETE ON standing TO waglan_engine;
