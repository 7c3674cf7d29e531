-- How far a message of many interchanges is worked off: each step commits what it did with one row.
CREATE TABLE message_step (
    message_id bigint NOT NULL REFERENCES message,
    n integer NOT NULL CHECK (n >= 1),
    org bigint NOT NULL,
    begun integer NOT NULL,                                   -- interchanges whose envelope was looked at
    place integer NOT NULL,                                   -- messages that are done, over all interchanges
    accepted integer NOT NULL,
    refused integer NOT NULL,
    findings bytea NOT NULL,                                  -- of this step alone, sealed with the message's salt
    done_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, n)
);
ALTER TABLE message_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_step FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON message_step TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON message_step TO waglan_engine USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON message_step TO waglan_app;
GRANT SELECT ON message_step TO waglan_engine;
