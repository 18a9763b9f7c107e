-- Mail that people have elsewhere: accounts, an index of what is in them, and what is being written.

-- An account with its servers. Unlike a remote account it has two of them, folders and names to send as, and no calendars.
CREATE TABLE mail_accounts (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id     BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE, -- whose it is; nobody else sees it
    name             TEXT NOT NULL,             -- for people
    address          TEXT NOT NULL,             -- such as ada@example.org
    color            TEXT NOT NULL,             -- #RRGGBB
    signature        TEXT NOT NULL,             -- plain text; '': none
    preset           TEXT,                      -- the service by name, as it is known; NULL: any other
    settings         TEXT NOT NULL,             -- JSON: both servers, the folders that were chosen; no credentials
    credentials      BYTEA,                      -- sealed with a key that is not here
    state            TEXT NOT NULL CHECK (state IN ('active', 'paused', 'unauthenticated', 'missing')),
    code             TEXT,                      -- what is the matter, for programs; NULL: nothing
    why              TEXT,                      -- the same in words
    failures         BIGINT NOT NULL DEFAULT 0, -- how many runs in a row did not come to their end
    interval_seconds BIGINT NOT NULL,          -- from one look to the next, where the server does not tell by itself
    next_look_at     BIGINT,                   -- NULL: only when somebody says so
    looked_at        BIGINT,                   -- when the index was last the same as the server
    steps_done       BIGINT,                   -- of the run under way; NULL: there is none
    steps            BIGINT,                   -- NULL: not known
    watched_by       TEXT,                      -- the node that is told of arrivals
    watched_until    BIGINT,                   -- another may be after that
    created_at       BIGINT NOT NULL,
    changed_at       BIGINT NOT NULL,
    checked_at       BIGINT                    -- when the server last let it in
);
CREATE INDEX mail_accounts_principal ON mail_accounts (principal_id);

-- What mail of an account may be sent as.
CREATE TABLE mail_identities (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,                   -- '': the address alone
    address    TEXT NOT NULL,
    signature  TEXT,                            -- NULL: the account's
    UNIQUE (account_id, address)
);

-- Accounts of calendars that were made with what a mail account brings.
CREATE TABLE mail_feeds (
    mail_account_id   BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    remote_account_id BIGINT NOT NULL REFERENCES remote_accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (mail_account_id, remote_account_id)
);

CREATE TABLE mail_folders (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    path            TEXT COLLATE "C" NOT NULL,              -- as the server calls it, in Unicode
    delimiter       TEXT,                       -- between the levels of the path; NULL: there are none
    role            TEXT CHECK (role IN ('inbox', 'sent', 'drafts', 'archive', 'bin', 'spam', 'all')),
    selectable      BOOLEAN NOT NULL, -- it can hold messages
    uid_validity    BIGINT,                    -- NULL: never looked at
    uid_next        BIGINT NOT NULL DEFAULT 0, -- what is below is known
    lowest_uid      BIGINT NOT NULL DEFAULT 0, -- and what is from here on; 1: everything is
    modseq          BIGINT,                    -- NULL: the server does not count changes
    compared_to     BIGINT NOT NULL DEFAULT 0, -- down to which UID flags were compared last
    looked_state    TEXT,                       -- what the server said of the folder when it was last looked at
    messages        BIGINT NOT NULL DEFAULT 0,
    unread          BIGINT NOT NULL DEFAULT 0,
    UNIQUE (account_id, path)
);

-- The index: what is shown of each message without asking the server.
CREATE TABLE mail_messages (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id       BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    folder_id        BIGINT REFERENCES mail_folders (id) ON DELETE CASCADE, -- where it is shown; NULL: it is to be deleted
    server_folder_id BIGINT NOT NULL REFERENCES mail_folders (id) ON DELETE CASCADE, -- where the server has it
    server_uid       BIGINT,                   -- NULL: there somewhere; it is found by its Message-ID
    flags            BIGINT NOT NULL,          -- one bit for each
    pending          BIGINT NOT NULL DEFAULT 0, -- those of the flags that the server does not know yet
    thread_id        BIGINT NOT NULL,
    message_id       TEXT,                      -- without the angle brackets
    subject          TEXT NOT NULL,             -- '': none
    from_name        TEXT NOT NULL,
    from_address     TEXT NOT NULL,
    recipients       TEXT NOT NULL,             -- JSON: names and addresses
    sent_at          BIGINT,                   -- as the sender says
    received_at      BIGINT NOT NULL,          -- as the server says
    size             BIGINT NOT NULL,          -- octets
    attached         BOOLEAN NOT NULL,
    preview          TEXT,                      -- how the text begins; NULL: not looked at
    search_text      TEXT NOT NULL              -- words in lower case, without accents
);
CREATE UNIQUE INDEX mail_messages_uid ON mail_messages (server_folder_id, server_uid);
CREATE INDEX mail_messages_list ON mail_messages (folder_id, received_at, id);
CREATE INDEX mail_messages_thread ON mail_messages (account_id, thread_id);
CREATE INDEX mail_messages_account ON mail_messages (account_id, received_at, id);
CREATE INDEX mail_messages_thread_in_folder ON mail_messages (folder_id, thread_id, received_at, id);
CREATE INDEX mail_messages_named ON mail_messages (account_id, message_id);
CREATE INDEX mail_messages_unread ON mail_messages (folder_id, received_at, id) WHERE (flags & 1) = 0;
CREATE INDEX mail_messages_flagged ON mail_messages (account_id, received_at, id) WHERE (flags & 2) <> 0;
CREATE INDEX mail_messages_pending ON mail_messages (account_id, server_folder_id)
    WHERE pending <> 0 OR folder_id IS NULL OR folder_id <> server_folder_id;

CREATE INDEX mail_messages_words ON mail_messages USING gin (to_tsvector('simple', search_text));

-- Which thread a message belongs to that names another, or is named: digests of Message-IDs.
CREATE TABLE mail_references (
    account_id BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    digest     BYTEA NOT NULL,
    thread_id  BIGINT NOT NULL,
    PRIMARY KEY (account_id, digest)
);
CREATE INDEX mail_references_thread ON mail_references (account_id, thread_id);

-- What was done to many messages at once, by which it is taken back.
CREATE TABLE mail_undo (
    batch      TEXT NOT NULL,
    message_id BIGINT NOT NULL REFERENCES mail_messages (id) ON DELETE CASCADE,
    folder_id  BIGINT NOT NULL,                -- where it was
    flags      BIGINT NOT NULL,                -- those that it had
    at         BIGINT NOT NULL,
    PRIMARY KEY (batch, message_id)
);
CREATE INDEX mail_undo_message ON mail_undo (message_id);
CREATE INDEX mail_undo_at ON mail_undo (at);

-- Senders whose pictures are shown that are elsewhere.
CREATE TABLE mail_picture_senders (
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    address      TEXT COLLATE "C" NOT NULL,                 -- in lower case
    PRIMARY KEY (principal_id, address)
);

-- Whom somebody has written to.
CREATE TABLE mail_correspondents (
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    address      TEXT COLLATE "C" NOT NULL,                 -- in lower case
    name         TEXT NOT NULL,
    search_text  TEXT NOT NULL,
    times        BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    PRIMARY KEY (principal_id, address)
);

-- What is being written, or waits to be sent.
CREATE TABLE mail_drafts (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id       BIGINT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    identity_id      BIGINT REFERENCES mail_identities (id) ON DELETE SET NULL,
    message_id       TEXT NOT NULL,             -- what it will be known by, without the angle brackets
    content          TEXT NOT NULL,             -- JSON: recipients, subject, texts, what it answers
    subject          TEXT NOT NULL,
    answers          BIGINT REFERENCES mail_messages (id) ON DELETE SET NULL, -- the message that it answers or forwards
    answers_kind     TEXT CHECK (answers_kind IN ('reply', 'reply-all', 'forward')),
    state            TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'sending', 'filing', 'sent', 'refused')),
    send_at          BIGINT,
    why              TEXT,                      -- why it was not sent
    revision         BIGINT NOT NULL,
    saved_revision   BIGINT NOT NULL DEFAULT 0, -- the one that the server has
    server_folder    TEXT,
    server_uid       BIGINT,
    created_at       BIGINT NOT NULL,
    changed_at       BIGINT NOT NULL
);
CREATE INDEX mail_drafts_account ON mail_drafts (account_id);

CREATE TABLE mail_attachments (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    draft_id   BIGINT NOT NULL REFERENCES mail_drafts (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       BIGINT NOT NULL,
    content    BYTEA NOT NULL
);
CREATE INDEX mail_attachments_draft ON mail_attachments (draft_id);
