-- Pieces of a message that could not be worked off by our own fault; the operator is told of those.
ALTER TABLE outcome ADD COLUMN faults integer NOT NULL DEFAULT 0;
CREATE INDEX outcome_faults ON outcome (finished_at) WHERE faults > 0;
