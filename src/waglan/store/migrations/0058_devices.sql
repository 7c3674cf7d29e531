-- Locks and trackers at the door: who operates each, by which code it is known, on which vehicle it sits, and what it
-- said, frame by frame. What a frame says lies sealed beside it under its device's own key, and can be erased.
CREATE TABLE device (
    device_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid NOT NULL UNIQUE,
    org           bigint NOT NULL REFERENCES organisation,   -- who operates it
    protocol      text NOT NULL CHECK (length(protocol) BETWEEN 1 AND 20),
    terminal      text NOT NULL CHECK (length(terminal) BETWEEN 1 AND 80), -- as the protocol names it
    maker         text NOT NULL CHECK (length(maker) BETWEEN 1 AND 100),
    model         text NOT NULL CHECK (length(model) BETWEEN 1 AND 100),
    firmware      text NOT NULL CHECK (length(firmware) <= 100),
    serial_range  int NOT NULL CHECK (serial_range IN (256, 65536)),
    accreditation text CHECK (length(accreditation) BETWEEN 1 AND 200),
    provisioned_at timestamptz NOT NULL,
    UNIQUE (protocol, terminal)
);
CREATE INDEX device_org ON device (org, device_id);

-- Its own key's salt: who deletes this row makes all that it ever said unreadable.
CREATE TABLE device_secret (
    device_id bigint PRIMARY KEY REFERENCES device,
    org       bigint NOT NULL REFERENCES organisation,
    key_salt  bytea NOT NULL CHECK (length(key_salt) = 16)
);

-- Seal periods; trips fill them. While one is open its lock's code stays.
CREATE TABLE seal_period (
    seal_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org       bigint NOT NULL REFERENCES organisation,
    device_id bigint NOT NULL REFERENCES device,
    number    text NOT NULL CHECK (length(number) BETWEEN 1 AND 80),
    began_at  timestamptz NOT NULL
);
CREATE INDEX seal_period_device ON seal_period (device_id);
CREATE TABLE seal_period_end (
    seal_id  bigint PRIMARY KEY REFERENCES seal_period,
    org      bigint NOT NULL REFERENCES organisation,
    ended_at timestamptz NOT NULL
);
CREATE FUNCTION is_sealed(device bigint) RETURNS boolean LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT EXISTS (SELECT 1 FROM seal_period s WHERE s.device_id = is_sealed.device
            AND NOT EXISTS (SELECT 1 FROM seal_period_end e WHERE e.seal_id = s.seal_id));
    END;

-- The newest holds.
CREATE TABLE device_code (
    code_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org         bigint NOT NULL REFERENCES organisation,
    device_id   bigint NOT NULL REFERENCES device,
    code_sha256 bytea NOT NULL CHECK (length(code_sha256) = 32),
    from_at     timestamptz NOT NULL
);
CREATE INDEX device_code_newest ON device_code (device_id, code_id DESC);

-- On which vehicle it sits, and since when; never two at a time.
CREATE TABLE installation (
    installation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid NOT NULL UNIQUE,
    org           bigint NOT NULL REFERENCES organisation,
    device_id     bigint NOT NULL REFERENCES device,
    vehicle       text NOT NULL CHECK (length(vehicle) BETWEEN 1 AND 40),
    installer     text NOT NULL CHECK (length(installer) BETWEEN 1 AND 200),
    accreditation text CHECK (length(accreditation) BETWEEN 1 AND 200),
    from_at       timestamptz NOT NULL,
    until_at      timestamptz,
    CHECK (until_at > from_at),
    CONSTRAINT installation_overlaps EXCLUDE USING gist (
        int8range(device_id, device_id, '[]') WITH &&, tstzrange(from_at, until_at) WITH &&)
);
CREATE INDEX installation_vehicle ON installation (org, vehicle);

-- A session runs from a registration to the next, or is one connection's; serials are counted within.
CREATE TABLE device_session (
    session_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid NOT NULL UNIQUE,
    org           bigint NOT NULL REFERENCES organisation,
    device_id     bigint NOT NULL REFERENCES device,
    is_registered boolean NOT NULL,                            -- false: of a connection
    channel       text NOT NULL CHECK (channel IN ('mtls', 'private', 'plain')),
    began_at      timestamptz NOT NULL
);
CREATE INDEX device_session_newest ON device_session (device_id, session_id DESC);

CREATE SEQUENCE frame_block;
CREATE TABLE frame (
    frame_id    bigint PRIMARY KEY,                            -- in the order of its device's frames
    org         bigint NOT NULL REFERENCES organisation,
    device_id   bigint NOT NULL REFERENCES device,
    session_id  bigint NOT NULL REFERENCES device_session,
    event_id    bigint NOT NULL,                               -- the batch in the log that holds its leaf
    same        bytea NOT NULL CHECK (length(same) = 32),      -- keyed hash of session, serial, device time and payload
    turn        bigint NOT NULL,                               -- 0; of a frame without a time, when the first such came
    serial      int,
    at_s        bigint,
    message     int,
    connection  uuid NOT NULL,
    channel     text NOT NULL CHECK (channel IN ('mtls', 'private', 'plain')),
    begins      bigint NOT NULL,
    ends        bigint NOT NULL CHECK (ends > begins),
    reading     smallint NOT NULL,
    recorded_at timestamptz NOT NULL,
    UNIQUE (device_id, same, turn)
);
CREATE INDEX frame_order ON frame (device_id, frame_id);
CREATE TABLE frame_raw (
    frame_id bigint PRIMARY KEY REFERENCES frame,
    org      bigint NOT NULL REFERENCES organisation,
    sha256   bytea NOT NULL CHECK (length(sha256) = 32),
    sealed   bytea NOT NULL
);

-- What is broken, or of whom nobody knows; of an unknown sender it belongs to the platform's operator.
CREATE TABLE frame_aside (
    aside_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org         bigint NOT NULL REFERENCES organisation,
    device_id   bigint REFERENCES device,                      -- whose connection it was
    terminal    text CHECK (length(terminal) <= 80),           -- whom the frame names
    protocol    text NOT NULL,
    serial      int,
    reason      text NOT NULL,                                 -- the finding's code
    connection  uuid NOT NULL,
    channel     text NOT NULL CHECK (channel IN ('mtls', 'private', 'plain')),
    begins      bigint NOT NULL,
    ends        bigint NOT NULL CHECK (ends > begins),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX frame_aside_org ON frame_aside (org, aside_id);
CREATE INDEX frame_aside_terminal ON frame_aside (protocol, terminal);
CREATE TABLE frame_aside_raw (
    aside_id bigint PRIMARY KEY REFERENCES frame_aside,
    org      bigint NOT NULL REFERENCES organisation,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16),
    sha256   bytea NOT NULL CHECK (length(sha256) = 32),
    sealed   bytea NOT NULL
);

-- Whoever speaks is not known before he is looked up, hence one function with its owner's rights.
CREATE FUNCTION device_at(protocol text, terminal text) RETURNS TABLE (device_id bigint, org bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        SELECT d.device_id, d.org, o.party FROM device d JOIN organisation o ON o.org = d.org
        WHERE d.protocol = device_at.protocol AND d.terminal = device_at.terminal;
    END;
REVOKE ALL ON FUNCTION device_at(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_at(text, text) TO waglan_app;

ALTER TABLE device ENABLE ROW LEVEL SECURITY;
ALTER TABLE device FORCE ROW LEVEL SECURITY;
ALTER TABLE device_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_secret FORCE ROW LEVEL SECURITY;
ALTER TABLE seal_period ENABLE ROW LEVEL SECURITY;
ALTER TABLE seal_period FORCE ROW LEVEL SECURITY;
ALTER TABLE seal_period_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE seal_period_end FORCE ROW LEVEL SECURITY;
ALTER TABLE device_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_code FORCE ROW LEVEL SECURITY;
ALTER TABLE installation ENABLE ROW LEVEL SECURITY;
ALTER TABLE installation FORCE ROW LEVEL SECURITY;
ALTER TABLE device_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_session FORCE ROW LEVEL SECURITY;
ALTER TABLE frame ENABLE ROW LEVEL SECURITY;
ALTER TABLE frame FORCE ROW LEVEL SECURITY;
ALTER TABLE frame_raw ENABLE ROW LEVEL SECURITY;
ALTER TABLE frame_raw FORCE ROW LEVEL SECURITY;
ALTER TABLE frame_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE frame_aside FORCE ROW LEVEL SECURITY;
ALTER TABLE frame_aside_raw ENABLE ROW LEVEL SECURITY;
ALTER TABLE frame_aside_raw FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON device FOR SELECT TO waglan_owner USING (true);
-- The platform's operator alone enters a device: whose it is must not be anybody's to say.
CREATE POLICY operator ON device FOR INSERT TO waglan_app WITH CHECK (is_operator());
CREATE POLICY own ON device FOR SELECT TO waglan_app, waglan_authority USING (org = current_org());
CREATE POLICY own ON device_secret TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON seal_period TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON seal_period_end TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON device_code FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY unsealed ON device_code FOR INSERT TO waglan_app
    WITH CHECK (org = current_org() AND NOT is_sealed(device_id));
CREATE POLICY own ON installation TO waglan_app, waglan_authority
    USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON device_session TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON frame TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON frame_raw TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON frame_aside TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON frame_aside_raw TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());

CREATE POLICY engine ON device FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON device_secret TO waglan_engine USING (true);
CREATE POLICY engine ON seal_period FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON seal_period_end FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON device_code FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON installation FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON device_session FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON frame FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON frame_raw TO waglan_engine USING (true);
CREATE POLICY engine ON frame_aside FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON frame_aside_raw TO waglan_engine USING (true);

GRANT SELECT, INSERT ON device, device_secret, seal_period, seal_period_end, device_code, installation,
    device_session, frame, frame_raw, frame_aside, frame_aside_raw TO waglan_app;
GRANT SELECT ON device, installation TO waglan_authority;
GRANT UPDATE (until_at) ON installation TO waglan_app;
GRANT SELECT ON device, device_secret, seal_period, seal_period_end, device_code, installation, device_session, frame,
    frame_raw, frame_aside, frame_aside_raw TO waglan_engine;
GRANT DELETE ON device_secret, frame_raw, frame_aside_raw TO waglan_engine;
GRANT USAGE ON SEQUENCE frame_block TO waglan_app;
