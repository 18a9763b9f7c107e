-- The tables as migrations/sqlite has them up to 0003. Times are Unix milliseconds. Identifiers are never used twice (an identity is
-- not given out again), so that a sync-token of a deleted calendar can't be taken for one of its successor. Texts that are put in order
-- are compared octet by octet, whatever the locale of the database.

CREATE TABLE principals (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('person', 'group', 'mission')),
    slug         TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name TEXT NOT NULL
);

CREATE TABLE users (
    principal_id  BIGINT PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    email         TEXT,
    password_hash TEXT,                    -- Argon2id; NULL until chosen
    is_admin      BOOLEAN NOT NULL,
    time_zone     TEXT,                    -- IANA name
    locale        TEXT,                    -- BCP 47
    week_start    BIGINT CHECK (week_start BETWEEN 0 AND 6), -- 0 is Monday; NULL: as the locale has it
    hour12        BOOLEAN,                 -- NULL: as the locale has it
    theme         TEXT CHECK (theme IN ('light', 'dark')),   -- NULL: as the browser has it
    created_at    BIGINT NOT NULL
);

-- Secrets are random and long, so a plain SHA-256 of them is enough and fast.
CREATE TABLE sessions (
    secret_hash BYTEA PRIMARY KEY,
    user_id     BIGINT NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    created_at  BIGINT NOT NULL,
    used_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE sign_in_links (
    secret_hash BYTEA PRIMARY KEY,
    user_id     BIGINT NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    expires_at  BIGINT NOT NULL
);

CREATE TABLE app_passwords (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      BIGINT NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    label        TEXT NOT NULL,
    secret_hash  BYTEA NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX app_passwords_user ON app_passwords (user_id);

CREATE TABLE calendars (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id     BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    slug         TEXT COLLATE "C" NOT NULL,
    display_name TEXT NOT NULL,
    description  TEXT,
    color        TEXT NOT NULL,
    sort_order   BIGINT NOT NULL,
    timezone     TEXT,                     -- CALDAV:calendar-timezone as it was given
    components   TEXT NOT NULL,            -- component names joined by ','
    revision     BIGINT NOT NULL DEFAULT 0,
    objects      BIGINT NOT NULL DEFAULT 0, -- what the calendar holds, kept with every change
    octets       BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    UNIQUE (owner_id, slug)
);

CREATE TABLE calendar_dead_properties (
    calendar_id BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    namespace   TEXT NOT NULL,
    name        TEXT NOT NULL,
    xml         TEXT NOT NULL,
    PRIMARY KEY (calendar_id, namespace, name)
);

-- `text` is the truth; every column from `uid` to `summary`, and object_extents, is derived from it.
CREATE TABLE objects (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    calendar_id BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    name        TEXT COLLATE "C" NOT NULL,
    text        TEXT NOT NULL,
    revision    BIGINT NOT NULL,           -- the calendar's, at the last write
    created_at  BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    uid         TEXT COLLATE "C" NOT NULL,
    component   TEXT NOT NULL,
    etag        TEXT NOT NULL,
    size        BIGINT NOT NULL,
    first_start BIGINT,                    -- Unix seconds; NULL: no start
    last_end    BIGINT,                    -- Unix seconds; NULL: open
    recurring   BOOLEAN NOT NULL,
    summary     TEXT,
    UNIQUE (calendar_id, name)
);
-- A UID may be longer than an index of PostgreSQL takes.
CREATE UNIQUE INDEX objects_uid ON objects (calendar_id, md5(uid));
CREATE INDEX objects_revision ON objects (calendar_id, revision);

-- The time span of each object: minutes since 1970, clamped to 32 bits, on from calendar_id * 2^33, so that a window of one calendar
-- never reads another's.
CREATE TABLE object_extents (
    id     BIGINT PRIMARY KEY REFERENCES objects (id) ON DELETE CASCADE,
    extent INT8RANGE NOT NULL
);
CREATE INDEX object_extents_extent ON object_extents USING gist (extent);

-- One row for every write to an object; calendars.revision is the newest.
CREATE TABLE changes (
    calendar_id BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    revision    BIGINT NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    removed     BOOLEAN NOT NULL,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (calendar_id, revision)
);
