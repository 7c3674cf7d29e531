-- Endpoints of organisations that are told of their events by HTTP: where, what, with which secret, and how far.
-- An address may hold a token of its receiver's, so it lies sealed as the secrets do. No payload is kept: a delivery
-- names its event, which is read again in the organisation's name each time it is sent.
CREATE TABLE webhook (
    webhook_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE,
    org         bigint NOT NULL REFERENCES organisation,
    host        text NOT NULL CHECK (length(host) BETWEEN 1 AND 260),
    wanted      text[] NOT NULL CHECK (cardinality(wanted) BETWEEN 1 AND 50),
    description text NOT NULL CHECK (length(description) <= 200),
    scheme      text NOT NULL CHECK (scheme IN ('v1', 'v1a')),
    key_salt    bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed_url  bytea NOT NULL,
    made_at     timestamptz NOT NULL
);
CREATE INDEX webhook_org ON webhook (org, webhook_id);

-- The newest counts, and those before it until their end.
CREATE TABLE webhook_secret (
    secret_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id bigint NOT NULL REFERENCES webhook,
    org        bigint NOT NULL REFERENCES organisation,
    key_salt   bytea NOT NULL CHECK (length(key_salt) = 16),
    sealed     bytea NOT NULL,
    until_at   timestamptz
);
CREATE INDEX webhook_secret_of ON webhook_secret (webhook_id, secret_id DESC);

-- How far it was told, and whether it is told at all.
CREATE TABLE webhook_cursor (
    webhook_id    bigint PRIMARY KEY REFERENCES webhook,
    org           bigint NOT NULL REFERENCES organisation,
    after_seq     bigint NOT NULL,
    is_on         boolean NOT NULL DEFAULT true,
    stopped       text CHECK (stopped IN ('owner', 'gone', 'failing')),
    is_told       boolean NOT NULL DEFAULT true,   -- its owner's log says why it was stopped
    failures      int NOT NULL DEFAULT 0,          -- in a row
    failing_since timestamptz,
    rests_until   timestamptz,
    turned_at     timestamptz NOT NULL             -- when its turn was last, so that the others have theirs
);
CREATE INDEX webhook_cursor_turn ON webhook_cursor (turned_at) WHERE is_on;

CREATE TABLE webhook_delivery (
    webhook_id bigint NOT NULL REFERENCES webhook,
    event_id   bigint NOT NULL,
    org        bigint NOT NULL REFERENCES organisation,
    month      date NOT NULL,
    seq        bigint NOT NULL,
    state      text NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead', 'withdrawn')),
    tries      int NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    next_at    timestamptz,
    status     int,
    failure    text CHECK (length(failure) <= 40),
    PRIMARY KEY (webhook_id, event_id),
    CHECK ((state = 'waiting') = (next_at IS NOT NULL))
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_seq ON webhook_delivery (webhook_id, seq DESC);
CREATE INDEX webhook_delivery_old ON webhook_delivery (last_at) WHERE state <> 'waiting';

ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_secret FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_cursor ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_cursor FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_delivery FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON webhook TO waglan_app, waglan_authority
    USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY own ON webhook_secret TO waglan_app, waglan_authority USING (org = current_org())
    WITH CHECK (org = current_org() AND EXISTS (SELECT 1 FROM webhook w WHERE w.webhook_id = webhook_secret.webhook_id AND w.org = current_org()));
CREATE POLICY own ON webhook_cursor TO waglan_app, waglan_authority USING (org = current_org())
    WITH CHECK (org = current_org() AND EXISTS (SELECT 1 FROM webhook w WHERE w.webhook_id = webhook_cursor.webhook_id AND w.org = current_org()));
CREATE POLICY own ON webhook_delivery TO waglan_app, waglan_authority
    USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY engine ON webhook FOR SELECT TO waglan_engine USING (true);
CREATE POLICY engine ON webhook_secret TO waglan_engine USING (true);
CREATE POLICY engine ON webhook_cursor TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON webhook_delivery TO waglan_engine USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, DELETE ON webhook, webhook_secret TO waglan_app, waglan_authority;
GRANT UPDATE (until_at) ON webhook_secret TO waglan_app, waglan_authority;
GRANT SELECT, INSERT, DELETE ON webhook_cursor TO waglan_app, waglan_authority;
GRANT UPDATE (after_seq, is_on, stopped, is_told, failures, failing_since, rests_until) ON webhook_cursor
    TO waglan_app, waglan_authority;
GRANT SELECT, DELETE ON webhook_delivery TO waglan_app, waglan_authority;
GRANT UPDATE (state, tries, next_at) ON webhook_delivery TO waglan_app, waglan_authority;
GRANT SELECT ON webhook TO waglan_engine;
GRANT SELECT, DELETE ON webhook_secret TO waglan_engine;
GRANT SELECT, UPDATE ON webhook_cursor TO waglan_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_delivery TO waglan_engine;
