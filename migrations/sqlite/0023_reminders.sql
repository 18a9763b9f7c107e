-- What a person wants of reminders; who has no row wants what is the default.
CREATE TABLE reminder_settings (
    principal_id  INTEGER PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    in_page       INTEGER NOT NULL CHECK (in_page IN (0, 1)),
    by_mail       INTEGER NOT NULL CHECK (by_mail IN (0, 1)),
    by_push       INTEGER NOT NULL CHECK (by_push IN (0, 1)),
    for_all       INTEGER NOT NULL CHECK (for_all IN (0, 1)), -- events without alarms as well, by users.reminder_minutes
    agenda_minute INTEGER,                                    -- of the wall clock, when the mail of the day goes; NULL: none does
    agenda_empty  INTEGER NOT NULL CHECK (agenda_empty IN (0, 1)), -- also where there is nothing on that day
    agenda_at     INTEGER                                     -- when the next one goes
) STRICT;
CREATE INDEX reminder_settings_agenda ON reminder_settings (agenda_at) WHERE agenda_at IS NOT NULL;
CREATE INDEX reminder_settings_for_all ON reminder_settings (principal_id) WHERE for_all = 1;

-- When something is to be done next about an object for a person. Derived from its text and theirs.
CREATE TABLE reminder_plan (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    object_id    INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
    calendar_id  INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    next_at      INTEGER NOT NULL,
    done_until   INTEGER NOT NULL,          -- what was due until then is done with
    PRIMARY KEY (principal_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminder_plan_next ON reminder_plan (next_at);
CREATE INDEX reminder_plan_object ON reminder_plan (object_id);
CREATE INDEX reminder_plan_calendar ON reminder_plan (calendar_id);

-- As what a person had a calendar when all of it was planned; who has it as the same still has the same plan.
CREATE TABLE reminder_calendars (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id  INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    outlook      TEXT NOT NULL,
    PRIMARY KEY (principal_id, calendar_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminder_calendars_calendar ON reminder_calendars (calendar_id);

-- Of what the plan is to be derived anew: an object, a calendar of a person, or all that a person has. Rows are only added, and taken by
-- their ids, so that no change is lost while another is worked on.
CREATE TABLE reminder_stale (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    principal_id INTEGER REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id  INTEGER,
    object_id    INTEGER,
    after_id     INTEGER NOT NULL DEFAULT 0, -- of a calendar: the object until which it is done
    at           INTEGER NOT NULL
) STRICT;

-- What somebody was, or was to be, reminded of.
CREATE TABLE reminders (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    principal_id  INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id   INTEGER NOT NULL,
    object_id     INTEGER NOT NULL,
    name          TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,             -- as it is written in the text of instances; '': it does not recur
    alarm         TEXT NOT NULL,
    due_at        INTEGER NOT NULL,
    title         TEXT NOT NULL,
    location      TEXT NOT NULL,
    starts_at     INTEGER NOT NULL,
    starts_on     TEXT,                      -- of a whole day: which
    state         TEXT NOT NULL CHECK (state IN ('due', 'missed', 'dismissed', 'snoozed', 'withdrawn')),
    made_at       INTEGER NOT NULL,
    UNIQUE (principal_id, object_id, recurrence_id, alarm, due_at)
) STRICT;
CREATE INDEX reminders_of ON reminders (principal_id, due_at);
CREATE INDEX reminders_made ON reminders (made_at);
CREATE INDEX reminders_open ON reminders (object_id) WHERE state = 'due';

CREATE TABLE reminder_deliveries (
    reminder_id INTEGER NOT NULL REFERENCES reminders (id) ON DELETE CASCADE,
    channel     TEXT NOT NULL CHECK (channel IN ('page', 'mail', 'push')),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'uncertain', 'skipped')),
    detail      TEXT NOT NULL,               -- why, in words
    tries       INTEGER NOT NULL,
    at          INTEGER NOT NULL,            -- when it came to its state; of one that waits: when it is tried
    PRIMARY KEY (reminder_id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminder_deliveries_open ON reminder_deliveries (state, at) WHERE state IN ('waiting', 'sending');

-- Where browsers take push messages for a person (RFC 8030).
CREATE TABLE push_subscriptions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    endpoint     TEXT NOT NULL,
    public_key   BLOB NOT NULL,
    secret       BLOB NOT NULL,
    label        TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    used_at      INTEGER,
    UNIQUE (endpoint)
) STRICT;
CREATE INDEX push_subscriptions_of ON push_subscriptions (principal_id);

-- The key by which push services know this installation (VAPID, RFC 8292), sealed.
CREATE TABLE push_keys (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    sealed  BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- Alarms that are there already.
INSERT INTO reminder_stale (principal_id, at)
    SELECT principal_id, CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM users;
