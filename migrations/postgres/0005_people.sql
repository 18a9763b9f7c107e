-- What a person is shown of the browsers that they are signed in with.
ALTER TABLE sessions ADD COLUMN user_agent TEXT; -- as the browser wrote it; NULL: not known
ALTER TABLE sessions ADD COLUMN address TEXT;    -- it was signed in from here; NULL: not known

-- App passwords, which programs send with the name of the account, and tokens, which stand alone.
ALTER TABLE app_passwords ADD COLUMN kind TEXT NOT NULL DEFAULT 'app-password' CHECK (kind IN ('app-password', 'token'));
ALTER TABLE app_passwords ADD COLUMN ceiling BIGINT NOT NULL DEFAULT 50; -- the level of access that it is for at most
-- Of a credential for one calendar it is the only one that there is; NULL: it is for all.
ALTER TABLE app_passwords ADD COLUMN calendar_id BIGINT REFERENCES calendars (id) ON DELETE CASCADE;
ALTER TABLE app_passwords ADD COLUMN expires_at BIGINT; -- NULL: it has no end
CREATE INDEX app_passwords_calendar ON app_passwords (calendar_id) WHERE calendar_id IS NOT NULL;

-- Since when nobody signs in with it. The calendars stay.
ALTER TABLE users ADD COLUMN disabled_at BIGINT;
-- Since when it rests, until it is brought back or removed; its name stays taken.
ALTER TABLE users ADD COLUMN deleted_at BIGINT;
CREATE INDEX users_deleted ON users (deleted_at) WHERE deleted_at IS NOT NULL;

-- Browsers in which somebody signed in with an account: guesses from elsewhere do not make them wait.
CREATE TABLE devices (
    user_id     BIGINT NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    secret_hash BYTEA NOT NULL,
    used_at     BIGINT NOT NULL,
    PRIMARY KEY (user_id, secret_hash)
);
CREATE INDEX devices_used ON devices (used_at);
