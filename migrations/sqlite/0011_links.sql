-- Public links: whoever has the address sees some calendars, until the link ends or is revoked, and as long as whoever made it
-- administers them.
CREATE TABLE links (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    maker_id     INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    access       INTEGER NOT NULL,             -- 10 free-busy, 20 read
    secret_hash  BLOB NOT NULL UNIQUE,
    ends_at      INTEGER,                      -- NULL: until it is revoked
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,             -- its name, level, end, address or calendars
    uses         INTEGER NOT NULL DEFAULT 0,   -- counted together, a little late
    last_used_at INTEGER                       -- NULL: never
) STRICT;
CREATE INDEX links_maker ON links (maker_id);

CREATE TABLE link_calendars (
    link_id     INTEGER NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    PRIMARY KEY (link_id, calendar_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_calendars_calendar ON link_calendars (calendar_id);
