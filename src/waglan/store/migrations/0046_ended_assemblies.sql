-- An assembly whose manifest was refused has ended: the next part under its access reference begins it again.
ALTER TABLE assembly ADD COLUMN round integer NOT NULL DEFAULT 1 CHECK (round >= 1); -- which time it was begun
ALTER TABLE assembly DROP CONSTRAINT assembly_org_sender_recipient_message_type_access_reference_key;
ALTER TABLE assembly ADD UNIQUE (org, sender, recipient, message_type, access_reference, round);
CREATE TABLE assembly_end (
    assembly_id bigint PRIMARY KEY REFERENCES assembly,
    org bigint NOT NULL,
    ended_at timestamptz NOT NULL
);
-- Those that were whole before this step and made no manifest were refused. The owner has no policy of his own.
ALTER TABLE assembly_part NO FORCE ROW LEVEL SECURITY;
ALTER TABLE manifest NO FORCE ROW LEVEL SECURITY;
INSERT INTO assembly_end (assembly_id, org, ended_at)
SELECT p.assembly_id, min(p.org), max(p.kept_at) FROM assembly_part p
WHERE NOT EXISTS (SELECT 1 FROM manifest m WHERE m.assembly_id = p.assembly_id)
GROUP BY p.assembly_id HAVING count(*) = max(p.number) FILTER (WHERE p.is_final);
ALTER TABLE assembly_part FORCE ROW LEVEL SECURITY;
ALTER TABLE manifest FORCE ROW LEVEL SECURITY;
ALTER TABLE assembly_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE assembly_end FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON assembly_end TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON assembly_end TO waglan_engine USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON assembly_end TO waglan_app;
GRANT SELECT ON assembly_end TO waglan_engine;
