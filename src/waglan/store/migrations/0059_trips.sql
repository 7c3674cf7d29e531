-- Trips under one lock: what was planned, who judges it, what was done, and which devices were heard during it. Each
-- authority on a trip reads the trip, its acts and its devices' frames of that time; its policy it reads alone.
CREATE TABLE trip (
    trip_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE,
    org         bigint NOT NULL REFERENCES organisation,       -- who drives, or operates the lock
    authorities bigint[] NOT NULL CHECK (cardinality(authorities) BETWEEN 1 AND 4),
    vehicle     text NOT NULL CHECK (length(vehicle) BETWEEN 1 AND 40),
    origin      text NOT NULL CHECK (length(origin) BETWEEN 1 AND 40),
    destination text NOT NULL CHECK (length(destination) BETWEEN 1 AND 40),
    cargo       text NOT NULL CHECK (length(cargo) BETWEEN 1 AND 40),
    schemes     text[] NOT NULL,
    registers   bytea NOT NULL,                                -- what the vehicle was granted, as told
    quality     text NOT NULL CHECK (quality IN ('illustrative', 'surveyed')),
    plan        bytea NOT NULL,                                -- canonical
    plan_sha256 bytea NOT NULL CHECK (length(plan_sha256) = 32),
    begins_at   timestamptz NOT NULL,
    planned_at  timestamptz NOT NULL,
    lock        uuid NOT NULL,                                 -- the device that is to be armed
    trackers    uuid[] NOT NULL,                               -- and what is heard beside it
    leg_of      uuid                                           -- the trip whose cargo goes on
);
CREATE INDEX trip_org ON trip (org, trip_id DESC);
CREATE INDEX trip_vehicle ON trip (vehicle, trip_id DESC);
CREATE INDEX trip_authorities ON trip USING gin (authorities);

CREATE TABLE trip_consignment (
    trip_id bigint NOT NULL REFERENCES trip,
    org     bigint NOT NULL REFERENCES organisation,
    number  text NOT NULL CHECK (length(number) BETWEEN 1 AND 80),
    PRIMARY KEY (trip_id, number)
);
CREATE TABLE trip_authority (
    trip_id      bigint NOT NULL REFERENCES trip,
    org          bigint NOT NULL REFERENCES organisation,
    authority    bigint NOT NULL REFERENCES organisation,
    jurisdiction text NOT NULL CHECK (length(jurisdiction) BETWEEN 1 AND 80),
    PRIMARY KEY (trip_id, authority)
);
-- The figures by which one authority judges, as they stood when the trip was planned: for nobody else to read.
CREATE TABLE trip_policy (
    trip_id   bigint NOT NULL REFERENCES trip,
    org       bigint NOT NULL REFERENCES organisation,
    authority bigint NOT NULL REFERENCES organisation,
    policy    bytea NOT NULL,
    PRIMARY KEY (trip_id, authority)
);
-- The installation in force: of the lock, and of what is heard beside it.
CREATE TABLE trip_device (
    trip_device_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trip_id         bigint NOT NULL REFERENCES trip,
    org             bigint NOT NULL REFERENCES organisation,
    device_id       bigint NOT NULL REFERENCES device,
    installation_id bigint NOT NULL REFERENCES installation,
    is_lock         boolean NOT NULL,
    from_at         timestamptz NOT NULL,
    until_at        timestamptz CHECK (until_at >= from_at)
);
CREATE INDEX trip_device_trip ON trip_device (trip_id);
CREATE INDEX trip_device_device ON trip_device (device_id);
CREATE TABLE trip_act (
    trip_id     bigint NOT NULL REFERENCES trip,
    n           int NOT NULL CHECK (n > 0),
    org         bigint NOT NULL REFERENCES organisation,       -- whose trip
    by_org      bigint NOT NULL REFERENCES organisation,
    act_id      text NOT NULL CHECK (length(act_id) BETWEEN 1 AND 64),
    act         text NOT NULL,
    state       text NOT NULL,                                 -- after it
    body        bytea NOT NULL,
    signature   bytea CHECK (length(signature) = 64),          -- an officer's
    event_id    bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (trip_id, n),
    UNIQUE (trip_id, act_id)
);
-- Whether a lock may be armed: the newest holds.
CREATE TABLE device_condition (
    condition_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org          bigint NOT NULL REFERENCES organisation,
    device_id    bigint NOT NULL REFERENCES device,
    condition    text NOT NULL CHECK (condition IN ('fit', 'lost', 'returned', 'uncalibrated')),
    from_at      timestamptz NOT NULL,
    told_at      timestamptz NOT NULL
);
CREATE INDEX device_condition_newest ON device_condition (device_id, condition_id DESC);
-- Passes that were used at a checkpoint, also without a network.
CREATE TABLE pass_use (
    authority   bigint NOT NULL REFERENCES organisation,
    jti         bytea NOT NULL CHECK (length(jti) = 16),
    trip_id     bigint NOT NULL REFERENCES trip,
    site        text NOT NULL CHECK (length(site) BETWEEN 1 AND 64),
    used_at     timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (authority, jti)
);

ALTER TABLE trip ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip FORCE ROW LEVEL SECURITY;
ALTER TABLE trip_consignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_consignment FORCE ROW LEVEL SECURITY;
ALTER TABLE trip_authority ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_authority FORCE ROW LEVEL SECURITY;
ALTER TABLE trip_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_policy FORCE ROW LEVEL SECURITY;
ALTER TABLE trip_device ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_device FORCE ROW LEVEL SECURITY;
ALTER TABLE trip_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip_act FORCE ROW LEVEL SECURITY;
ALTER TABLE device_condition ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_condition FORCE ROW LEVEL SECURITY;
ALTER TABLE pass_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE pass_use FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON device_condition TO waglan_app
    USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON trip TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY judged ON trip FOR SELECT TO waglan_authority USING (current_org() = ANY (authorities));
-- Whoever sees a trip sees these of it.
CREATE POLICY own ON trip_consignment FOR SELECT TO waglan_app
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_consignment.trip_id AND t.org = current_org()));
CREATE POLICY judged ON trip_consignment FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_consignment.trip_id AND current_org() = ANY (t.authorities)));
CREATE POLICY own ON trip_authority FOR SELECT TO waglan_app
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_authority.trip_id AND t.org = current_org()));
CREATE POLICY judged ON trip_authority FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_authority.trip_id AND current_org() = ANY (t.authorities)));
CREATE POLICY own ON trip_device FOR SELECT TO waglan_app
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_device.trip_id AND t.org = current_org()));
CREATE POLICY judged ON trip_device FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_device.trip_id AND current_org() = ANY (t.authorities)));
CREATE POLICY own ON trip_act FOR SELECT TO waglan_app
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_act.trip_id AND t.org = current_org()));
CREATE POLICY judged ON trip_act FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_act.trip_id AND current_org() = ANY (t.authorities)));
CREATE POLICY author ON trip_consignment FOR INSERT TO waglan_app WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_consignment.trip_id AND t.org = current_org()));
CREATE POLICY author ON trip_authority FOR INSERT TO waglan_app WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_authority.trip_id AND t.org = current_org()
                AND trip_authority.authority = ANY (t.authorities)));
CREATE POLICY author ON trip_policy FOR INSERT TO waglan_app WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_policy.trip_id AND t.org = current_org()
                AND trip_policy.authority = ANY (t.authorities)));
CREATE POLICY own ON trip_policy FOR SELECT TO waglan_authority USING (authority = current_org());
CREATE POLICY author ON trip_device FOR INSERT TO waglan_app WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_device.trip_id AND t.org = trip_device.org));
CREATE POLICY officer ON trip_device FOR INSERT TO waglan_authority WITH CHECK (EXISTS (SELECT 1 FROM trip t
    WHERE t.trip_id = trip_device.trip_id AND t.org = trip_device.org AND current_org() = ANY (t.authorities)));
CREATE POLICY author ON trip_act FOR INSERT TO waglan_app WITH CHECK (org = current_org() AND by_org = current_org()
    AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_act.trip_id AND t.org = trip_act.org));
CREATE POLICY officer ON trip_act FOR INSERT TO waglan_authority WITH CHECK (EXISTS (SELECT 1 FROM trip t
    WHERE t.trip_id = trip_act.trip_id AND t.org = trip_act.org AND current_org() = ANY (t.authorities)) AND by_org = current_org());
CREATE POLICY ender ON trip_device FOR UPDATE TO waglan_app
    USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY officer_ender ON trip_device FOR UPDATE TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_device.trip_id AND current_org() = ANY (t.authorities)))
    WITH CHECK (EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = trip_device.trip_id AND t.org = trip_device.org
                        AND current_org() = ANY (t.authorities)));
CREATE POLICY own ON pass_use TO waglan_authority USING (authority = current_org())
    WITH CHECK (authority = current_org() AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = pass_use.trip_id));

-- What an authority sees of a lock: that of its trips, and what was heard of it during them.
CREATE POLICY judged ON device FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE d.device_id = device.device_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON device_secret FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE d.device_id = device_secret.device_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON device_session FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE d.device_id = device_session.device_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON seal_period FOR SELECT TO waglan_authority
    USING (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE d.device_id = seal_period.device_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON installation FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE
    d.installation_id = installation.installation_id AND current_org() = ANY (t.authorities)));
-- The lock that takes over is named by the vehicle of the trip.
CREATE POLICY of_vehicle ON installation FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM trip t
    WHERE t.org = installation.org AND t.vehicle = installation.vehicle AND current_org() = ANY (t.authorities)));
CREATE POLICY of_vehicle ON device FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM installation i
    JOIN trip t ON t.org = i.org AND t.vehicle = i.vehicle WHERE i.device_id = device.device_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON frame FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE
    d.device_id = frame.device_id AND current_org() = ANY (t.authorities)
    AND frame.recorded_at <@ tstzrange(d.from_at, d.until_at)));
CREATE POLICY judged_late ON frame FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE
    d.device_id = frame.device_id AND current_org() = ANY (t.authorities)
    AND to_timestamp(frame.at_s) <@ tstzrange(d.from_at, d.until_at)));
CREATE POLICY judged ON frame_raw FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM frame f
    JOIN trip_device d USING (device_id) JOIN trip t USING (trip_id)
    WHERE f.frame_id = frame_raw.frame_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON seal_period_end FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM seal_period s
    JOIN trip_device d USING (device_id) JOIN trip t USING (trip_id) WHERE s.seal_id = seal_period_end.seal_id AND current_org() = ANY (t.authorities)));
CREATE POLICY officer ON seal_period FOR INSERT TO waglan_authority WITH CHECK (EXISTS (SELECT 1 FROM trip_device d JOIN trip t USING (trip_id) WHERE
    d.device_id = seal_period.device_id AND d.org = seal_period.org AND d.is_lock AND current_org() = ANY (t.authorities)));
CREATE POLICY officer ON seal_period_end FOR INSERT TO waglan_authority WITH CHECK (EXISTS (SELECT 1 FROM seal_period s
    JOIN trip_device d USING (device_id) JOIN trip t USING (trip_id)
    WHERE s.seal_id = seal_period_end.seal_id AND s.org = seal_period_end.org AND current_org() = ANY (t.authorities)));

CREATE POLICY engine ON device_condition FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON trip FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON trip_consignment FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON trip_authority FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON trip_policy FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON trip_device FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON trip_act FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON pass_use FOR SELECT TO waglan_engine USING (true);

GRANT SELECT, INSERT ON trip, trip_consignment, trip_authority, trip_device, trip_act, device_condition TO waglan_app;
GRANT INSERT ON trip_policy TO waglan_app;
GRANT UPDATE (until_at) ON trip_device TO waglan_app, waglan_authority;
GRANT SELECT ON trip, trip_consignment, trip_authority, trip_policy, trip_device, trip_act, pass_use, device_secret,
    device_session, frame, frame_raw, seal_period, seal_period_end TO waglan_authority;
GRANT INSERT ON trip_device, trip_act, pass_use, seal_period, seal_period_end TO waglan_authority;
GRANT SELECT ON trip, trip_consignment, trip_authority, trip_policy, trip_device, trip_act, pass_use,
    device_condition TO waglan_engine;
