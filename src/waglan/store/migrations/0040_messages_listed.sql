-- An organisation lists what it sent, newest first.
CREATE INDEX message_newest ON message (org, message_id);
