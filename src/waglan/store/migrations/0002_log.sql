-- What happened, in order: events as salted commitments, who may see them, and the tree over them.

-- One nextval a transaction: event_id = block << 20 | place in the transaction.
CREATE SEQUENCE event_block;

CREATE TABLE event (
    event_id bigint NOT NULL,
    month date NOT NULL,                                      -- of recorded_at in UTC: retention only
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),            -- the sequencer's horizon
    org bigint NOT NULL,                                      -- who said it
    code text NOT NULL,
    about_kind text NOT NULL,
    about text NOT NULL,
    consignment bigint,                                       -- the bill it is about, if it is about one
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    salt bytea NOT NULL CHECK (length(salt) = 16),
    canonical bytea NOT NULL,                                 -- the very bytes that are hashed; jsonb would rewrite them
    PRIMARY KEY (month, event_id)
) PARTITION BY RANGE (month);
CREATE INDEX event_tx ON event (tx);
CREATE TABLE event_default PARTITION OF event DEFAULT;

-- Who may see an event; written with it, or with the link or the grant that shows it to one more.
CREATE TABLE audience (
    org bigint NOT NULL,
    event_id bigint NOT NULL,
    month date NOT NULL,
    until timestamptz,                                        -- NULL: as long as the event is kept
    PRIMARY KEY (org, event_id)
);
CREATE INDEX audience_event ON audience (event_id);

-- Sixty monthly partitions make look-ups by key slow; this locates the events and names their months.
CREATE TABLE key_event (
    kind text NOT NULL,
    key text NOT NULL,
    event_id bigint NOT NULL,
    month date NOT NULL,
    PRIMARY KEY (kind, key, event_id)
) PARTITION BY HASH (kind, key);
CREATE TABLE key_event_0 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE key_event_1 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE key_event_2 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE key_event_3 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE key_event_4 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE key_event_5 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE key_event_6 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE key_event_7 PARTITION OF key_event FOR VALUES WITH (MODULUS 8, REMAINDER 7);

-- The sequencer's dense numbers: tree index, stream id and every cursor.
CREATE TABLE log_leaf (
    seq bigint PRIMARY KEY,
    event_id bigint NOT NULL UNIQUE,
    month date NOT NULL,
    leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32)
);
CREATE TABLE log_tile (
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 8),
    index bigint NOT NULL,
    hashes bytea NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (level, index)
);
-- One row: how far the sequencer came. Every event of a transaction before `horizon` has its number.
CREATE TABLE log_head (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    origin text NOT NULL,
    size bigint NOT NULL DEFAULT 0,
    frontier bytea NOT NULL DEFAULT '',
    horizon xid8 NOT NULL DEFAULT '0',
    sequenced_at timestamptz
);
CREATE TABLE log_checkpoint (
    origin text NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL CHECK (length(root) = 32),
    note bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (origin, size)
);
CREATE TABLE log_cosignature (
    origin text NOT NULL,
    size bigint NOT NULL,
    witness text NOT NULL,
    line bytea NOT NULL,
    cosigned_at timestamptz NOT NULL,
    PRIMARY KEY (origin, size, witness),
    FOREIGN KEY (origin, size) REFERENCES log_checkpoint
);
-- A witness knows another history than ours: nothing is signed until the operator has looked.
CREATE TABLE log_halt (
    origin text NOT NULL,
    witness text NOT NULL,
    known bigint,
    ours bigint NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (origin, witness)
);

-- What an organisation may see, by the log's number: lists and streams start here.
CREATE TABLE feed (
    org bigint NOT NULL,
    seq bigint NOT NULL,
    event_id bigint NOT NULL,
    month date NOT NULL,
    until timestamptz,                                        -- as in audience
    PRIMARY KEY (org, seq)
);

-- A role that one process holds at a time; `epoch` fences whoever held it before.
CREATE TABLE lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
);

ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE event FORCE ROW LEVEL SECURITY;
ALTER TABLE audience ENABLE ROW LEVEL SECURITY;
ALTER TABLE audience FORCE ROW LEVEL SECURITY;
ALTER TABLE key_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE key_event FORCE ROW LEVEL SECURITY;
ALTER TABLE feed ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON event TO waglan_app, waglan_authority USING (org = current_org()) WITH CHECK (org = current_org());
CREATE POLICY audience ON event FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM audience a WHERE a.org = current_org() AND a.event_id = event.event_id));
-- Only of one's own event can one say who may see it.
CREATE POLICY own ON audience FOR SELECT TO waglan_app, waglan_authority
    USING (org = current_org() AND coalesce(until, 'infinity') > now());
CREATE POLICY author ON audience FOR INSERT TO waglan_app, waglan_authority WITH CHECK (
    EXISTS (SELECT 1 FROM event e WHERE e.month = audience.month AND e.event_id = audience.event_id AND e.org = current_org()));
CREATE POLICY audience ON key_event FOR SELECT TO waglan_app, waglan_authority USING (
    EXISTS (SELECT 1 FROM audience a WHERE a.org = current_org() AND a.event_id = key_event.event_id));
CREATE POLICY author ON key_event FOR INSERT TO waglan_app, waglan_authority WITH CHECK (
    EXISTS (SELECT 1 FROM event e WHERE e.month = key_event.month AND e.event_id = key_event.event_id AND e.org = current_org()));
CREATE POLICY own ON feed FOR SELECT TO waglan_app, waglan_authority
    USING (org = current_org() AND coalesce(until, 'infinity') > now());
CREATE POLICY engine ON event TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON audience TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON key_event TO waglan_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON feed TO waglan_engine USING (true) WITH CHECK (true);

GRANT USAGE ON SEQUENCE event_block TO waglan_app, waglan_authority, waglan_engine;
GRANT SELECT, INSERT ON event, audience, key_event TO waglan_app, waglan_authority, waglan_engine;
GRANT SELECT ON feed TO waglan_app, waglan_authority;
GRANT SELECT, INSERT, DELETE ON feed TO waglan_engine;
GRANT SELECT ON log_leaf, log_tile, log_head, log_checkpoint, log_cosignature, log_halt TO waglan_app, waglan_authority;
GRANT SELECT, INSERT ON log_leaf, log_tile, log_checkpoint, log_cosignature TO waglan_engine;
GRANT SELECT, INSERT, DELETE ON log_halt TO waglan_engine;
GRANT SELECT, INSERT, UPDATE ON log_head, lease TO waglan_engine;
GRANT DELETE ON event, audience, key_event TO waglan_engine;   -- retention and erasure

-- Months are made ahead by the engine; whatever falls outside lands in the default partition.
CREATE FUNCTION make_event_month(first date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    part text := format('event_%s', to_char(first, 'YYYYMM'));
BEGIN
    IF first <> date_trunc('month', first)::date THEN
        RAISE EXCEPTION 'not the first of a month: %', first;
    END IF;
    IF to_regclass(format('public.%I', part)) IS NULL
       AND NOT EXISTS (SELECT 1 FROM public.event_default d WHERE d.month = first) THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.event FOR VALUES FROM (%L) TO (%L)',
                       part, first, (first + interval '1 month')::date);
    END IF;
END $$;
REVOKE ALL ON FUNCTION make_event_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_event_month(date) TO waglan_engine;
