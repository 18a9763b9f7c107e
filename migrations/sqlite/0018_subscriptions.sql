-- Whether the remote side may invite people to what is written there. Until somebody says so, it may not.
ALTER TABLE sync_links ADD COLUMN invites INTEGER NOT NULL DEFAULT 0 CHECK (invites IN (0, 1));

-- That a service tells of changes in a calendar, which it is asked for again and again.
CREATE TABLE sync_subscriptions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES remote_accounts (id) ON DELETE CASCADE,
    link_id    INTEGER UNIQUE REFERENCES sync_links (id) ON DELETE SET NULL, -- NULL: the link has ended, and so is this to
    remote_id  TEXT UNIQUE,                   -- NULL: the service does not tell (any more)
    secret     BLOB NOT NULL,                 -- the hash of what it proves by that it is it
    hook       TEXT NOT NULL,                 -- where it tells
    expires_at INTEGER,
    next_at    INTEGER NOT NULL,              -- when it is to be renewed, or tried again
    why        TEXT,                          -- why it does not tell
    told_at    INTEGER                        -- when it last did
) STRICT;
CREATE INDEX sync_subscriptions_account ON sync_subscriptions (account_id);
CREATE INDEX sync_subscriptions_next ON sync_subscriptions (next_at);
