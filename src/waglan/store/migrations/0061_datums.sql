-- In which datum a device tells its places, as it was provisioned. What was told in GCJ-02 is converted once, when it
-- comes, and kept beside its frame: nobody works it out again.
ALTER TABLE device
    ADD COLUMN datum text NOT NULL DEFAULT 'unknown' CHECK (datum IN ('WGS-84', 'GCJ-02', 'unknown')),
    ADD COLUMN territory text CHECK (territory IN ('HK', 'MO', 'CN')),   -- whose source of places it is
    ADD CONSTRAINT device_datum_here CHECK (datum <> 'GCJ-02' OR territory IS NOT DISTINCT FROM 'CN');

-- Sealed under a key of its own, and gone with what the frame said.
CREATE TABLE frame_place (
    frame_id  bigint PRIMARY KEY REFERENCES frame_raw ON DELETE CASCADE,
    org       bigint NOT NULL REFERENCES organisation,
    transform smallint NOT NULL CHECK (transform > 0),        -- the version by which it was converted
    key_salt  bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed    bytea NOT NULL                                  -- each place as it came, and as it counts
);

-- As what the places of a model with a firmware were found to lie, of one operator's own devices: nobody can teach
-- another one's. The newest holds.
CREATE TABLE datum_learned (
    learned_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org         bigint NOT NULL REFERENCES organisation,
    model       text NOT NULL CHECK (length(model) BETWEEN 1 AND 100),
    firmware    text NOT NULL CHECK (length(firmware) <= 100),
    datum       text NOT NULL CHECK (datum IN ('WGS-84', 'GCJ-02')),
    ratio_milli bigint NOT NULL,
    fixes       int NOT NULL CHECK (fixes > 0),
    version     smallint NOT NULL CHECK (version > 0),
    event_id    bigint NOT NULL,
    learned_at  timestamptz NOT NULL
);
CREATE INDEX datum_learned_newest ON datum_learned (org, model, firmware, learned_id DESC);

-- What was known when the trip was armed: it stays so until its end.
ALTER TABLE trip_device
    ADD COLUMN read_as text CHECK (read_as IN ('WGS-84', 'GCJ-02')),
    ADD COLUMN learned_as text CHECK (learned_as IN ('WGS-84', 'GCJ-02')),
    ADD COLUMN learned_version smallint;

ALTER TABLE frame_place ENABLE ROW LEVEL SECURITY;
ALTER TABLE frame_place FORCE ROW LEVEL SECURITY;
ALTER TABLE datum_learned ENABLE ROW LEVEL SECURITY;
ALTER TABLE datum_learned FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON frame_place TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY judged ON frame_place FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM frame f
    JOIN trip_device d USING (device_id) JOIN trip t USING (trip_id)
    WHERE f.frame_id = frame_place.frame_id AND current_org() = ANY (t.authorities)));
CREATE POLICY engine ON frame_place TO waglan_engine USING (true);
CREATE POLICY own ON datum_learned TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
-- An officer who replaces a lock has it armed.
CREATE POLICY judged ON datum_learned FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM trip t
    WHERE t.org = datum_learned.org AND current_org() = ANY (t.authorities)));
CREATE POLICY engine ON datum_learned FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON frame_place, datum_learned TO waglan_app;
GRANT SELECT ON frame_place, datum_learned TO waglan_authority;
GRANT SELECT ON frame_place, datum_learned TO waglan_engine;
GRANT DELETE ON frame_place TO waglan_engine;
