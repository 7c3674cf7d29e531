-- By the time alone: an index that begins with the authority tempts the planner, whose row security names the
-- authority in every query, to walk all that it ever decided for each single bill.
DROP INDEX decision_decided;
CREATE INDEX decision_decided ON decision (decided_at);
