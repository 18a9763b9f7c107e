-- What a person wants of reminders; who has no row wants what is the default.
CREATE TABLE reminder_settings (
    principal_id  BIGINT PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    in_page       BOOLEAN NOT NULL,
    by_mail       BOOLEAN NOT NULL,
    by_push       BOOLEAN NOT NULL,
    for_all       BOOLEAN NOT NULL, -- events without alarms as well, by users.reminder_minutes
    agenda_minute BIGINT,                                    -- of the wall clock, when the mail of the day goes; NULL: none does
    agenda_empty  BOOLEAN NOT NULL, -- also where there is nothing on that day
    agenda_at     BIGINT                                     -- when the next one goes
);
CREATE INDEX reminder_settings_agenda ON reminder_settings (agenda_at) WHERE agenda_at IS NOT NULL;
CREATE INDEX reminder_settings_for_all ON reminder_settings (principal_id) WHERE for_all;

-- When something is to be done next about an object for a person. Derived from its text and theirs.
CREATE TABLE reminder_plan (
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    object_id    BIGINT NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
    calendar_id  BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    next_at      BIGINT NOT NULL,
    done_until   BIGINT NOT NULL,          -- what was due until then is done with
    PRIMARY KEY (principal_id, object_id)
);
CREATE INDEX reminder_plan_next ON reminder_plan (next_at);
CREATE INDEX reminder_plan_object ON reminder_plan (object_id);
CREATE INDEX reminder_plan_calendar ON reminder_plan (calendar_id);

-- As what a person had a calendar when all of it was planned; who has it as the same still has the same plan.
CREATE TABLE reminder_calendars (
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id  BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    outlook      TEXT NOT NULL,
    PRIMARY KEY (principal_id, calendar_id)
);
CREATE INDEX reminder_calendars_calendar ON reminder_calendars (calendar_id);

-- Of what the plan is to be derived anew: an object, a calendar of a person, or all that a person has. Rows are only added, and taken by
-- their ids, so that no change is lost while another is worked on.
CREATE TABLE reminder_stale (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id BIGINT REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id  BIGINT,
    object_id    BIGINT,
    after_id     BIGINT NOT NULL DEFAULT 0, -- of a calendar: the object until which it is done
    at           BIGINT NOT NULL
);

-- What somebody was, or was to be, reminded of.
CREATE TABLE reminders (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id  BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    calendar_id   BIGINT NOT NULL,
    object_id     BIGINT NOT NULL,
    name          TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,             -- as it is written in the text of instances; '': it does not recur
    alarm         TEXT NOT NULL,
    due_at        BIGINT NOT NULL,
    title         TEXT NOT NULL,
    location      TEXT NOT NULL,
    starts_at     BIGINT NOT NULL,
    starts_on     TEXT,                      -- of a whole day: which
    state         TEXT NOT NULL CHECK (state IN ('due', 'missed', 'dismissed', 'snoozed', 'withdrawn')),
    made_at       BIGINT NOT NULL,
    UNIQUE (principal_id, object_id, recurrence_id, alarm, due_at)
);
CREATE INDEX reminders_of ON reminders (principal_id, due_at);
CREATE INDEX reminders_made ON reminders (made_at);
CREATE INDEX reminders_open ON reminders (object_id) WHERE state = 'due';

CREATE TABLE reminder_deliveries (
    reminder_id BIGINT NOT NULL REFERENCES reminders (id) ON DELETE CASCADE,
    channel     TEXT NOT NULL CHECK (channel IN ('page', 'mail', 'push')),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'uncertain', 'skipped')),
    detail      TEXT NOT NULL,               -- why, in words
    tries       BIGINT NOT NULL,
    at          BIGINT NOT NULL,            -- when it came to its state; of one that waits: when it is tried
    PRIMARY KEY (reminder_id, channel)
);
CREATE INDEX reminder_deliveries_open ON reminder_deliveries (state, at) WHERE state IN ('waiting', 'sending');

-- Where browsers take push messages for a person (RFC 8030).
CREATE TABLE push_subscriptions (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    endpoint     TEXT NOT NULL,
    public_key   BYTEA NOT NULL,
    secret       BYTEA NOT NULL,
    label        TEXT NOT NULL,
    made_at      BIGINT NOT NULL,
    used_at      BIGINT,
    UNIQUE (endpoint)
);
CREATE INDEX push_subscriptions_of ON push_subscriptions (principal_id);

-- The key by which push services know this installation (VAPID, RFC 8292), sealed.
CREATE TABLE push_keys (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    sealed  BYTEA NOT NULL,
    made_at BIGINT NOT NULL
);

-- Alarms that are there already.
INSERT INTO reminder_stale (principal_id, at)
    SELECT principal_id, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM users;
