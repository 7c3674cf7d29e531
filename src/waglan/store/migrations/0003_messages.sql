-- What was sent: raw bytes sealed under a key of their own, receipts that make a retry harmless, answers.

CREATE TABLE message (
    message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org bigint NOT NULL REFERENCES organisation,
    id uuid NOT NULL,
    source text NOT NULL CHECK (source IN ('http', 'cli', 'mail', 'folder')),
    token text NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    size bigint NOT NULL CHECK (size >= 0),
    content_type text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL,
    clash boolean NOT NULL DEFAULT false,                     -- another message came under this reference before
    UNIQUE (org, id)
);
-- Erasing a message deletes its secret and its chunks; the row above, its hash and its leaf stay.
CREATE TABLE message_secret (
    message_id bigint PRIMARY KEY REFERENCES message,
    org bigint NOT NULL,
    key_salt bytea NOT NULL CHECK (length(key_salt) = 16)
);
-- Chunks come before their message's row, in short transactions of their own: a gigabyte on its way
-- must not hold back the sequencer. Chunks without a message are swept away.
CREATE TABLE message_chunk (
    org bigint NOT NULL,
    id uuid NOT NULL,
    n integer NOT NULL CHECK (n >= 0),
    sealed bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (org, id, n)
);
-- Kept longer than any sender's retry window.
CREATE TABLE receipt (
    org bigint NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    message_id bigint NOT NULL REFERENCES message,
    PRIMARY KEY (org, source, key)
);
-- A message that has an outcome is worked off. Findings quote the sender's paper, so they are sealed too.
CREATE TABLE outcome (
    message_id bigint PRIMARY KEY REFERENCES message,
    org bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('accepted', 'partly', 'refused')),
    findings bytea NOT NULL,
    finished_at timestamptz NOT NULL
);
CREATE TABLE answer (
    message_id bigint NOT NULL REFERENCES message,
    n integer NOT NULL CHECK (n >= 1),
    org bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('CONTRL', 'APERAK', 'CUSRES')),
    cause bigint,                                             -- the event it tells of, if not the message itself
    sealed bytea NOT NULL,
    size integer NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, n),
    UNIQUE (message_id, kind, cause)
);

ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
ALTER TABLE message_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_secret FORCE ROW LEVEL SECURITY;
ALTER TABLE message_chunk ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_chunk FORCE ROW LEVEL SECURITY;
ALTER TABLE receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt FORCE ROW LEVEL SECURITY;
ALTER TABLE outcome ENABLE ROW LEVEL SECURITY;
ALTER TABLE outcome FORCE ROW LEVEL SECURITY;
ALTER TABLE answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE answer FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON message TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON message_secret TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON message_chunk TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON receipt TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON outcome TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON answer TO waglan_app USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON message TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON message_secret TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON message_chunk TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON receipt TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON outcome TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON answer TO waglan_engine USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON message, message_secret, message_chunk, receipt, outcome, answer TO waglan_app;
-- No policy lets an authority see one: what it asks for is absent, which is no error.
GRANT SELECT ON message, message_secret, message_chunk, outcome, answer TO waglan_authority;
GRANT SELECT, INSERT ON message, receipt, outcome TO waglan_engine;
GRANT SELECT, INSERT, DELETE ON message_secret, message_chunk, answer TO waglan_engine;

-- Which messages wait: the engine hands each to a worker, which works under its sender's organisation.
CREATE INDEX message_received ON message (received_at);
