-- A bill that was seized waits for nothing; withdrawn, it is still compared with what comes later.
CREATE INDEX standing_seized ON standing (authority, consignment) WHERE status = 'seized';
