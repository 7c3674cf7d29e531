-- Which calls wait for their officers: the calls of an authority by arrival, and what of each is decided and not told.
CREATE INDEX manifest_comes ON manifest (filed_with, (coalesce(arrives_at, 'infinity'::timestamptz)), call);
CREATE INDEX standing_unserved ON standing (authority, call) WHERE served_at IS NULL AND decided_at IS NOT NULL OR served_at < decided_at;
