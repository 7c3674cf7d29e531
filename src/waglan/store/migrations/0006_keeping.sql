-- What is kept and what is destroyed: erasures, and how far the projections have come.

-- An operator asks; the engine, which alone may delete, carries it out.
CREATE TABLE erasure_request (
    request uuid PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,              -- the platform's operator
    asked_by text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('name', 'message', 'subject', 'event', 'retention')),
    rule text NOT NULL CHECK (length(rule) BETWEEN 1 AND 200),
    asked_at timestamptz NOT NULL
);
-- What is to be erased may be a name: it is sealed, and gone once the erasure is done.
CREATE TABLE erasure_wish (
    request uuid PRIMARY KEY REFERENCES erasure_request,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed bytea NOT NULL
);
-- An erasure that was carried out. A restored backup is put through all of them again.
CREATE TABLE erasure (
    erasure uuid PRIMARY KEY,
    org bigint NOT NULL,
    kind text NOT NULL,
    rule text NOT NULL,
    erased_at timestamptz NOT NULL,
    bills integer NOT NULL,
    messages integer NOT NULL,
    persons integer NOT NULL,
    events integer NOT NULL,
    still_named bigint[] NOT NULL                             -- events by their numbers in the log, whose text holds the name
);
-- What to destroy again: the blind index of a name, the id of a message or a person, an event by its leaf.
CREATE TABLE erased (
    kind text NOT NULL CHECK (kind IN ('name', 'message', 'subject', 'event')),
    target text NOT NULL,
    erasure uuid NOT NULL REFERENCES erasure,
    PRIMARY KEY (kind, target, erasure)
);
-- Why an event can't be shown any more; its leaf stays in the log.
CREATE TABLE event_erased (
    event_id bigint PRIMARY KEY,
    erased_at timestamptz NOT NULL,
    rule text NOT NULL
);
-- How far a projection has read the log.
CREATE TABLE projection (
    name text PRIMARY KEY,
    seq bigint NOT NULL CHECK (seq >= 0)
);
-- Counters of the engine's work for whoever watches over the platform: no name, no key, no status.
CREATE TABLE figure (
    name text NOT NULL,
    label text NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (name, label)
);

ALTER TABLE erasure_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_request FORCE ROW LEVEL SECURITY;
ALTER TABLE erasure_wish ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_wish FORCE ROW LEVEL SECURITY;
ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure FORCE ROW LEVEL SECURITY;
ALTER TABLE erased ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased FORCE ROW LEVEL SECURITY;
ALTER TABLE event_erased ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_erased FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON erasure_request FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY operator ON erasure_request FOR INSERT TO waglan_app WITH CHECK (org = current_org() AND is_operator());
CREATE POLICY operator ON erasure_wish FOR INSERT TO waglan_app WITH CHECK (
    EXISTS (SELECT 1 FROM erasure_request r WHERE r.request = erasure_wish.request AND r.org = current_org()));
CREATE POLICY own ON erasure FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY feed ON event_erased FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM feed f WHERE f.org = current_org() AND f.event_id = event_erased.event_id));
CREATE POLICY engine ON erasure_request TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON erasure_wish TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON erasure TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON erased TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON event_erased TO waglan_engine USING (true) WITH CHECK (true);
-- A backup holds these too; they are no business of the engine otherwise.
CREATE POLICY engine ON risk_table FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON standing_order FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON officer_key FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON standing_order_revocation FOR SELECT TO waglan_engine USING (true);

GRANT SELECT, INSERT ON erasure_request TO waglan_app;
GRANT INSERT ON erasure_wish TO waglan_app;
GRANT SELECT ON erasure TO waglan_app;
GRANT SELECT ON event_erased TO waglan_app, waglan_authority;
GRANT SELECT ON erasure_request TO waglan_engine;
GRANT SELECT, DELETE ON erasure_wish TO waglan_engine;
GRANT SELECT, INSERT ON erasure, erased, event_erased TO waglan_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON projection TO waglan_engine;
GRANT SELECT ON risk_table, standing_order, officer_key, standing_order_revocation TO waglan_engine;
-- The findings on an erased message quoted it; that there were some, and its state, stays.
GRANT UPDATE (findings) ON outcome TO waglan_engine;
-- A bill whose event is erased loses its description of the goods as well.
GRANT UPDATE (particulars) ON bill TO waglan_engine;
GRANT SELECT, INSERT, UPDATE ON figure TO waglan_engine;
GRANT SELECT ON figure TO waglan_app;
