-- Whoever's upload is refused lets go of its chunks at once; what a message came of, nobody of the tenants deletes.
GRANT DELETE ON message_chunk TO waglan_app;
CREATE POLICY refused ON message_chunk AS RESTRICTIVE FOR DELETE TO waglan_app
    USING (org = current_org() AND NOT EXISTS (
        SELECT 1 FROM message m WHERE m.org = message_chunk.org AND m.id = message_chunk.id));
