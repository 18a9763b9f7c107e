-- Work that outlives the request that asked for it.
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,
    unique_key   TEXT NOT NULL,             -- of those of a kind that have not ended, one has it
    owner_id     INTEGER REFERENCES principals (id) ON DELETE CASCADE, -- who may see it beside administrators; NULL: nobody
    payload      TEXT NOT NULL,             -- JSON; what there is to do, and how far it has come
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    leased_by    TEXT,                      -- the node that does it
    leased_until INTEGER,                   -- another may take it after that
    steps_done   INTEGER NOT NULL DEFAULT 0,
    steps        INTEGER,                   -- NULL: not known
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    result       TEXT,                      -- JSON, of the kind's own form
    error        TEXT                       -- of the last attempt that failed
) STRICT;
CREATE UNIQUE INDEX jobs_once ON jobs (kind, unique_key) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_due ON jobs (due_at) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_owner ON jobs (owner_id);

-- What a job works on, where that is large.
CREATE TABLE job_files (
    job_id  INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    content BLOB NOT NULL
) STRICT;

-- Objects that were deleted and can be brought back: the row of the log that says so, and what people know them by.
CREATE TABLE bin (
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    object_id   INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    uid         TEXT NOT NULL,
    component   TEXT NOT NULL,
    summary     TEXT,
    deleted_at  INTEGER NOT NULL,           -- 0: it is to go at once
    PRIMARY KEY (calendar_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bin_uid ON bin (calendar_id, uid);
CREATE INDEX bin_deleted ON bin (deleted_at);

-- A calendar in the bin. It has given its slug up, so that another may have it.
ALTER TABLE calendars ADD COLUMN deleted_at INTEGER;
ALTER TABLE calendars ADD COLUMN deleted_slug TEXT;
ALTER TABLE calendars ADD COLUMN deleted_by INTEGER REFERENCES causes (id);
CREATE INDEX calendars_deleted ON calendars (deleted_at) WHERE deleted_at IS NOT NULL;
-- The log is whole from here on; rows of before may be gone.
ALTER TABLE calendars ADD COLUMN log_whole_after INTEGER NOT NULL DEFAULT 0;

-- When the object lost this text.
ALTER TABLE versions ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
UPDATE versions SET kept_at = unixepoch() * 1000;
CREATE INDEX versions_kept ON versions (kept_at);

-- Passwords that were tried, by a digest of the name.
CREATE TABLE login_tries (
    name_hash BLOB PRIMARY KEY,
    tries     INTEGER NOT NULL,
    last_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
