-- Who may be shown an event, and what finds it, is said by whoever told it, when he tells it. A transaction takes a
-- block of numbers for itself (`event_block`), and nobody else can write an event in it. So it is asked once for
-- a statement whether an event of one's own stands in the block; of each row, whether it is of that block.
CREATE POLICY own_block ON event AS RESTRICTIVE FOR INSERT TO waglan_app, waglan_authority
    WITH CHECK (org = current_org() AND (event_id >> 20) = (SELECT currval('event_block')));
ALTER POLICY author ON audience WITH CHECK (
    EXISTS (SELECT 1 FROM event e WHERE e.tx = pg_current_xact_id() AND e.org = current_org()
              AND (e.event_id >> 20) = (SELECT currval('event_block')))
    AND (event_id >> 20) = (SELECT currval('event_block')));
ALTER POLICY author ON key_event WITH CHECK (
    EXISTS (SELECT 1 FROM event e WHERE e.tx = pg_current_xact_id() AND e.org = current_org()
              AND (e.event_id >> 20) = (SELECT currval('event_block')))
    AND (event_id >> 20) = (SELECT currval('event_block')));
