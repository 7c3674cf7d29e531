-- What officers decided themselves, found among the bills of a manifest that its order may be about to tell.
CREATE INDEX decision_by_hand ON decision (consignment) WHERE act_id IS NOT NULL;
