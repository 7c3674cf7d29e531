-- Signed customs statuses and hold lists: what a notice speaks of stands beside it, so that whoever may read
-- the notice need not see the manifest; and the keys that they are signed with.

ALTER TABLE notice ADD COLUMN number text;                    -- of the bill
ALTER TABLE notice ADD COLUMN manifest uuid;                  -- and its version: of what the notice speaks
ALTER TABLE notice ADD COLUMN version integer;
ALTER TABLE notice ADD COLUMN call text;
ALTER TABLE notice NO FORCE ROW LEVEL SECURITY;
ALTER TABLE manifest NO FORCE ROW LEVEL SECURITY;
ALTER TABLE consignment NO FORCE ROW LEVEL SECURITY;
UPDATE notice n SET number = c.number, manifest = m.id, version = m.version, call = m.call
FROM manifest m, consignment c WHERE m.manifest_id = n.manifest_id AND c.consignment = n.consignment;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;
ALTER TABLE manifest FORCE ROW LEVEL SECURITY;
ALTER TABLE consignment FORCE ROW LEVEL SECURITY;
ALTER TABLE notice ALTER COLUMN number SET NOT NULL;
ALTER TABLE notice ALTER COLUMN manifest SET NOT NULL;
ALTER TABLE notice ALTER COLUMN version SET NOT NULL;
ALTER TABLE notice ALTER COLUMN call SET NOT NULL;
CREATE INDEX notice_number ON notice (number);
CREATE INDEX notice_call ON notice (call);
-- Under row-level security no index is used through a function: readers ask for the text as it stands.
CREATE INDEX bill_equipment_box ON bill_equipment (container);

-- The keys that the platform signs statements with, as each event published them: for anybody to see.
CREATE TABLE key_set (
    event_id bigint PRIMARY KEY,
    said bytea NOT NULL,                                      -- the event's canonical bytes, and their salt
    salt bytea NOT NULL CHECK (length(salt) = 16),
    published_at timestamptz NOT NULL
);
GRANT SELECT ON key_set TO waglan_app, waglan_authority;
GRANT SELECT, INSERT ON key_set TO waglan_engine;
