-- Cargo references of customs (CCRN) bundled with a vehicle for one crossing, and with its trip where there is one.
CREATE TABLE bundling (
    bundling_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid NOT NULL UNIQUE,
    org           bigint NOT NULL REFERENCES organisation,       -- who bundled: driver's haulier, or agent
    vehicle       text NOT NULL CHECK (length(vehicle) BETWEEN 1 AND 40),
    control_point text NOT NULL CHECK (length(control_point) BETWEEN 1 AND 80),
    crosses_at    timestamptz NOT NULL,
    trip_id       bigint REFERENCES trip,
    bundled_at    timestamptz NOT NULL
);
CREATE INDEX bundling_org ON bundling (org, bundling_id DESC);
CREATE INDEX bundling_trip ON bundling (trip_id) WHERE trip_id IS NOT NULL;
CREATE TABLE bundled (
    bundling_id bigint NOT NULL REFERENCES bundling,
    org         bigint NOT NULL REFERENCES organisation,
    ccrn        text NOT NULL CHECK (length(ccrn) BETWEEN 1 AND 35),
    PRIMARY KEY (bundling_id, ccrn)
);
CREATE INDEX bundled_ccrn ON bundled (org, ccrn);
CREATE TABLE bundling_end (
    bundling_id bigint PRIMARY KEY REFERENCES bundling,
    org         bigint NOT NULL REFERENCES organisation,
    reason      text NOT NULL CHECK (reason IN ('amend', 'not going', 'crossed', 'sent back')),
    ended_at    timestamptz NOT NULL
);
ALTER TABLE bundling ENABLE ROW LEVEL SECURITY;
ALTER TABLE bundling FORCE ROW LEVEL SECURITY;
ALTER TABLE bundled ENABLE ROW LEVEL SECURITY;
ALTER TABLE bundled FORCE ROW LEVEL SECURITY;
ALTER TABLE bundling_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE bundling_end FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON bundling FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON bundling FOR INSERT TO waglan_app WITH CHECK (org = current_org() AND trip_id IS NULL);
CREATE POLICY haulier ON bundling FOR INSERT TO waglan_app WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM trip t WHERE t.trip_id = bundling.trip_id AND t.org = current_org()));
CREATE POLICY own ON bundled FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON bundled FOR INSERT TO waglan_app WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM bundling b WHERE b.bundling_id = bundled.bundling_id AND b.org = current_org()));
CREATE POLICY own ON bundling_end FOR SELECT TO waglan_app USING (org = current_org());
CREATE POLICY author ON bundling_end FOR INSERT TO waglan_app WITH CHECK (org = current_org()
    AND EXISTS (SELECT 1 FROM bundling b WHERE b.bundling_id = bundling_end.bundling_id AND b.org = current_org()));
-- An authority on a trip sees what is bundled with it.
CREATE POLICY judged ON bundling FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM trip t
    WHERE t.trip_id = bundling.trip_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON bundled FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM bundling b JOIN trip t USING (trip_id)
    WHERE b.bundling_id = bundled.bundling_id AND current_org() = ANY (t.authorities)));
CREATE POLICY judged ON bundling_end FOR SELECT TO waglan_authority USING (EXISTS (SELECT 1 FROM bundling b JOIN trip t USING (trip_id)
    WHERE b.bundling_id = bundling_end.bundling_id AND current_org() = ANY (t.authorities)));
CREATE POLICY engine ON bundling FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON bundled FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON bundling_end FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON bundling, bundled, bundling_end TO waglan_app;
GRANT SELECT ON bundling, bundled, bundling_end TO waglan_authority, waglan_engine;
