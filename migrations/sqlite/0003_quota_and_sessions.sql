-- What a calendar holds, kept with every change so that an account's quota costs nothing to check.
ALTER TABLE calendars ADD COLUMN objects INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calendars ADD COLUMN octets INTEGER NOT NULL DEFAULT 0;
UPDATE calendars SET (objects, octets) =
    (SELECT count(*), coalesce(sum(size), 0) FROM objects o WHERE o.calendar_id = calendars.id);

-- A session ends some time after it was used last. Those that are open count as used at the update.
ALTER TABLE sessions ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET used_at = unixepoch() * 1000;
