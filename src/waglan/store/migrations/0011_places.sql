-- Lists of places (UN/LOCODE) that the operator loads, by issue; the newest one loaded holds. Nothing of any
-- organisation is in them.

CREATE TABLE place_list (
    list_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    as_of date,                                               -- of the issue; NULL: nobody said
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),        -- of the file
    rows integer NOT NULL CHECK (rows >= 1),
    left_out integer NOT NULL CHECK (left_out >= 0),          -- rows that could not be meant
    loaded_at timestamptz NOT NULL
);
CREATE TABLE place (
    list_id bigint NOT NULL REFERENCES place_list,
    code text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,                                        -- what names are compared by
    subdivision text NOT NULL,
    functions text NOT NULL,
    status text NOT NULL,
    is_going boolean NOT NULL                                 -- to be removed in the next issue
);
CREATE INDEX place_code ON place (list_id, code);
CREATE INDEX place_key ON place (list_id, key);

GRANT SELECT ON place_list, place TO waglan_app, waglan_authority;
GRANT SELECT, INSERT ON place_list, place TO waglan_engine;
