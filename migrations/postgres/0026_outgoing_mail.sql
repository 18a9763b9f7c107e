-- Invitations and answers go out by it where no account has the address that they are from; one of a person's at most.
ALTER TABLE mail_accounts ADD COLUMN for_invitations BOOLEAN NOT NULL DEFAULT FALSE;
-- What was done to the account last that did not work out, in words, while the account itself is well.
ALTER TABLE mail_accounts ADD COLUMN notice TEXT;
ALTER TABLE mail_accounts ADD COLUMN notice_at BIGINT;
-- JSON: addresses of those for whom the server did not take it; NULL: there are none.
ALTER TABLE mail_drafts ADD COLUMN refused TEXT;

-- What an account has sent that was no draft, until it is among what was sent there.
CREATE TABLE mail_copies (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,                   -- by which it is found there, without the angle brackets
    subject    TEXT NOT NULL,
    content    BYTEA NOT NULL,                   -- as it is put there (RFC 5322)
    at         BIGINT NOT NULL,
    UNIQUE (account_id, message_id)
);
