-- Messages between those who organize and those who are invited (iTIP, RFC 5546), each once for all whom it is sent to.
CREATE TABLE scheduling_messages (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender_id   BIGINT REFERENCES principals (id) ON DELETE SET NULL, -- NULL: not from here, or gone
    sender      TEXT NOT NULL,                -- address of a calendar user
    method      TEXT NOT NULL,
    uid         TEXT NOT NULL,
    text        TEXT NOT NULL,
    calendar_id BIGINT REFERENCES calendars (id) ON DELETE SET NULL, -- of the object that it is about, where it was sent
    sent_at     BIGINT NOT NULL
);
CREATE INDEX scheduling_messages_object ON scheduling_messages (calendar_id, uid);
CREATE INDEX scheduling_messages_uid ON scheduling_messages (uid);
CREATE INDEX scheduling_messages_sent ON scheduling_messages (sent_at);
CREATE INDEX scheduling_messages_sender ON scheduling_messages (sender_id);

-- To whom a message was sent, and what became of it there. Those to people of this installation are their scheduling inboxes (RFC 6638).
CREATE TABLE scheduling_deliveries (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id   BIGINT NOT NULL REFERENCES scheduling_messages (id) ON DELETE CASCADE,
    recipient    TEXT NOT NULL,               -- address of a calendar user
    principal_id BIGINT REFERENCES principals (id) ON DELETE CASCADE, -- NULL: nobody here
    way          TEXT NOT NULL,               -- here, none, or what reaches others
    status       TEXT NOT NULL,               -- SCHEDULE-STATUS (RFC 6638 section 3.2.9)
    waiting      BOOLEAN NOT NULL, -- whether something is still to be done with it
    outcome      TEXT,                        -- what it did to the object of whom it was sent to; NULL: nothing yet
    problem      TEXT,                        -- why it did nothing, where that is for a person
    in_inbox     BOOLEAN NOT NULL, -- 0: not here, taken away by a client, or there for long enough
    inbox_revision BIGINT                   -- of the inbox, when it came or went; NULL: not here
);
CREATE INDEX scheduling_deliveries_message ON scheduling_deliveries (message_id);
CREATE INDEX scheduling_deliveries_principal ON scheduling_deliveries (principal_id, id);
CREATE INDEX scheduling_deliveries_inbox ON scheduling_deliveries (principal_id, inbox_revision);
CREATE INDEX scheduling_deliveries_waiting ON scheduling_deliveries (principal_id, id) WHERE waiting;

-- Where somebody's inbox has come to (RFC 6578). A revision is one more than the one before, or the time in milliseconds where that is more.
CREATE TABLE scheduling_inboxes (
    principal_id BIGINT PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    revision     BIGINT NOT NULL,
    whole_after  BIGINT NOT NULL DEFAULT 0 -- what went before that is not known any more
);

-- Schedule-Tag (RFC 6638 section 3.2.10) of what people are invited to; NULL: of other objects, and of those from before.
ALTER TABLE objects ADD COLUMN schedule_tag TEXT;

-- When people can be invited: VAVAILABILITY (RFC 7953) as they gave it.
CREATE TABLE availabilities (
    principal_id BIGINT PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    text         TEXT NOT NULL
);

-- Every home has collections of these names.
UPDATE calendars SET slug = slug || '-' || id WHERE slug IN ('inbox', 'outbox');
