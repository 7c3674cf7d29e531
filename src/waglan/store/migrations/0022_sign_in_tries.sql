-- Who tried to sign in how often, from where: keyed hashes that say nothing without the vault's key.
CREATE TABLE sign_in_try (
    key bytea PRIMARY KEY CHECK (length(key) = 32),
    count integer NOT NULL CHECK (count >= 0),
    until timestamptz NOT NULL
);
CREATE INDEX sign_in_try_until ON sign_in_try (until);
COMMENT ON TABLE sign_in_try IS 'Of no organisation: an unknown name is counted as a known one is.';
GRANT SELECT, INSERT, UPDATE ON sign_in_try TO waglan_app;
GRANT SELECT, DELETE ON sign_in_try TO waglan_engine;
