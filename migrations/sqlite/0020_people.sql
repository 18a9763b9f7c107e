-- What the feed of a link last was, so that the time of its last change is known whatever changed it: a name, a level, a calendar that went.
ALTER TABLE links ADD COLUMN feed_state BLOB;          -- a digest; NULL: nobody has asked for the feed
ALTER TABLE links ADD COLUMN feed_changed_at INTEGER;  -- when it was first seen to be so
