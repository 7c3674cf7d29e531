-- The whole schema, for reading and for comparing; the migrations build it. `make schema`

CREATE TABLE public.login (
    org bigint NOT NULL,
    subject text NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    blind bytea NOT NULL,
    set_at timestamp with time zone NOT NULL,
    is_given_up boolean DEFAULT false NOT NULL,
    CONSTRAINT login_blind_check CHECK ((length(blind) = 32)),
    CONSTRAINT login_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.login FORCE ROW LEVEL SECURITY;

CREATE TABLE public.organisation (
    org bigint NOT NULL,
    party text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT organisation_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT organisation_party_check CHECK ((party ~ '^[a-z0-9][a-z0-9-]{1,39}$'::text)),
    CONSTRAINT organisation_roles_check CHECK ((cardinality(roles) > 0))
);

ALTER TABLE ONLY public.organisation FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.organisation IS 'The directory: every signed-in client may see who takes part.';

CREATE TABLE public.password (
    org bigint NOT NULL,
    subject text NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT password_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.password FORCE ROW LEVEL SECURITY;

CREATE TABLE public.person_role (
    org bigint NOT NULL,
    subject text NOT NULL,
    n integer NOT NULL,
    roles text[] NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT person_role_n_check CHECK ((n >= 1))
);

ALTER TABLE ONLY public.person_role FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.account_at(party text, blind bytea) RETURNS TABLE(org bigint, roles text[], subject text, key_salt bytea, sealed bytea, firm_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT o.org,
     o.roles,
     l.subject,
     p.key_salt,
     p.sealed,
     ( SELECT r.roles
            FROM public.person_role r
           WHERE ((r.org = l.org) AND (r.subject = l.subject))
           ORDER BY r.n DESC
          LIMIT 1) AS roles
    FROM ((public.organisation o
      JOIN public.login l ON ((l.org = o.org)))
      LEFT JOIN public.password p ON (((p.org = l.org) AND (p.subject = l.subject))))
   WHERE ((o.party = account_at.party) AND (l.blind = account_at.blind) AND (NOT l.is_given_up));
END;

CREATE TABLE public.address (
    address text NOT NULL,
    org bigint NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT address_address_check CHECK (((length(address) >= 1) AND (length(address) <= 80)))
);

ALTER TABLE ONLY public.address FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.addressee_at(address text) RETURNS TABLE(org bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT o.org,
     o.party
    FROM (public.address a
      JOIN public.organisation o ON ((o.org = a.org)))
   WHERE ((a.address = addressee_at.address) AND (o.roles && ARRAY['carrier'::text, 'forwarder'::text, 'terminal'::text, 'trucker'::text]));
END;

CREATE FUNCTION public.current_org() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('waglan.org'::text, true), ''::text))::bigint;

CREATE TABLE public.edition (
    edition_id bigint NOT NULL,
    id uuid NOT NULL,
    org bigint NOT NULL,
    concerned bigint[] NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    file bytea NOT NULL,
    open bytea NOT NULL,
    policy bytea,
    watch bytea,
    from_at timestamp with time zone NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    CONSTRAINT edition_check CHECK (((kind = 'jurisdiction'::text) = (policy IS NOT NULL))),
    CONSTRAINT edition_check1 CHECK (((kind = 'province'::text) OR (concerned = ARRAY[org]))),
    CONSTRAINT edition_concerned_check CHECK (((cardinality(concerned) >= 1) AND (cardinality(concerned) <= 8))),
    CONSTRAINT edition_kind_check CHECK ((kind = ANY (ARRAY['province'::text, 'jurisdiction'::text]))),
    CONSTRAINT edition_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT edition_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.edition FORCE ROW LEVEL SECURITY;

CREATE TABLE public.edition_in_force (
    edition_id bigint NOT NULL,
    org bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    open bytea NOT NULL,
    policy_sha256 bytea,
    from_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.edition_in_force FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip (
    trip_id bigint NOT NULL,
    id uuid NOT NULL,
    org bigint NOT NULL,
    authorities bigint[] NOT NULL,
    vehicle text NOT NULL,
    origin text NOT NULL,
    destination text NOT NULL,
    cargo text NOT NULL,
    schemes text[] NOT NULL,
    registers bytea NOT NULL,
    quality text NOT NULL,
    plan bytea NOT NULL,
    plan_sha256 bytea NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    lock uuid NOT NULL,
    trackers uuid[] NOT NULL,
    leg_of uuid,
    exit text,
    ends_with text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT trip_authorities_check CHECK (((cardinality(authorities) >= 1) AND (cardinality(authorities) <= 4))),
    CONSTRAINT trip_cargo_check CHECK (((length(cargo) >= 1) AND (length(cargo) <= 40))),
    CONSTRAINT trip_destination_check CHECK (((length(destination) >= 1) AND (length(destination) <= 40))),
    CONSTRAINT trip_exit_check CHECK (((length(exit) >= 1) AND (length(exit) <= 200))),
    CONSTRAINT trip_origin_check CHECK (((length(origin) >= 1) AND (length(origin) <= 40))),
    CONSTRAINT trip_plan_sha256_check CHECK ((length(plan_sha256) = 32)),
    CONSTRAINT trip_quality_check CHECK ((quality = ANY (ARRAY['illustrative'::text, 'surveyed'::text]))),
    CONSTRAINT trip_vehicle_check CHECK (((length(vehicle) >= 1) AND (length(vehicle) <= 40)))
);

ALTER TABLE ONLY public.trip FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_policy (
    trip_id bigint NOT NULL,
    org bigint NOT NULL,
    authority bigint NOT NULL,
    policy bytea NOT NULL
);

ALTER TABLE ONLY public.trip_policy FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.adopt_policy(trip bigint, edition bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO public.trip_policy (trip_id, org, authority, policy)  SELECT t.trip_id,
             t.org,
             e.org,
             e.policy
            FROM public.trip t,
             (public.edition e
              JOIN public.edition_in_force f USING (edition_id))
           WHERE ((t.trip_id = adopt_policy.trip) AND (t.org = public.current_org()) AND (e.org = ANY (t.authorities)) AND (e.edition_id = adopt_policy.edition) AND (e.kind = 'jurisdiction'::text) AND (f.from_at <= t.planned_at));
END;

CREATE TABLE public.answerable (
    org bigint NOT NULL,
    credential text NOT NULL,
    n integer NOT NULL,
    accountable text NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT answerable_n_check CHECK ((n >= 1))
);

ALTER TABLE ONLY public.answerable FORCE ROW LEVEL SECURITY;

CREATE TABLE public.credential (
    credential text NOT NULL,
    org bigint NOT NULL,
    label text NOT NULL,
    accountable text NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT credential_credential_check CHECK ((credential ~ '^crd_[0-9a-f]{32}$'::text)),
    CONSTRAINT credential_label_check CHECK (((length(label) >= 1) AND (length(label) <= 100)))
);

ALTER TABLE ONLY public.credential FORCE ROW LEVEL SECURITY;

CREATE TABLE public.person (
    subject text NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    blind bytea NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT person_blind_check CHECK ((length(blind) = 32)),
    CONSTRAINT person_key_salt_check CHECK ((length(key_salt) = 16)),
    CONSTRAINT person_subject_check CHECK ((subject ~ '^sub_[0-9a-f]{32}$'::text))
);

ALTER TABLE ONLY public.person FORCE ROW LEVEL SECURITY;

CREATE TABLE public.token (
    token text NOT NULL,
    org bigint NOT NULL,
    secret_sha256 bytea NOT NULL,
    client text NOT NULL,
    scopes text[] NOT NULL,
    credential text,
    subject text,
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    is_session boolean DEFAULT false NOT NULL,
    CONSTRAINT token_check CHECK ((expires_at > issued_at)),
    CONSTRAINT token_check1 CHECK (((client = 'machine'::text) = (credential IS NOT NULL))),
    CONSTRAINT token_check2 CHECK (((client = 'person'::text) = (subject IS NOT NULL))),
    CONSTRAINT token_client_check CHECK ((client = ANY (ARRAY['person'::text, 'machine'::text, 'ai'::text]))),
    CONSTRAINT token_secret_sha256_check CHECK ((length(secret_sha256) = 32)),
    CONSTRAINT token_token_check CHECK ((token ~ '^tok_[0-9a-f]{32}$'::text))
);

ALTER TABLE ONLY public.token FORCE ROW LEVEL SECURITY;

CREATE TABLE public.token_revocation (
    token text NOT NULL,
    org bigint NOT NULL,
    revoked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.token_revocation FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.authenticate(secret_sha256 bytea, at timestamp with time zone) RETURNS TABLE(token text, org bigint, party text, roles text[], client text, scopes text[], accountable text, firm_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT t.token,
     t.org,
     o.party,
     o.roles,
     t.client,
     t.scopes,
     w.accountable,
     ( SELECT r.roles
            FROM public.person_role r
           WHERE ((r.org = t.org) AND (r.subject = t.subject))
           ORDER BY r.n DESC
          LIMIT 1) AS roles
    FROM (((public.token t
      JOIN public.organisation o ON ((o.org = t.org)))
      LEFT JOIN public.credential c ON ((c.credential = t.credential)))
      CROSS JOIN LATERAL ( SELECT COALESCE(( SELECT a.accountable
                    FROM public.answerable a
                   WHERE ((a.org = t.org) AND (a.credential = t.credential))
                   ORDER BY a.n DESC
                  LIMIT 1), c.accountable, t.subject) AS accountable) w)
   WHERE ((t.secret_sha256 = authenticate.secret_sha256) AND (authenticate.at >= t.issued_at) AND (authenticate.at < t.expires_at) AND (NOT (EXISTS ( SELECT 1
            FROM public.token_revocation r
           WHERE (r.token = t.token)))) AND ((w.accountable IS NULL) OR (EXISTS ( SELECT 1
            FROM public.person p
           WHERE ((p.org = t.org) AND (p.subject = w.accountable))))));
END;

CREATE FUNCTION public.authority_addresses() RETURNS TABLE(address text, party text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT a.address,
     o.party
    FROM (public.address a
      JOIN public.organisation o ON ((o.org = a.org)))
   WHERE ('customs'::text = ANY (o.roles))
   ORDER BY o.party, a.address;
END;

CREATE FUNCTION public.authority_at(address text) RETURNS TABLE(org bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT o.org,
     o.party
    FROM (public.address a
      JOIN public.organisation o ON ((o.org = a.org)))
   WHERE ((a.address = authority_at.address) AND ('customs'::text = ANY (o.roles)));
END;

CREATE TABLE public.bill (
    manifest_id bigint NOT NULL,
    consignment bigint NOT NULL,
    org bigint NOT NULL,
    number text NOT NULL,
    parent text,
    level text NOT NULL,
    forwarder text,
    particulars bytea NOT NULL
);

ALTER TABLE ONLY public.bill FORCE ROW LEVEL SECURITY;

CREATE TABLE public.detention (
    detention_id bigint NOT NULL,
    authority bigint NOT NULL,
    number text NOT NULL,
    consignment bigint NOT NULL,
    kind text NOT NULL,
    bill text NOT NULL,
    call text NOT NULL,
    served_at timestamp with time zone NOT NULL,
    CONSTRAINT detention_kind_check CHECK ((kind = ANY (ARRAY['documents'::text, 'detention'::text, 'inspection'::text]))),
    CONSTRAINT detention_number_check CHECK ((length(number) <= 40))
);

ALTER TABLE ONLY public.detention FORCE ROW LEVEL SECURITY;

CREATE TABLE public.detention_addressee (
    detention_id bigint NOT NULL,
    n integer NOT NULL,
    authority bigint NOT NULL,
    filer bigint NOT NULL,
    capacity text NOT NULL,
    reach text NOT NULL,
    org bigint,
    told bytea NOT NULL,
    event_id bigint,
    CONSTRAINT detention_addressee_capacity_check CHECK ((capacity = ANY (ARRAY['filer'::text, 'agent'::text, 'terminal'::text, 'consignee'::text]))),
    CONSTRAINT detention_addressee_check CHECK (((reach = 'here'::text) = (org IS NOT NULL))),
    CONSTRAINT detention_addressee_reach_check CHECK ((reach = ANY (ARRAY['here'::text, 'elsewhere'::text, 'unnamed'::text])))
);

ALTER TABLE ONLY public.detention_addressee FORCE ROW LEVEL SECURITY;

CREATE TABLE public.manifest (
    manifest_id bigint NOT NULL,
    org bigint NOT NULL,
    id uuid NOT NULL,
    filed_with bigint NOT NULL,
    document text NOT NULL,
    call text NOT NULL,
    version integer NOT NULL,
    function text NOT NULL,
    reference text NOT NULL,
    assembly_id bigint NOT NULL,
    message_id bigint NOT NULL,
    vessel text,
    imo text,
    voyage text,
    port_of_call text,
    arrives_at timestamp with time zone,
    head bytea NOT NULL,
    bills integer NOT NULL,
    received_at timestamp with time zone NOT NULL,
    filed_at timestamp with time zone NOT NULL,
    CONSTRAINT manifest_version_check CHECK ((version >= 1))
);

ALTER TABLE ONLY public.manifest FORCE ROW LEVEL SECURITY;

CREATE TABLE public.reader (
    org bigint NOT NULL,
    consignment bigint NOT NULL,
    view text NOT NULL,
    until timestamp with time zone NOT NULL,
    is_shown boolean DEFAULT false NOT NULL,
    CONSTRAINT reader_view_check CHECK ((view = ANY (ARRAY['full'::text, 'equipment'::text, 'status'::text])))
);

ALTER TABLE ONLY public.reader FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.bills_of_call(call text) RETURNS TABLE(consignment bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT DISTINCT b.consignment
    FROM (public.manifest m
      JOIN public.bill b ON ((b.manifest_id = m.manifest_id)))
   WHERE ((m.call = bills_of_call.call) AND (m.function <> 'cancel'::text) AND (NOT (EXISTS ( SELECT 1
            FROM public.manifest v
           WHERE ((v.org = m.org) AND (v.document = m.document) AND (v.call = m.call) AND (v.filed_with = m.filed_with) AND (v.version > m.version))))) AND ((EXISTS ( SELECT 1
            FROM public.reader r
           WHERE ((r.org = public.current_org()) AND (r.consignment = b.consignment) AND (r.until > now())))) OR (EXISTS ( SELECT 1
            FROM (public.detention d
              JOIN public.detention_addressee a ON ((a.detention_id = d.detention_id)))
           WHERE ((d.consignment = b.consignment) AND (a.org = public.current_org()))))));
END;

CREATE FUNCTION public.coded(codes text[]) RETURNS TABLE(code text, party text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT split_part(a.address, ':'::text, 1) AS split_part,
     min(o.party) AS min
    FROM (public.address a
      JOIN public.organisation o ON ((o.org = a.org)))
   WHERE ((split_part(a.address, ':'::text, 1) = ANY (coded.codes)) AND (NOT ('customs'::text = ANY (o.roles))))
   GROUP BY (split_part(a.address, ':'::text, 1))
  HAVING (count(DISTINCT o.org) = 1);
END;

CREATE TABLE public.device (
    device_id bigint NOT NULL,
    id uuid NOT NULL,
    org bigint NOT NULL,
    protocol text NOT NULL,
    terminal text NOT NULL,
    maker text NOT NULL,
    model text NOT NULL,
    firmware text NOT NULL,
    serial_range integer NOT NULL,
    accreditation text,
    provisioned_at timestamp with time zone NOT NULL,
    datum text DEFAULT 'unknown'::text NOT NULL,
    territory text,
    CONSTRAINT device_accreditation_check CHECK (((length(accreditation) >= 1) AND (length(accreditation) <= 200))),
    CONSTRAINT device_datum_check CHECK ((datum = ANY (ARRAY['WGS-84'::text, 'GCJ-02'::text, 'unknown'::text]))),
    CONSTRAINT device_datum_here CHECK (((datum <> 'GCJ-02'::text) OR (NOT (territory IS DISTINCT FROM 'CN'::text)))),
    CONSTRAINT device_firmware_check CHECK ((length(firmware) <= 100)),
    CONSTRAINT device_maker_check CHECK (((length(maker) >= 1) AND (length(maker) <= 100))),
    CONSTRAINT device_model_check CHECK (((length(model) >= 1) AND (length(model) <= 100))),
    CONSTRAINT device_protocol_check CHECK (((length(protocol) >= 1) AND (length(protocol) <= 20))),
    CONSTRAINT device_serial_range_check CHECK ((serial_range = ANY (ARRAY[256, 65536]))),
    CONSTRAINT device_terminal_check CHECK (((length(terminal) >= 1) AND (length(terminal) <= 80))),
    CONSTRAINT device_territory_check CHECK ((territory = ANY (ARRAY['HK'::text, 'MO'::text, 'CN'::text])))
);

ALTER TABLE ONLY public.device FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.device_at(protocol text, terminal text) RETURNS TABLE(device_id bigint, org bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT d.device_id,
     d.org,
     o.party
    FROM (public.device d
      JOIN public.organisation o ON ((o.org = d.org)))
   WHERE ((d.protocol = device_at.protocol) AND (d.terminal = device_at.terminal));
END;

CREATE TABLE public.consignment (
    consignment bigint NOT NULL,
    org bigint NOT NULL,
    parent text NOT NULL,
    number text NOT NULL,
    authority bigint NOT NULL
);

ALTER TABLE ONLY public.consignment FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.filers(consignments bigint[]) RETURNS TABLE(consignment bigint, org bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT c.consignment,
     c.org
    FROM public.consignment c
   WHERE ((c.consignment = ANY (filers.consignments)) AND (EXISTS ( SELECT 1
            FROM public.reader r
           WHERE ((r.org = public.current_org()) AND (r.consignment = c.consignment)))));
END;

CREATE FUNCTION public.is_operator() RETURNS boolean
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (EXISTS ( SELECT 1
            FROM public.organisation o
           WHERE ((o.org = public.current_org()) AND ('operator'::text = ANY (o.roles))))) AS "exists";
END;

CREATE TABLE public.seal_period (
    seal_id bigint NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    number text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    CONSTRAINT seal_period_number_check CHECK (((length(number) >= 1) AND (length(number) <= 80)))
);

ALTER TABLE ONLY public.seal_period FORCE ROW LEVEL SECURITY;

CREATE TABLE public.seal_period_end (
    seal_id bigint NOT NULL,
    org bigint NOT NULL,
    ended_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.seal_period_end FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.is_sealed(device bigint) RETURNS boolean
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (EXISTS ( SELECT 1
            FROM public.seal_period s
           WHERE ((s.device_id = is_sealed.device) AND (NOT (EXISTS ( SELECT 1
                    FROM public.seal_period_end e
                   WHERE (e.seal_id = s.seal_id))))))) AS "exists";
END;

CREATE TABLE public.link_use (
    link text NOT NULL,
    org bigint NOT NULL,
    used_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.link_use FORCE ROW LEVEL SECURITY;

CREATE TABLE public.one_time_link (
    link text NOT NULL,
    org bigint NOT NULL,
    subject text NOT NULL,
    n integer NOT NULL,
    purpose text NOT NULL,
    secret_sha256 bytea NOT NULL,
    made_by text,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT one_time_link_link_check CHECK ((link ~ '^lnk_[0-9a-f]{32}$'::text)),
    CONSTRAINT one_time_link_n_check CHECK ((n >= 1)),
    CONSTRAINT one_time_link_purpose_check CHECK ((purpose = ANY (ARRAY['invitation'::text, 'reset'::text]))),
    CONSTRAINT one_time_link_secret_sha256_check CHECK ((length(secret_sha256) = 32))
);

ALTER TABLE ONLY public.one_time_link FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.link_at(secret_sha256 bytea, at timestamp with time zone) RETURNS TABLE(org bigint, party text, roles text[], link text, subject text, purpose text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT o.org,
     o.party,
     o.roles,
     k.link,
     k.subject,
     k.purpose
    FROM (public.one_time_link k
      JOIN public.organisation o ON ((o.org = k.org)))
   WHERE ((k.secret_sha256 = link_at.secret_sha256) AND (link_at.at >= k.made_at) AND (link_at.at < k.expires_at) AND (NOT (EXISTS ( SELECT 1
            FROM public.link_use u
           WHERE (u.link = k.link)))) AND (NOT (EXISTS ( SELECT 1
            FROM public.one_time_link n
           WHERE ((n.org = k.org) AND (n.subject = k.subject) AND (n.n > k.n))))));
END;

CREATE FUNCTION public.make_event_month(first date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE TABLE public.consignment_grant (
    grant_id uuid NOT NULL,
    org bigint NOT NULL,
    receiver bigint NOT NULL,
    consignment bigint NOT NULL,
    view text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT consignment_grant_view_check CHECK ((view = ANY (ARRAY['full'::text, 'equipment'::text, 'status'::text])))
);

ALTER TABLE ONLY public.consignment_grant FORCE ROW LEVEL SECURITY;

CREATE TABLE public.grant_revocation (
    grant_id uuid NOT NULL,
    org bigint NOT NULL,
    revoked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.grant_revocation FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.shown_by_name(consignments bigint[]) RETURNS TABLE(consignment bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT r.consignment
    FROM public.reader r
   WHERE ((r.org = public.current_org()) AND (r.consignment = ANY (shown_by_name.consignments)) AND (r.view = 'full'::text) AND (r.until > now()) AND ((NOT r.is_shown) OR (EXISTS ( SELECT 1
            FROM public.consignment_grant g
           WHERE ((g.consignment = r.consignment) AND (g.receiver = public.current_org()) AND (g.view = 'full'::text) AND (g.until > now()) AND (NOT (EXISTS ( SELECT 1
                    FROM public.grant_revocation x
                   WHERE (x.grant_id = g.grant_id)))))))));
END;

CREATE FUNCTION public.names_bill(consignments bigint[]) RETURNS TABLE(consignment bigint, manifest_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT DISTINCT ON (b.consignment) b.consignment,
     b.manifest_id
    FROM ((public.shown_by_name(names_bill.consignments) s(consignment)
      JOIN public.bill b ON ((b.consignment = s.consignment)))
      JOIN public.manifest m ON ((m.manifest_id = b.manifest_id)))
   ORDER BY b.consignment, ((m.function <> 'cancel'::text) AND (NOT (EXISTS ( SELECT 1
            FROM public.manifest n
           WHERE ((n.org = m.org) AND (n.document = m.document) AND (n.call = m.call) AND (n.filed_with = m.filed_with) AND (n.version > m.version)))))) DESC, b.manifest_id DESC;
END;

CREATE FUNCTION public.terminals_shown(consignments bigint[]) RETURNS TABLE(consignment bigint, party text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT DISTINCT r.consignment,
     o.party
    FROM (public.reader r
      JOIN public.organisation o ON ((o.org = r.org)))
   WHERE ((r.consignment = ANY (terminals_shown.consignments)) AND (r.view <> 'status'::text) AND (r.until > now()) AND ('terminal'::text = ANY (o.roles)) AND (EXISTS ( SELECT 1
            FROM public.reader a
           WHERE ((a.org = public.current_org()) AND (a.consignment = r.consignment) AND (a.view = 'full'::text)))));
END;

CREATE TABLE public.device_secret (
    device_id bigint NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL,
    secret_id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT device_secret_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.device_secret FORCE ROW LEVEL SECURITY;

CREATE TABLE public.frame (
    frame_id bigint NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    session_id bigint NOT NULL,
    event_id bigint NOT NULL,
    same bytea NOT NULL,
    turn bigint NOT NULL,
    serial integer,
    at_s bigint,
    message integer,
    connection uuid NOT NULL,
    channel text NOT NULL,
    begins bigint NOT NULL,
    ends bigint NOT NULL,
    reading smallint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT frame_channel_check CHECK ((channel = ANY (ARRAY['mtls'::text, 'private'::text, 'plain'::text]))),
    CONSTRAINT frame_check CHECK ((ends > begins)),
    CONSTRAINT frame_same_check CHECK ((length(same) = 32))
);

ALTER TABLE ONLY public.frame FORCE ROW LEVEL SECURITY;

CREATE TABLE public.frame_erased (
    frame_id bigint NOT NULL,
    org bigint NOT NULL,
    leaf bytea NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    rule text NOT NULL,
    CONSTRAINT frame_erased_leaf_check CHECK ((length(leaf) = 32))
);

ALTER TABLE ONLY public.frame_erased FORCE ROW LEVEL SECURITY;

CREATE TABLE public.frame_raw (
    frame_id bigint NOT NULL,
    org bigint NOT NULL,
    sha256 bytea NOT NULL,
    sealed bytea NOT NULL,
    secret_id bigint NOT NULL,
    opening bytea,
    CONSTRAINT frame_raw_opening_check CHECK ((length(opening) = 32)),
    CONSTRAINT frame_raw_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.frame_raw FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_device (
    trip_device_id bigint NOT NULL,
    trip_id bigint NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    installation_id bigint NOT NULL,
    is_lock boolean NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    read_as text,
    learned_as text,
    learned_version smallint,
    CONSTRAINT trip_device_check CHECK ((until_at >= from_at)),
    CONSTRAINT trip_device_learned_as_check CHECK ((learned_as = ANY (ARRAY['WGS-84'::text, 'GCJ-02'::text]))),
    CONSTRAINT trip_device_read_as_check CHECK ((read_as = ANY (ARRAY['WGS-84'::text, 'GCJ-02'::text])))
);

ALTER TABLE ONLY public.trip_device FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.trip_batches(trip uuid, frames bigint[]) RETURNS TABLE(event_id bigint, frame_id bigint, sha256 bytea, key_salt bytea, opening bytea, leaf bytea, erased_at timestamp with time zone, rule text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH seen AS MATERIALIZED (
          SELECT DISTINCT f_1.event_id,
             (f_1.frame_id >> 20) AS block
            FROM ((public.trip t
              JOIN public.trip_device d ON ((d.trip_id = t.trip_id)))
              JOIN public.frame f_1 ON ((f_1.device_id = d.device_id)))
           WHERE ((t.id = trip_batches.trip) AND (public.current_org() = ANY (t.authorities)) AND (f_1.frame_id = ANY (trip_batches.frames)) AND ((f_1.recorded_at <@ tstzrange(d.from_at, d.until_at)) OR (to_timestamp((f_1.at_s)::double precision) <@ tstzrange(d.from_at, d.until_at))))
         )
  SELECT f.event_id,
     f.frame_id,
     r.sha256,
     s.key_salt,
     r.opening,
     x.leaf,
     x.erased_at,
     x.rule
    FROM ((((seen
      JOIN public.frame f ON (((f.frame_id >= (seen.block << 20)) AND (f.frame_id < ((seen.block + 1) << 20)) AND (f.event_id = seen.event_id))))
      LEFT JOIN public.frame_raw r ON ((r.frame_id = f.frame_id)))
      LEFT JOIN public.device_secret s ON ((s.secret_id = r.secret_id)))
      LEFT JOIN public.frame_erased x ON ((x.frame_id = f.frame_id)))
   ORDER BY f.event_id, f.frame_id;
END;

CREATE TABLE public.event (
    event_id bigint NOT NULL,
    month date NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() NOT NULL,
    org bigint NOT NULL,
    code text NOT NULL,
    about_kind text NOT NULL,
    about text NOT NULL,
    consignment bigint,
    happened_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    salt bytea NOT NULL,
    canonical bytea NOT NULL,
    CONSTRAINT event_salt_check CHECK ((length(salt) = 16))
)
PARTITION BY RANGE (month);

ALTER TABLE ONLY public.event FORCE ROW LEVEL SECURITY;

CREATE TABLE public.event_erased (
    event_id bigint NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    rule text NOT NULL
);

ALTER TABLE ONLY public.event_erased FORCE ROW LEVEL SECURITY;

CREATE TABLE public.key_event (
    kind text NOT NULL,
    key text NOT NULL,
    event_id bigint NOT NULL,
    month date NOT NULL
)
PARTITION BY HASH (kind, key);

ALTER TABLE ONLY public.key_event FORCE ROW LEVEL SECURITY;

CREATE TABLE public.log_leaf (
    seq bigint NOT NULL,
    event_id bigint NOT NULL,
    month date NOT NULL,
    leaf_hash bytea NOT NULL,
    CONSTRAINT log_leaf_leaf_hash_check CHECK ((length(leaf_hash) = 32))
);

CREATE TABLE public.trip_act (
    trip_id bigint NOT NULL,
    n integer NOT NULL,
    org bigint NOT NULL,
    by_org bigint NOT NULL,
    act_id text NOT NULL,
    act text NOT NULL,
    state text NOT NULL,
    body bytea NOT NULL,
    signature bytea,
    event_id bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT trip_act_act_id_check CHECK (((length(act_id) >= 1) AND (length(act_id) <= 64))),
    CONSTRAINT trip_act_n_check CHECK ((n > 0)),
    CONSTRAINT trip_act_signature_check CHECK ((length(signature) = 64))
);

ALTER TABLE ONLY public.trip_act FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.trip_events(trip uuid, frames bigint[]) RETURNS TABLE(event_id bigint, n integer, seq bigint, leaf_hash bytea, salt bytea, canonical bytea, erased_at timestamp with time zone, rule text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH own AS MATERIALIZED (
          SELECT t.trip_id,
             t.id
            FROM public.trip t
           WHERE ((t.id = trip_events.trip) AND (public.current_org() = ANY (t.authorities)))
         ), wanted AS (
          SELECT DISTINCT f.event_id,
             NULL::integer AS n
            FROM ((own
              JOIN public.trip_device d ON ((d.trip_id = own.trip_id)))
              JOIN public.frame f ON ((f.device_id = d.device_id)))
           WHERE ((f.frame_id = ANY (trip_events.frames)) AND ((f.recorded_at <@ tstzrange(d.from_at, d.until_at)) OR (to_timestamp((f.at_s)::double precision) <@ tstzrange(d.from_at, d.until_at))))
         UNION ALL
          SELECT a.event_id,
             a.n
            FROM (own
              JOIN public.trip_act a ON ((a.trip_id = own.trip_id)))
         UNION ALL
          SELECT min(k.event_id) AS min,
             0
            FROM (own
              JOIN public.key_event k ON (((k.kind = 'trip'::text) AND (k.key = (own.id)::text))))
          HAVING (min(k.event_id) IS NOT NULL)
         )
  SELECT w.event_id,
     w.n,
     l.seq,
     l.leaf_hash,
     e.salt,
     e.canonical,
     x.erased_at,
     x.rule
    FROM (((wanted w
      LEFT JOIN public.log_leaf l ON ((l.event_id = w.event_id)))
      LEFT JOIN public.event e ON (((e.month = l.month) AND (e.event_id = l.event_id))))
      LEFT JOIN public.event_erased x ON ((x.event_id = w.event_id)))
   ORDER BY l.seq;
END;

CREATE FUNCTION public.trip_live_fence() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM 1 FROM trip_partition p WHERE p.partition = NEW.partition AND p.epoch = NEW.fence FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'partition % has another holder than that of fence %', NEW.partition, NEW.fence
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END $$;

CREATE TABLE public.alarm (
    alarm_id bigint NOT NULL,
    id uuid NOT NULL,
    authority bigint NOT NULL,
    trip_id bigint NOT NULL,
    reason text NOT NULL,
    severity smallint NOT NULL,
    lat_e7 integer,
    lon_e7 integer,
    first_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    times integer NOT NULL,
    why text,
    due_at timestamp with time zone NOT NULL,
    entries text[] NOT NULL,
    shown_at timestamp with time zone,
    seen_at timestamp with time zone,
    ended_at timestamp with time zone,
    assignee text,
    muted_until timestamp with time zone,
    found_out text,
    CONSTRAINT alarm_assignee_check CHECK (((length(assignee) >= 1) AND (length(assignee) <= 64))),
    CONSTRAINT alarm_check CHECK (((lat_e7 IS NULL) = (lon_e7 IS NULL))),
    CONSTRAINT alarm_found_out_check CHECK ((found_out = ANY (ARRAY['true'::text, 'false'::text, 'explained'::text, 'unclear'::text]))),
    CONSTRAINT alarm_lat_e7_check CHECK (((lat_e7 >= '-900000000'::integer) AND (lat_e7 <= 900000000))),
    CONSTRAINT alarm_lon_e7_check CHECK (((lon_e7 >= '-1800000000'::integer) AND (lon_e7 <= 1800000000))),
    CONSTRAINT alarm_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 40))),
    CONSTRAINT alarm_severity_check CHECK (((severity >= 1) AND (severity <= 3))),
    CONSTRAINT alarm_state_check CHECK ((state = ANY (ARRAY['held'::text, 'passed'::text, 'raised'::text, 'acknowledged'::text, 'assigned'::text, 'muted'::text, 'ended'::text, 'closed'::text]))),
    CONSTRAINT alarm_times_check CHECK ((times > 0)),
    CONSTRAINT alarm_version_check CHECK ((version > 0))
);

ALTER TABLE ONLY public.alarm FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarm ALTER COLUMN alarm_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alarm_alarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alarm_step (
    alarm_id bigint NOT NULL,
    n integer NOT NULL,
    authority bigint NOT NULL,
    act text NOT NULL,
    act_id text,
    by_person text,
    state text NOT NULL,
    why text,
    said bytea NOT NULL,
    event_id bigint,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT alarm_step_act_check CHECK (((length(act) >= 1) AND (length(act) <= 40))),
    CONSTRAINT alarm_step_act_id_check CHECK (((length(act_id) >= 1) AND (length(act_id) <= 64))),
    CONSTRAINT alarm_step_by_person_check CHECK (((length(by_person) >= 1) AND (length(by_person) <= 64))),
    CONSTRAINT alarm_step_n_check CHECK ((n > 0))
);

ALTER TABLE ONLY public.alarm_step FORCE ROW LEVEL SECURITY;

CREATE TABLE public.answer (
    message_id bigint NOT NULL,
    n integer NOT NULL,
    org bigint NOT NULL,
    kind text NOT NULL,
    cause bigint,
    sealed bytea NOT NULL,
    size integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT answer_kind_check CHECK ((kind = ANY (ARRAY['CONTRL'::text, 'APERAK'::text, 'CUSRES'::text, 'RESULT'::text, 'NOTICE'::text]))),
    CONSTRAINT answer_n_check CHECK ((n >= 1))
);

ALTER TABLE ONLY public.answer FORCE ROW LEVEL SECURITY;

CREATE TABLE public.approver (
    org bigint NOT NULL,
    approver uuid NOT NULL,
    subject text NOT NULL,
    cover_for text,
    given_by text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone
);

ALTER TABLE ONLY public.approver FORCE ROW LEVEL SECURITY;

CREATE TABLE public.approver_end (
    org bigint NOT NULL,
    approver uuid NOT NULL,
    ended_by text NOT NULL,
    ended_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.approver_end FORCE ROW LEVEL SECURITY;

CREATE TABLE public.assembly (
    assembly_id bigint NOT NULL,
    org bigint NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    message_type text NOT NULL,
    access_reference text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    round integer DEFAULT 1 NOT NULL,
    CONSTRAINT assembly_round_check CHECK ((round >= 1))
);

ALTER TABLE ONLY public.assembly FORCE ROW LEVEL SECURITY;

CREATE TABLE public.assembly_alert (
    assembly_id bigint NOT NULL,
    org bigint NOT NULL,
    told_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.assembly_alert FORCE ROW LEVEL SECURITY;

ALTER TABLE public.assembly ALTER COLUMN assembly_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.assembly_assembly_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.assembly_end (
    assembly_id bigint NOT NULL,
    org bigint NOT NULL,
    ended_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.assembly_end FORCE ROW LEVEL SECURITY;

CREATE TABLE public.assembly_part (
    assembly_id bigint NOT NULL,
    number integer NOT NULL,
    org bigint NOT NULL,
    is_final boolean NOT NULL,
    sha256 bytea NOT NULL,
    message_id bigint NOT NULL,
    place integer NOT NULL,
    kept_at timestamp with time zone NOT NULL,
    CONSTRAINT assembly_part_number_check CHECK ((number >= 1)),
    CONSTRAINT assembly_part_place_check CHECK ((place >= 1)),
    CONSTRAINT assembly_part_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.assembly_part FORCE ROW LEVEL SECURITY;

CREATE TABLE public.assessment (
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    manifest_id bigint NOT NULL,
    wanted text NOT NULL,
    score integer NOT NULL,
    fired text[] NOT NULL,
    targeting text[] NOT NULL,
    reasons text[] NOT NULL,
    assessed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.assessment FORCE ROW LEVEL SECURITY;

CREATE TABLE public.audience (
    org bigint NOT NULL,
    event_id bigint NOT NULL,
    month date NOT NULL,
    until timestamp with time zone
);

ALTER TABLE ONLY public.audience FORCE ROW LEVEL SECURITY;

CREATE TABLE public.back_test (
    back_test_id bigint NOT NULL,
    authority bigint NOT NULL,
    table_sha256 bytea NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.back_test FORCE ROW LEVEL SECURITY;

ALTER TABLE public.back_test ALTER COLUMN back_test_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.back_test_back_test_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.back_test_end (
    back_test_id bigint NOT NULL,
    authority bigint NOT NULL,
    event_id bigint NOT NULL,
    ended_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.back_test_end FORCE ROW LEVEL SECURITY;

CREATE TABLE public.back_test_manifest (
    authority bigint NOT NULL,
    back_test_id bigint NOT NULL,
    manifest_id bigint NOT NULL
);

ALTER TABLE ONLY public.back_test_manifest FORCE ROW LEVEL SECURITY;

CREATE TABLE public.back_test_result (
    authority bigint NOT NULL,
    back_test_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    found bytea NOT NULL
);

ALTER TABLE ONLY public.back_test_result FORCE ROW LEVEL SECURITY;

CREATE TABLE public.bill_equipment (
    manifest_id bigint NOT NULL,
    consignment bigint NOT NULL,
    org bigint NOT NULL,
    container text NOT NULL,
    packages integer
);

ALTER TABLE ONLY public.bill_equipment FORCE ROW LEVEL SECURITY;

CREATE TABLE public.bill_personal (
    manifest_id bigint NOT NULL,
    consignment bigint NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    blind bytea[] NOT NULL,
    CONSTRAINT bill_personal_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.bill_personal FORCE ROW LEVEL SECURITY;

CREATE TABLE public.bundled (
    bundling_id bigint NOT NULL,
    org bigint NOT NULL,
    ccrn text NOT NULL,
    CONSTRAINT bundled_ccrn_check CHECK (((length(ccrn) >= 1) AND (length(ccrn) <= 35)))
);

ALTER TABLE ONLY public.bundled FORCE ROW LEVEL SECURITY;

CREATE TABLE public.bundling (
    bundling_id bigint NOT NULL,
    id uuid NOT NULL,
    org bigint NOT NULL,
    vehicle text NOT NULL,
    control_point text NOT NULL,
    crosses_at timestamp with time zone NOT NULL,
    trip_id bigint,
    bundled_at timestamp with time zone NOT NULL,
    CONSTRAINT bundling_control_point_check CHECK (((length(control_point) >= 1) AND (length(control_point) <= 80))),
    CONSTRAINT bundling_vehicle_check CHECK (((length(vehicle) >= 1) AND (length(vehicle) <= 40)))
);

ALTER TABLE ONLY public.bundling FORCE ROW LEVEL SECURITY;

ALTER TABLE public.bundling ALTER COLUMN bundling_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.bundling_bundling_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.bundling_end (
    bundling_id bigint NOT NULL,
    org bigint NOT NULL,
    reason text NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    CONSTRAINT bundling_end_reason_check CHECK ((reason = ANY (ARRAY['amend'::text, 'not going'::text, 'crossed'::text, 'sent back'::text])))
);

ALTER TABLE ONLY public.bundling_end FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.consignment_block
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.datum_learned (
    learned_id bigint NOT NULL,
    org bigint NOT NULL,
    model text NOT NULL,
    firmware text NOT NULL,
    datum text NOT NULL,
    ratio_milli bigint NOT NULL,
    fixes integer NOT NULL,
    version smallint NOT NULL,
    event_id bigint NOT NULL,
    learned_at timestamp with time zone NOT NULL,
    CONSTRAINT datum_learned_datum_check CHECK ((datum = ANY (ARRAY['WGS-84'::text, 'GCJ-02'::text]))),
    CONSTRAINT datum_learned_firmware_check CHECK ((length(firmware) <= 100)),
    CONSTRAINT datum_learned_fixes_check CHECK ((fixes > 0)),
    CONSTRAINT datum_learned_model_check CHECK (((length(model) >= 1) AND (length(model) <= 100))),
    CONSTRAINT datum_learned_version_check CHECK ((version > 0))
);

ALTER TABLE ONLY public.datum_learned FORCE ROW LEVEL SECURITY;

ALTER TABLE public.datum_learned ALTER COLUMN learned_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.datum_learned_learned_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.decision (
    authority bigint NOT NULL,
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    status text NOT NULL,
    fired text[] NOT NULL,
    targeting text[] NOT NULL,
    order_id text,
    decided_by text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    act_id text,
    told bytea DEFAULT '\x7b7d'::bytea NOT NULL
);

ALTER TABLE ONLY public.decision FORCE ROW LEVEL SECURITY;

CREATE TABLE public.departure (
    org bigint NOT NULL,
    subject text NOT NULL,
    successor text,
    credentials text[] NOT NULL,
    drafts uuid[] NOT NULL,
    let_go_by text NOT NULL,
    left_at timestamp with time zone NOT NULL,
    CONSTRAINT departure_check CHECK ((successor <> subject)),
    CONSTRAINT departure_check1 CHECK (((successor IS NOT NULL) OR ((credentials = '{}'::text[]) AND (drafts = '{}'::uuid[]))))
);

ALTER TABLE ONLY public.departure FORCE ROW LEVEL SECURITY;

CREATE TABLE public.detention_document (
    document_id bigint NOT NULL,
    detention_id bigint NOT NULL,
    authority bigint NOT NULL,
    org bigint NOT NULL,
    id uuid NOT NULL,
    media_type text NOT NULL,
    size integer NOT NULL,
    sha256 bytea NOT NULL,
    commitment bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT detention_document_commitment_check CHECK ((length(commitment) = 32)),
    CONSTRAINT detention_document_sha256_check CHECK ((length(sha256) = 32)),
    CONSTRAINT detention_document_size_check CHECK ((size > 0))
);

ALTER TABLE ONLY public.detention_document FORCE ROW LEVEL SECURITY;

ALTER TABLE public.detention_document ALTER COLUMN document_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.detention_document_document_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.detention_document_secret (
    document_id bigint NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT detention_document_secret_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.detention_document_secret FORCE ROW LEVEL SECURITY;

CREATE TABLE public.detention_given (
    document_id bigint NOT NULL,
    detention_id bigint NOT NULL,
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    org bigint NOT NULL
);

ALTER TABLE ONLY public.detention_given FORCE ROW LEVEL SECURITY;

CREATE TABLE public.detention_step (
    detention_id bigint NOT NULL,
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    org bigint NOT NULL,
    step text NOT NULL,
    done_by text,
    done_at timestamp with time zone NOT NULL,
    due timestamp with time zone,
    instruction text DEFAULT ''::text NOT NULL,
    boxes text[] DEFAULT '{}'::text[] NOT NULL
);

ALTER TABLE ONLY public.detention_step FORCE ROW LEVEL SECURITY;

CREATE TABLE public.detention_words (
    detention_id bigint NOT NULL,
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    org bigint NOT NULL,
    id uuid NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT detention_words_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.detention_words FORCE ROW LEVEL SECURITY;

CREATE TABLE public.device_code (
    code_id bigint NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    code_sha256 bytea NOT NULL,
    from_at timestamp with time zone NOT NULL,
    CONSTRAINT device_code_code_sha256_check CHECK ((length(code_sha256) = 32))
);

ALTER TABLE ONLY public.device_code FORCE ROW LEVEL SECURITY;

ALTER TABLE public.device_code ALTER COLUMN code_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_code_code_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.device_condition (
    condition_id bigint NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    condition text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone NOT NULL,
    CONSTRAINT device_condition_condition_check CHECK ((condition = ANY (ARRAY['fit'::text, 'lost'::text, 'returned'::text, 'uncalibrated'::text])))
);

ALTER TABLE ONLY public.device_condition FORCE ROW LEVEL SECURITY;

ALTER TABLE public.device_condition ALTER COLUMN condition_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_condition_condition_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.device ALTER COLUMN device_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_device_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.device_secret ALTER COLUMN secret_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_secret_secret_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.device_session (
    session_id bigint NOT NULL,
    id uuid NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    is_registered boolean NOT NULL,
    channel text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    CONSTRAINT device_session_channel_check CHECK ((channel = ANY (ARRAY['mtls'::text, 'private'::text, 'plain'::text])))
);

ALTER TABLE ONLY public.device_session FORCE ROW LEVEL SECURITY;

ALTER TABLE public.device_session ALTER COLUMN session_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_session_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.document (
    document_id bigint NOT NULL,
    org bigint NOT NULL,
    id uuid NOT NULL,
    message_id bigint NOT NULL,
    place integer NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    function text NOT NULL,
    addressee bigint,
    received_at timestamp with time zone NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT document_key_salt_check CHECK ((length(key_salt) = 16)),
    CONSTRAINT document_kind_check CHECK ((kind = ANY (ARRAY['booking'::text, 'shipping-instruction'::text, 'house-list'::text, 'verified-mass'::text]))),
    CONSTRAINT document_place_check CHECK ((place >= 1))
);

ALTER TABLE ONLY public.document FORCE ROW LEVEL SECURITY;

ALTER TABLE public.document ALTER COLUMN document_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.document_document_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.document_key (
    org bigint NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    document_id bigint NOT NULL,
    CONSTRAINT document_key_kind_check CHECK ((kind = ANY (ARRAY['booking'::text, 'bill'::text, 'container'::text, 'party'::text])))
);

ALTER TABLE ONLY public.document_key FORCE ROW LEVEL SECURITY;

CREATE TABLE public.driver_key (
    key_id bigint NOT NULL,
    org bigint NOT NULL,
    driver text NOT NULL,
    public_key bytea NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT driver_key_driver_check CHECK (((length(driver) >= 1) AND (length(driver) <= 64))),
    CONSTRAINT driver_key_public_key_check CHECK ((length(public_key) = 32))
);

ALTER TABLE ONLY public.driver_key FORCE ROW LEVEL SECURITY;

CREATE TABLE public.driver_key_end (
    key_id bigint NOT NULL,
    org bigint NOT NULL,
    ended_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.driver_key_end FORCE ROW LEVEL SECURITY;

ALTER TABLE public.driver_key ALTER COLUMN key_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.driver_key_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.edition_act (
    edition_act_id bigint NOT NULL,
    edition_id bigint NOT NULL,
    org bigint NOT NULL,
    officer text NOT NULL,
    act text NOT NULL,
    body bytea NOT NULL,
    signature bytea NOT NULL,
    event_id bigint NOT NULL,
    acted_at timestamp with time zone NOT NULL,
    CONSTRAINT edition_act_act_check CHECK ((act = ANY (ARRAY['propose'::text, 'sign'::text, 'withdraw'::text]))),
    CONSTRAINT edition_act_officer_check CHECK (((length(officer) >= 1) AND (length(officer) <= 200)))
);

ALTER TABLE ONLY public.edition_act FORCE ROW LEVEL SECURITY;

ALTER TABLE public.edition_act ALTER COLUMN edition_act_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.edition_act_edition_act_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.edition ALTER COLUMN edition_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.edition_edition_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.equipment (
    manifest_id bigint NOT NULL,
    n integer NOT NULL,
    org bigint NOT NULL,
    number text NOT NULL,
    particulars bytea NOT NULL
);

ALTER TABLE ONLY public.equipment FORCE ROW LEVEL SECURITY;

CREATE TABLE public.erased (
    kind text NOT NULL,
    target text NOT NULL,
    erasure uuid NOT NULL,
    CONSTRAINT erased_kind_check CHECK ((kind = ANY (ARRAY['name'::text, 'message'::text, 'subject'::text, 'event'::text, 'sheet'::text, 'paper'::text, 'device'::text, 'trip'::text, 'frames'::text])))
);

ALTER TABLE ONLY public.erased FORCE ROW LEVEL SECURITY;

CREATE TABLE public.erasure (
    erasure uuid NOT NULL,
    org bigint NOT NULL,
    kind text NOT NULL,
    rule text NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    bills integer NOT NULL,
    messages integer NOT NULL,
    persons integer NOT NULL,
    events integer NOT NULL,
    still_named bigint[] NOT NULL,
    sheets integer DEFAULT 0 NOT NULL
);

ALTER TABLE ONLY public.erasure FORCE ROW LEVEL SECURITY;

CREATE TABLE public.erasure_request (
    request uuid NOT NULL,
    org bigint NOT NULL,
    asked_by text NOT NULL,
    kind text NOT NULL,
    rule text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    CONSTRAINT erasure_request_kind_check CHECK ((kind = ANY (ARRAY['name'::text, 'message'::text, 'subject'::text, 'event'::text, 'device'::text, 'trip'::text, 'retention'::text]))),
    CONSTRAINT erasure_request_rule_check CHECK (((length(rule) >= 1) AND (length(rule) <= 200)))
);

ALTER TABLE ONLY public.erasure_request FORCE ROW LEVEL SECURITY;

CREATE TABLE public.erasure_wish (
    request uuid NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT erasure_wish_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.erasure_wish FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.event_block
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.event_default (
    event_id bigint CONSTRAINT event_event_id_not_null NOT NULL,
    month date CONSTRAINT event_month_not_null NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() CONSTRAINT event_tx_not_null NOT NULL,
    org bigint CONSTRAINT event_org_not_null NOT NULL,
    code text CONSTRAINT event_code_not_null NOT NULL,
    about_kind text CONSTRAINT event_about_kind_not_null NOT NULL,
    about text CONSTRAINT event_about_not_null NOT NULL,
    consignment bigint,
    happened_at timestamp with time zone CONSTRAINT event_happened_at_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT event_recorded_at_not_null NOT NULL,
    salt bytea CONSTRAINT event_salt_not_null NOT NULL,
    canonical bytea CONSTRAINT event_canonical_not_null NOT NULL,
    CONSTRAINT event_salt_check CHECK ((length(salt) = 16))
);

CREATE TABLE public.event_id (
    org bigint NOT NULL,
    id text NOT NULL,
    version integer NOT NULL,
    sha256 bytea NOT NULL,
    updated_at timestamp with time zone,
    movement_id bigint,
    CONSTRAINT event_id_sha256_check CHECK ((length(sha256) = 32)),
    CONSTRAINT event_id_version_check CHECK ((version >= 1))
);

ALTER TABLE ONLY public.event_id FORCE ROW LEVEL SECURITY;

CREATE TABLE public.examination (
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    manifest_id bigint NOT NULL,
    act_id text NOT NULL,
    result text NOT NULL,
    is_hit boolean,
    examined_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.examination FORCE ROW LEVEL SECURITY;

CREATE TABLE public.feed (
    org bigint NOT NULL,
    seq bigint NOT NULL,
    event_id bigint NOT NULL,
    month date NOT NULL,
    until timestamp with time zone
);

ALTER TABLE ONLY public.feed FORCE ROW LEVEL SECURITY;

CREATE TABLE public.figure (
    name text NOT NULL,
    label text NOT NULL,
    value bigint NOT NULL
);

CREATE TABLE public.filing_rule (
    org bigint NOT NULL,
    n integer NOT NULL,
    self_approve boolean NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT filing_rule_n_check CHECK ((n >= 1))
);

ALTER TABLE ONLY public.filing_rule FORCE ROW LEVEL SECURITY;

CREATE TABLE public.frame_aside (
    aside_id bigint NOT NULL,
    org bigint NOT NULL,
    device_id bigint,
    terminal text,
    protocol text NOT NULL,
    serial integer,
    reason text NOT NULL,
    connection uuid NOT NULL,
    channel text NOT NULL,
    begins bigint NOT NULL,
    ends bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT frame_aside_channel_check CHECK ((channel = ANY (ARRAY['mtls'::text, 'private'::text, 'plain'::text]))),
    CONSTRAINT frame_aside_check CHECK ((ends > begins)),
    CONSTRAINT frame_aside_terminal_check CHECK ((length(terminal) <= 80))
);

ALTER TABLE ONLY public.frame_aside FORCE ROW LEVEL SECURITY;

ALTER TABLE public.frame_aside ALTER COLUMN aside_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.frame_aside_aside_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.frame_aside_raw (
    aside_id bigint NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL,
    sha256 bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT frame_aside_raw_key_salt_check CHECK ((length(key_salt) = 16)),
    CONSTRAINT frame_aside_raw_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.frame_aside_raw FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.frame_block
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.frame_place (
    frame_id bigint NOT NULL,
    org bigint NOT NULL,
    transform smallint NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT frame_place_key_salt_check CHECK ((length(key_salt) = 16)),
    CONSTRAINT frame_place_transform_check CHECK ((transform > 0))
);

ALTER TABLE ONLY public.frame_place FORCE ROW LEVEL SECURITY;

CREATE TABLE public.grant_settled (
    grant_id uuid NOT NULL,
    is_revoked boolean NOT NULL,
    org bigint NOT NULL,
    settled_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.grant_settled FORCE ROW LEVEL SECURITY;

CREATE TABLE public.installation (
    installation_id bigint NOT NULL,
    id uuid NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    vehicle text NOT NULL,
    installer text NOT NULL,
    accreditation text,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    CONSTRAINT installation_accreditation_check CHECK (((length(accreditation) >= 1) AND (length(accreditation) <= 200))),
    CONSTRAINT installation_check CHECK ((until_at > from_at)),
    CONSTRAINT installation_installer_check CHECK (((length(installer) >= 1) AND (length(installer) <= 200))),
    CONSTRAINT installation_vehicle_check CHECK (((length(vehicle) >= 1) AND (length(vehicle) <= 40)))
);

ALTER TABLE ONLY public.installation FORCE ROW LEVEL SECURITY;

ALTER TABLE public.installation ALTER COLUMN installation_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.installation_installation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.judged_again (
    consignment bigint NOT NULL,
    manifest_id bigint NOT NULL,
    authority bigint NOT NULL,
    judged_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.judged_again FORCE ROW LEVEL SECURITY;

CREATE TABLE public.judgement (
    manifest_id bigint NOT NULL,
    authority bigint NOT NULL,
    order_id text,
    table_sha256 bytea,
    engine text NOT NULL,
    undecided integer NOT NULL,
    reasons bytea NOT NULL,
    serve_at timestamp with time zone,
    judged_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.judgement FORCE ROW LEVEL SECURITY;

CREATE TABLE public.key_event_0 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_event_1 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_event_2 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_event_3 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_event_4 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_event_5 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_event_6 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_event_7 (
    kind text CONSTRAINT key_event_kind_not_null NOT NULL,
    key text CONSTRAINT key_event_key_not_null NOT NULL,
    event_id bigint CONSTRAINT key_event_event_id_not_null NOT NULL,
    month date CONSTRAINT key_event_month_not_null NOT NULL
);

CREATE TABLE public.key_set (
    event_id bigint NOT NULL,
    said bytea NOT NULL,
    salt bytea NOT NULL,
    published_at timestamp with time zone NOT NULL,
    CONSTRAINT key_set_salt_check CHECK ((length(salt) = 16))
);

CREATE TABLE public.lease (
    name text NOT NULL,
    holder text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.linked (
    manifest_id bigint NOT NULL,
    org bigint NOT NULL,
    linked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.linked FORCE ROW LEVEL SECURITY;

CREATE TABLE public.log_checkpoint (
    origin text NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    note bytea NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    CONSTRAINT log_checkpoint_root_check CHECK ((length(root) = 32))
);

CREATE TABLE public.log_cosignature (
    origin text NOT NULL,
    size bigint NOT NULL,
    witness text NOT NULL,
    line bytea NOT NULL,
    cosigned_at timestamp with time zone NOT NULL
);

CREATE TABLE public.log_halt (
    origin text NOT NULL,
    witness text NOT NULL,
    known bigint,
    ours bigint NOT NULL,
    found_at timestamp with time zone NOT NULL
);

CREATE TABLE public.log_head (
    single boolean DEFAULT true NOT NULL,
    origin text NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    frontier bytea DEFAULT '\x'::bytea NOT NULL,
    horizon xid8 DEFAULT '0'::xid8 NOT NULL,
    sequenced_at timestamp with time zone,
    vault text,
    CONSTRAINT log_head_single_check CHECK (single),
    CONSTRAINT log_head_vault_check CHECK ((vault ~ '^[0-9a-f]{16}$'::text))
);

CREATE TABLE public.log_tile (
    level smallint NOT NULL,
    index bigint NOT NULL,
    hashes bytea NOT NULL,
    CONSTRAINT log_tile_hashes_check CHECK ((length(hashes) = 8192)),
    CONSTRAINT log_tile_level_check CHECK (((level >= 0) AND (level <= 8)))
);

CREATE TABLE public.look (
    org bigint NOT NULL,
    look uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    by_org bigint NOT NULL,
    by_client text NOT NULL,
    by_person text,
    asked text NOT NULL,
    basis text NOT NULL,
    kind text NOT NULL,
    keys text[] NOT NULL,
    count integer NOT NULL,
    CONSTRAINT look_by_client_check CHECK ((by_client = ANY (ARRAY['person'::text, 'machine'::text, 'ai'::text]))),
    CONSTRAINT look_check CHECK (((by_person IS NULL) OR (by_org = org))),
    CONSTRAINT look_check1 CHECK (((count >= 1) AND (count >= cardinality(keys))))
);

ALTER TABLE ONLY public.look FORCE ROW LEVEL SECURITY;

CREATE TABLE public.looked_back (
    manifest_id bigint NOT NULL,
    authority bigint NOT NULL,
    looked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.looked_back FORCE ROW LEVEL SECURITY;

CREATE TABLE public.made (
    org bigint NOT NULL,
    key bytea NOT NULL,
    request bytea NOT NULL,
    ids text[] NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT made_ids_check CHECK ((cardinality(ids) > 0)),
    CONSTRAINT made_key_check CHECK ((length(key) = 32)),
    CONSTRAINT made_request_check CHECK ((length(request) = 32))
);

ALTER TABLE ONLY public.made FORCE ROW LEVEL SECURITY;

ALTER TABLE public.manifest ALTER COLUMN manifest_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.manifest_manifest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.message (
    message_id bigint NOT NULL,
    org bigint NOT NULL,
    id uuid NOT NULL,
    source text NOT NULL,
    token text NOT NULL,
    sha256 bytea NOT NULL,
    size bigint NOT NULL,
    content_type text DEFAULT ''::text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    clash boolean DEFAULT false NOT NULL,
    CONSTRAINT message_sha256_check CHECK ((length(sha256) = 32)),
    CONSTRAINT message_size_check CHECK ((size >= 0)),
    CONSTRAINT message_source_check CHECK ((source = ANY (ARRAY['http'::text, 'cli'::text, 'mail'::text, 'folder'::text])))
);

ALTER TABLE ONLY public.message FORCE ROW LEVEL SECURITY;

CREATE TABLE public.message_chunk (
    org bigint NOT NULL,
    id uuid NOT NULL,
    n integer NOT NULL,
    sealed bytea NOT NULL,
    kept_at timestamp with time zone NOT NULL,
    CONSTRAINT message_chunk_n_check CHECK ((n >= 0))
);

ALTER TABLE ONLY public.message_chunk FORCE ROW LEVEL SECURITY;

ALTER TABLE public.message ALTER COLUMN message_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.message_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.message_secret (
    message_id bigint NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL,
    CONSTRAINT message_secret_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.message_secret FORCE ROW LEVEL SECURITY;

CREATE TABLE public.message_step (
    message_id bigint NOT NULL,
    n integer NOT NULL,
    org bigint NOT NULL,
    begun integer NOT NULL,
    place integer NOT NULL,
    accepted integer NOT NULL,
    refused integer NOT NULL,
    findings bytea NOT NULL,
    done_at timestamp with time zone NOT NULL,
    CONSTRAINT message_step_n_check CHECK ((n >= 1))
);

ALTER TABLE ONLY public.message_step FORCE ROW LEVEL SECURITY;

CREATE TABLE public.message_try (
    message_id bigint NOT NULL,
    n integer NOT NULL,
    org bigint NOT NULL,
    failed_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT message_try_n_check CHECK ((n >= 1))
);

ALTER TABLE ONLY public.message_try FORCE ROW LEVEL SECURITY;

CREATE TABLE public.movement (
    movement_id bigint NOT NULL,
    report_id bigint NOT NULL,
    org bigint NOT NULL,
    message uuid NOT NULL,
    kind text NOT NULL,
    document text NOT NULL,
    container text NOT NULL,
    code text NOT NULL,
    happened_at timestamp with time zone,
    told_at timestamp with time zone NOT NULL,
    withdraws bigint,
    event_id bigint,
    month date,
    voyage text,
    imo text,
    vessel text,
    port text,
    particulars bytea NOT NULL
);

ALTER TABLE ONLY public.movement FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.movement_block
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.movement_link (
    movement_id bigint NOT NULL,
    consignment bigint NOT NULL,
    number text NOT NULL
);

ALTER TABLE ONLY public.movement_link FORCE ROW LEVEL SECURITY;

CREATE TABLE public.movement_paper (
    movement_id bigint NOT NULL,
    org bigint NOT NULL,
    bills text[] NOT NULL,
    booking text,
    dangerous text[] NOT NULL
);

ALTER TABLE ONLY public.movement_paper FORCE ROW LEVEL SECURITY;

CREATE TABLE public.movement_reader (
    org bigint NOT NULL,
    movement_id bigint NOT NULL,
    until timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.movement_reader FORCE ROW LEVEL SECURITY;

CREATE TABLE public.notice (
    authority bigint NOT NULL,
    consignment bigint NOT NULL,
    event_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    status text NOT NULL,
    served_at timestamp with time zone NOT NULL,
    told bytea DEFAULT '\x7b7d'::bytea NOT NULL,
    number text NOT NULL,
    manifest uuid NOT NULL,
    version integer NOT NULL,
    call text NOT NULL,
    held_in bigint[] DEFAULT '{}'::bigint[] NOT NULL
);

ALTER TABLE ONLY public.notice FORCE ROW LEVEL SECURITY;

CREATE TABLE public.officer_act (
    authority bigint NOT NULL,
    act_id text NOT NULL,
    body bytea NOT NULL,
    signature bytea NOT NULL,
    officer text NOT NULL,
    event_id bigint NOT NULL,
    answer bytea NOT NULL,
    done_at timestamp with time zone NOT NULL,
    CONSTRAINT officer_act_signature_check CHECK ((length(signature) = 64))
);

ALTER TABLE ONLY public.officer_act FORCE ROW LEVEL SECURITY;

CREATE TABLE public.officer_key (
    authority bigint NOT NULL,
    officer text NOT NULL,
    public_key bytea NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT officer_key_public_key_check CHECK ((length(public_key) = 32))
);

ALTER TABLE ONLY public.officer_key FORCE ROW LEVEL SECURITY;

CREATE TABLE public.officer_key_end (
    authority bigint NOT NULL,
    public_key bytea NOT NULL,
    ended_by text NOT NULL,
    ended_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.officer_key_end FORCE ROW LEVEL SECURITY;

CREATE TABLE public.opening_code (
    trip_id bigint NOT NULL,
    n integer NOT NULL,
    org bigint NOT NULL,
    act_n integer NOT NULL,
    device_id bigint NOT NULL,
    ask_sha256 bytea NOT NULL,
    bound bytea NOT NULL,
    given_at timestamp with time zone NOT NULL,
    CONSTRAINT opening_code_ask_sha256_check CHECK ((length(ask_sha256) = 32)),
    CONSTRAINT opening_code_n_check CHECK ((n > 0))
);

ALTER TABLE ONLY public.opening_code FORCE ROW LEVEL SECURITY;

CREATE TABLE public.opening_key (
    key_id bigint NOT NULL,
    org bigint NOT NULL,
    device_id bigint NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    from_at timestamp with time zone NOT NULL,
    CONSTRAINT opening_key_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.opening_key FORCE ROW LEVEL SECURITY;

ALTER TABLE public.opening_key ALTER COLUMN key_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.opening_key_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.organisation ALTER COLUMN org ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.organisation_org_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.outcome (
    message_id bigint NOT NULL,
    org bigint NOT NULL,
    state text NOT NULL,
    findings bytea NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    faults integer DEFAULT 0 NOT NULL,
    CONSTRAINT outcome_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'partly'::text, 'refused'::text])))
);

ALTER TABLE ONLY public.outcome FORCE ROW LEVEL SECURITY;

CREATE TABLE public.partner_profile (
    org bigint NOT NULL,
    version integer NOT NULL,
    profile bytea NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT partner_profile_version_check CHECK ((version >= 1))
);

ALTER TABLE ONLY public.partner_profile FORCE ROW LEVEL SECURITY;

CREATE TABLE public.pass_use (
    authority bigint NOT NULL,
    jti bytea NOT NULL,
    trip_id bigint NOT NULL,
    site text NOT NULL,
    used_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT pass_use_jti_check CHECK ((length(jti) = 16)),
    CONSTRAINT pass_use_site_check CHECK (((length(site) >= 1) AND (length(site) <= 64)))
);

ALTER TABLE ONLY public.pass_use FORCE ROW LEVEL SECURITY;

CREATE TABLE public.passed_over (
    manifest_id bigint NOT NULL,
    authority bigint NOT NULL,
    passed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.passed_over FORCE ROW LEVEL SECURITY;

CREATE TABLE public.place (
    list_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    subdivision text NOT NULL,
    functions text NOT NULL,
    status text NOT NULL,
    is_going boolean NOT NULL
);

CREATE TABLE public.place_list (
    list_id bigint NOT NULL,
    source text NOT NULL,
    as_of date,
    sha256 bytea NOT NULL,
    rows integer NOT NULL,
    left_out integer NOT NULL,
    loaded_at timestamp with time zone NOT NULL,
    CONSTRAINT place_list_left_out_check CHECK ((left_out >= 0)),
    CONSTRAINT place_list_rows_check CHECK ((rows >= 1)),
    CONSTRAINT place_list_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE public.place_list ALTER COLUMN list_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.place_list_list_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.projection (
    name text NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT projection_seq_check CHECK ((seq >= 0))
);

CREATE TABLE public.receipt (
    org bigint NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    sha256 bytea NOT NULL,
    message_id bigint NOT NULL,
    CONSTRAINT receipt_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.receipt FORCE ROW LEVEL SECURITY;

CREATE TABLE public.report (
    report_id bigint NOT NULL,
    org bigint NOT NULL,
    addressee text NOT NULL,
    message_id bigint NOT NULL,
    place integer NOT NULL,
    kind text NOT NULL,
    document text NOT NULL,
    function text NOT NULL,
    sha256 bytea NOT NULL,
    head bytea NOT NULL,
    boxes integer NOT NULL,
    told_at timestamp with time zone NOT NULL,
    CONSTRAINT report_place_check CHECK ((place >= 1)),
    CONSTRAINT report_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.report FORCE ROW LEVEL SECURITY;

CREATE TABLE public.report_linked (
    report_id bigint NOT NULL,
    org bigint NOT NULL,
    linked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.report_linked FORCE ROW LEVEL SECURITY;

ALTER TABLE public.report ALTER COLUMN report_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.report_report_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.risk_table (
    authority bigint NOT NULL,
    sha256 bytea NOT NULL,
    model bytea NOT NULL,
    imported_by text CONSTRAINT risk_table_published_by_not_null NOT NULL,
    imported_at timestamp with time zone CONSTRAINT risk_table_published_at_not_null NOT NULL,
    CONSTRAINT risk_table_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.risk_table FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schema_migration_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE public.seal_period ALTER COLUMN seal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.seal_period_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.serving (
    event_id bigint NOT NULL,
    authority bigint NOT NULL,
    manifest_id bigint NOT NULL,
    served_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.serving FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sheet (
    org bigint NOT NULL,
    sheet uuid NOT NULL,
    kind text NOT NULL,
    profile text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT sheet_kind_check CHECK ((kind = ANY (ARRAY['draft'::text, 'template'::text, 'address'::text, 'letter'::text])))
);

ALTER TABLE ONLY public.sheet FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sheet_secret (
    org bigint NOT NULL,
    sheet uuid NOT NULL,
    key_salt bytea NOT NULL,
    CONSTRAINT sheet_secret_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.sheet_secret FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sheet_step (
    org bigint NOT NULL,
    sheet uuid NOT NULL,
    n integer NOT NULL,
    act text NOT NULL,
    done_by text NOT NULL,
    token text NOT NULL,
    done_at timestamp with time zone NOT NULL,
    message_id bigint,
    sealed bytea NOT NULL,
    marks bytea[] DEFAULT '{}'::bytea[] NOT NULL,
    CONSTRAINT sheet_step_n_check CHECK ((n >= 1))
);

ALTER TABLE ONLY public.sheet_step FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sign_in_try (
    key bytea NOT NULL,
    count integer NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_try_count_check CHECK ((count >= 0)),
    CONSTRAINT sign_in_try_key_check CHECK ((length(key) = 32))
);

COMMENT ON TABLE public.sign_in_try IS 'Of no organisation: an unknown name is counted as a known one is.';

CREATE TABLE public.standing (
    consignment bigint NOT NULL,
    authority bigint NOT NULL,
    manifest_id bigint NOT NULL,
    filer text NOT NULL,
    parent text NOT NULL,
    number text NOT NULL,
    call text NOT NULL,
    declared_at timestamp with time zone NOT NULL,
    arrives_at timestamp with time zone,
    is_withdrawn boolean NOT NULL,
    status text,
    version integer DEFAULT 0 NOT NULL,
    score integer DEFAULT 0 NOT NULL,
    decided_at timestamp with time zone,
    left_at timestamp with time zone,
    served_at timestamp with time zone,
    seq bigint NOT NULL,
    comes_at timestamp with time zone GENERATED ALWAYS AS (COALESCE(arrives_at, 'infinity'::timestamp with time zone)) STORED NOT NULL,
    places integer GENERATED ALWAYS AS ((- score)) STORED NOT NULL,
    answered_at timestamp with time zone,
    extended_at timestamp with time zone,
    is_wanted boolean DEFAULT false NOT NULL,
    newest_id bigint NOT NULL,
    waits text GENERATED ALWAYS AS (
CASE
    WHEN (is_withdrawn AND ((status = 'not-selected'::text) OR (((status IS NULL) OR (status = 'documents-asked'::text)) AND (NOT is_wanted)))) THEN NULL::text
    WHEN ((status IS NULL) AND is_withdrawn) THEN 'withdrawn'::text
    WHEN (status IS NULL) THEN 'decision'::text
    WHEN ((status = ANY (ARRAY['not-selected'::text, 'documents-asked'::text, 'cleared'::text, 'conditionally-cleared'::text])) AND (NOT is_withdrawn) AND (left_at > decided_at)) THEN 'decision'::text
    WHEN ((status = ANY (ARRAY['documents-asked'::text, 'detained'::text])) AND (answered_at > GREATEST(decided_at, extended_at))) THEN 'documents-came'::text
    WHEN ((status = ANY (ARRAY['documents-asked'::text, 'detained'::text, 'inspect'::text])) AND is_withdrawn) THEN 'withdrawn'::text
    WHEN ((status = ANY (ARRAY['documents-asked'::text, 'conditionally-cleared'::text])) AND ((served_at IS NULL) OR (served_at < decided_at))) THEN 'notice'::text
    WHEN (status = 'documents-asked'::text) THEN 'documents'::text
    WHEN (status = 'detained'::text) THEN 'detention'::text
    WHEN (status = 'inspect'::text) THEN 'examination'::text
    WHEN (status = 'examined'::text) THEN 'conclusion'::text
    WHEN (status = 'partly-cleared'::text) THEN 'rest'::text
    WHEN (status = 'conditionally-cleared'::text) THEN 'conditions'::text
    ELSE NULL::text
END) STORED
);

ALTER TABLE ONLY public.standing FORCE ROW LEVEL SECURITY;

CREATE TABLE public.standing_order (
    authority bigint NOT NULL,
    order_id text NOT NULL,
    body bytea NOT NULL,
    signature bytea NOT NULL,
    officer text NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    CONSTRAINT standing_order_signature_check CHECK ((length(signature) = 64))
);

ALTER TABLE ONLY public.standing_order FORCE ROW LEVEL SECURITY;

CREATE TABLE public.standing_order_revocation (
    authority bigint NOT NULL,
    order_id text NOT NULL,
    revoked_by text NOT NULL,
    revoked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.standing_order_revocation FORCE ROW LEVEL SECURITY;

CREATE TABLE public.table_publication (
    authority bigint NOT NULL,
    sha256 bytea NOT NULL,
    published_by text NOT NULL,
    act_id text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    CONSTRAINT table_publication_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.table_publication FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_authority (
    trip_id bigint NOT NULL,
    org bigint NOT NULL,
    authority bigint NOT NULL,
    jurisdiction text NOT NULL,
    CONSTRAINT trip_authority_jurisdiction_check CHECK (((length(jurisdiction) >= 1) AND (length(jurisdiction) <= 80)))
);

ALTER TABLE ONLY public.trip_authority FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_consignment (
    trip_id bigint NOT NULL,
    org bigint NOT NULL,
    number text NOT NULL,
    CONSTRAINT trip_consignment_number_check CHECK (((length(number) >= 1) AND (length(number) <= 80)))
);

ALTER TABLE ONLY public.trip_consignment FORCE ROW LEVEL SECURITY;

ALTER TABLE public.trip_device ALTER COLUMN trip_device_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.trip_device_trip_device_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.trip_live (
    trip_id bigint NOT NULL,
    authority bigint NOT NULL,
    partition integer NOT NULL,
    fence bigint NOT NULL,
    outcome text NOT NULL,
    worst text NOT NULL,
    reasons bytea NOT NULL,
    red_from timestamp with time zone,
    backfill_until timestamp with time zone,
    frame_id bigint NOT NULL,
    acts integer NOT NULL,
    as_of timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    CONSTRAINT trip_live_outcome_check CHECK ((outcome = ANY (ARRAY['GREEN'::text, 'AMBER'::text, 'UNPROVEN'::text, 'RED'::text]))),
    CONSTRAINT trip_live_worst_check CHECK ((worst = ANY (ARRAY['GREEN'::text, 'AMBER'::text, 'UNPROVEN'::text, 'RED'::text])))
);

ALTER TABLE ONLY public.trip_live FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_partition (
    partition integer NOT NULL,
    holder text,
    epoch bigint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    horizon xid8,
    looked_at timestamp with time zone,
    CONSTRAINT trip_partition_partition_check CHECK ((partition >= 0))
);

CREATE TABLE public.trip_state (
    trip_id bigint NOT NULL,
    authority bigint NOT NULL,
    as_of timestamp with time zone NOT NULL,
    said bytea NOT NULL,
    signature text NOT NULL,
    CONSTRAINT trip_state_signature_check CHECK (((length(signature) >= 1) AND (length(signature) <= 200)))
);

ALTER TABLE ONLY public.trip_state FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_told (
    trip_id bigint NOT NULL,
    authority bigint NOT NULL,
    outcome text NOT NULL,
    reasons text[] NOT NULL,
    event_id bigint NOT NULL
);

ALTER TABLE ONLY public.trip_told FORCE ROW LEVEL SECURITY;

ALTER TABLE public.trip ALTER COLUMN trip_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.trip_trip_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.trip_worker (
    holder text NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT trip_worker_holder_check CHECK (((length(holder) >= 1) AND (length(holder) <= 200)))
);

CREATE TABLE public.webhook (
    webhook_id bigint NOT NULL,
    id uuid NOT NULL,
    org bigint NOT NULL,
    host text NOT NULL,
    wanted text[] NOT NULL,
    description text NOT NULL,
    scheme text NOT NULL,
    key_salt bytea NOT NULL,
    sealed_url bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT webhook_description_check CHECK ((length(description) <= 200)),
    CONSTRAINT webhook_host_check CHECK (((length(host) >= 1) AND (length(host) <= 260))),
    CONSTRAINT webhook_key_salt_check CHECK ((length(key_salt) = 16)),
    CONSTRAINT webhook_scheme_check CHECK ((scheme = ANY (ARRAY['v1'::text, 'v1a'::text]))),
    CONSTRAINT webhook_wanted_check CHECK (((cardinality(wanted) >= 1) AND (cardinality(wanted) <= 50)))
);

ALTER TABLE ONLY public.webhook FORCE ROW LEVEL SECURITY;

CREATE TABLE public.webhook_cursor (
    webhook_id bigint NOT NULL,
    org bigint NOT NULL,
    after_seq bigint NOT NULL,
    is_on boolean DEFAULT true NOT NULL,
    stopped text,
    is_told boolean DEFAULT true NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    rests_until timestamp with time zone,
    turned_at timestamp with time zone NOT NULL,
    CONSTRAINT webhook_cursor_stopped_check CHECK ((stopped = ANY (ARRAY['owner'::text, 'gone'::text, 'failing'::text])))
);

ALTER TABLE ONLY public.webhook_cursor FORCE ROW LEVEL SECURITY;

CREATE TABLE public.webhook_delivery (
    webhook_id bigint NOT NULL,
    event_id bigint NOT NULL,
    org bigint NOT NULL,
    month date NOT NULL,
    seq bigint NOT NULL,
    state text NOT NULL,
    tries integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone,
    status integer,
    failure text,
    CONSTRAINT webhook_delivery_check CHECK (((state = 'waiting'::text) = (next_at IS NOT NULL))),
    CONSTRAINT webhook_delivery_failure_check CHECK ((length(failure) <= 40)),
    CONSTRAINT webhook_delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text, 'withdrawn'::text])))
);

ALTER TABLE ONLY public.webhook_delivery FORCE ROW LEVEL SECURITY;

CREATE TABLE public.webhook_secret (
    secret_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    org bigint NOT NULL,
    key_salt bytea NOT NULL,
    sealed bytea NOT NULL,
    until_at timestamp with time zone,
    CONSTRAINT webhook_secret_key_salt_check CHECK ((length(key_salt) = 16))
);

ALTER TABLE ONLY public.webhook_secret FORCE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_secret ALTER COLUMN secret_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_secret_secret_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.webhook ALTER COLUMN webhook_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_webhook_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.event ATTACH PARTITION public.event_default DEFAULT;

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_0 FOR VALUES WITH (modulus 8, remainder 0);

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_1 FOR VALUES WITH (modulus 8, remainder 1);

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_2 FOR VALUES WITH (modulus 8, remainder 2);

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_3 FOR VALUES WITH (modulus 8, remainder 3);

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_4 FOR VALUES WITH (modulus 8, remainder 4);

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_5 FOR VALUES WITH (modulus 8, remainder 5);

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_6 FOR VALUES WITH (modulus 8, remainder 6);

ALTER TABLE ONLY public.key_event ATTACH PARTITION public.key_event_7 FOR VALUES WITH (modulus 8, remainder 7);

ALTER TABLE ONLY public.address
    ADD CONSTRAINT address_pkey PRIMARY KEY (address);

ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_id_key UNIQUE (id);

ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_pkey PRIMARY KEY (alarm_id);

ALTER TABLE ONLY public.alarm_step
    ADD CONSTRAINT alarm_step_alarm_id_act_id_key UNIQUE (alarm_id, act_id);

ALTER TABLE ONLY public.alarm_step
    ADD CONSTRAINT alarm_step_pkey PRIMARY KEY (alarm_id, n);

ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_message_id_kind_cause_key UNIQUE (message_id, kind, cause);

ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (message_id, n);

ALTER TABLE ONLY public.answerable
    ADD CONSTRAINT answerable_pkey PRIMARY KEY (org, credential, n);

ALTER TABLE ONLY public.approver_end
    ADD CONSTRAINT approver_end_pkey PRIMARY KEY (org, approver);

ALTER TABLE ONLY public.approver
    ADD CONSTRAINT approver_pkey PRIMARY KEY (org, approver);

ALTER TABLE ONLY public.assembly_alert
    ADD CONSTRAINT assembly_alert_pkey PRIMARY KEY (assembly_id);

ALTER TABLE ONLY public.assembly_end
    ADD CONSTRAINT assembly_end_pkey PRIMARY KEY (assembly_id);

ALTER TABLE ONLY public.assembly
    ADD CONSTRAINT assembly_org_sender_recipient_message_type_access_reference_key UNIQUE (org, sender, recipient, message_type, access_reference, round);

ALTER TABLE ONLY public.assembly_part
    ADD CONSTRAINT assembly_part_pkey PRIMARY KEY (assembly_id, number);

ALTER TABLE ONLY public.assembly
    ADD CONSTRAINT assembly_pkey PRIMARY KEY (assembly_id);

ALTER TABLE ONLY public.assessment
    ADD CONSTRAINT assessment_pkey PRIMARY KEY (consignment, event_id);

ALTER TABLE ONLY public.audience
    ADD CONSTRAINT audience_pkey PRIMARY KEY (org, event_id);

ALTER TABLE ONLY public.back_test
    ADD CONSTRAINT back_test_authority_table_sha256_since_until_key UNIQUE (authority, table_sha256, since, until);

ALTER TABLE ONLY public.back_test_end
    ADD CONSTRAINT back_test_end_pkey PRIMARY KEY (back_test_id);

ALTER TABLE ONLY public.back_test_manifest
    ADD CONSTRAINT back_test_manifest_pkey PRIMARY KEY (back_test_id, manifest_id);

ALTER TABLE ONLY public.back_test
    ADD CONSTRAINT back_test_pkey PRIMARY KEY (back_test_id);

ALTER TABLE ONLY public.back_test_result
    ADD CONSTRAINT back_test_result_pkey PRIMARY KEY (back_test_id, manifest_id);

ALTER TABLE ONLY public.bill_equipment
    ADD CONSTRAINT bill_equipment_pkey PRIMARY KEY (manifest_id, container, consignment);

ALTER TABLE ONLY public.bill_personal
    ADD CONSTRAINT bill_personal_pkey PRIMARY KEY (consignment, manifest_id);

ALTER TABLE ONLY public.bill
    ADD CONSTRAINT bill_pkey PRIMARY KEY (consignment, manifest_id);

ALTER TABLE ONLY public.bundled
    ADD CONSTRAINT bundled_pkey PRIMARY KEY (bundling_id, ccrn);

ALTER TABLE ONLY public.bundling_end
    ADD CONSTRAINT bundling_end_pkey PRIMARY KEY (bundling_id);

ALTER TABLE ONLY public.bundling
    ADD CONSTRAINT bundling_id_key UNIQUE (id);

ALTER TABLE ONLY public.bundling
    ADD CONSTRAINT bundling_pkey PRIMARY KEY (bundling_id);

ALTER TABLE ONLY public.consignment_grant
    ADD CONSTRAINT consignment_grant_pkey PRIMARY KEY (grant_id);

ALTER TABLE ONLY public.consignment
    ADD CONSTRAINT consignment_org_authority_number_parent_key UNIQUE (org, authority, number, parent);

ALTER TABLE ONLY public.consignment
    ADD CONSTRAINT consignment_pkey PRIMARY KEY (consignment);

ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (credential);

ALTER TABLE ONLY public.datum_learned
    ADD CONSTRAINT datum_learned_pkey PRIMARY KEY (learned_id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT decision_pkey PRIMARY KEY (consignment, event_id);

ALTER TABLE ONLY public.departure
    ADD CONSTRAINT departure_pkey PRIMARY KEY (org, subject);

ALTER TABLE ONLY public.detention_addressee
    ADD CONSTRAINT detention_addressee_pkey PRIMARY KEY (detention_id, n);

ALTER TABLE ONLY public.detention
    ADD CONSTRAINT detention_authority_number_key UNIQUE (authority, number);

ALTER TABLE ONLY public.detention_document
    ADD CONSTRAINT detention_document_org_id_key UNIQUE (org, id);

ALTER TABLE ONLY public.detention_document
    ADD CONSTRAINT detention_document_pkey PRIMARY KEY (document_id);

ALTER TABLE ONLY public.detention_document_secret
    ADD CONSTRAINT detention_document_secret_pkey PRIMARY KEY (document_id);

ALTER TABLE ONLY public.detention_given
    ADD CONSTRAINT detention_given_pkey PRIMARY KEY (document_id);

ALTER TABLE ONLY public.detention
    ADD CONSTRAINT detention_pkey PRIMARY KEY (detention_id);

ALTER TABLE ONLY public.detention_step
    ADD CONSTRAINT detention_step_pkey PRIMARY KEY (detention_id, event_id);

ALTER TABLE ONLY public.detention_words
    ADD CONSTRAINT detention_words_id_key UNIQUE (id);

ALTER TABLE ONLY public.detention_words
    ADD CONSTRAINT detention_words_pkey PRIMARY KEY (detention_id, event_id);

ALTER TABLE ONLY public.device_code
    ADD CONSTRAINT device_code_pkey PRIMARY KEY (code_id);

ALTER TABLE ONLY public.device_condition
    ADD CONSTRAINT device_condition_pkey PRIMARY KEY (condition_id);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_id_key UNIQUE (id);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (device_id);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_protocol_terminal_key UNIQUE (protocol, terminal);

ALTER TABLE ONLY public.device_secret
    ADD CONSTRAINT device_secret_pkey PRIMARY KEY (secret_id);

ALTER TABLE ONLY public.device_session
    ADD CONSTRAINT device_session_id_key UNIQUE (id);

ALTER TABLE ONLY public.device_session
    ADD CONSTRAINT device_session_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.document_key
    ADD CONSTRAINT document_key_pkey PRIMARY KEY (org, kind, key, document_id);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_message_id_place_key UNIQUE (message_id, place);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_org_id_key UNIQUE (org, id);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (document_id);

ALTER TABLE ONLY public.driver_key_end
    ADD CONSTRAINT driver_key_end_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY public.driver_key
    ADD CONSTRAINT driver_key_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY public.edition_act
    ADD CONSTRAINT edition_act_edition_id_org_officer_act_key UNIQUE (edition_id, org, officer, act);

ALTER TABLE ONLY public.edition_act
    ADD CONSTRAINT edition_act_pkey PRIMARY KEY (edition_act_id);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_id_key UNIQUE (id);

ALTER TABLE ONLY public.edition_in_force
    ADD CONSTRAINT edition_in_force_pkey PRIMARY KEY (edition_id);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_pkey PRIMARY KEY (edition_id);

ALTER TABLE ONLY public.equipment
    ADD CONSTRAINT equipment_pkey PRIMARY KEY (manifest_id, n);

ALTER TABLE ONLY public.erased
    ADD CONSTRAINT erased_pkey PRIMARY KEY (kind, target, erasure);

ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (erasure);

ALTER TABLE ONLY public.erasure_request
    ADD CONSTRAINT erasure_request_pkey PRIMARY KEY (request);

ALTER TABLE ONLY public.erasure_wish
    ADD CONSTRAINT erasure_wish_pkey PRIMARY KEY (request);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (month, event_id);

ALTER TABLE ONLY public.event_default
    ADD CONSTRAINT event_default_pkey PRIMARY KEY (month, event_id);

ALTER TABLE ONLY public.event_erased
    ADD CONSTRAINT event_erased_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.event_id
    ADD CONSTRAINT event_id_pkey PRIMARY KEY (org, id, version);

ALTER TABLE ONLY public.examination
    ADD CONSTRAINT examination_pkey PRIMARY KEY (consignment, event_id);

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (org, seq);

ALTER TABLE ONLY public.figure
    ADD CONSTRAINT figure_pkey PRIMARY KEY (name, label);

ALTER TABLE ONLY public.filing_rule
    ADD CONSTRAINT filing_rule_pkey PRIMARY KEY (org, n);

ALTER TABLE ONLY public.frame_aside
    ADD CONSTRAINT frame_aside_pkey PRIMARY KEY (aside_id);

ALTER TABLE ONLY public.frame_aside_raw
    ADD CONSTRAINT frame_aside_raw_pkey PRIMARY KEY (aside_id);

ALTER TABLE ONLY public.frame
    ADD CONSTRAINT frame_device_id_same_turn_key UNIQUE (device_id, same, turn);

ALTER TABLE ONLY public.frame_erased
    ADD CONSTRAINT frame_erased_pkey PRIMARY KEY (frame_id);

ALTER TABLE ONLY public.frame
    ADD CONSTRAINT frame_pkey PRIMARY KEY (frame_id);

ALTER TABLE ONLY public.frame_place
    ADD CONSTRAINT frame_place_pkey PRIMARY KEY (frame_id);

ALTER TABLE ONLY public.frame_raw
    ADD CONSTRAINT frame_raw_pkey PRIMARY KEY (frame_id);

ALTER TABLE ONLY public.grant_revocation
    ADD CONSTRAINT grant_revocation_pkey PRIMARY KEY (grant_id);

ALTER TABLE ONLY public.grant_settled
    ADD CONSTRAINT grant_settled_pkey PRIMARY KEY (grant_id, is_revoked);

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_id_key UNIQUE (id);

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_overlaps EXCLUDE USING gist (int8range(device_id, device_id, '[]'::text) WITH &&, tstzrange(from_at, until_at) WITH &&);

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (installation_id);

ALTER TABLE ONLY public.judged_again
    ADD CONSTRAINT judged_again_pkey PRIMARY KEY (consignment, manifest_id);

ALTER TABLE ONLY public.judgement
    ADD CONSTRAINT judgement_pkey PRIMARY KEY (manifest_id);

ALTER TABLE ONLY public.key_event
    ADD CONSTRAINT key_event_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_0
    ADD CONSTRAINT key_event_0_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_1
    ADD CONSTRAINT key_event_1_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_2
    ADD CONSTRAINT key_event_2_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_3
    ADD CONSTRAINT key_event_3_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_4
    ADD CONSTRAINT key_event_4_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_5
    ADD CONSTRAINT key_event_5_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_6
    ADD CONSTRAINT key_event_6_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_event_7
    ADD CONSTRAINT key_event_7_pkey PRIMARY KEY (kind, key, event_id);

ALTER TABLE ONLY public.key_set
    ADD CONSTRAINT key_set_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.link_use
    ADD CONSTRAINT link_use_pkey PRIMARY KEY (link);

ALTER TABLE ONLY public.linked
    ADD CONSTRAINT linked_pkey PRIMARY KEY (manifest_id);

ALTER TABLE ONLY public.log_checkpoint
    ADD CONSTRAINT log_checkpoint_pkey PRIMARY KEY (origin, size);

ALTER TABLE ONLY public.log_cosignature
    ADD CONSTRAINT log_cosignature_pkey PRIMARY KEY (origin, size, witness);

ALTER TABLE ONLY public.log_halt
    ADD CONSTRAINT log_halt_pkey PRIMARY KEY (origin, witness);

ALTER TABLE ONLY public.log_head
    ADD CONSTRAINT log_head_pkey PRIMARY KEY (single);

ALTER TABLE ONLY public.log_leaf
    ADD CONSTRAINT log_leaf_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.log_leaf
    ADD CONSTRAINT log_leaf_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.log_tile
    ADD CONSTRAINT log_tile_pkey PRIMARY KEY (level, index);

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_pkey PRIMARY KEY (org, subject);

ALTER TABLE ONLY public.look
    ADD CONSTRAINT look_pkey PRIMARY KEY (org, look);

ALTER TABLE ONLY public.looked_back
    ADD CONSTRAINT looked_back_pkey PRIMARY KEY (manifest_id);

ALTER TABLE ONLY public.made
    ADD CONSTRAINT made_pkey PRIMARY KEY (org, key);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_assembly_id_key UNIQUE (assembly_id);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_org_document_call_filed_with_version_key UNIQUE (org, document, call, filed_with, version);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_org_id_key UNIQUE (org, id);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_pkey PRIMARY KEY (manifest_id);

ALTER TABLE ONLY public.message_chunk
    ADD CONSTRAINT message_chunk_pkey PRIMARY KEY (org, id, n);

ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_org_id_key UNIQUE (org, id);

ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY public.message_secret
    ADD CONSTRAINT message_secret_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY public.message_step
    ADD CONSTRAINT message_step_pkey PRIMARY KEY (message_id, n);

ALTER TABLE ONLY public.message_try
    ADD CONSTRAINT message_try_pkey PRIMARY KEY (message_id, n);

ALTER TABLE ONLY public.movement_link
    ADD CONSTRAINT movement_link_pkey PRIMARY KEY (movement_id, consignment);

ALTER TABLE ONLY public.movement_paper
    ADD CONSTRAINT movement_paper_pkey PRIMARY KEY (movement_id);

ALTER TABLE ONLY public.movement
    ADD CONSTRAINT movement_pkey PRIMARY KEY (movement_id);

ALTER TABLE ONLY public.movement_reader
    ADD CONSTRAINT movement_reader_pkey PRIMARY KEY (org, movement_id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (consignment, event_id);

ALTER TABLE ONLY public.officer_act
    ADD CONSTRAINT officer_act_pkey PRIMARY KEY (authority, act_id);

ALTER TABLE ONLY public.officer_key_end
    ADD CONSTRAINT officer_key_end_pkey PRIMARY KEY (authority, public_key);

ALTER TABLE ONLY public.officer_key
    ADD CONSTRAINT officer_key_pkey PRIMARY KEY (authority, public_key);

ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT one_time_link_org_subject_n_key UNIQUE (org, subject, n);

ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT one_time_link_pkey PRIMARY KEY (link);

ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT one_time_link_secret_sha256_key UNIQUE (secret_sha256);

ALTER TABLE ONLY public.opening_code
    ADD CONSTRAINT opening_code_pkey PRIMARY KEY (trip_id, n);

ALTER TABLE ONLY public.opening_code
    ADD CONSTRAINT opening_code_trip_id_ask_sha256_key UNIQUE (trip_id, ask_sha256);

ALTER TABLE ONLY public.opening_key
    ADD CONSTRAINT opening_key_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_party_key UNIQUE (party);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_pkey PRIMARY KEY (org);

ALTER TABLE ONLY public.outcome
    ADD CONSTRAINT outcome_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY public.partner_profile
    ADD CONSTRAINT partner_profile_pkey PRIMARY KEY (org, version);

ALTER TABLE ONLY public.pass_use
    ADD CONSTRAINT pass_use_pkey PRIMARY KEY (authority, jti);

ALTER TABLE ONLY public.passed_over
    ADD CONSTRAINT passed_over_pkey PRIMARY KEY (manifest_id);

ALTER TABLE ONLY public.password
    ADD CONSTRAINT password_pkey PRIMARY KEY (org, subject);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (subject);

ALTER TABLE ONLY public.person_role
    ADD CONSTRAINT person_role_pkey PRIMARY KEY (org, subject, n);

ALTER TABLE ONLY public.place_list
    ADD CONSTRAINT place_list_pkey PRIMARY KEY (list_id);

ALTER TABLE ONLY public.projection
    ADD CONSTRAINT projection_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.reader
    ADD CONSTRAINT reader_pkey PRIMARY KEY (org, consignment, view);

ALTER TABLE ONLY public.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (org, source, key);

ALTER TABLE ONLY public.report_linked
    ADD CONSTRAINT report_linked_pkey PRIMARY KEY (report_id);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_message_id_place_key UNIQUE (message_id, place);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (report_id);

ALTER TABLE ONLY public.risk_table
    ADD CONSTRAINT risk_table_pkey PRIMARY KEY (authority, sha256);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.seal_period_end
    ADD CONSTRAINT seal_period_end_pkey PRIMARY KEY (seal_id);

ALTER TABLE ONLY public.seal_period
    ADD CONSTRAINT seal_period_pkey PRIMARY KEY (seal_id);

ALTER TABLE ONLY public.serving
    ADD CONSTRAINT serving_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_pkey PRIMARY KEY (org, sheet);

ALTER TABLE ONLY public.sheet_secret
    ADD CONSTRAINT sheet_secret_pkey PRIMARY KEY (org, sheet);

ALTER TABLE ONLY public.sheet_step
    ADD CONSTRAINT sheet_step_pkey PRIMARY KEY (org, sheet, n);

ALTER TABLE ONLY public.sign_in_try
    ADD CONSTRAINT sign_in_try_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.standing_order
    ADD CONSTRAINT standing_order_pkey PRIMARY KEY (authority, order_id);

ALTER TABLE ONLY public.standing_order_revocation
    ADD CONSTRAINT standing_order_revocation_pkey PRIMARY KEY (authority, order_id);

ALTER TABLE ONLY public.standing
    ADD CONSTRAINT standing_pkey PRIMARY KEY (consignment);

ALTER TABLE ONLY public.table_publication
    ADD CONSTRAINT table_publication_pkey PRIMARY KEY (authority, sha256);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.token_revocation
    ADD CONSTRAINT token_revocation_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_secret_sha256_key UNIQUE (secret_sha256);

ALTER TABLE ONLY public.trip_act
    ADD CONSTRAINT trip_act_pkey PRIMARY KEY (trip_id, n);

ALTER TABLE ONLY public.trip_act
    ADD CONSTRAINT trip_act_trip_id_act_id_key UNIQUE (trip_id, act_id);

ALTER TABLE ONLY public.trip_authority
    ADD CONSTRAINT trip_authority_pkey PRIMARY KEY (trip_id, authority);

ALTER TABLE ONLY public.trip_consignment
    ADD CONSTRAINT trip_consignment_pkey PRIMARY KEY (trip_id, number);

ALTER TABLE ONLY public.trip_device
    ADD CONSTRAINT trip_device_pkey PRIMARY KEY (trip_device_id);

ALTER TABLE ONLY public.trip
    ADD CONSTRAINT trip_id_key UNIQUE (id);

ALTER TABLE ONLY public.trip_live
    ADD CONSTRAINT trip_live_pkey PRIMARY KEY (trip_id, authority);

ALTER TABLE ONLY public.trip_partition
    ADD CONSTRAINT trip_partition_pkey PRIMARY KEY (partition);

ALTER TABLE ONLY public.trip
    ADD CONSTRAINT trip_pkey PRIMARY KEY (trip_id);

ALTER TABLE ONLY public.trip_policy
    ADD CONSTRAINT trip_policy_pkey PRIMARY KEY (trip_id, authority);

ALTER TABLE ONLY public.trip_state
    ADD CONSTRAINT trip_state_pkey PRIMARY KEY (trip_id, authority, as_of);

ALTER TABLE ONLY public.trip_told
    ADD CONSTRAINT trip_told_pkey PRIMARY KEY (trip_id, authority);

ALTER TABLE ONLY public.trip_worker
    ADD CONSTRAINT trip_worker_pkey PRIMARY KEY (holder);

ALTER TABLE ONLY public.webhook_cursor
    ADD CONSTRAINT webhook_cursor_pkey PRIMARY KEY (webhook_id);

ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (webhook_id, event_id);

ALTER TABLE ONLY public.webhook
    ADD CONSTRAINT webhook_id_key UNIQUE (id);

ALTER TABLE ONLY public.webhook
    ADD CONSTRAINT webhook_pkey PRIMARY KEY (webhook_id);

ALTER TABLE ONLY public.webhook_secret
    ADD CONSTRAINT webhook_secret_pkey PRIMARY KEY (secret_id);

CREATE INDEX address_org ON public.address USING btree (org);

CREATE INDEX alarm_held ON public.alarm USING btree (due_at) WHERE (state = 'held'::text);

CREATE INDEX alarm_listed ON public.alarm USING btree (authority, severity DESC, alarm_id);

CREATE INDEX alarm_muted ON public.alarm USING btree (muted_until) WHERE (state = 'muted'::text);

CREATE INDEX alarm_of_time ON public.alarm USING btree (authority, shown_at) WHERE (shown_at IS NOT NULL);

CREATE INDEX alarm_open ON public.alarm USING btree (authority, severity DESC, alarm_id) WHERE (state = ANY (ARRAY['raised'::text, 'acknowledged'::text, 'assigned'::text, 'muted'::text]));

CREATE UNIQUE INDEX alarm_standing ON public.alarm USING btree (authority, trip_id, reason) WHERE (ended_at IS NULL);

CREATE INDEX alarm_trip ON public.alarm USING btree (trip_id, alarm_id);

CREATE INDEX assessment_assessed ON public.assessment USING btree (authority, assessed_at);

CREATE INDEX assessment_manifest ON public.assessment USING btree (manifest_id);

CREATE INDEX audience_event ON public.audience USING btree (event_id);

CREATE INDEX bill_equipment_box ON public.bill_equipment USING btree (container);

CREATE INDEX bill_equipment_container ON public.bill_equipment USING btree (upper(container));

CREATE INDEX bill_manifest ON public.bill USING btree (manifest_id);

CREATE INDEX bill_number ON public.bill USING btree (number);

CREATE INDEX bill_parent ON public.bill USING btree (parent) WHERE (parent IS NOT NULL);

CREATE INDEX bill_personal_blind ON public.bill_personal USING gin (blind);

CREATE INDEX bundled_ccrn ON public.bundled USING btree (org, ccrn);

CREATE INDEX bundling_org ON public.bundling USING btree (org, bundling_id DESC);

CREATE INDEX bundling_trip ON public.bundling USING btree (trip_id) WHERE (trip_id IS NOT NULL);

CREATE INDEX consignment_grant_consignment ON public.consignment_grant USING btree (consignment);

CREATE INDEX consignment_grant_org ON public.consignment_grant USING btree (org);

CREATE INDEX consignment_number ON public.consignment USING btree (number);

CREATE INDEX credential_org ON public.credential USING btree (org);

CREATE INDEX datum_learned_newest ON public.datum_learned USING btree (org, model, firmware, learned_id DESC);

CREATE INDEX decision_by_hand ON public.decision USING btree (consignment) WHERE (act_id IS NOT NULL);

CREATE INDEX decision_decided ON public.decision USING btree (decided_at);

CREATE INDEX decision_manifest ON public.decision USING btree (manifest_id);

CREATE UNIQUE INDEX decision_version ON public.decision USING btree (consignment, version);

CREATE INDEX detention_addressee_org ON public.detention_addressee USING btree (org, detention_id);

CREATE INDEX detention_consignment ON public.detention USING btree (consignment);

CREATE INDEX detention_document_detention ON public.detention_document USING btree (detention_id, org);

CREATE INDEX detention_number ON public.detention USING btree (number);

CREATE INDEX device_code_newest ON public.device_code USING btree (device_id, code_id DESC);

CREATE INDEX device_condition_newest ON public.device_condition USING btree (device_id, condition_id DESC);

CREATE INDEX device_org ON public.device USING btree (org, device_id);

CREATE INDEX device_secret_newest ON public.device_secret USING btree (device_id, secret_id DESC);

CREATE INDEX device_session_newest ON public.device_session USING btree (device_id, session_id DESC);

CREATE INDEX document_addressee ON public.document USING btree (addressee, document_id);

CREATE INDEX document_key_document ON public.document_key USING btree (document_id);

CREATE INDEX document_number ON public.document USING btree (org, kind, number, document_id);

CREATE INDEX driver_key_newest ON public.driver_key USING btree (org, driver, key_id DESC);

CREATE INDEX edition_concerned ON public.edition USING gin (concerned);

CREATE INDEX edition_in_force_newest ON public.edition_in_force USING btree (kind, name, from_at DESC, edition_id DESC);

CREATE INDEX equipment_number ON public.equipment USING btree (upper(number));

CREATE INDEX event_tx ON ONLY public.event USING btree (tx);

CREATE INDEX event_default_tx_idx ON public.event_default USING btree (tx);

CREATE INDEX examination_authority ON public.examination USING btree (authority, examined_at);

CREATE INDEX frame_aside_org ON public.frame_aside USING btree (org, aside_id);

CREATE INDEX frame_aside_terminal ON public.frame_aside USING btree (protocol, terminal);

CREATE INDEX frame_order ON public.frame USING btree (device_id, frame_id);

CREATE INDEX frame_raw_secret ON public.frame_raw USING btree (secret_id);

CREATE INDEX installation_vehicle ON public.installation USING btree (org, vehicle);

CREATE INDEX judgement_serve_at ON public.judgement USING btree (serve_at) WHERE (serve_at IS NOT NULL);

CREATE UNIQUE INDEX login_blind ON public.login USING btree (org, blind) WHERE (NOT is_given_up);

CREATE INDEX look_at ON public.look USING brin (at);

CREATE INDEX look_person ON public.look USING gin (keys) WHERE (kind = 'person'::text);

CREATE INDEX manifest_call ON public.manifest USING btree (call);

CREATE INDEX manifest_comes ON public.manifest USING btree (filed_with, COALESCE(arrives_at, 'infinity'::timestamp with time zone), call);

CREATE INDEX manifest_filed_with ON public.manifest USING btree (filed_with, manifest_id);

CREATE INDEX manifest_message ON public.manifest USING btree (message_id);

CREATE INDEX manifest_newer ON public.manifest USING btree (manifest_id) WHERE (version > 1);

CREATE INDEX manifest_voyage ON public.manifest USING btree (upper(replace(voyage, ' '::text, ''::text)));

CREATE INDEX message_chunk_first ON public.message_chunk USING btree (kept_at) WHERE (n = 0);

CREATE INDEX message_newest ON public.message USING btree (org, message_id);

CREATE INDEX message_received ON public.message USING btree (received_at);

CREATE INDEX movement_container ON public.movement USING btree (container);

CREATE INDEX movement_link_consignment ON public.movement_link USING btree (consignment);

CREATE INDEX movement_link_number ON public.movement_link USING btree (number);

CREATE INDEX movement_paper_bills ON public.movement_paper USING gin (bills);

CREATE INDEX movement_reader_movement ON public.movement_reader USING btree (movement_id);

CREATE INDEX movement_report ON public.movement USING btree (report_id);

CREATE INDEX movement_voyage ON public.movement USING btree (upper(replace(voyage, ' '::text, ''::text)));

CREATE INDEX movement_withdraws ON public.movement USING btree (withdraws) WHERE (withdraws IS NOT NULL);

CREATE INDEX notice_call ON public.notice USING btree (call);

CREATE INDEX notice_manifest ON public.notice USING btree (manifest_id);

CREATE INDEX notice_number ON public.notice USING btree (number);

CREATE INDEX officer_act_event ON public.officer_act USING btree (event_id);

CREATE INDEX officer_key_officer ON public.officer_key USING btree (authority, officer);

CREATE INDEX opening_key_newest ON public.opening_key USING btree (device_id, key_id DESC);

CREATE INDEX outcome_faults ON public.outcome USING btree (finished_at) WHERE (faults > 0);

CREATE INDEX person_blind ON public.person USING btree (blind);

CREATE INDEX person_org ON public.person USING btree (org);

CREATE INDEX place_code ON public.place USING btree (list_id, code);

CREATE INDEX place_key ON public.place USING btree (list_id, key);

CREATE INDEX reader_consignment ON public.reader USING btree (consignment);

CREATE INDEX reader_shown ON public.reader USING btree (consignment) WHERE is_shown;

CREATE INDEX report_document ON public.report USING btree (org, kind, document);

CREATE INDEX seal_period_device ON public.seal_period USING btree (device_id);

CREATE INDEX serving_manifest ON public.serving USING btree (manifest_id);

CREATE INDEX sheet_kind ON public.sheet USING btree (org, kind, made_at, sheet);

CREATE INDEX sign_in_try_until ON public.sign_in_try USING btree (until);

CREATE INDEX standing_call ON public.standing USING btree (authority, call, comes_at, places, consignment) WHERE (waits IS NOT NULL);

CREATE INDEX standing_manifest ON public.standing USING btree (manifest_id);

CREATE INDEX standing_number ON public.standing USING btree (authority, number);

CREATE INDEX standing_seized ON public.standing USING btree (authority, consignment) WHERE (status = 'seized'::text);

CREATE INDEX standing_unserved ON public.standing USING btree (authority, call) WHERE (((served_at IS NULL) AND (decided_at IS NOT NULL)) OR (served_at < decided_at));

CREATE INDEX standing_waits ON public.standing USING btree (authority, waits, comes_at, places, consignment) WHERE (waits IS NOT NULL);

CREATE INDEX standing_withdrawn ON public.standing USING btree (consignment) WHERE (is_withdrawn AND ((waits IS NOT NULL) OR (status = 'seized'::text)));

CREATE INDEX standing_worklist ON public.standing USING btree (authority, comes_at, places, consignment) WHERE (waits IS NOT NULL);

CREATE INDEX token_org ON public.token USING btree (org);

CREATE INDEX token_subject ON public.token USING btree (org, subject) WHERE (subject IS NOT NULL);

CREATE INDEX trip_authorities ON public.trip USING gin (authorities);

CREATE INDEX trip_device_device ON public.trip_device USING btree (device_id);

CREATE INDEX trip_device_trip ON public.trip_device USING btree (trip_id);

CREATE INDEX trip_live_outcome ON public.trip_live USING btree (authority, outcome, trip_id DESC);

CREATE INDEX trip_live_partition ON public.trip_live USING btree (partition);

CREATE INDEX trip_org ON public.trip USING btree (org, trip_id DESC);

CREATE INDEX trip_vehicle ON public.trip USING btree (vehicle, trip_id DESC);

CREATE INDEX webhook_cursor_turn ON public.webhook_cursor USING btree (turned_at) WHERE is_on;

CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (webhook_id, next_at) WHERE (state = 'waiting'::text);

CREATE INDEX webhook_delivery_old ON public.webhook_delivery USING btree (last_at) WHERE (state <> 'waiting'::text);

CREATE INDEX webhook_delivery_seq ON public.webhook_delivery USING btree (webhook_id, seq DESC);

CREATE INDEX webhook_org ON public.webhook USING btree (org, webhook_id);

CREATE INDEX webhook_secret_of ON public.webhook_secret USING btree (webhook_id, secret_id DESC);

ALTER INDEX public.event_pkey ATTACH PARTITION public.event_default_pkey;

ALTER INDEX public.event_tx ATTACH PARTITION public.event_default_tx_idx;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_0_pkey;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_1_pkey;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_2_pkey;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_3_pkey;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_4_pkey;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_5_pkey;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_6_pkey;

ALTER INDEX public.key_event_pkey ATTACH PARTITION public.key_event_7_pkey;

CREATE TRIGGER fence BEFORE INSERT OR UPDATE ON public.trip_live FOR EACH ROW EXECUTE FUNCTION public.trip_live_fence();

ALTER TABLE ONLY public.address
    ADD CONSTRAINT address_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.alarm_step
    ADD CONSTRAINT alarm_step_alarm_id_fkey FOREIGN KEY (alarm_id) REFERENCES public.alarm(alarm_id);

ALTER TABLE ONLY public.alarm_step
    ADD CONSTRAINT alarm_step_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.answerable
    ADD CONSTRAINT answerable_credential_fkey FOREIGN KEY (credential) REFERENCES public.credential(credential);

ALTER TABLE ONLY public.answerable
    ADD CONSTRAINT answerable_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.approver_end
    ADD CONSTRAINT approver_end_org_approver_fkey FOREIGN KEY (org, approver) REFERENCES public.approver(org, approver);

ALTER TABLE ONLY public.approver
    ADD CONSTRAINT approver_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.assembly_alert
    ADD CONSTRAINT assembly_alert_assembly_id_fkey FOREIGN KEY (assembly_id) REFERENCES public.assembly(assembly_id);

ALTER TABLE ONLY public.assembly_end
    ADD CONSTRAINT assembly_end_assembly_id_fkey FOREIGN KEY (assembly_id) REFERENCES public.assembly(assembly_id);

ALTER TABLE ONLY public.assembly
    ADD CONSTRAINT assembly_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.assembly_part
    ADD CONSTRAINT assembly_part_assembly_id_fkey FOREIGN KEY (assembly_id) REFERENCES public.assembly(assembly_id);

ALTER TABLE ONLY public.assembly_part
    ADD CONSTRAINT assembly_part_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.assessment
    ADD CONSTRAINT assessment_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.back_test
    ADD CONSTRAINT back_test_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.back_test
    ADD CONSTRAINT back_test_authority_table_sha256_fkey FOREIGN KEY (authority, table_sha256) REFERENCES public.risk_table(authority, sha256);

ALTER TABLE ONLY public.back_test_end
    ADD CONSTRAINT back_test_end_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.back_test_end
    ADD CONSTRAINT back_test_end_back_test_id_fkey FOREIGN KEY (back_test_id) REFERENCES public.back_test(back_test_id);

ALTER TABLE ONLY public.back_test_manifest
    ADD CONSTRAINT back_test_manifest_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.back_test_manifest
    ADD CONSTRAINT back_test_manifest_back_test_id_fkey FOREIGN KEY (back_test_id) REFERENCES public.back_test(back_test_id);

ALTER TABLE ONLY public.back_test_manifest
    ADD CONSTRAINT back_test_manifest_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.back_test_result
    ADD CONSTRAINT back_test_result_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.back_test_result
    ADD CONSTRAINT back_test_result_back_test_id_fkey FOREIGN KEY (back_test_id) REFERENCES public.back_test(back_test_id);

ALTER TABLE ONLY public.back_test_result
    ADD CONSTRAINT back_test_result_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.bill
    ADD CONSTRAINT bill_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.bundled
    ADD CONSTRAINT bundled_bundling_id_fkey FOREIGN KEY (bundling_id) REFERENCES public.bundling(bundling_id);

ALTER TABLE ONLY public.bundled
    ADD CONSTRAINT bundled_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.bundling_end
    ADD CONSTRAINT bundling_end_bundling_id_fkey FOREIGN KEY (bundling_id) REFERENCES public.bundling(bundling_id);

ALTER TABLE ONLY public.bundling_end
    ADD CONSTRAINT bundling_end_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.bundling
    ADD CONSTRAINT bundling_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.bundling
    ADD CONSTRAINT bundling_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.consignment_grant
    ADD CONSTRAINT consignment_grant_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.consignment_grant
    ADD CONSTRAINT consignment_grant_receiver_fkey FOREIGN KEY (receiver) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.consignment
    ADD CONSTRAINT consignment_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.datum_learned
    ADD CONSTRAINT datum_learned_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT decision_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.departure
    ADD CONSTRAINT departure_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.detention_addressee
    ADD CONSTRAINT detention_addressee_detention_id_fkey FOREIGN KEY (detention_id) REFERENCES public.detention(detention_id);

ALTER TABLE ONLY public.detention_addressee
    ADD CONSTRAINT detention_addressee_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.detention
    ADD CONSTRAINT detention_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.detention_document
    ADD CONSTRAINT detention_document_detention_id_fkey FOREIGN KEY (detention_id) REFERENCES public.detention(detention_id);

ALTER TABLE ONLY public.detention_document
    ADD CONSTRAINT detention_document_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.detention_document_secret
    ADD CONSTRAINT detention_document_secret_document_id_fkey FOREIGN KEY (document_id) REFERENCES public.detention_document(document_id);

ALTER TABLE ONLY public.detention_given
    ADD CONSTRAINT detention_given_document_id_fkey FOREIGN KEY (document_id) REFERENCES public.detention_document(document_id);

ALTER TABLE ONLY public.detention_step
    ADD CONSTRAINT detention_step_detention_id_fkey FOREIGN KEY (detention_id) REFERENCES public.detention(detention_id);

ALTER TABLE ONLY public.detention_step
    ADD CONSTRAINT detention_step_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.detention_words
    ADD CONSTRAINT detention_words_detention_id_fkey FOREIGN KEY (detention_id) REFERENCES public.detention(detention_id);

ALTER TABLE ONLY public.device_code
    ADD CONSTRAINT device_code_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.device_code
    ADD CONSTRAINT device_code_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.device_condition
    ADD CONSTRAINT device_condition_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.device_condition
    ADD CONSTRAINT device_condition_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.device_secret
    ADD CONSTRAINT device_secret_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.device_secret
    ADD CONSTRAINT device_secret_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.device_session
    ADD CONSTRAINT device_session_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.device_session
    ADD CONSTRAINT device_session_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_addressee_fkey FOREIGN KEY (addressee) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.document_key
    ADD CONSTRAINT document_key_document_id_fkey FOREIGN KEY (document_id) REFERENCES public.document(document_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.driver_key_end
    ADD CONSTRAINT driver_key_end_key_id_fkey FOREIGN KEY (key_id) REFERENCES public.driver_key(key_id);

ALTER TABLE ONLY public.driver_key_end
    ADD CONSTRAINT driver_key_end_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.driver_key
    ADD CONSTRAINT driver_key_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.edition_act
    ADD CONSTRAINT edition_act_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(edition_id);

ALTER TABLE ONLY public.edition_act
    ADD CONSTRAINT edition_act_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.edition_in_force
    ADD CONSTRAINT edition_in_force_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(edition_id);

ALTER TABLE ONLY public.edition_in_force
    ADD CONSTRAINT edition_in_force_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.equipment
    ADD CONSTRAINT equipment_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.erased
    ADD CONSTRAINT erased_erasure_fkey FOREIGN KEY (erasure) REFERENCES public.erasure(erasure);

ALTER TABLE ONLY public.erasure_request
    ADD CONSTRAINT erasure_request_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.erasure_wish
    ADD CONSTRAINT erasure_wish_request_fkey FOREIGN KEY (request) REFERENCES public.erasure_request(request);

ALTER TABLE ONLY public.examination
    ADD CONSTRAINT examination_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.filing_rule
    ADD CONSTRAINT filing_rule_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.frame_aside
    ADD CONSTRAINT frame_aside_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.frame_aside
    ADD CONSTRAINT frame_aside_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.frame_aside_raw
    ADD CONSTRAINT frame_aside_raw_aside_id_fkey FOREIGN KEY (aside_id) REFERENCES public.frame_aside(aside_id);

ALTER TABLE ONLY public.frame_aside_raw
    ADD CONSTRAINT frame_aside_raw_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.frame
    ADD CONSTRAINT frame_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.frame_erased
    ADD CONSTRAINT frame_erased_frame_id_fkey FOREIGN KEY (frame_id) REFERENCES public.frame(frame_id);

ALTER TABLE ONLY public.frame_erased
    ADD CONSTRAINT frame_erased_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.frame
    ADD CONSTRAINT frame_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.frame_place
    ADD CONSTRAINT frame_place_frame_id_fkey FOREIGN KEY (frame_id) REFERENCES public.frame_raw(frame_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.frame_place
    ADD CONSTRAINT frame_place_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.frame_raw
    ADD CONSTRAINT frame_raw_frame_id_fkey FOREIGN KEY (frame_id) REFERENCES public.frame(frame_id);

ALTER TABLE ONLY public.frame_raw
    ADD CONSTRAINT frame_raw_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.frame_raw
    ADD CONSTRAINT frame_raw_secret_id_fkey FOREIGN KEY (secret_id) REFERENCES public.device_secret(secret_id);

ALTER TABLE ONLY public.frame
    ADD CONSTRAINT frame_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.device_session(session_id);

ALTER TABLE ONLY public.grant_revocation
    ADD CONSTRAINT grant_revocation_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.consignment_grant(grant_id);

ALTER TABLE ONLY public.grant_settled
    ADD CONSTRAINT grant_settled_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.consignment_grant(grant_id);

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.judged_again
    ADD CONSTRAINT judged_again_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.judgement
    ADD CONSTRAINT judgement_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.judgement
    ADD CONSTRAINT judgement_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.link_use
    ADD CONSTRAINT link_use_link_fkey FOREIGN KEY (link) REFERENCES public.one_time_link(link);

ALTER TABLE ONLY public.link_use
    ADD CONSTRAINT link_use_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.linked
    ADD CONSTRAINT linked_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.log_cosignature
    ADD CONSTRAINT log_cosignature_origin_size_fkey FOREIGN KEY (origin, size) REFERENCES public.log_checkpoint(origin, size);

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_subject_fkey FOREIGN KEY (subject) REFERENCES public.person(subject);

ALTER TABLE ONLY public.look
    ADD CONSTRAINT look_by_org_fkey FOREIGN KEY (by_org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.look
    ADD CONSTRAINT look_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.looked_back
    ADD CONSTRAINT looked_back_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.made
    ADD CONSTRAINT made_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_assembly_id_fkey FOREIGN KEY (assembly_id) REFERENCES public.assembly(assembly_id);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_filed_with_fkey FOREIGN KEY (filed_with) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.message_secret
    ADD CONSTRAINT message_secret_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.message_step
    ADD CONSTRAINT message_step_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.message_try
    ADD CONSTRAINT message_try_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.movement_link
    ADD CONSTRAINT movement_link_movement_id_fkey FOREIGN KEY (movement_id) REFERENCES public.movement(movement_id);

ALTER TABLE ONLY public.movement
    ADD CONSTRAINT movement_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.movement_paper
    ADD CONSTRAINT movement_paper_movement_id_fkey FOREIGN KEY (movement_id) REFERENCES public.movement(movement_id);

ALTER TABLE ONLY public.movement_reader
    ADD CONSTRAINT movement_reader_movement_id_fkey FOREIGN KEY (movement_id) REFERENCES public.movement(movement_id);

ALTER TABLE ONLY public.movement
    ADD CONSTRAINT movement_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.report(report_id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.officer_act
    ADD CONSTRAINT officer_act_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.officer_key
    ADD CONSTRAINT officer_key_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.officer_key_end
    ADD CONSTRAINT officer_key_end_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.officer_key_end
    ADD CONSTRAINT officer_key_end_authority_public_key_fkey FOREIGN KEY (authority, public_key) REFERENCES public.officer_key(authority, public_key);

ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT one_time_link_org_subject_fkey FOREIGN KEY (org, subject) REFERENCES public.login(org, subject);

ALTER TABLE ONLY public.opening_code
    ADD CONSTRAINT opening_code_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.opening_code
    ADD CONSTRAINT opening_code_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.opening_code
    ADD CONSTRAINT opening_code_trip_id_act_n_fkey FOREIGN KEY (trip_id, act_n) REFERENCES public.trip_act(trip_id, n);

ALTER TABLE ONLY public.opening_code
    ADD CONSTRAINT opening_code_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.opening_key
    ADD CONSTRAINT opening_key_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.opening_key
    ADD CONSTRAINT opening_key_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.outcome
    ADD CONSTRAINT outcome_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.partner_profile
    ADD CONSTRAINT partner_profile_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.pass_use
    ADD CONSTRAINT pass_use_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.pass_use
    ADD CONSTRAINT pass_use_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.passed_over
    ADD CONSTRAINT passed_over_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.passed_over
    ADD CONSTRAINT passed_over_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.password
    ADD CONSTRAINT password_org_subject_fkey FOREIGN KEY (org, subject) REFERENCES public.login(org, subject);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.person_role
    ADD CONSTRAINT person_role_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_list_id_fkey FOREIGN KEY (list_id) REFERENCES public.place_list(list_id);

ALTER TABLE ONLY public.receipt
    ADD CONSTRAINT receipt_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.report_linked
    ADD CONSTRAINT report_linked_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.report(report_id);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.risk_table
    ADD CONSTRAINT risk_table_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.seal_period
    ADD CONSTRAINT seal_period_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.seal_period_end
    ADD CONSTRAINT seal_period_end_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.seal_period_end
    ADD CONSTRAINT seal_period_end_seal_id_fkey FOREIGN KEY (seal_id) REFERENCES public.seal_period(seal_id);

ALTER TABLE ONLY public.seal_period
    ADD CONSTRAINT seal_period_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.serving
    ADD CONSTRAINT serving_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.serving
    ADD CONSTRAINT serving_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES public.manifest(manifest_id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.sheet_secret
    ADD CONSTRAINT sheet_secret_org_sheet_fkey FOREIGN KEY (org, sheet) REFERENCES public.sheet(org, sheet);

ALTER TABLE ONLY public.sheet_step
    ADD CONSTRAINT sheet_step_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.message(message_id);

ALTER TABLE ONLY public.sheet_step
    ADD CONSTRAINT sheet_step_org_sheet_fkey FOREIGN KEY (org, sheet) REFERENCES public.sheet(org, sheet);

ALTER TABLE ONLY public.standing_order
    ADD CONSTRAINT standing_order_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.table_publication
    ADD CONSTRAINT table_publication_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.table_publication
    ADD CONSTRAINT table_publication_authority_sha256_fkey FOREIGN KEY (authority, sha256) REFERENCES public.risk_table(authority, sha256);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_credential_fkey FOREIGN KEY (credential) REFERENCES public.credential(credential);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.token_revocation
    ADD CONSTRAINT token_revocation_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.token_revocation
    ADD CONSTRAINT token_revocation_token_fkey FOREIGN KEY (token) REFERENCES public.token(token);

ALTER TABLE ONLY public.trip_act
    ADD CONSTRAINT trip_act_by_org_fkey FOREIGN KEY (by_org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_act
    ADD CONSTRAINT trip_act_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_act
    ADD CONSTRAINT trip_act_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.trip_authority
    ADD CONSTRAINT trip_authority_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_authority
    ADD CONSTRAINT trip_authority_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_authority
    ADD CONSTRAINT trip_authority_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.trip_consignment
    ADD CONSTRAINT trip_consignment_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_consignment
    ADD CONSTRAINT trip_consignment_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.trip_device
    ADD CONSTRAINT trip_device_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.device(device_id);

ALTER TABLE ONLY public.trip_device
    ADD CONSTRAINT trip_device_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES public.installation(installation_id);

ALTER TABLE ONLY public.trip_device
    ADD CONSTRAINT trip_device_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_device
    ADD CONSTRAINT trip_device_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.trip_live
    ADD CONSTRAINT trip_live_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_live
    ADD CONSTRAINT trip_live_partition_fkey FOREIGN KEY (partition) REFERENCES public.trip_partition(partition);

ALTER TABLE ONLY public.trip_live
    ADD CONSTRAINT trip_live_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.trip
    ADD CONSTRAINT trip_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_policy
    ADD CONSTRAINT trip_policy_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_policy
    ADD CONSTRAINT trip_policy_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_policy
    ADD CONSTRAINT trip_policy_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.trip_state
    ADD CONSTRAINT trip_state_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_state
    ADD CONSTRAINT trip_state_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.trip_told
    ADD CONSTRAINT trip_told_authority_fkey FOREIGN KEY (authority) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.trip_told
    ADD CONSTRAINT trip_told_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES public.trip(trip_id);

ALTER TABLE ONLY public.webhook_cursor
    ADD CONSTRAINT webhook_cursor_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.webhook_cursor
    ADD CONSTRAINT webhook_cursor_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhook(webhook_id);

ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhook(webhook_id);

ALTER TABLE ONLY public.webhook
    ADD CONSTRAINT webhook_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.webhook_secret
    ADD CONSTRAINT webhook_secret_org_fkey FOREIGN KEY (org) REFERENCES public.organisation(org);

ALTER TABLE ONLY public.webhook_secret
    ADD CONSTRAINT webhook_secret_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhook(webhook_id);

ALTER TABLE public.address ENABLE ROW LEVEL SECURITY;

CREATE POLICY addressed ON public.document FOR SELECT TO waglan_app USING ((addressee = public.current_org()));

CREATE POLICY addressee ON public.detention FOR SELECT TO waglan_app USING ((EXISTS ( SELECT 1
   FROM public.detention_addressee a
  WHERE ((a.detention_id = detention.detention_id) AND (a.org = public.current_org())))));

CREATE POLICY addressee ON public.detention_addressee FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY adopted ON public.trip_policy FOR INSERT TO waglan_owner WITH CHECK (true);

ALTER TABLE public.alarm ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.alarm_step ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.answer ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.answerable ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.approver ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.approver_end ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.assembly ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.assembly_alert ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.assembly_end ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.assembly_part ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.assessment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audience ENABLE ROW LEVEL SECURITY;

CREATE POLICY audience ON public.event FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.audience a
  WHERE ((a.org = public.current_org()) AND (a.event_id = event.event_id)))));

CREATE POLICY audience ON public.key_event FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.audience a
  WHERE ((a.org = public.current_org()) AND (a.event_id = key_event.event_id)))));

CREATE POLICY author ON public.audience FOR INSERT TO waglan_app, waglan_authority WITH CHECK (((EXISTS ( SELECT 1
   FROM public.event e
  WHERE ((e.tx = pg_current_xact_id()) AND (e.org = public.current_org()) AND ((e.event_id >> 20) = ( SELECT currval('public.event_block'::regclass) AS currval))))) AND ((event_id >> 20) = ( SELECT currval('public.event_block'::regclass) AS currval))));

CREATE POLICY author ON public.bill_equipment FOR INSERT TO waglan_app WITH CHECK ((org = public.current_org()));

CREATE POLICY author ON public.bill_personal FOR INSERT TO waglan_app WITH CHECK ((org = public.current_org()));

CREATE POLICY author ON public.bundled FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.bundling b
  WHERE ((b.bundling_id = bundled.bundling_id) AND (b.org = public.current_org()))))));

CREATE POLICY author ON public.bundling FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (trip_id IS NULL)));

CREATE POLICY author ON public.bundling_end FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.bundling b
  WHERE ((b.bundling_id = bundling_end.bundling_id) AND (b.org = public.current_org()))))));

CREATE POLICY author ON public.consignment_grant FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.consignment c
  WHERE ((c.consignment = consignment_grant.consignment) AND (c.org = public.current_org()))))));

CREATE POLICY author ON public.detention_document FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.detention d
  WHERE ((d.detention_id = detention_document.detention_id) AND (d.authority = detention_document.authority))))));

CREATE POLICY author ON public.detention_document_secret FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.detention_document d
  WHERE ((d.document_id = detention_document_secret.document_id) AND (d.org = public.current_org()))))));

CREATE POLICY author ON public.detention_given FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.detention_document d
  WHERE ((d.document_id = detention_given.document_id) AND (d.detention_id = detention_given.detention_id) AND (d.authority = detention_given.authority) AND (d.org = public.current_org()))))));

CREATE POLICY author ON public.detention_step FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (step = ANY (ARRAY['acknowledge'::text, 'answer'::text])) AND (EXISTS ( SELECT 1
   FROM public.detention d
  WHERE ((d.detention_id = detention_step.detention_id) AND (d.authority = detention_step.authority))))));

CREATE POLICY author ON public.detention_words FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.detention d
  WHERE ((d.detention_id = detention_words.detention_id) AND (d.authority = detention_words.authority))))));

CREATE POLICY author ON public.document_key FOR INSERT TO waglan_app WITH CHECK ((EXISTS ( SELECT 1
   FROM public.document d
  WHERE ((d.document_id = document_key.document_id) AND (d.org = public.current_org())))));

CREATE POLICY author ON public.edition FOR INSERT TO waglan_authority WITH CHECK (((org = public.current_org()) AND (public.current_org() = ANY (concerned))));

CREATE POLICY author ON public.edition_act FOR INSERT TO waglan_authority WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.edition e
  WHERE ((e.edition_id = edition_act.edition_id) AND (public.current_org() = ANY (e.concerned)))))));

CREATE POLICY author ON public.grant_revocation FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.consignment_grant g
  WHERE ((g.grant_id = grant_revocation.grant_id) AND (g.org = public.current_org()))))));

CREATE POLICY author ON public.key_event FOR INSERT TO waglan_app, waglan_authority WITH CHECK (((EXISTS ( SELECT 1
   FROM public.event e
  WHERE ((e.tx = pg_current_xact_id()) AND (e.org = public.current_org()) AND ((e.event_id >> 20) = ( SELECT currval('public.event_block'::regclass) AS currval))))) AND ((event_id >> 20) = ( SELECT currval('public.event_block'::regclass) AS currval))));

CREATE POLICY author ON public.reader FOR INSERT TO waglan_app WITH CHECK (((NOT is_shown) AND (EXISTS ( SELECT 1
   FROM public.consignment c
  WHERE ((c.consignment = reader.consignment) AND (c.org = public.current_org()))))));

CREATE POLICY author ON public.token_revocation FOR INSERT TO waglan_app, waglan_authority WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.token t
  WHERE ((t.token = token_revocation.token) AND (t.org = public.current_org()))))));

CREATE POLICY author ON public.trip_act FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (by_org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_act.trip_id) AND (t.org = trip_act.org))))));

CREATE POLICY author ON public.trip_authority FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_authority.trip_id) AND (t.org = public.current_org()) AND (trip_authority.authority = ANY (t.authorities)))))));

CREATE POLICY author ON public.trip_consignment FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_consignment.trip_id) AND (t.org = public.current_org()))))));

CREATE POLICY author ON public.trip_device FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_device.trip_id) AND (t.org = trip_device.org))))));

CREATE POLICY author ON public.trip_policy FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_policy.trip_id) AND (t.org = public.current_org()) AND (trip_policy.authority = ANY (t.authorities)))))));

CREATE POLICY authority ON public.standing FOR SELECT TO waglan_authority USING ((authority = public.current_org()));

ALTER TABLE public.back_test ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.back_test_end ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.back_test_manifest ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.back_test_result ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.bill ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.bill_equipment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.bill_personal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.bundled ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.bundling ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.bundling_end ENABLE ROW LEVEL SECURITY;

CREATE POLICY concerned ON public.edition FOR SELECT TO waglan_authority USING ((public.current_org() = ANY (concerned)));

CREATE POLICY concerned ON public.edition_act FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.edition e
  WHERE ((e.edition_id = edition_act.edition_id) AND (public.current_org() = ANY (e.concerned))))));

ALTER TABLE public.consignment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.consignment_grant ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.credential ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.datum_learned ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.decision ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.departure ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.detention ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.detention_addressee ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.detention_document ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.detention_document_secret ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.detention_given ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.detention_step ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.detention_words ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.device ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.device_code ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.device_condition ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.device_secret ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.device_session ENABLE ROW LEVEL SECURITY;

CREATE POLICY directory ON public.organisation FOR SELECT TO waglan_app, waglan_authority USING (true);

ALTER TABLE public.document ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.document_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.driver_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.driver_key_end ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.edition ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.edition_act ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.edition_in_force ENABLE ROW LEVEL SECURITY;

CREATE POLICY ender ON public.trip_device FOR UPDATE TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY ending ON public.officer_key_end FOR INSERT TO waglan_engine WITH CHECK (true);

CREATE POLICY ending ON public.standing_order_revocation FOR INSERT TO waglan_engine WITH CHECK (true);

CREATE POLICY engine ON public.address TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.alarm TO waglan_engine USING (true) WITH CHECK ((EXISTS ( SELECT 1
   FROM public.trip_authority a
  WHERE ((a.trip_id = alarm.trip_id) AND (a.authority = alarm.authority)))));

CREATE POLICY engine ON public.alarm_step TO waglan_engine USING (true) WITH CHECK ((EXISTS ( SELECT 1
   FROM public.alarm a
  WHERE ((a.alarm_id = alarm_step.alarm_id) AND (a.authority = alarm_step.authority)))));

CREATE POLICY engine ON public.answer TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.answerable FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.approver TO waglan_engine USING (true);

CREATE POLICY engine ON public.approver_end TO waglan_engine USING (true);

CREATE POLICY engine ON public.assembly TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.assembly_alert TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.assembly_end TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.assembly_part TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.assessment FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.audience TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.back_test FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.back_test_end FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.back_test_manifest FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.back_test_result FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.bill TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.bill_equipment TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.bill_personal TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.bundled FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.bundling FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.bundling_end FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.consignment TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.consignment_grant TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.credential TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.datum_learned FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.decision FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.departure FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.detention FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.detention_addressee FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.detention_document FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.detention_document_secret TO waglan_engine USING (true);

CREATE POLICY engine ON public.detention_given FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.detention_step FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.detention_words TO waglan_engine USING (true);

CREATE POLICY engine ON public.device FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.device_code FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.device_condition FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.device_secret TO waglan_engine USING (true);

CREATE POLICY engine ON public.device_session FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.document TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.document_key TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.driver_key FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.driver_key_end FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.edition FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.edition_act FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.edition_in_force FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.equipment TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.erased TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.erasure TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.erasure_request TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.erasure_wish TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.event TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.event_erased TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.event_id FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.examination FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.feed TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.filing_rule TO waglan_engine USING (true);

CREATE POLICY engine ON public.frame FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.frame_aside FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.frame_aside_raw TO waglan_engine USING (true);

CREATE POLICY engine ON public.frame_erased TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.frame_place TO waglan_engine USING (true);

CREATE POLICY engine ON public.frame_raw TO waglan_engine USING (true);

CREATE POLICY engine ON public.grant_revocation TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.grant_settled TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.installation FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.judged_again FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.judgement FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.key_event TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.link_use TO waglan_engine USING (true);

CREATE POLICY engine ON public.linked TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.login TO waglan_engine USING (true);

CREATE POLICY engine ON public.look TO waglan_engine USING (true);

CREATE POLICY engine ON public.looked_back FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.made FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.manifest TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.message TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.message_chunk TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.message_secret TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.message_step TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.message_try TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.movement TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.movement_link TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.movement_paper TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.movement_reader TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.notice FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.officer_act TO waglan_engine USING (true);

CREATE POLICY engine ON public.officer_key FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.officer_key_end FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.one_time_link TO waglan_engine USING (true);

CREATE POLICY engine ON public.opening_code FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.opening_key FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.organisation TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.outcome TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.partner_profile TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.pass_use FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.passed_over FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.password TO waglan_engine USING (true);

CREATE POLICY engine ON public.person TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.person_role TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.reader TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.receipt TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.report TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.report_linked TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.risk_table FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.seal_period FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.seal_period_end FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.serving FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.sheet TO waglan_engine USING (true);

CREATE POLICY engine ON public.sheet_secret TO waglan_engine USING (true);

CREATE POLICY engine ON public.sheet_step TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.standing TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.standing_order FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.standing_order_revocation FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.table_publication FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.token TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.token_revocation TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.trip FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.trip_act FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.trip_authority FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.trip_consignment FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.trip_device FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.trip_live TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.trip_policy FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.trip_state FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.trip_told TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.webhook FOR SELECT TO waglan_engine USING (true);

CREATE POLICY engine ON public.webhook_cursor TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.webhook_delivery TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY engine ON public.webhook_secret TO waglan_engine USING (true);

ALTER TABLE public.equipment ENABLE ROW LEVEL SECURITY;

CREATE POLICY erased ON public.device FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

ALTER TABLE public.erased ENABLE ROW LEVEL SECURITY;

CREATE POLICY erased ON public.frame_aside FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY erased ON public.installation FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY erased ON public.trip FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY erased ON public.trip_act FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY erasing ON public.decision FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

CREATE POLICY erasing ON public.notice FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

ALTER TABLE public.erasure ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.erasure_request ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.erasure_wish ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_erased ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_id ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody ON public.edition_in_force FOR SELECT TO waglan_app, waglan_authority USING ((public.current_org() IS NOT NULL));

ALTER TABLE public.examination ENABLE ROW LEVEL SECURITY;

CREATE POLICY feed ON public.event_erased FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.feed f
  WHERE ((f.org = public.current_org()) AND (f.event_id = event_erased.event_id)))));

ALTER TABLE public.feed ENABLE ROW LEVEL SECURITY;

CREATE POLICY filed_with ON public.consignment FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.reader r
  WHERE ((r.org = public.current_org()) AND (r.consignment = consignment.consignment)))));

CREATE POLICY filed_with ON public.equipment FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.manifest m
  WHERE ((m.manifest_id = equipment.manifest_id) AND (m.filed_with = public.current_org())))));

CREATE POLICY filed_with ON public.manifest FOR SELECT TO waglan_authority USING ((filed_with = public.current_org()));

CREATE POLICY filer ON public.detention_addressee FOR SELECT TO waglan_app USING ((filer = public.current_org()));

CREATE POLICY filer ON public.serving FOR SELECT TO waglan_app USING ((EXISTS ( SELECT 1
   FROM public.manifest m
  WHERE ((m.manifest_id = serving.manifest_id) AND (m.org = public.current_org())))));

ALTER TABLE public.filing_rule ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.frame ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.frame_aside ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.frame_aside_raw ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.frame_erased ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.frame_place ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.frame_raw ENABLE ROW LEVEL SECURITY;

CREATE POLICY given ON public.detention_document FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.detention_given g
  WHERE ((g.document_id = detention_document.document_id) AND (g.authority = public.current_org())))));

CREATE POLICY given ON public.detention_document_secret FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.detention_given g
  WHERE ((g.document_id = detention_document_secret.document_id) AND (g.authority = public.current_org())))));

CREATE POLICY given ON public.detention_given FOR SELECT TO waglan_authority USING ((authority = public.current_org()));

CREATE POLICY given ON public.detention_words FOR SELECT TO waglan_authority USING ((authority = public.current_org()));

CREATE POLICY giver ON public.consignment_grant FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY giver ON public.grant_revocation FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY giver ON public.grant_settled FOR SELECT TO waglan_app USING ((org = public.current_org()));

ALTER TABLE public.grant_revocation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.grant_settled ENABLE ROW LEVEL SECURITY;

CREATE POLICY haulier ON public.bundling FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = bundling.trip_id) AND (t.org = public.current_org()))))));

ALTER TABLE public.installation ENABLE ROW LEVEL SECURITY;

CREATE POLICY judged ON public.bundled FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.bundling b
     JOIN public.trip t USING (trip_id))
  WHERE ((b.bundling_id = bundled.bundling_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.bundling FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = bundling.trip_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.bundling_end FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.bundling b
     JOIN public.trip t USING (trip_id))
  WHERE ((b.bundling_id = bundling_end.bundling_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.datum_learned FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.org = datum_learned.org) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.device FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.device_id = device.device_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.device_secret FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.device_id = device_secret.device_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.device_session FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.device_id = device_session.device_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.frame FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.device_id = frame.device_id) AND (public.current_org() = ANY (t.authorities)) AND (frame.recorded_at <@ tstzrange(d.from_at, d.until_at))))));

CREATE POLICY judged ON public.frame_erased FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM ((public.frame f
     JOIN public.trip_device d USING (device_id))
     JOIN public.trip t USING (trip_id))
  WHERE ((f.frame_id = frame_erased.frame_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.frame_place FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM ((public.frame f
     JOIN public.trip_device d USING (device_id))
     JOIN public.trip t USING (trip_id))
  WHERE ((f.frame_id = frame_place.frame_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.frame_raw FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM ((public.frame f
     JOIN public.trip_device d USING (device_id))
     JOIN public.trip t USING (trip_id))
  WHERE ((f.frame_id = frame_raw.frame_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.installation FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.installation_id = installation.installation_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.seal_period FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.device_id = seal_period.device_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.seal_period_end FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM ((public.seal_period s
     JOIN public.trip_device d USING (device_id))
     JOIN public.trip t USING (trip_id))
  WHERE ((s.seal_id = seal_period_end.seal_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.trip FOR SELECT TO waglan_authority USING ((public.current_org() = ANY (authorities)));

CREATE POLICY judged ON public.trip_act FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_act.trip_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.trip_authority FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_authority.trip_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.trip_consignment FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_consignment.trip_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY judged ON public.trip_device FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_device.trip_id) AND (public.current_org() = ANY (t.authorities))))));

ALTER TABLE public.judged_again ENABLE ROW LEVEL SECURITY;

CREATE POLICY judged_late ON public.frame FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.device_id = frame.device_id) AND (public.current_org() = ANY (t.authorities)) AND (to_timestamp((frame.at_s)::double precision) <@ tstzrange(d.from_at, d.until_at))))));

ALTER TABLE public.judgement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.key_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.link_use ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.linked ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.login ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.look ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.looked_back ENABLE ROW LEVEL SECURITY;

CREATE POLICY looker ON public.look FOR INSERT TO waglan_app WITH CHECK ((by_org = public.current_org()));

ALTER TABLE public.made ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.manifest ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.message ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.message_chunk ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.message_secret ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.message_step ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.message_try ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.movement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.movement_link ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.movement_paper ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.movement_reader ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.notice ENABLE ROW LEVEL SECURITY;

CREATE POLICY of_vehicle ON public.device FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM (public.installation i
     JOIN public.trip t ON (((t.org = i.org) AND (t.vehicle = i.vehicle))))
  WHERE ((i.device_id = device.device_id) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY of_vehicle ON public.installation FOR SELECT TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.org = installation.org) AND (t.vehicle = installation.vehicle) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY officer ON public.look FOR INSERT TO waglan_authority WITH CHECK (((org = public.current_org()) AND (by_org = public.current_org())));

CREATE POLICY officer ON public.seal_period FOR INSERT TO waglan_authority WITH CHECK ((EXISTS ( SELECT 1
   FROM (public.trip_device d
     JOIN public.trip t USING (trip_id))
  WHERE ((d.device_id = seal_period.device_id) AND (d.org = seal_period.org) AND d.is_lock AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY officer ON public.seal_period_end FOR INSERT TO waglan_authority WITH CHECK ((EXISTS ( SELECT 1
   FROM ((public.seal_period s
     JOIN public.trip_device d USING (device_id))
     JOIN public.trip t USING (trip_id))
  WHERE ((s.seal_id = seal_period_end.seal_id) AND (s.org = seal_period_end.org) AND (public.current_org() = ANY (t.authorities))))));

CREATE POLICY officer ON public.trip_act FOR INSERT TO waglan_authority WITH CHECK (((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_act.trip_id) AND (t.org = trip_act.org) AND (public.current_org() = ANY (t.authorities))))) AND (by_org = public.current_org())));

CREATE POLICY officer ON public.trip_device FOR INSERT TO waglan_authority WITH CHECK ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_device.trip_id) AND (t.org = trip_device.org) AND (public.current_org() = ANY (t.authorities))))));

ALTER TABLE public.officer_act ENABLE ROW LEVEL SECURITY;

CREATE POLICY officer_ender ON public.trip_device FOR UPDATE TO waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_device.trip_id) AND (public.current_org() = ANY (t.authorities)))))) WITH CHECK ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_device.trip_id) AND (t.org = trip_device.org) AND (public.current_org() = ANY (t.authorities))))));

ALTER TABLE public.officer_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.officer_key_end ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.one_time_link ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.opening_code ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.opening_key ENABLE ROW LEVEL SECURITY;

CREATE POLICY operator ON public.address FOR INSERT TO waglan_app WITH CHECK (public.is_operator());

CREATE POLICY operator ON public.device FOR INSERT TO waglan_app WITH CHECK (public.is_operator());

CREATE POLICY operator ON public.erasure_request FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND public.is_operator()));

CREATE POLICY operator ON public.erasure_wish FOR INSERT TO waglan_app WITH CHECK ((EXISTS ( SELECT 1
   FROM public.erasure_request r
  WHERE ((r.request = erasure_wish.request) AND (r.org = public.current_org())))));

CREATE POLICY operator ON public.organisation FOR INSERT TO waglan_app WITH CHECK (public.is_operator());

CREATE POLICY operator ON public.partner_profile TO waglan_app USING (public.is_operator()) WITH CHECK (public.is_operator());

ALTER TABLE public.organisation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.outcome ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON public.address FOR SELECT TO waglan_app, waglan_authority USING ((org = public.current_org()));

CREATE POLICY own ON public.alarm TO waglan_authority USING ((authority = public.current_org())) WITH CHECK (((authority = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip_authority a
  WHERE ((a.trip_id = alarm.trip_id) AND (a.authority = public.current_org()))))));

CREATE POLICY own ON public.alarm_step TO waglan_authority USING ((authority = public.current_org())) WITH CHECK (((authority = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.alarm a
  WHERE ((a.alarm_id = alarm_step.alarm_id) AND (a.authority = public.current_org()))))));

CREATE POLICY own ON public.answer TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.answerable TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.approver TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.approver_end TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.assembly TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.assembly_alert TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.assembly_end TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.assembly_part TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.assessment TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.audience FOR SELECT TO waglan_app, waglan_authority USING (((org = public.current_org()) AND (COALESCE(until, 'infinity'::timestamp with time zone) > now())));

CREATE POLICY own ON public.back_test TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.back_test_end TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.back_test_manifest TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.back_test_result TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.bill TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.bundled FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.bundling FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.bundling_end FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.consignment TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.credential TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.datum_learned TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.decision TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.departure TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.detention TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.detention_addressee TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.detention_document FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.detention_document_secret FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.detention_given FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.detention_step FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.detention_words FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.device FOR SELECT TO waglan_app, waglan_authority USING ((org = public.current_org()));

CREATE POLICY own ON public.device_code FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.device_condition TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.device_secret TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.device_session TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.document TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.document_key FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.driver_key TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.driver_key_end TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.equipment TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.erasure FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.erasure_request FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.event TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.event_id TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.examination TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.feed FOR SELECT TO waglan_app, waglan_authority USING (((org = public.current_org()) AND (COALESCE(until, 'infinity'::timestamp with time zone) > now())));

CREATE POLICY own ON public.filing_rule TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.frame TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.frame_aside TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.frame_aside_raw TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.frame_erased FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.frame_place TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.frame_raw TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.installation TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.judged_again TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.judgement TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.link_use TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.login TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.look FOR SELECT TO waglan_app, waglan_authority USING ((org = public.current_org()));

CREATE POLICY own ON public.looked_back TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.made TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.manifest TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.message TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.message_chunk TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.message_secret TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.message_step TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.message_try TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.movement TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.movement_paper TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.movement_reader FOR SELECT TO waglan_app, waglan_authority USING ((org = public.current_org()));

CREATE POLICY own ON public.notice TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.officer_act TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.officer_key TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.officer_key_end TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.one_time_link TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.opening_code TO waglan_app USING ((org = public.current_org())) WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = opening_code.trip_id) AND (t.org = public.current_org()))))));

CREATE POLICY own ON public.opening_key FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.outcome TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.partner_profile FOR SELECT TO waglan_app USING ((org = public.current_org()));

CREATE POLICY own ON public.pass_use TO waglan_authority USING ((authority = public.current_org())) WITH CHECK (((authority = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE (t.trip_id = pass_use.trip_id)))));

CREATE POLICY own ON public.passed_over TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.password TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.person TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.person_role TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.reader FOR SELECT TO waglan_app, waglan_authority USING ((org = public.current_org()));

CREATE POLICY own ON public.receipt TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.report TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.risk_table TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.seal_period TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.seal_period_end TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.serving TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.sheet TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.sheet_secret TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.sheet_step TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.standing_order TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.standing_order_revocation TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.table_publication TO waglan_authority USING ((authority = public.current_org())) WITH CHECK ((authority = public.current_org()));

CREATE POLICY own ON public.token TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.token_revocation FOR SELECT TO waglan_app, waglan_authority USING ((org = public.current_org()));

CREATE POLICY own ON public.trip TO waglan_app USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.trip_act FOR SELECT TO waglan_app USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_act.trip_id) AND (t.org = public.current_org())))));

CREATE POLICY own ON public.trip_authority FOR SELECT TO waglan_app USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_authority.trip_id) AND (t.org = public.current_org())))));

CREATE POLICY own ON public.trip_consignment FOR SELECT TO waglan_app USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_consignment.trip_id) AND (t.org = public.current_org())))));

CREATE POLICY own ON public.trip_device FOR SELECT TO waglan_app USING ((EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_device.trip_id) AND (t.org = public.current_org())))));

CREATE POLICY own ON public.trip_live FOR SELECT TO waglan_authority USING ((authority = public.current_org()));

CREATE POLICY own ON public.trip_policy FOR SELECT TO waglan_authority USING ((authority = public.current_org()));

CREATE POLICY own ON public.trip_state TO waglan_authority USING ((authority = public.current_org())) WITH CHECK (((authority = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.trip t
  WHERE ((t.trip_id = trip_state.trip_id) AND (public.current_org() = ANY (t.authorities)))))));

CREATE POLICY own ON public.webhook TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.webhook_cursor TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.webhook w
  WHERE ((w.webhook_id = webhook_cursor.webhook_id) AND (w.org = public.current_org()))))));

CREATE POLICY own ON public.webhook_delivery TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK ((org = public.current_org()));

CREATE POLICY own ON public.webhook_secret TO waglan_app, waglan_authority USING ((org = public.current_org())) WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.webhook w
  WHERE ((w.webhook_id = webhook_secret.webhook_id) AND (w.org = public.current_org()))))));

CREATE POLICY own_block ON public.event AS RESTRICTIVE FOR INSERT TO waglan_app, waglan_authority WITH CHECK (((org = public.current_org()) AND ((event_id >> 20) = ( SELECT currval('public.event_block'::regclass) AS currval))));

CREATE POLICY owner ON public.address TO waglan_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON public.answerable FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.bill FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.consignment FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.consignment_grant FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.credential TO waglan_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON public.detention FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.detention_addressee FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.device FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.device_secret FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.edition FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.edition_in_force FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.event FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.event_erased FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.frame FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.frame_erased FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.frame_raw FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.grant_revocation FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.key_event FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.link_use TO waglan_owner USING (true);

CREATE POLICY owner ON public.login TO waglan_owner USING (true);

CREATE POLICY owner ON public.manifest FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.one_time_link TO waglan_owner USING (true);

CREATE POLICY owner ON public.organisation TO waglan_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON public.password TO waglan_owner USING (true);

CREATE POLICY owner ON public.person FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.person_role TO waglan_owner USING (true);

CREATE POLICY owner ON public.reader FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.token TO waglan_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON public.token_revocation TO waglan_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON public.trip FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.trip_act FOR SELECT TO waglan_owner USING (true);

CREATE POLICY owner ON public.trip_device FOR SELECT TO waglan_owner USING (true);

ALTER TABLE public.partner_profile ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.pass_use ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.passed_over ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.password ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.person ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.person_role ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader ON public.bill FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.reader r
  WHERE ((r.org = public.current_org()) AND (r.consignment = bill.consignment) AND (r.view = 'full'::text) AND (r.until > now())))));

CREATE POLICY reader ON public.bill_equipment FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.reader r
  WHERE ((r.org = public.current_org()) AND (r.consignment = bill_equipment.consignment) AND (r.view <> 'status'::text) AND (r.until > now())))));

CREATE POLICY reader ON public.bill_personal FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.reader r
  WHERE ((r.org = public.current_org()) AND (r.consignment = bill_personal.consignment) AND (r.view = 'full'::text) AND (r.until > now())))));

CREATE POLICY reader ON public.movement FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.movement_reader r
  WHERE ((r.org = public.current_org()) AND (r.movement_id = movement.movement_id) AND (r.until > now())))));

CREATE POLICY reader ON public.movement_link FOR SELECT TO waglan_app, waglan_authority USING ((EXISTS ( SELECT 1
   FROM public.reader r
  WHERE ((r.org = public.current_org()) AND (r.consignment = movement_link.consignment) AND (r.view <> 'status'::text) AND (r.until > now())))));

CREATE POLICY reader ON public.notice FOR SELECT TO waglan_app USING ((EXISTS ( SELECT 1
   FROM public.reader r
  WHERE ((r.org = public.current_org()) AND (r.consignment = notice.consignment) AND (r.until > now())))));

ALTER TABLE public.reader ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.receipt ENABLE ROW LEVEL SECURITY;

CREATE POLICY refused ON public.message_chunk AS RESTRICTIVE FOR DELETE TO waglan_app USING (((org = public.current_org()) AND (NOT (EXISTS ( SELECT 1
   FROM public.message m
  WHERE ((m.org = message_chunk.org) AND (m.id = message_chunk.id)))))));

ALTER TABLE public.report ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.report_linked ENABLE ROW LEVEL SECURITY;

CREATE POLICY resealed ON public.device_secret FOR INSERT TO waglan_engine WITH CHECK (true);

CREATE POLICY resealed ON public.frame_raw FOR UPDATE TO waglan_engine USING (true) WITH CHECK (true);

ALTER TABLE public.risk_table ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.seal_period ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.seal_period_end ENABLE ROW LEVEL SECURITY;

CREATE POLICY served ON public.detention_step FOR SELECT TO waglan_authority USING ((authority = public.current_org()));

CREATE POLICY serving ON public.detention_step FOR INSERT TO waglan_authority WITH CHECK (((authority = public.current_org()) AND (org = public.current_org())));

ALTER TABLE public.serving ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sheet ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sheet_secret ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sheet_step ENABLE ROW LEVEL SECURITY;

CREATE POLICY signed ON public.edition_in_force FOR INSERT TO waglan_authority WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.edition e
  WHERE ((e.edition_id = edition_in_force.edition_id) AND (public.current_org() = ANY (e.concerned)) AND (e.kind = edition_in_force.kind) AND (e.name = edition_in_force.name) AND (e.sha256 = edition_in_force.sha256) AND (e.open = edition_in_force.open) AND (e.from_at <= edition_in_force.from_at) AND (e.concerned <@ ( SELECT array_agg(a.org) AS array_agg
           FROM public.edition_act a
          WHERE ((a.edition_id = e.edition_id) AND (a.act <> 'withdraw'::text)))) AND (( SELECT count(DISTINCT ROW(a.org, a.officer)) AS count
           FROM public.edition_act a
          WHERE ((a.edition_id = e.edition_id) AND (a.act <> 'withdraw'::text))) >= 2))))));

ALTER TABLE public.standing ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.standing_order ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.standing_order_revocation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.table_publication ENABLE ROW LEVEL SECURITY;

CREATE POLICY taken_along ON public.consignment_grant FOR UPDATE TO waglan_app USING ((org = public.current_org())) WITH CHECK (((org = public.current_org()) AND (EXISTS ( SELECT 1
   FROM public.consignment c
  WHERE ((c.consignment = consignment_grant.consignment) AND (c.org = public.current_org()))))));

ALTER TABLE public.token ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.token_revocation ENABLE ROW LEVEL SECURITY;

CREATE POLICY told ON public.detention_step FOR SELECT TO waglan_app USING (((org = authority) AND (EXISTS ( SELECT 1
   FROM public.detention_addressee a
  WHERE ((a.detention_id = detention_step.detention_id) AND (a.org = public.current_org()))))));

ALTER TABLE public.trip ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_act ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_authority ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_consignment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_device ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_live ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_policy ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_state ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_told ENABLE ROW LEVEL SECURITY;

CREATE POLICY unsealed ON public.device_code FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (NOT public.is_sealed(device_id))));

CREATE POLICY unsealed ON public.opening_key FOR INSERT TO waglan_app WITH CHECK (((org = public.current_org()) AND (NOT public.is_sealed(device_id))));

ALTER TABLE public.webhook ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_cursor ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_delivery ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_secret ENABLE ROW LEVEL SECURITY;

CREATE POLICY withdrawn ON public.edition_in_force FOR DELETE TO waglan_authority USING (((from_at > now()) AND (EXISTS ( SELECT 1
   FROM public.edition e
  WHERE ((e.edition_id = edition_in_force.edition_id) AND (public.current_org() = ANY (e.concerned)))))));

GRANT SELECT,INSERT,UPDATE ON TABLE public.login TO waglan_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.login TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.login TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.organisation TO waglan_app;
GRANT SELECT ON TABLE public.organisation TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.organisation TO waglan_engine;

GRANT SELECT,INSERT,UPDATE ON TABLE public.password TO waglan_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.password TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.password TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.person_role TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.person_role TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.person_role TO waglan_engine;

REVOKE ALL ON FUNCTION public.account_at(party text, blind bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.account_at(party text, blind bytea) TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.address TO waglan_app;
GRANT SELECT ON TABLE public.address TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.address TO waglan_engine;

REVOKE ALL ON FUNCTION public.addressee_at(address text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.addressee_at(address text) TO waglan_app;
GRANT ALL ON FUNCTION public.addressee_at(address text) TO waglan_authority;
GRANT ALL ON FUNCTION public.addressee_at(address text) TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.edition TO waglan_authority;
GRANT SELECT ON TABLE public.edition TO waglan_engine;

GRANT SELECT,INSERT,DELETE ON TABLE public.edition_in_force TO waglan_authority;
GRANT SELECT ON TABLE public.edition_in_force TO waglan_app;
GRANT SELECT ON TABLE public.edition_in_force TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.trip TO waglan_app;
GRANT SELECT ON TABLE public.trip TO waglan_authority;
GRANT SELECT ON TABLE public.trip TO waglan_engine;

GRANT UPDATE(vehicle) ON TABLE public.trip TO waglan_engine;

GRANT INSERT ON TABLE public.trip_policy TO waglan_app;
GRANT SELECT ON TABLE public.trip_policy TO waglan_authority;
GRANT SELECT ON TABLE public.trip_policy TO waglan_engine;

REVOKE ALL ON FUNCTION public.adopt_policy(trip bigint, edition bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.adopt_policy(trip bigint, edition bigint) TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.answerable TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.answerable TO waglan_authority;
GRANT SELECT ON TABLE public.answerable TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.credential TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.credential TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.credential TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.person TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.person TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.person TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.token TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.token TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.token TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.token_revocation TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.token_revocation TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.token_revocation TO waglan_engine;

REVOKE ALL ON FUNCTION public.authenticate(secret_sha256 bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authenticate(secret_sha256 bytea, at timestamp with time zone) TO waglan_app;
GRANT ALL ON FUNCTION public.authenticate(secret_sha256 bytea, at timestamp with time zone) TO waglan_authority;
GRANT ALL ON FUNCTION public.authenticate(secret_sha256 bytea, at timestamp with time zone) TO waglan_engine;

REVOKE ALL ON FUNCTION public.authority_addresses() FROM PUBLIC;
GRANT ALL ON FUNCTION public.authority_addresses() TO waglan_app;
GRANT ALL ON FUNCTION public.authority_addresses() TO waglan_authority;
GRANT ALL ON FUNCTION public.authority_addresses() TO waglan_engine;

REVOKE ALL ON FUNCTION public.authority_at(address text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authority_at(address text) TO waglan_app;
GRANT ALL ON FUNCTION public.authority_at(address text) TO waglan_authority;
GRANT ALL ON FUNCTION public.authority_at(address text) TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.bill TO waglan_app;
GRANT SELECT ON TABLE public.bill TO waglan_authority;
GRANT SELECT ON TABLE public.bill TO waglan_engine;

GRANT UPDATE(particulars) ON TABLE public.bill TO waglan_engine;

GRANT SELECT ON TABLE public.detention TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.detention TO waglan_authority;
GRANT SELECT ON TABLE public.detention TO waglan_engine;

GRANT SELECT ON TABLE public.detention_addressee TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.detention_addressee TO waglan_authority;
GRANT SELECT ON TABLE public.detention_addressee TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.manifest TO waglan_app;
GRANT SELECT ON TABLE public.manifest TO waglan_authority;
GRANT SELECT ON TABLE public.manifest TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.reader TO waglan_app;
GRANT SELECT ON TABLE public.reader TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.reader TO waglan_engine;

REVOKE ALL ON FUNCTION public.bills_of_call(call text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.bills_of_call(call text) TO waglan_app;
GRANT ALL ON FUNCTION public.bills_of_call(call text) TO waglan_authority;

REVOKE ALL ON FUNCTION public.coded(codes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.coded(codes text[]) TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.device TO waglan_app;
GRANT SELECT ON TABLE public.device TO waglan_authority;
GRANT SELECT ON TABLE public.device TO waglan_engine;

GRANT UPDATE(terminal) ON TABLE public.device TO waglan_engine;

REVOKE ALL ON FUNCTION public.device_at(protocol text, terminal text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.device_at(protocol text, terminal text) TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.consignment TO waglan_app;
GRANT SELECT ON TABLE public.consignment TO waglan_authority;
GRANT SELECT ON TABLE public.consignment TO waglan_engine;

GRANT UPDATE(parent) ON TABLE public.consignment TO waglan_app;

REVOKE ALL ON FUNCTION public.filers(consignments bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.filers(consignments bigint[]) TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.seal_period TO waglan_app;
GRANT SELECT ON TABLE public.seal_period TO waglan_engine;
GRANT SELECT,INSERT ON TABLE public.seal_period TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.seal_period_end TO waglan_app;
GRANT SELECT ON TABLE public.seal_period_end TO waglan_engine;
GRANT SELECT,INSERT ON TABLE public.seal_period_end TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.link_use TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.link_use TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.link_use TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.one_time_link TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.one_time_link TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.one_time_link TO waglan_engine;

REVOKE ALL ON FUNCTION public.link_at(secret_sha256 bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.link_at(secret_sha256 bytea, at timestamp with time zone) TO waglan_app;

REVOKE ALL ON FUNCTION public.make_event_month(first date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.make_event_month(first date) TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.consignment_grant TO waglan_app;
GRANT SELECT ON TABLE public.consignment_grant TO waglan_engine;
GRANT SELECT ON TABLE public.consignment_grant TO waglan_authority;

GRANT UPDATE(consignment) ON TABLE public.consignment_grant TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.grant_revocation TO waglan_app;
GRANT SELECT ON TABLE public.grant_revocation TO waglan_engine;
GRANT SELECT ON TABLE public.grant_revocation TO waglan_authority;

REVOKE ALL ON FUNCTION public.shown_by_name(consignments bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.shown_by_name(consignments bigint[]) TO waglan_app;
GRANT ALL ON FUNCTION public.shown_by_name(consignments bigint[]) TO waglan_authority;

REVOKE ALL ON FUNCTION public.names_bill(consignments bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.names_bill(consignments bigint[]) TO waglan_app;
GRANT ALL ON FUNCTION public.names_bill(consignments bigint[]) TO waglan_authority;

REVOKE ALL ON FUNCTION public.terminals_shown(consignments bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.terminals_shown(consignments bigint[]) TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.device_secret TO waglan_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.device_secret TO waglan_engine;
GRANT SELECT ON TABLE public.device_secret TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.frame TO waglan_app;
GRANT SELECT ON TABLE public.frame TO waglan_engine;
GRANT SELECT ON TABLE public.frame TO waglan_authority;

GRANT SELECT ON TABLE public.frame_erased TO waglan_app;
GRANT SELECT ON TABLE public.frame_erased TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.frame_erased TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.frame_raw TO waglan_app;
GRANT SELECT,DELETE ON TABLE public.frame_raw TO waglan_engine;
GRANT SELECT ON TABLE public.frame_raw TO waglan_authority;

GRANT UPDATE(sealed) ON TABLE public.frame_raw TO waglan_engine;

GRANT UPDATE(secret_id) ON TABLE public.frame_raw TO waglan_engine;

GRANT UPDATE(opening) ON TABLE public.frame_raw TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.trip_device TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.trip_device TO waglan_authority;
GRANT SELECT ON TABLE public.trip_device TO waglan_engine;

GRANT UPDATE(until_at) ON TABLE public.trip_device TO waglan_app;
GRANT UPDATE(until_at) ON TABLE public.trip_device TO waglan_authority;

REVOKE ALL ON FUNCTION public.trip_batches(trip uuid, frames bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.trip_batches(trip uuid, frames bigint[]) TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.event TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.event TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.event TO waglan_engine;

GRANT SELECT ON TABLE public.event_erased TO waglan_app;
GRANT SELECT ON TABLE public.event_erased TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.event_erased TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.key_event TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.key_event TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.key_event TO waglan_engine;

GRANT SELECT ON TABLE public.log_leaf TO waglan_app;
GRANT SELECT ON TABLE public.log_leaf TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.log_leaf TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.trip_act TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.trip_act TO waglan_authority;
GRANT SELECT ON TABLE public.trip_act TO waglan_engine;

GRANT UPDATE(body) ON TABLE public.trip_act TO waglan_engine;

REVOKE ALL ON FUNCTION public.trip_events(trip uuid, frames bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.trip_events(trip uuid, frames bigint[]) TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.alarm TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(lat_e7) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(lon_e7) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(state) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(state) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(version) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(version) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(times) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(times) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(why) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(why) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(due_at) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(due_at) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(entries) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(entries) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(shown_at) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(shown_at) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(seen_at) ON TABLE public.alarm TO waglan_authority;

GRANT UPDATE(ended_at) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(ended_at) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(assignee) ON TABLE public.alarm TO waglan_authority;

GRANT UPDATE(muted_until) ON TABLE public.alarm TO waglan_authority;
GRANT UPDATE(muted_until) ON TABLE public.alarm TO waglan_engine;

GRANT UPDATE(found_out) ON TABLE public.alarm TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.alarm_step TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.alarm_step TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.answer TO waglan_app;
GRANT SELECT ON TABLE public.answer TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.answer TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.approver TO waglan_app;
GRANT SELECT ON TABLE public.approver TO waglan_authority;
GRANT SELECT ON TABLE public.approver TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.approver_end TO waglan_app;
GRANT SELECT ON TABLE public.approver_end TO waglan_authority;
GRANT SELECT ON TABLE public.approver_end TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.assembly TO waglan_app;
GRANT SELECT ON TABLE public.assembly TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.assembly_alert TO waglan_app;
GRANT SELECT ON TABLE public.assembly_alert TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.assembly_end TO waglan_app;
GRANT SELECT ON TABLE public.assembly_end TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.assembly_part TO waglan_app;
GRANT SELECT ON TABLE public.assembly_part TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.assessment TO waglan_authority;
GRANT SELECT ON TABLE public.assessment TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.audience TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.audience TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.audience TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.back_test TO waglan_authority;
GRANT SELECT ON TABLE public.back_test TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.back_test_end TO waglan_authority;
GRANT SELECT ON TABLE public.back_test_end TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.back_test_manifest TO waglan_authority;
GRANT SELECT ON TABLE public.back_test_manifest TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.back_test_result TO waglan_authority;
GRANT SELECT ON TABLE public.back_test_result TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.bill_equipment TO waglan_app;
GRANT SELECT ON TABLE public.bill_equipment TO waglan_authority;
GRANT SELECT ON TABLE public.bill_equipment TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.bill_personal TO waglan_app;
GRANT SELECT ON TABLE public.bill_personal TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.bill_personal TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.bundled TO waglan_app;
GRANT SELECT ON TABLE public.bundled TO waglan_authority;
GRANT SELECT ON TABLE public.bundled TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.bundling TO waglan_app;
GRANT SELECT ON TABLE public.bundling TO waglan_authority;
GRANT SELECT ON TABLE public.bundling TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.bundling_end TO waglan_app;
GRANT SELECT ON TABLE public.bundling_end TO waglan_authority;
GRANT SELECT ON TABLE public.bundling_end TO waglan_engine;

GRANT USAGE ON SEQUENCE public.consignment_block TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.datum_learned TO waglan_app;
GRANT SELECT ON TABLE public.datum_learned TO waglan_authority;
GRANT SELECT ON TABLE public.datum_learned TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.decision TO waglan_authority;
GRANT SELECT ON TABLE public.decision TO waglan_engine;

GRANT UPDATE(told) ON TABLE public.decision TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.departure TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.departure TO waglan_authority;
GRANT SELECT ON TABLE public.departure TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.detention_document TO waglan_app;
GRANT SELECT ON TABLE public.detention_document TO waglan_authority;
GRANT SELECT ON TABLE public.detention_document TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.detention_document_secret TO waglan_app;
GRANT SELECT ON TABLE public.detention_document_secret TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.detention_document_secret TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.detention_given TO waglan_app;
GRANT SELECT ON TABLE public.detention_given TO waglan_authority;
GRANT SELECT ON TABLE public.detention_given TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.detention_step TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.detention_step TO waglan_authority;
GRANT SELECT ON TABLE public.detention_step TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.detention_words TO waglan_app;
GRANT SELECT ON TABLE public.detention_words TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.detention_words TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.device_code TO waglan_app;
GRANT SELECT ON TABLE public.device_code TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.device_condition TO waglan_app;
GRANT SELECT ON TABLE public.device_condition TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.device_session TO waglan_app;
GRANT SELECT ON TABLE public.device_session TO waglan_engine;
GRANT SELECT ON TABLE public.device_session TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.document TO waglan_app;
GRANT SELECT ON TABLE public.document TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.document TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.document_key TO waglan_app;
GRANT SELECT ON TABLE public.document_key TO waglan_authority;
GRANT SELECT ON TABLE public.document_key TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.driver_key TO waglan_app;
GRANT SELECT ON TABLE public.driver_key TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.driver_key_end TO waglan_app;
GRANT SELECT ON TABLE public.driver_key_end TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.edition_act TO waglan_authority;
GRANT SELECT ON TABLE public.edition_act TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.equipment TO waglan_app;
GRANT SELECT ON TABLE public.equipment TO waglan_authority;
GRANT SELECT ON TABLE public.equipment TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.erased TO waglan_engine;

GRANT SELECT ON TABLE public.erasure TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.erasure TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.erasure_request TO waglan_app;
GRANT SELECT ON TABLE public.erasure_request TO waglan_engine;

GRANT INSERT ON TABLE public.erasure_wish TO waglan_app;
GRANT SELECT,DELETE ON TABLE public.erasure_wish TO waglan_engine;

GRANT USAGE ON SEQUENCE public.event_block TO waglan_app;
GRANT USAGE ON SEQUENCE public.event_block TO waglan_authority;
GRANT USAGE ON SEQUENCE public.event_block TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.event_id TO waglan_app;
GRANT SELECT ON TABLE public.event_id TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.examination TO waglan_authority;
GRANT SELECT ON TABLE public.examination TO waglan_engine;

GRANT SELECT ON TABLE public.feed TO waglan_app;
GRANT SELECT ON TABLE public.feed TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.feed TO waglan_engine;

GRANT SELECT,INSERT,UPDATE ON TABLE public.figure TO waglan_engine;
GRANT SELECT ON TABLE public.figure TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.filing_rule TO waglan_app;
GRANT SELECT ON TABLE public.filing_rule TO waglan_authority;
GRANT SELECT ON TABLE public.filing_rule TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.frame_aside TO waglan_app;
GRANT SELECT ON TABLE public.frame_aside TO waglan_engine;

GRANT UPDATE(terminal) ON TABLE public.frame_aside TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.frame_aside_raw TO waglan_app;
GRANT SELECT,DELETE ON TABLE public.frame_aside_raw TO waglan_engine;

GRANT USAGE ON SEQUENCE public.frame_block TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.frame_place TO waglan_app;
GRANT SELECT ON TABLE public.frame_place TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.frame_place TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.grant_settled TO waglan_engine;
GRANT SELECT ON TABLE public.grant_settled TO waglan_app;
GRANT SELECT ON TABLE public.grant_settled TO waglan_authority;

GRANT SELECT,INSERT ON TABLE public.installation TO waglan_app;
GRANT SELECT ON TABLE public.installation TO waglan_authority;
GRANT SELECT ON TABLE public.installation TO waglan_engine;

GRANT UPDATE(vehicle) ON TABLE public.installation TO waglan_engine;

GRANT UPDATE(until_at) ON TABLE public.installation TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.judged_again TO waglan_authority;
GRANT SELECT ON TABLE public.judged_again TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.judgement TO waglan_authority;
GRANT SELECT ON TABLE public.judgement TO waglan_engine;

GRANT SELECT ON TABLE public.key_set TO waglan_app;
GRANT SELECT ON TABLE public.key_set TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.key_set TO waglan_engine;

GRANT SELECT,INSERT,UPDATE ON TABLE public.lease TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.linked TO waglan_engine;

GRANT SELECT ON TABLE public.log_checkpoint TO waglan_app;
GRANT SELECT ON TABLE public.log_checkpoint TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.log_checkpoint TO waglan_engine;

GRANT SELECT ON TABLE public.log_cosignature TO waglan_app;
GRANT SELECT ON TABLE public.log_cosignature TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.log_cosignature TO waglan_engine;

GRANT SELECT ON TABLE public.log_halt TO waglan_app;
GRANT SELECT ON TABLE public.log_halt TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.log_halt TO waglan_engine;

GRANT SELECT ON TABLE public.log_head TO waglan_app;
GRANT SELECT ON TABLE public.log_head TO waglan_authority;
GRANT SELECT,INSERT,UPDATE ON TABLE public.log_head TO waglan_engine;

GRANT SELECT ON TABLE public.log_tile TO waglan_app;
GRANT SELECT ON TABLE public.log_tile TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.log_tile TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.look TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.look TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.look TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.looked_back TO waglan_authority;
GRANT SELECT ON TABLE public.looked_back TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.made TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.made TO waglan_authority;
GRANT SELECT ON TABLE public.made TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.message TO waglan_app;
GRANT SELECT ON TABLE public.message TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.message TO waglan_engine;

GRANT SELECT,INSERT,DELETE ON TABLE public.message_chunk TO waglan_app;
GRANT SELECT ON TABLE public.message_chunk TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.message_chunk TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.message_secret TO waglan_app;
GRANT SELECT ON TABLE public.message_secret TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.message_secret TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.message_step TO waglan_app;
GRANT SELECT ON TABLE public.message_step TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.message_try TO waglan_app;
GRANT SELECT ON TABLE public.message_try TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.movement TO waglan_app;
GRANT SELECT ON TABLE public.movement TO waglan_authority;
GRANT SELECT ON TABLE public.movement TO waglan_engine;

GRANT USAGE ON SEQUENCE public.movement_block TO waglan_app;

GRANT SELECT ON TABLE public.movement_link TO waglan_app;
GRANT SELECT ON TABLE public.movement_link TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.movement_link TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.movement_paper TO waglan_app;
GRANT SELECT ON TABLE public.movement_paper TO waglan_engine;

GRANT SELECT ON TABLE public.movement_reader TO waglan_app;
GRANT SELECT ON TABLE public.movement_reader TO waglan_authority;
GRANT SELECT,INSERT,DELETE ON TABLE public.movement_reader TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.notice TO waglan_authority;
GRANT SELECT ON TABLE public.notice TO waglan_app;
GRANT SELECT ON TABLE public.notice TO waglan_engine;

GRANT UPDATE(told) ON TABLE public.notice TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.officer_act TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.officer_act TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.officer_key TO waglan_authority;
GRANT SELECT ON TABLE public.officer_key TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.officer_key_end TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.officer_key_end TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.opening_code TO waglan_app;
GRANT SELECT ON TABLE public.opening_code TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.opening_key TO waglan_app;
GRANT SELECT ON TABLE public.opening_key TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.outcome TO waglan_app;
GRANT SELECT ON TABLE public.outcome TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.outcome TO waglan_engine;

GRANT UPDATE(findings) ON TABLE public.outcome TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.partner_profile TO waglan_app;
GRANT SELECT ON TABLE public.partner_profile TO waglan_authority;
GRANT SELECT ON TABLE public.partner_profile TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.pass_use TO waglan_authority;
GRANT SELECT ON TABLE public.pass_use TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.passed_over TO waglan_authority;
GRANT SELECT ON TABLE public.passed_over TO waglan_engine;

GRANT SELECT ON TABLE public.place TO waglan_app;
GRANT SELECT ON TABLE public.place TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.place TO waglan_engine;

GRANT SELECT ON TABLE public.place_list TO waglan_app;
GRANT SELECT ON TABLE public.place_list TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.place_list TO waglan_engine;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.projection TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.receipt TO waglan_app;
GRANT SELECT,INSERT ON TABLE public.receipt TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.report TO waglan_app;
GRANT SELECT ON TABLE public.report TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.report_linked TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.risk_table TO waglan_authority;
GRANT SELECT ON TABLE public.risk_table TO waglan_engine;

GRANT SELECT ON TABLE public.schema_migration TO waglan_app;
GRANT SELECT ON TABLE public.schema_migration TO waglan_authority;
GRANT SELECT ON TABLE public.schema_migration TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.serving TO waglan_authority;
GRANT SELECT ON TABLE public.serving TO waglan_app;
GRANT SELECT ON TABLE public.serving TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.sheet TO waglan_app;
GRANT SELECT ON TABLE public.sheet TO waglan_authority;
GRANT SELECT ON TABLE public.sheet TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.sheet_secret TO waglan_app;
GRANT SELECT ON TABLE public.sheet_secret TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.sheet_secret TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.sheet_step TO waglan_app;
GRANT SELECT ON TABLE public.sheet_step TO waglan_authority;
GRANT SELECT ON TABLE public.sheet_step TO waglan_engine;

GRANT UPDATE(sealed) ON TABLE public.sheet_step TO waglan_engine;

GRANT UPDATE(marks) ON TABLE public.sheet_step TO waglan_engine;

GRANT SELECT,INSERT,UPDATE ON TABLE public.sign_in_try TO waglan_app;
GRANT SELECT,DELETE ON TABLE public.sign_in_try TO waglan_engine;

GRANT SELECT ON TABLE public.standing TO waglan_authority;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.standing TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.standing_order TO waglan_authority;
GRANT SELECT ON TABLE public.standing_order TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.standing_order_revocation TO waglan_authority;
GRANT SELECT,INSERT ON TABLE public.standing_order_revocation TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.table_publication TO waglan_authority;
GRANT SELECT ON TABLE public.table_publication TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.trip_authority TO waglan_app;
GRANT SELECT ON TABLE public.trip_authority TO waglan_authority;
GRANT SELECT ON TABLE public.trip_authority TO waglan_engine;

GRANT SELECT,INSERT ON TABLE public.trip_consignment TO waglan_app;
GRANT SELECT ON TABLE public.trip_consignment TO waglan_authority;
GRANT SELECT ON TABLE public.trip_consignment TO waglan_engine;

GRANT SELECT ON TABLE public.trip_live TO waglan_authority;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.trip_live TO waglan_engine;

GRANT SELECT,UPDATE ON TABLE public.trip_partition TO waglan_engine;

GRANT SELECT(partition) ON TABLE public.trip_partition TO waglan_app;

GRANT SELECT(holder) ON TABLE public.trip_partition TO waglan_app;

GRANT SELECT(expires_at) ON TABLE public.trip_partition TO waglan_app;

GRANT SELECT(looked_at) ON TABLE public.trip_partition TO waglan_app;

GRANT SELECT,INSERT ON TABLE public.trip_state TO waglan_authority;
GRANT SELECT ON TABLE public.trip_state TO waglan_engine;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.trip_told TO waglan_engine;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.trip_worker TO waglan_engine;

GRANT SELECT,INSERT,DELETE ON TABLE public.webhook TO waglan_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.webhook TO waglan_authority;
GRANT SELECT ON TABLE public.webhook TO waglan_engine;

GRANT SELECT,INSERT,DELETE ON TABLE public.webhook_cursor TO waglan_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.webhook_cursor TO waglan_authority;
GRANT SELECT,UPDATE ON TABLE public.webhook_cursor TO waglan_engine;

GRANT UPDATE(after_seq) ON TABLE public.webhook_cursor TO waglan_app;
GRANT UPDATE(after_seq) ON TABLE public.webhook_cursor TO waglan_authority;

GRANT UPDATE(is_on) ON TABLE public.webhook_cursor TO waglan_app;
GRANT UPDATE(is_on) ON TABLE public.webhook_cursor TO waglan_authority;

GRANT UPDATE(stopped) ON TABLE public.webhook_cursor TO waglan_app;
GRANT UPDATE(stopped) ON TABLE public.webhook_cursor TO waglan_authority;

GRANT UPDATE(is_told) ON TABLE public.webhook_cursor TO waglan_app;
GRANT UPDATE(is_told) ON TABLE public.webhook_cursor TO waglan_authority;

GRANT UPDATE(failures) ON TABLE public.webhook_cursor TO waglan_app;
GRANT UPDATE(failures) ON TABLE public.webhook_cursor TO waglan_authority;

GRANT UPDATE(failing_since) ON TABLE public.webhook_cursor TO waglan_app;
GRANT UPDATE(failing_since) ON TABLE public.webhook_cursor TO waglan_authority;

GRANT UPDATE(rests_until) ON TABLE public.webhook_cursor TO waglan_app;
GRANT UPDATE(rests_until) ON TABLE public.webhook_cursor TO waglan_authority;

GRANT SELECT,DELETE ON TABLE public.webhook_delivery TO waglan_app;
GRANT SELECT,DELETE ON TABLE public.webhook_delivery TO waglan_authority;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_delivery TO waglan_engine;

GRANT UPDATE(state) ON TABLE public.webhook_delivery TO waglan_app;
GRANT UPDATE(state) ON TABLE public.webhook_delivery TO waglan_authority;

GRANT UPDATE(tries) ON TABLE public.webhook_delivery TO waglan_app;
GRANT UPDATE(tries) ON TABLE public.webhook_delivery TO waglan_authority;

GRANT UPDATE(next_at) ON TABLE public.webhook_delivery TO waglan_app;
GRANT UPDATE(next_at) ON TABLE public.webhook_delivery TO waglan_authority;

GRANT SELECT,INSERT,DELETE ON TABLE public.webhook_secret TO waglan_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.webhook_secret TO waglan_authority;
GRANT SELECT,DELETE ON TABLE public.webhook_secret TO waglan_engine;

GRANT UPDATE(until_at) ON TABLE public.webhook_secret TO waglan_app;
GRANT UPDATE(until_at) ON TABLE public.webhook_secret TO waglan_authority;
