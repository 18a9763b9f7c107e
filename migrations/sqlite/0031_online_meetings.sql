-- New meetings that are written elsewhere by a link are to be held online by the service there.
ALTER TABLE sync_links ADD COLUMN online_meetings INTEGER NOT NULL DEFAULT 0 CHECK (online_meetings IN (0, 1));
