-- Times are Unix milliseconds. Identifiers are never used twice (AUTOINCREMENT), so that a sync-token of a
-- deleted calendar can't be taken for one of its successor.

CREATE TABLE principals (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL CHECK (kind IN ('person', 'group', 'mission')),
    slug         TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    principal_id  INTEGER PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    email         TEXT,
    password_hash TEXT,                    -- Argon2id; NULL until chosen
    is_admin      INTEGER NOT NULL,
    time_zone     TEXT,                    -- IANA name
    locale        TEXT,                    -- BCP 47
    created_at    INTEGER NOT NULL
) STRICT;

-- Secrets are random and long, so a plain SHA-256 of them is enough and fast.
CREATE TABLE sessions (
    secret_hash BLOB PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE sign_in_links (
    secret_hash BLOB PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE app_passwords (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    label        TEXT NOT NULL,
    secret_hash  BLOB NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX app_passwords_user ON app_passwords (user_id);

CREATE TABLE calendars (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id     INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    slug         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description  TEXT,
    color        TEXT NOT NULL,
    sort_order   INTEGER NOT NULL,
    timezone     TEXT,                     -- CALDAV:calendar-timezone as it was given
    components   TEXT NOT NULL,            -- component names joined by ','
    revision     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    UNIQUE (owner_id, slug)
) STRICT;

CREATE TABLE calendar_dead_properties (
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    namespace   TEXT NOT NULL,
    name        TEXT NOT NULL,
    xml         TEXT NOT NULL,
    PRIMARY KEY (calendar_id, namespace, name)
) STRICT, WITHOUT ROWID;

-- `text` is the truth; every column from `uid` to `recurring`, and object_extents, is derived from it.
CREATE TABLE objects (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    text        TEXT NOT NULL,
    revision    INTEGER NOT NULL,          -- the calendar's, at the last write
    created_at  INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    uid         TEXT NOT NULL,
    component   TEXT NOT NULL,
    etag        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    first_start INTEGER,                   -- Unix seconds; NULL: no start
    last_end    INTEGER,                   -- Unix seconds; NULL: open
    recurring   INTEGER NOT NULL,
    summary     TEXT,
    UNIQUE (calendar_id, name),
    UNIQUE (calendar_id, uid)
) STRICT;
CREATE INDEX objects_revision ON objects (calendar_id, revision);

-- What of time each object touches, as an interval tree: minutes since 1970, clamped to 32 bits. The calendar is a
-- dimension of its own, so that one calendar's window query never reads another calendar's branches.
CREATE VIRTUAL TABLE object_extents USING rtree_i32 (id, first_minute, last_minute, calendar_low, calendar_high);

CREATE TRIGGER objects_gone AFTER DELETE ON objects BEGIN
    DELETE FROM object_extents WHERE id = old.id;
END;

-- One row for every write to an object; calendars.revision is the newest.
CREATE TABLE changes (
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    removed     INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (calendar_id, revision)
) STRICT, WITHOUT ROWID;
