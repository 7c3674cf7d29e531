-- What was decided or left of an authority's bills in a time, for its hit rates.

CREATE INDEX decision_decided ON decision (authority, decided_at);
CREATE INDEX assessment_assessed ON assessment (authority, assessed_at);
