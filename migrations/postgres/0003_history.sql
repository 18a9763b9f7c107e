-- By whom and by which way something was changed: a row for each credential that ever changed something, and for each run of work that
-- makes many changes. Its names stay when the account or the credential goes.
CREATE TABLE causes (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id   BIGINT NOT NULL,
    principal_name TEXT NOT NULL,
    way            TEXT NOT NULL,              -- page, app-password, command
    credential_id  BIGINT NOT NULL,            -- of app_passwords; 0: none
    run            TEXT NOT NULL,              -- the run's own identifier; '': none
    label          TEXT NOT NULL,              -- what the credential is called, or what the run was about
    UNIQUE (principal_id, way, credential_id, run)
);

-- A row of the log says what led to it and what came of it. `previous` is the row before about the same object, so that an object's
-- history is a chain that begins at objects.revision, or at the row that says that it was removed.
ALTER TABLE changes ADD COLUMN object_id BIGINT; -- NULL: of before versions were kept
ALTER TABLE changes ADD COLUMN previous BIGINT;
ALTER TABLE changes ADD COLUMN after BYTEA;    -- digest of the version that it led to; NULL: none, or of before versions were kept
ALTER TABLE changes ADD COLUMN cause_id BIGINT REFERENCES causes (id); -- NULL: of before causes were kept
UPDATE changes c SET object_id = o.id, after = decode(trim(o.etag, '"'), 'hex') FROM objects o
    WHERE o.calendar_id = c.calendar_id AND o.revision = c.revision AND o.name = c.name;

-- Texts that an object had and has no more, by their digest (the first 16 octets of SHA-256). The one that it has is in `objects`.
CREATE TABLE versions (
    calendar_id BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    object_id   BIGINT NOT NULL,
    digest      BYTEA NOT NULL,
    base        BYTEA,                         -- the version of this object that `content` is compressed against; NULL: none
    content     BYTEA NOT NULL,
    PRIMARY KEY (calendar_id, object_id, digest)
);

-- Counts what changes a person's list of calendars: their names, colours, shares and views, and which there are.
ALTER TABLE principals ADD COLUMN home_revision BIGINT NOT NULL DEFAULT 0;

-- How a person sees a calendar, theirs or another's.
CREATE TABLE calendar_views (
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id  BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    hidden       BOOLEAN NOT NULL,             -- left out of the agenda
    is_default   BOOLEAN NOT NULL,             -- new events go there; one of a person's at most
    PRIMARY KEY (principal_id, calendar_id)
);
CREATE INDEX calendar_views_calendar ON calendar_views (calendar_id);
