-- What terminals, carriers and planners tell of boxes: reports, their movements, and who may see each.

-- One message of movements or of a stowage plan; its sender's alone.
CREATE TABLE report (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,              -- who told it
    addressee text NOT NULL,                                  -- the interchange's recipient, as sent
    message_id bigint NOT NULL REFERENCES message,
    place integer NOT NULL CHECK (place >= 1),                -- of the message in what was sent, counted from 1
    kind text NOT NULL,                                       -- COARRI, CODECO, IFTSTA, BAPLIE
    document text NOT NULL,                                   -- '': the sender gave none
    function text NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    head bytea NOT NULL,                                      -- canonical JSON of the report without its boxes
    boxes integer NOT NULL,
    told_at timestamptz NOT NULL,
    UNIQUE (message_id, place)
);
CREATE INDEX report_document ON report (org, kind, document);

-- One thing that happened to one box, or one slot of a plan. Never changed: a correction adds a row that
-- withdraws it. It carries ship, voyage and port, because who sees one movement sees no whole report.
CREATE TABLE movement (
    movement_id bigint PRIMARY KEY,
    report_id bigint NOT NULL REFERENCES report,
    org bigint NOT NULL REFERENCES organisation,
    message uuid NOT NULL,
    kind text NOT NULL,
    document text NOT NULL,
    container text NOT NULL,                                  -- upper case, no blanks
    code text NOT NULL,
    happened_at timestamptz,                                  -- NULL: nobody said
    told_at timestamptz NOT NULL,
    withdraws bigint,                                         -- the movement that this row takes back
    event_id bigint,                                          -- NULL: a plan's slots have no events of their own
    month date,
    voyage text, imo text, vessel text, port text,
    particulars bytea NOT NULL                                -- canonical JSON of cargo.movement.Movement, no paper named
);
CREATE SEQUENCE movement_block;
CREATE INDEX movement_report ON movement (report_id);
CREATE INDEX movement_container ON movement (container);
CREATE INDEX movement_voyage ON movement (upper(replace(voyage, ' ', '')));
CREATE INDEX movement_withdraws ON movement (withdraws) WHERE withdraws IS NOT NULL;

-- Bills, booking and dangerous goods that a movement names: in a shared box they are others' business.
CREATE TABLE movement_paper (
    movement_id bigint PRIMARY KEY REFERENCES movement,
    org bigint NOT NULL,
    bills text[] NOT NULL,
    booking text,
    dangerous text[] NOT NULL
);
CREATE INDEX movement_paper_bills ON movement_paper USING gin (bills);

-- Worked out by the engine: which consignments travel in the box on that call, and who sees the movement.
CREATE TABLE movement_link (
    movement_id bigint NOT NULL REFERENCES movement,
    consignment bigint NOT NULL,
    number text NOT NULL,                                     -- of the bill
    PRIMARY KEY (movement_id, consignment)
);
CREATE INDEX movement_link_consignment ON movement_link (consignment);
CREATE INDEX movement_link_number ON movement_link (number);
CREATE TABLE movement_reader (
    org bigint NOT NULL,
    movement_id bigint NOT NULL REFERENCES movement,
    until timestamptz NOT NULL,
    PRIMARY KEY (org, movement_id)
);
CREATE INDEX movement_reader_movement ON movement_reader (movement_id);
-- A report without its row here still waits to be linked.
CREATE TABLE report_linked (
    report_id bigint PRIMARY KEY REFERENCES report,
    org bigint NOT NULL,
    linked_at timestamptz NOT NULL
);

CREATE INDEX bill_equipment_container ON bill_equipment (upper(container));
CREATE INDEX equipment_number ON equipment (upper(number));
CREATE INDEX manifest_voyage ON manifest (upper(replace(voyage, ' ', '')));

ALTER TABLE report ENABLE ROW LEVEL SECURITY;
ALTER TABLE report FORCE ROW LEVEL SECURITY;
ALTER TABLE movement ENABLE ROW LEVEL SECURITY;
ALTER TABLE movement FORCE ROW LEVEL SECURITY;
ALTER TABLE movement_paper ENABLE ROW LEVEL SECURITY;
ALTER TABLE movement_paper FORCE ROW LEVEL SECURITY;
ALTER TABLE movement_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE movement_link FORCE ROW LEVEL SECURITY;
ALTER TABLE movement_reader ENABLE ROW LEVEL SECURITY;
ALTER TABLE movement_reader FORCE ROW LEVEL SECURITY;
ALTER TABLE report_linked ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_linked FORCE ROW LEVEL SECURITY;

-- Who told it sees and writes his own rows; a movement is shown to whoever the engine says may see it.
CREATE POLICY own ON report TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON movement TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY reader ON movement FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM movement_reader r WHERE r.org = current_org() AND r.movement_id = movement.movement_id
            AND r.until > now()));
CREATE POLICY own ON movement_paper TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON movement_reader FOR SELECT TO waglan_app, waglan_authority USING (org = current_org());
-- That a bill is in a box is told to those who see this very bill, never by the box to its other readers.
CREATE POLICY reader ON movement_link FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM reader r WHERE r.org = current_org() AND r.consignment = movement_link.consignment
            AND r.view <> 'status' AND r.until > now()));

CREATE POLICY engine ON report TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON movement TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON movement_paper TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON movement_link TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON movement_reader TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON report_linked TO waglan_engine USING (true) WITH CHECK (true);

GRANT USAGE ON SEQUENCE movement_block TO waglan_app;
GRANT SELECT, INSERT ON report, movement, movement_paper TO waglan_app;
GRANT SELECT ON movement_link, movement_reader TO waglan_app;
GRANT SELECT ON movement, movement_link, movement_reader TO waglan_authority;
GRANT SELECT ON report, movement, movement_paper TO waglan_engine;
GRANT SELECT, INSERT, DELETE ON movement_link, movement_reader TO waglan_engine;
GRANT SELECT, INSERT ON report_linked TO waglan_engine;
