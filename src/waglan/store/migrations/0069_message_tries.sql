-- Tries of a message that failed by our own fault, of whichever worker: they outlive him.
CREATE TABLE message_try (
    message_id bigint NOT NULL REFERENCES message,
    n integer NOT NULL CHECK (n >= 1),
    org bigint NOT NULL,
    failed_at timestamptz NOT NULL,
    until timestamptz NOT NULL,                               -- of the next try, which is not before
    PRIMARY KEY (message_id, n)
);
ALTER TABLE message_try ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_try FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON message_try TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON message_try TO waglan_engine USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON message_try TO waglan_app;
GRANT SELECT ON message_try TO waglan_engine;
