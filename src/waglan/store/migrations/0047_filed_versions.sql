-- Which manifest had a bill last, of those that the log has told of: a list names the filed version up to there, and
-- none that it has not read. All is folded anew.
TRUNCATE standing;
DELETE FROM projection WHERE name = 'standing';
ALTER TABLE standing ADD COLUMN newest_id bigint NOT NULL;
