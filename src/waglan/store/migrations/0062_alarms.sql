-- What a verdict raises in an authority's control room: one alarm for one trip, one authority and one reason. An
-- authority sees its own alone; who drives sees none. The row says what its steps came to, the steps are the record.
CREATE TABLE alarm (
    alarm_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE,
    authority   bigint NOT NULL REFERENCES organisation,
    trip_id     bigint NOT NULL REFERENCES trip,
    reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 40),
    severity    smallint NOT NULL CHECK (severity BETWEEN 1 AND 3),  -- AMBER, UNPROVEN, RED
    lat_e7      int CHECK (lat_e7 BETWEEN -900000000 AND 900000000), -- where the truck was
    lon_e7      int CHECK (lon_e7 BETWEEN -1800000000 AND 1800000000),
    first_at    timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN
        ('held', 'passed', 'raised', 'acknowledged', 'assigned', 'muted', 'ended', 'closed')),
    version     int NOT NULL CHECK (version > 0),              -- how many steps it has
    times       int NOT NULL CHECK (times > 0),                -- that its cause came
    why         text,                                          -- it is shown now, or is not
    due_at      timestamptz NOT NULL,                          -- when a held one has lasted
    entries     text[] NOT NULL,                               -- of the trip's log, that say so
    shown_at    timestamptz,
    seen_at     timestamptz,                                   -- when a person first did something about it
    ended_at    timestamptz,                                   -- its cause
    assignee    text CHECK (length(assignee) BETWEEN 1 AND 64),
    muted_until timestamptz,
    found_out   text CHECK (found_out IN ('true', 'false', 'explained', 'unclear')),
    CHECK ((lat_e7 IS NULL) = (lon_e7 IS NULL))
);
CREATE UNIQUE INDEX alarm_standing ON alarm (authority, trip_id, reason) WHERE ended_at IS NULL;
CREATE INDEX alarm_trip ON alarm (trip_id, alarm_id);
CREATE INDEX alarm_listed ON alarm (authority, severity DESC, alarm_id);
CREATE INDEX alarm_open ON alarm (authority, severity DESC, alarm_id)
    WHERE state IN ('raised', 'acknowledged', 'assigned', 'muted');
CREATE INDEX alarm_of_time ON alarm (authority, shown_at) WHERE shown_at IS NOT NULL;
CREATE INDEX alarm_held ON alarm (due_at) WHERE state = 'held';
CREATE INDEX alarm_muted ON alarm (muted_until) WHERE state = 'muted';

CREATE TABLE alarm_step (
    alarm_id    bigint NOT NULL REFERENCES alarm,
    n           int NOT NULL CHECK (n > 0),
    authority   bigint NOT NULL REFERENCES organisation,
    act         text NOT NULL CHECK (length(act) BETWEEN 1 AND 40),
    act_id      text CHECK (length(act_id) BETWEEN 1 AND 64),  -- null: no person did it
    by_person   text CHECK (length(by_person) BETWEEN 1 AND 64),
    state       text NOT NULL,                                 -- after it
    why         text,
    said        bytea NOT NULL,                                -- canonical
    event_id    bigint,                                        -- null: nothing was shown
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (alarm_id, n),
    UNIQUE (alarm_id, act_id)
);

ALTER TABLE alarm ENABLE ROW LEVEL SECURITY;
ALTER TABLE alarm FORCE ROW LEVEL SECURITY;
ALTER TABLE alarm_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE alarm_step FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON alarm TO waglan_authority USING (authority = current_org())
    WITH CHECK (authority = current_org() AND EXISTS (SELECT 1 FROM trip_authority a
        WHERE a.trip_id = alarm.trip_id AND a.authority = current_org()));
CREATE POLICY own ON alarm_step TO waglan_authority USING (authority = current_org())
    WITH CHECK (authority = current_org() AND EXISTS (SELECT 1 FROM alarm a
        WHERE a.alarm_id = alarm_step.alarm_id AND a.authority = current_org()));
-- The engine judges live trips: it raises alarms with the authorities that judge them, and with nobody else.
CREATE POLICY engine ON alarm TO waglan_engine USING (true) WITH CHECK (EXISTS (SELECT 1 FROM trip_authority a
    WHERE a.trip_id = alarm.trip_id AND a.authority = alarm.authority));
CREATE POLICY engine ON alarm_step TO waglan_engine USING (true) WITH CHECK (EXISTS (SELECT 1 FROM alarm a
    WHERE a.alarm_id = alarm_step.alarm_id AND a.authority = alarm_step.authority));

GRANT SELECT, INSERT ON alarm, alarm_step TO waglan_authority, waglan_engine;
GRANT UPDATE (state, version, times, why, due_at, entries, shown_at, seen_at, ended_at, assignee, muted_until, found_out)
    ON alarm TO waglan_authority;
GRANT UPDATE (state, version, times, why, due_at, entries, shown_at, ended_at, muted_until) ON alarm TO waglan_engine;
