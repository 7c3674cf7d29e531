-- What was sent in part, or again, or was too large, leaves chunks that no message names: they are swept away.

CREATE INDEX message_chunk_first ON message_chunk (kept_at) WHERE n = 0;
