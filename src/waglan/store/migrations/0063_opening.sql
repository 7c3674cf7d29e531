-- How a lock is opened by two: keys by which locks check codes, drivers' keys, and the codes that were given.
CREATE TABLE opening_key (
    key_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org       bigint NOT NULL REFERENCES organisation,
    device_id bigint NOT NULL REFERENCES device,
    key_salt  bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed    bytea NOT NULL,
    from_at   timestamptz NOT NULL
);
CREATE INDEX opening_key_newest ON opening_key (device_id, key_id DESC);
-- A driver by a reference of his haulier's own, which is no name. The newest holds until it is ended.
CREATE TABLE driver_key (
    key_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org           bigint NOT NULL REFERENCES organisation,
    driver        text NOT NULL CHECK (length(driver) BETWEEN 1 AND 64),
    public_key    bytea NOT NULL CHECK (length(public_key) = 32),
    registered_at timestamptz NOT NULL
);
CREATE INDEX driver_key_newest ON driver_key (org, driver, key_id DESC);
CREATE TABLE driver_key_end (
    key_id   bigint PRIMARY KEY REFERENCES driver_key,
    org      bigint NOT NULL REFERENCES organisation,
    ended_at timestamptz NOT NULL
);
-- What a code holds for; the code itself is worked out anew and kept nowhere.
CREATE TABLE opening_code (
    trip_id    bigint NOT NULL REFERENCES trip,
    n          int NOT NULL CHECK (n > 0),
    org        bigint NOT NULL REFERENCES organisation,
    act_n      int NOT NULL,                                   -- the order it was given under
    device_id  bigint NOT NULL REFERENCES device,
    ask_sha256 bytea NOT NULL CHECK (length(ask_sha256) = 32),
    bound      bytea NOT NULL,
    given_at   timestamptz NOT NULL,
    PRIMARY KEY (trip_id, n),
    UNIQUE (trip_id, ask_sha256),
    FOREIGN KEY (trip_id, act_n) REFERENCES trip_act (trip_id, n)
);
ALTER TABLE opening_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE opening_key FORCE ROW LEVEL SECURITY;
ALTER TABLE driver_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE driver_key FORCE ROW LEVEL SECURITY;
ALTER TABLE driver_key_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE driver_key_end FORCE ROW LEVEL SECURITY;
ALTER TABLE opening_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE opening_code FORCE ROW LEVEL SECURITY;
-- A key under a seal would be another's to change: then the code that a driver holds opens nothing.
CREATE POLICY own ON opening_key FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY unsealed ON opening_key FOR INSERT TO waglan_app
    WITH CHECK (org = current_org() AND NOT is_sealed(device_id));
CREATE POLICY own ON driver_key TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON driver_key_end TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON opening_code TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = opening_code.trip_id AND t.org = current_org()));
GRANT SELECT, INSERT ON opening_key, driver_key, driver_key_end, opening_code TO waglan_app;
CREATE POLICY engine ON opening_key FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON driver_key FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON driver_key_end FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON opening_code FOR SELECT TO waglan_engine USING (true);
GRANT SELECT ON opening_key, driver_key, driver_key_end, opening_code TO waglan_engine;
