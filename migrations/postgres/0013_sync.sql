-- Calendars that are kept in step with calendars elsewhere.

-- The tie of one calendar to one that an account has.
CREATE TABLE sync_links (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id       BIGINT NOT NULL REFERENCES remote_accounts (id) ON DELETE CASCADE,
    calendar_id      BIGINT NOT NULL UNIQUE REFERENCES calendars (id) ON DELETE CASCADE,
    remote_id        TEXT COLLATE "C" NOT NULL,
    remote_name      TEXT NOT NULL,             -- for people
    remote_writable  BOOLEAN NOT NULL,
    components       TEXT,                      -- JSON: what may be stored there; NULL: it does not say
    direction        TEXT NOT NULL CHECK (direction IN ('pull', 'both', 'push')),
    policy           TEXT NOT NULL CHECK (policy IN ('newest', 'remote', 'local', 'ask')),
    interval_seconds BIGINT,                    -- NULL: only when somebody says so
    window_days      BIGINT,                    -- how far back; NULL: everything
    state            TEXT NOT NULL CHECK (state IN ('new', 'in-step', 'syncing', 'waiting', 'attention', 'asks', 'paused', 'gone')),
    code             TEXT,                      -- what is the matter, for programs; NULL: nothing
    why              TEXT,                      -- the same in words
    failures         BIGINT NOT NULL DEFAULT 0, -- how many runs in a row did not come to their end
    next_run_at      BIGINT,                    -- NULL: only when somebody says so
    wanted_at        BIGINT,                    -- when somebody or something last asked for a run
    looked_at        BIGINT,                    -- when a page last showed it
    quiet_runs       BIGINT NOT NULL DEFAULT 0, -- how many runs in a row found nothing
    last_run_at      BIGINT,
    in_step_at       BIGINT,                    -- when both sides were last the same
    steps_done       BIGINT,                    -- of the run under way; NULL: there is none
    steps            BIGINT,                    -- NULL: not known
    cursor           TEXT,                      -- from where to ask for changes; NULL: for everything
    listing          BIGINT NOT NULL DEFAULT 0, -- counts the listings of everything
    listing_open     BOOLEAN NOT NULL DEFAULT FALSE, -- the newest goes on at the cursor
    seen_revision    BIGINT,                    -- up to where the log here was looked at; NULL: everything is to be compared
    approved_here    BIGINT,                    -- so many deletions a run may make without asking
    removing         BOOLEAN NOT NULL DEFAULT FALSE, -- it ends, with everything that is there
    approved_there   BIGINT,
    created_at       BIGINT NOT NULL,
    UNIQUE (account_id, remote_id)
);

-- An object as both sides were last the same at it, and what has been seen of it since.
CREATE TABLE sync_objects (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link_id          BIGINT NOT NULL REFERENCES sync_links (id) ON DELETE CASCADE,
    uid              TEXT COLLATE "C",          -- NULL: not read yet
    name             TEXT COLLATE "C",          -- of the object here
    remote_id        TEXT COLLATE "C",          -- NULL: it is not there
    local_base       TEXT,                      -- entity tag of the text here when both were the same; NULL: they never were
    remote_base      TEXT,                      -- tag of the text there then
    remote_digest    BYTEA,                     -- its content address
    base_text        BYTEA,                     -- the text here then, compressed
    remote_base_text BYTEA,                     -- the text there then, where it says less than ours
    remote_state     TEXT NOT NULL CHECK (remote_state IN ('same', 'seen', 'gone')), -- since then
    seen_tag         TEXT,                      -- where 'seen'
    seen_text        BYTEA,                     -- where it came along, compressed
    listed           BIGINT NOT NULL DEFAULT 0, -- in which listing of everything it was named last
    local_pending    BOOLEAN NOT NULL,          -- it may be another here
    pushing          TEXT,                      -- entity tag of a text that was sent, and may have arrived
    failures         BIGINT NOT NULL DEFAULT 0,
    aside_code       TEXT,                      -- why it is left alone until one side changes; NULL: it is not
    aside_why        TEXT,
    aside_local      TEXT,                      -- at which version here and there
    aside_remote     TEXT,
    conflict_at      BIGINT,                    -- since when somebody has to decide; NULL: nobody has to
    conflict_text    BYTEA,                     -- the text there, compressed; NULL: it was deleted there
    title            TEXT,
    crossed_at       BIGINT,                    -- when it last went from one side to the other
    crossed_out      BOOLEAN                    -- from here to there
);
CREATE UNIQUE INDEX sync_objects_remote ON sync_objects (link_id, md5(remote_id));
CREATE UNIQUE INDEX sync_objects_uid ON sync_objects (link_id, md5(uid));
CREATE INDEX sync_objects_name ON sync_objects (link_id, name);
CREATE INDEX sync_objects_pending ON sync_objects (link_id, id) WHERE remote_state <> 'same' OR local_pending;
CREATE INDEX sync_objects_open ON sync_objects (link_id) WHERE aside_code IS NOT NULL OR conflict_at IS NOT NULL;

-- What was done to bring two calendars into step.
CREATE TABLE sync_runs (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link_id    BIGINT NOT NULL REFERENCES sync_links (id) ON DELETE CASCADE,
    run        TEXT NOT NULL UNIQUE,            -- the run's identifier in the log
    kind       TEXT NOT NULL CHECK (kind IN ('sync', 'back')), -- 'back': it takes another back
    began_at   BIGINT NOT NULL,
    ended_at   BIGINT,                          -- NULL: it goes on, or whoever did it went away
    outcome    TEXT CHECK (outcome IN ('done', 'partly', 'failed', 'asks')),
    code       TEXT,
    why        TEXT,
    taken_back BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX sync_runs_link ON sync_runs (link_id, id);
CREATE INDEX sync_runs_began ON sync_runs (began_at);

-- The receipt of a run.
CREATE TABLE sync_run_entries (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id       BIGINT NOT NULL REFERENCES sync_runs (id) ON DELETE CASCADE,
    side         TEXT NOT NULL CHECK (side IN ('here', 'there')),
    what         TEXT NOT NULL CHECK (what IN ('created', 'changed', 'deleted', 'merged', 'conflict', 'aside', 'held', 'left')),
    uid          TEXT COLLATE "C" NOT NULL,
    title        TEXT NOT NULL,                 -- '': it has none
    name         TEXT COLLATE "C",              -- of the object here
    remote_id    TEXT COLLATE "C",
    why          TEXT,
    before       BYTEA,                         -- the text there before, compressed
    tag          TEXT,                          -- the one there after
    local_base   TEXT                           -- at what both were the same before
);
CREATE INDEX sync_run_entries_run ON sync_run_entries (run_id, id);
