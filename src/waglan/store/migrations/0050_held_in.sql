-- A bill may stand in several manifests, and be filed anew while it is held. What customs tells of one that it holds is
-- of the boxes of all these manifests: those in which it stands, and those that had it since it was held first. Empty
-- where nothing is held, and in notices from before this step, which hold the boxes of their own manifest.
ALTER TABLE notice ADD COLUMN held_in bigint[] NOT NULL DEFAULT '{}';
