-- What a calendar elsewhere wishes, files that are followed, and accounts that go once what is there was deleted.

ALTER TABLE sync_links ADD COLUMN as_wished INTEGER NOT NULL DEFAULT 0 CHECK (as_wished IN (0, 1)); -- the interval is the one that the calendar elsewhere wishes
UPDATE sync_links SET as_wished = 1 WHERE interval_seconds IS NOT NULL AND account_id IN (SELECT id FROM remote_accounts WHERE provider = 'ics');

ALTER TABLE remote_accounts ADD COLUMN removing INTEGER NOT NULL DEFAULT 0 CHECK (removing IN (0, 1)); -- it goes with the last of its links

-- A file that somebody follows: the version of it that was brought last.
CREATE TABLE feed_files (
    account_id INTEGER PRIMARY KEY REFERENCES remote_accounts (id) ON DELETE CASCADE,
    content    BLOB NOT NULL,                 -- compressed
    brought_at INTEGER NOT NULL
) STRICT;
