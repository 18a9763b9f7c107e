-- Whether the remote side may invite people to what is written there. Until somebody says so, it may not.
ALTER TABLE sync_links ADD COLUMN invites BOOLEAN NOT NULL DEFAULT FALSE;

-- That a service tells of changes in a calendar, which it is asked for again and again.
CREATE TABLE sync_subscriptions (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES remote_accounts (id) ON DELETE CASCADE,
    link_id    BIGINT UNIQUE REFERENCES sync_links (id) ON DELETE SET NULL, -- NULL: the link has ended, and so is this to
    remote_id  TEXT COLLATE "C" UNIQUE,       -- NULL: the service does not tell (any more)
    secret     BYTEA NOT NULL,                -- the hash of what it proves by that it is it
    hook       TEXT NOT NULL,                 -- where it tells
    expires_at BIGINT,
    next_at    BIGINT NOT NULL,               -- when it is to be renewed, or tried again
    why        TEXT,                          -- why it does not tell
    told_at    BIGINT                         -- when it last did
);
CREATE INDEX sync_subscriptions_account ON sync_subscriptions (account_id);
CREATE INDEX sync_subscriptions_next ON sync_subscriptions (next_at);
