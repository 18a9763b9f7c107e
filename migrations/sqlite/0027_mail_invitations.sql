-- Where a message has a calendar: NULL: not looked at; '-': nowhere, or it does not matter; '+': it was taken up; else the section of its
-- body (RFC 9051), '0' where it is nothing else.
ALTER TABLE mail_messages ADD COLUMN calendar_section TEXT;
CREATE INDEX mail_messages_calendar ON mail_messages (account_id) WHERE calendar_section <> '-' AND calendar_section <> '+';

-- What came about meetings by mail, each once wherever the mail is: known by what it says and its Message-ID.
CREATE TABLE mail_invitations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    digest      BLOB NOT NULL,
    sender      TEXT NOT NULL,                  -- From
    subject     TEXT NOT NULL,
    delivery_id INTEGER REFERENCES scheduling_deliveries (id) ON DELETE SET NULL, -- as it was taken up; NULL: it was not, or that is forgotten
    is_taken    INTEGER NOT NULL CHECK (is_taken IN (0, 1)), -- whether it was taken up
    calendar_id INTEGER REFERENCES calendars (id) ON DELETE SET NULL, -- where somebody wants it; NULL: where invitations go
    at          INTEGER NOT NULL,
    UNIQUE (account_id, digest)
) STRICT;
CREATE INDEX mail_invitations_delivery ON mail_invitations (delivery_id);
CREATE INDEX mail_invitations_chosen ON mail_invitations (calendar_id);
