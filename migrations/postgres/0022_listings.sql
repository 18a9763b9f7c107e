-- When everything in a calendar elsewhere was last listed, to the end; NULL: it is to be with the next run.
ALTER TABLE sync_links ADD COLUMN listed_at BIGINT;
