-- A filer who was not told his conditions can't meet them: to tell him waits for an officer. All is folded anew.
TRUNCATE standing;
DELETE FROM projection WHERE name = 'standing';
ALTER TABLE standing DROP COLUMN waits;                       -- and with it the indexes that name it
ALTER TABLE standing ADD COLUMN waits text GENERATED ALWAYS AS (CASE
        WHEN is_withdrawn AND (status = 'not-selected' OR ((status IS NULL OR status = 'documents-asked') AND NOT is_wanted)) THEN NULL
        WHEN status IS NULL AND is_withdrawn THEN 'withdrawn'
        WHEN status IS NULL THEN 'decision'
        WHEN status IN ('not-selected', 'documents-asked', 'cleared', 'conditionally-cleared') AND NOT is_withdrawn
             AND left_at > decided_at THEN 'decision'
        WHEN status IN ('documents-asked', 'detained') AND answered_at > greatest(decided_at, extended_at) THEN 'documents-came'
        WHEN status IN ('documents-asked', 'detained', 'inspect') AND is_withdrawn THEN 'withdrawn'
        WHEN status IN ('documents-asked', 'conditionally-cleared') AND (served_at IS NULL OR served_at < decided_at) THEN 'notice'
        WHEN status = 'documents-asked' THEN 'documents'
        WHEN status = 'detained' THEN 'detention'
        WHEN status = 'inspect' THEN 'examination'
        WHEN status = 'examined' THEN 'conclusion'
        WHEN status = 'partly-cleared' THEN 'rest'
        WHEN status = 'conditionally-cleared' THEN 'conditions'
    END) STORED;
CREATE INDEX standing_worklist ON standing (authority, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_waits ON standing (authority, waits, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_call ON standing (authority, call, comes_at, places, consignment) WHERE waits IS NOT NULL;
CREATE INDEX standing_withdrawn ON standing (consignment) WHERE is_withdrawn AND (waits IS NOT NULL OR status = 'seized');
