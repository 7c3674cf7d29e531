-- What a request made, under the key that its client gave it: the same request again makes nothing.

-- Ids alone, and keyed hashes of the key and of the request: nothing that was asked can be read here.
CREATE TABLE made (
    org bigint NOT NULL REFERENCES organisation,
    key bytea NOT NULL CHECK (length(key) = 32),
    request bytea NOT NULL CHECK (length(request) = 32),
    ids text[] NOT NULL CHECK (cardinality(ids) > 0),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (org, key)
);
ALTER TABLE made ENABLE ROW LEVEL SECURITY;
ALTER TABLE made FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON made TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON made FOR SELECT TO waglan_engine USING (true);
GRANT SELECT, INSERT ON made TO waglan_app, waglan_authority;
GRANT SELECT ON made TO waglan_engine;
