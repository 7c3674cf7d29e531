-- Lists are read page by page, and an address shows its doubles without opening the whole book.

DROP INDEX sheet_kind;
CREATE INDEX sheet_kind ON sheet (org, kind, made_at, sheet);
-- Keyed hashes of a party's names and code; '{}' for all else, and for what was erased.
ALTER TABLE sheet_step ADD COLUMN marks bytea[] NOT NULL DEFAULT '{}';
GRANT UPDATE (marks) ON sheet_step TO waglan_engine;
