-- Where a message has a calendar: NULL: not looked at; '-': nowhere, or it does not matter; '+': it was taken up; else the section of its
-- body (RFC 9051), '0' where it is nothing else.
ALTER TABLE mail_messages ADD COLUMN calendar_section TEXT;
CREATE INDEX mail_messages_calendar ON mail_messages (account_id) WHERE calendar_section <> '-' AND calendar_section <> '+';

-- What came about meetings by mail, each once wherever the mail is: known by what it says and its Message-ID.
CREATE TABLE mail_invitations (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    digest      BYTEA NOT NULL,
    sender      TEXT NOT NULL,                  -- From
    subject     TEXT NOT NULL,
    delivery_id BIGINT REFERENCES scheduling_deliveries (id) ON DELETE SET NULL, -- as it was taken up; NULL: it was not, or that is forgotten
    is_taken    BOOLEAN NOT NULL, -- whether it was taken up
    calendar_id BIGINT REFERENCES calendars (id) ON DELETE SET NULL, -- where somebody wants it; NULL: where invitations go
    at          BIGINT NOT NULL,
    UNIQUE (account_id, digest)
);
CREATE INDEX mail_invitations_delivery ON mail_invitations (delivery_id);
CREATE INDEX mail_invitations_chosen ON mail_invitations (calendar_id);
