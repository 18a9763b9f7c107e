-- By whom and by which way something was changed: a row for each credential that ever changed something, and for each run of work that
-- makes many changes. Its names stay when the account or the credential goes.
CREATE TABLE causes (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    principal_id   INTEGER NOT NULL,
    principal_name TEXT NOT NULL,
    way            TEXT NOT NULL,              -- page, app-password, command
    credential_id  INTEGER NOT NULL,           -- of app_passwords; 0: none
    run            TEXT NOT NULL,              -- the run's own identifier; '': none
    label          TEXT NOT NULL,              -- what the credential is called, or what the run was about
    UNIQUE (principal_id, way, credential_id, run)
) STRICT;

-- A row of the log says what led to it and what came of it. `previous` is the row before about the same object, so that an object's
-- history is a chain that begins at objects.revision, or at the row that says that it was removed.
ALTER TABLE changes ADD COLUMN object_id INTEGER; -- NULL: of before versions were kept
ALTER TABLE changes ADD COLUMN previous INTEGER;
ALTER TABLE changes ADD COLUMN after BLOB;     -- digest of the version that it led to; NULL: none, or of before versions were kept
ALTER TABLE changes ADD COLUMN cause_id INTEGER REFERENCES causes (id); -- NULL: of before causes were kept
UPDATE changes SET (object_id, after) = (
    SELECT o.id, unhex(trim(o.etag, '"')) FROM objects o
    WHERE o.calendar_id = changes.calendar_id AND o.revision = changes.revision AND o.name = changes.name);

-- Texts that an object had and has no more, by their digest (the first 16 octets of SHA-256). The one that it has is in `objects`.
CREATE TABLE versions (
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    object_id   INTEGER NOT NULL,
    digest      BLOB NOT NULL,
    base        BLOB,                          -- the version of this object that `content` is compressed against; NULL: none
    content     BLOB NOT NULL,
    PRIMARY KEY (calendar_id, object_id, digest)
) STRICT, WITHOUT ROWID;

-- Counts what changes a person's list of calendars: their names, colours, shares and views, and which there are.
ALTER TABLE principals ADD COLUMN home_revision INTEGER NOT NULL DEFAULT 0;

-- How a person sees a calendar, theirs or another's.
CREATE TABLE calendar_views (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id  INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    hidden       INTEGER NOT NULL CHECK (hidden IN (0, 1)), -- left out of the agenda
    is_default   INTEGER NOT NULL CHECK (is_default IN (0, 1)), -- new events go there; one of a person's at most
    PRIMARY KEY (principal_id, calendar_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX calendar_views_calendar ON calendar_views (calendar_id);
