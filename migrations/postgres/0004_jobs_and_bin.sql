-- Work that outlives the request that asked for it.
CREATE TABLE jobs (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         TEXT NOT NULL,
    unique_key   TEXT NOT NULL,             -- of those of a kind that have not ended, one has it
    owner_id     BIGINT REFERENCES principals (id) ON DELETE CASCADE, -- who may see it beside administrators; NULL: nobody
    payload      TEXT NOT NULL,             -- JSON; what there is to do, and how far it has come
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    due_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL DEFAULT 0,
    leased_by    TEXT,                      -- the node that does it
    leased_until BIGINT,                   -- another may take it after that
    steps_done   BIGINT NOT NULL DEFAULT 0,
    steps        BIGINT,                   -- NULL: not known
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT,
    result       TEXT,                      -- JSON, of the kind's own form
    error        TEXT                       -- of the last attempt that failed
);
CREATE UNIQUE INDEX jobs_once ON jobs (kind, unique_key) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_due ON jobs (due_at) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_owner ON jobs (owner_id);

-- What a job works on, where that is large.
CREATE TABLE job_files (
    job_id  BIGINT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    content BYTEA NOT NULL
);

-- Objects that were deleted and can be brought back: the row of the log that says so, and what people know them by.
CREATE TABLE bin (
    calendar_id BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    object_id   BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    uid         TEXT NOT NULL,
    component   TEXT NOT NULL,
    summary     TEXT,
    deleted_at  BIGINT NOT NULL,            -- 0: it is to go at once
    PRIMARY KEY (calendar_id, object_id)
);
CREATE INDEX bin_uid ON bin (calendar_id, md5(uid));
CREATE INDEX bin_deleted ON bin (deleted_at);

-- A calendar in the bin. It has given its slug up, so that another may have it.
ALTER TABLE calendars ADD COLUMN deleted_at BIGINT;
ALTER TABLE calendars ADD COLUMN deleted_slug TEXT;
ALTER TABLE calendars ADD COLUMN deleted_by BIGINT REFERENCES causes (id);
CREATE INDEX calendars_deleted ON calendars (deleted_at) WHERE deleted_at IS NOT NULL;
-- The log is whole from here on; rows of before may be gone.
ALTER TABLE calendars ADD COLUMN log_whole_after BIGINT NOT NULL DEFAULT 0;

-- When the object lost this text.
ALTER TABLE versions ADD COLUMN kept_at BIGINT NOT NULL DEFAULT 0;
UPDATE versions SET kept_at = CAST(extract(epoch FROM now()) * 1000 AS BIGINT);
CREATE INDEX versions_kept ON versions (kept_at);

-- Passwords that were tried, by a digest of the name.
CREATE UNLOGGED TABLE login_tries (
    name_hash BYTEA PRIMARY KEY,
    tries     BIGINT NOT NULL,
    last_at   BIGINT NOT NULL
);
