-- Which vault the sealed rows open with: its id tells vaults apart and says nothing of the secret.
-- NULL in a database from before this step: its next start takes the id of the vault that opens them.
ALTER TABLE log_head ADD COLUMN vault text CHECK (vault ~ '^[0-9a-f]{16}$');
