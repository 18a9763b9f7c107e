-- Programs that ask to be let in, and wait until somebody does so in a browser (Nextcloud's login flow, version 2). The app password is
-- made when the program fetches it.
CREATE TABLE login_flows (
    poll_hash  BYTEA PRIMARY KEY,
    login_hash BYTEA NOT NULL UNIQUE,
    client     TEXT NOT NULL,                  -- what the program calls itself
    address    TEXT,                           -- where it asked from; NULL: not known
    user_id    BIGINT REFERENCES users (principal_id) ON DELETE CASCADE, -- who let it in; NULL: nobody yet
    label      TEXT NOT NULL DEFAULT '',       -- of the app password
    reads_only BOOLEAN NOT NULL DEFAULT FALSE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_flows_expires ON login_flows (expires_at);
CREATE INDEX login_flows_user ON login_flows (user_id) WHERE user_id IS NOT NULL;

-- What a person wants of the agenda; NULL: nothing was said.
ALTER TABLE users ADD COLUMN default_view TEXT CHECK (default_view IN ('month', 'week', 'day'));
ALTER TABLE users ADD COLUMN reminder_minutes BIGINT CHECK (reminder_minutes >= 0); -- before new events with a time
ALTER TABLE users ADD COLUMN working_hours TEXT; -- seven days from Monday, in minutes: 540-1020,540-1020,,,,,

-- Pictures of people, as they were made safe.
CREATE TABLE pictures (
    user_id    BIGINT PRIMARY KEY REFERENCES users (principal_id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    digest     BYTEA NOT NULL,                 -- the first 16 octets of SHA-256 of the content
    content    BYTEA NOT NULL
);
