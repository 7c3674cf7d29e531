-- The whole schema, for reading and for comparing; the migrations build it. `make schema`

CREATE TABLE public.schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schema_migration_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (number);

GRANT SELECT ON TABLE public.schema_migration TO waglan_app;
GRANT SELECT ON TABLE public.schema_migration TO waglan_authority;
GRANT SELECT ON TABLE public.schema_migration TO waglan_engine;
