-- Ids under which senders tell events in batches: one is taken once, and a later version may take its place.

CREATE TABLE event_id (
    org bigint NOT NULL,                                      -- whose id it is
    id text NOT NULL,                                         -- as sent; a long one by its hash
    version integer NOT NULL CHECK (version >= 1),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),        -- of what was told, in whatever form it came
    updated_at timestamptz,                                   -- NULL: its sender names no times of versions
    movement_id bigint,                                       -- NULL: what was told is taken back
    PRIMARY KEY (org, id, version)
);
ALTER TABLE event_id ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_id FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON event_id TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
GRANT SELECT, INSERT ON event_id TO waglan_app;
CREATE POLICY engine ON event_id FOR SELECT TO waglan_engine USING (true);
GRANT SELECT ON event_id TO waglan_engine;
