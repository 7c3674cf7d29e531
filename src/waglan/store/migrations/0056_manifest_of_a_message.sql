-- A draft knows its filing by the message that handed it over: what stands of it now is found from there.
CREATE INDEX manifest_message ON manifest (message_id);
