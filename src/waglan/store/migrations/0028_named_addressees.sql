-- Who could not be told when a notice was served may be named by an officer afterwards.

ALTER TABLE detention_addressee ADD COLUMN event_id bigint;     -- that told whom an officer named; NULL: found when it was served
