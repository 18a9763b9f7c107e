-- What a calendar elsewhere wishes, files that are followed, and accounts that go once what is there was deleted.

ALTER TABLE sync_links ADD COLUMN as_wished BOOLEAN NOT NULL DEFAULT FALSE; -- the interval is the one that the calendar elsewhere wishes
UPDATE sync_links SET as_wished = TRUE WHERE interval_seconds IS NOT NULL AND account_id IN (SELECT id FROM remote_accounts WHERE provider = 'ics');

ALTER TABLE remote_accounts ADD COLUMN removing BOOLEAN NOT NULL DEFAULT FALSE; -- it goes with the last of its links

-- A file that somebody follows: the version of it that was brought last.
CREATE TABLE feed_files (
    account_id BIGINT PRIMARY KEY REFERENCES remote_accounts (id) ON DELETE CASCADE,
    content    BYTEA NOT NULL,                -- compressed
    brought_at BIGINT NOT NULL
);
