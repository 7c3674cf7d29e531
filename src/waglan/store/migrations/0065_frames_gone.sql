-- What an erasure of a device or a trip takes beside its frames: the name of a device that is a telephone, the plates, where
-- trucks were when an alarm was raised, and an act whose words are erased with its event.
GRANT UPDATE (terminal) ON frame_aside TO waglan_engine;
CREATE POLICY erased ON frame_aside FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);
GRANT UPDATE (lat_e7, lon_e7) ON alarm TO waglan_engine;
GRANT UPDATE (body) ON trip_act TO waglan_engine;
CREATE POLICY erased ON trip_act FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);
ALTER TABLE erasure_request DROP CONSTRAINT erasure_request_kind_check, ADD CONSTRAINT erasure_request_kind_check
    CHECK (kind IN ('name', 'message', 'subject', 'event', 'device', 'trip', 'retention'));
ALTER TABLE erased DROP CONSTRAINT erased_kind_check, ADD CONSTRAINT erased_kind_check
    CHECK (kind IN ('name', 'message', 'subject', 'event', 'sheet', 'paper', 'device', 'trip', 'frames'));
