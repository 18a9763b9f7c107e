-- New meetings that are written elsewhere by a link are to be held online by the service there.
ALTER TABLE sync_links ADD COLUMN online_meetings BOOLEAN NOT NULL DEFAULT FALSE;
