-- People who act for another: they read, or read and write, all calendars that belong to that person. A client may have somebody stand
-- in both groups; the higher counts.
CREATE TABLE delegates (
    owner_id    INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    delegate_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    access      INTEGER NOT NULL CHECK (access IN (20, 30)),
    granted_at  INTEGER NOT NULL,
    PRIMARY KEY (owner_id, delegate_id, access)
) STRICT, WITHOUT ROWID;
CREATE INDEX delegates_delegate ON delegates (delegate_id);

-- For whom whoever made a change acted; '': for themselves. `way` says it as well, as /for/ and their id, so that each has a row.
ALTER TABLE causes ADD COLUMN for_name TEXT NOT NULL DEFAULT '';

-- What clients are told of shares until they have removed it: that one was offered or changed, or has ended; to owners, what was answered.
CREATE TABLE share_notices (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,  -- who is told
    calendar_id  INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    about_id     INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,  -- whom it was shared with
    state        TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'declined', 'ended')),
    access       INTEGER NOT NULL,
    name         TEXT NOT NULL,                -- of the calendar, as it was shared
    made_at      INTEGER NOT NULL,
    UNIQUE (principal_id, calendar_id, about_id)
) STRICT;
CREATE INDEX share_notices_calendar ON share_notices (calendar_id);
CREATE INDEX share_notices_about ON share_notices (about_id);
INSERT INTO share_notices (principal_id, calendar_id, about_id, state, access, name, made_at)
    SELECT g.principal_id, g.calendar_id, g.principal_id, 'asked', g.access, c.display_name, g.granted_at
    FROM grants g JOIN calendars c ON c.id = g.calendar_id JOIN principals p ON p.id = g.principal_id AND p.kind = 'person'
    LEFT JOIN calendar_views v ON v.calendar_id = g.calendar_id AND v.principal_id = g.principal_id
    WHERE g.access > 10 AND v.answer IS NULL;

-- Every home has a collection of this name.
UPDATE calendars SET slug = 'notifications-' || id WHERE slug = 'notifications';
