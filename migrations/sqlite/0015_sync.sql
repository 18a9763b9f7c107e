-- Calendars that are kept in step with calendars elsewhere.

-- The tie of one calendar to one that an account has.
CREATE TABLE sync_links (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER NOT NULL REFERENCES remote_accounts (id) ON DELETE CASCADE,
    calendar_id      INTEGER NOT NULL UNIQUE REFERENCES calendars (id) ON DELETE CASCADE,
    remote_id        TEXT NOT NULL,
    remote_name      TEXT NOT NULL,             -- for people
    remote_writable  INTEGER NOT NULL CHECK (remote_writable IN (0, 1)),
    components       TEXT,                      -- JSON: what may be stored there; NULL: it does not say
    direction        TEXT NOT NULL CHECK (direction IN ('pull', 'both', 'push')),
    policy           TEXT NOT NULL CHECK (policy IN ('newest', 'remote', 'local', 'ask')),
    interval_seconds INTEGER,                   -- NULL: only when somebody says so
    window_days      INTEGER,                   -- how far back; NULL: everything
    state            TEXT NOT NULL CHECK (state IN ('new', 'in-step', 'syncing', 'waiting', 'attention', 'asks', 'paused', 'gone')),
    code             TEXT,                      -- what is the matter, for programs; NULL: nothing
    why              TEXT,                      -- the same in words
    failures         INTEGER NOT NULL DEFAULT 0, -- how many runs in a row did not come to their end
    next_run_at      INTEGER,                   -- NULL: only when somebody says so
    wanted_at        INTEGER,                   -- when somebody or something last asked for a run
    looked_at        INTEGER,                   -- when a page last showed it
    quiet_runs       INTEGER NOT NULL DEFAULT 0, -- how many runs in a row found nothing
    last_run_at      INTEGER,
    in_step_at       INTEGER,                   -- when both sides were last the same
    steps_done       INTEGER,                   -- of the run under way; NULL: there is none
    steps            INTEGER,                   -- NULL: not known
    cursor           TEXT,                      -- from where to ask for changes; NULL: for everything
    listing          INTEGER NOT NULL DEFAULT 0, -- counts the listings of everything
    listing_open     INTEGER NOT NULL DEFAULT 0 CHECK (listing_open IN (0, 1)), -- the newest goes on at the cursor
    seen_revision    INTEGER,                   -- up to where the log here was looked at; NULL: everything is to be compared
    approved_here    INTEGER,                   -- so many deletions a run may make without asking
    removing         INTEGER NOT NULL DEFAULT 0 CHECK (removing IN (0, 1)), -- it ends, with everything that is there
    approved_there   INTEGER,
    created_at       INTEGER NOT NULL,
    UNIQUE (account_id, remote_id)
) STRICT;

-- An object as both sides were last the same at it, and what has been seen of it since.
CREATE TABLE sync_objects (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    link_id          INTEGER NOT NULL REFERENCES sync_links (id) ON DELETE CASCADE,
    uid              TEXT,                      -- NULL: not read yet
    name             TEXT,                      -- of the object here
    remote_id        TEXT,                      -- NULL: it is not there
    local_base       TEXT,                      -- entity tag of the text here when both were the same; NULL: they never were
    remote_base      TEXT,                      -- tag of the text there then
    remote_digest    BLOB,                      -- its content address
    base_text        BLOB,                      -- the text here then, compressed
    remote_base_text BLOB,                      -- the text there then, where it says less than ours
    remote_state     TEXT NOT NULL CHECK (remote_state IN ('same', 'seen', 'gone')), -- since then
    seen_tag         TEXT,                      -- where 'seen'
    seen_text        BLOB,                      -- where it came along, compressed
    listed           INTEGER NOT NULL DEFAULT 0, -- in which listing of everything it was named last
    local_pending    INTEGER NOT NULL CHECK (local_pending IN (0, 1)), -- it may be another here
    pushing          TEXT,                      -- entity tag of a text that was sent, and may have arrived
    failures         INTEGER NOT NULL DEFAULT 0,
    aside_code       TEXT,                      -- why it is left alone until one side changes; NULL: it is not
    aside_why        TEXT,
    aside_local      TEXT,                      -- at which version here and there
    aside_remote     TEXT,
    conflict_at      INTEGER,                   -- since when somebody has to decide; NULL: nobody has to
    conflict_text    BLOB,                      -- the text there, compressed; NULL: it was deleted there
    title            TEXT,
    crossed_at       INTEGER,                   -- when it last went from one side to the other
    crossed_out      INTEGER CHECK (crossed_out IN (0, 1))   -- from here to there
) STRICT;
CREATE UNIQUE INDEX sync_objects_remote ON sync_objects (link_id, remote_id);
CREATE UNIQUE INDEX sync_objects_uid ON sync_objects (link_id, uid);
CREATE INDEX sync_objects_name ON sync_objects (link_id, name);
CREATE INDEX sync_objects_pending ON sync_objects (link_id, id) WHERE remote_state <> 'same' OR local_pending <> 0;
CREATE INDEX sync_objects_open ON sync_objects (link_id) WHERE aside_code IS NOT NULL OR conflict_at IS NOT NULL;

-- What was done to bring two calendars into step.
CREATE TABLE sync_runs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    link_id    INTEGER NOT NULL REFERENCES sync_links (id) ON DELETE CASCADE,
    run        TEXT NOT NULL UNIQUE,            -- the run's identifier in the log
    kind       TEXT NOT NULL CHECK (kind IN ('sync', 'back')), -- 'back': it takes another back
    began_at   INTEGER NOT NULL,
    ended_at   INTEGER,                         -- NULL: it goes on, or whoever did it went away
    outcome    TEXT CHECK (outcome IN ('done', 'partly', 'failed', 'asks')),
    code       TEXT,
    why        TEXT,
    taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1))
) STRICT;
CREATE INDEX sync_runs_link ON sync_runs (link_id, id);
CREATE INDEX sync_runs_began ON sync_runs (began_at);

-- The receipt of a run.
CREATE TABLE sync_run_entries (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id       INTEGER NOT NULL REFERENCES sync_runs (id) ON DELETE CASCADE,
    side         TEXT NOT NULL CHECK (side IN ('here', 'there')),
    what         TEXT NOT NULL CHECK (what IN ('created', 'changed', 'deleted', 'merged', 'conflict', 'aside', 'held', 'left')),
    uid          TEXT NOT NULL,
    title        TEXT NOT NULL,                 -- '': it has none
    name         TEXT,                          -- of the object here
    remote_id    TEXT,
    why          TEXT,
    before       BLOB,                          -- the text there before, compressed
    tag          TEXT,                          -- the one there after
    local_base   TEXT                           -- at what both were the same before
) STRICT;
CREATE INDEX sync_run_entries_run ON sync_run_entries (run_id, id);
