-- A trip that ends at an exit is over once what the exit asks for was told.
ALTER TABLE trip
    ADD COLUMN exit text CHECK (length(exit) BETWEEN 1 AND 200),
    ADD COLUMN ends_with text[] NOT NULL DEFAULT '{}';
