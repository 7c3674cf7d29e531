-- Trips judged as they drive: who judges which of them, what each authority's policy makes of it now, and what of that
-- was told. A write names the fence of its partition; one whose holder was replaced meanwhile is refused here.
CREATE TABLE trip_worker (
    holder text PRIMARY KEY CHECK (length(holder) BETWEEN 1 AND 200),
    until  timestamptz NOT NULL
);
-- How many there are is how many rows there are.
CREATE TABLE trip_partition (
    partition  int PRIMARY KEY CHECK (partition >= 0),
    holder     text,
    epoch      bigint NOT NULL DEFAULT 0,                   -- the fence: it grows with each holder
    expires_at timestamptz NOT NULL DEFAULT 'epoch',
    horizon    xid8,                                        -- all that was committed before it is judged; NULL: nothing
    looked_at  timestamptz                                  -- when it was worked off last
);
INSERT INTO trip_partition (partition) SELECT generate_series(0, 63);

CREATE TABLE trip_live (
    trip_id    bigint NOT NULL REFERENCES trip,
    authority  bigint NOT NULL REFERENCES organisation,
    partition  int NOT NULL REFERENCES trip_partition,
    fence      bigint NOT NULL,
    outcome    text NOT NULL CHECK (outcome IN ('GREEN', 'AMBER', 'UNPROVEN', 'RED')),
    worst      text NOT NULL CHECK (worst IN ('GREEN', 'AMBER', 'UNPROVEN', 'RED')),
    reasons    bytea NOT NULL,                              -- canonical: each with the entries that say so
    red_from   timestamptz,
    backfill_until timestamptz,                             -- a gap is not judged yet
    frame_id   bigint NOT NULL,                             -- the newest frame that was taken
    acts       int NOT NULL,                                -- how many acts of the trip were
    as_of      timestamptz NOT NULL,
    due_at     timestamptz,                                 -- when it may change though nothing comes
    PRIMARY KEY (trip_id, authority)
);
CREATE INDEX trip_live_outcome ON trip_live (authority, outcome, trip_id DESC);
CREATE INDEX trip_live_partition ON trip_live (partition);
-- What was told last: the newest event trip.judged of each authority on a trip.
CREATE TABLE trip_told (
    trip_id   bigint NOT NULL REFERENCES trip,
    authority bigint NOT NULL REFERENCES organisation,
    outcome   text NOT NULL,
    reasons   text[] NOT NULL,
    event_id  bigint NOT NULL,
    PRIMARY KEY (trip_id, authority)
);

-- Whoever is about to take a partition waits for the commit of who holds it, and who held it finds another fence.
CREATE FUNCTION trip_live_fence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM trip_partition p WHERE p.partition = NEW.partition AND p.epoch = NEW.fence FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'partition % has another holder than that of fence %', NEW.partition, NEW.fence
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fence BEFORE INSERT OR UPDATE ON trip_live FOR EACH ROW EXECUTE FUNCTION trip_live_fence();

ALTER TABLE trip_live ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_live FORCE ROW LEVEL SECURITY;
ALTER TABLE trip_told ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_told FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON trip_live FOR SELECT TO waglan_authority USING (authority = current_org());
CREATE POLICY engine ON trip_live TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON trip_told TO waglan_engine USING (true) WITH CHECK (true);

GRANT SELECT ON trip_live TO waglan_authority;
GRANT SELECT, INSERT, UPDATE, DELETE ON trip_worker, trip_live, trip_told TO waglan_engine;
GRANT SELECT, UPDATE ON trip_partition TO waglan_engine;
-- For the figures: counts and times alone, of no trip.
GRANT SELECT (partition, holder, expires_at, looked_at) ON trip_partition TO waglan_app;
