-- Bills of one number that two filers declare: an officer is told of the other.
CREATE INDEX standing_number ON standing (authority, number);
