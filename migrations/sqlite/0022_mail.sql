-- Mail that people have elsewhere: accounts, an index of what is in them, and what is being written.

-- An account with its servers. Unlike a remote account it has two of them, folders and names to send as, and no calendars.
CREATE TABLE mail_accounts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    principal_id     INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE, -- whose it is; nobody else sees it
    name             TEXT NOT NULL,             -- for people
    address          TEXT NOT NULL,             -- such as ada@example.org
    color            TEXT NOT NULL,             -- #RRGGBB
    signature        TEXT NOT NULL,             -- plain text; '': none
    preset           TEXT,                      -- the service by name, as it is known; NULL: any other
    settings         TEXT NOT NULL,             -- JSON: both servers, the folders that were chosen; no credentials
    credentials      BLOB,                      -- sealed with a key that is not here
    state            TEXT NOT NULL CHECK (state IN ('active', 'paused', 'unauthenticated', 'missing')),
    code             TEXT,                      -- what is the matter, for programs; NULL: nothing
    why              TEXT,                      -- the same in words
    failures         INTEGER NOT NULL DEFAULT 0, -- how many runs in a row did not come to their end
    interval_seconds INTEGER NOT NULL,          -- from one look to the next, where the server does not tell by itself
    next_look_at     INTEGER,                   -- NULL: only when somebody says so
    looked_at        INTEGER,                   -- when the index was last the same as the server
    steps_done       INTEGER,                   -- of the run under way; NULL: there is none
    steps            INTEGER,                   -- NULL: not known
    watched_by       TEXT,                      -- the node that is told of arrivals
    watched_until    INTEGER,                   -- another may be after that
    created_at       INTEGER NOT NULL,
    changed_at       INTEGER NOT NULL,
    checked_at       INTEGER                    -- when the server last let it in
) STRICT;
CREATE INDEX mail_accounts_principal ON mail_accounts (principal_id);

-- What mail of an account may be sent as.
CREATE TABLE mail_identities (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,                   -- '': the address alone
    address    TEXT NOT NULL,
    signature  TEXT,                            -- NULL: the account's
    UNIQUE (account_id, address)
) STRICT;

-- Accounts of calendars that were made with what a mail account brings.
CREATE TABLE mail_feeds (
    mail_account_id   INTEGER NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    remote_account_id INTEGER NOT NULL REFERENCES remote_accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (mail_account_id, remote_account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mail_folders (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id      INTEGER NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    path            TEXT NOT NULL,              -- as the server calls it, in Unicode
    delimiter       TEXT,                       -- between the levels of the path; NULL: there are none
    role            TEXT CHECK (role IN ('inbox', 'sent', 'drafts', 'archive', 'bin', 'spam', 'all')),
    selectable      INTEGER NOT NULL CHECK (selectable IN (0, 1)), -- it can hold messages
    uid_validity    INTEGER,                    -- NULL: never looked at
    uid_next        INTEGER NOT NULL DEFAULT 0, -- what is below is known
    lowest_uid      INTEGER NOT NULL DEFAULT 0, -- and what is from here on; 1: everything is
    modseq          INTEGER,                    -- NULL: the server does not count changes
    compared_to     INTEGER NOT NULL DEFAULT 0, -- down to which UID flags were compared last
    looked_state    TEXT,                       -- what the server said of the folder when it was last looked at
    messages        INTEGER NOT NULL DEFAULT 0,
    unread          INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account_id, path)
) STRICT;

-- The index: what is shown of each message without asking the server.
CREATE TABLE mail_messages (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    folder_id        INTEGER REFERENCES mail_folders (id) ON DELETE CASCADE, -- where it is shown; NULL: it is to be deleted
    server_folder_id INTEGER NOT NULL REFERENCES mail_folders (id) ON DELETE CASCADE, -- where the server has it
    server_uid       INTEGER,                   -- NULL: there somewhere; it is found by its Message-ID
    flags            INTEGER NOT NULL,          -- one bit for each
    pending          INTEGER NOT NULL DEFAULT 0, -- those of the flags that the server does not know yet
    thread_id        INTEGER NOT NULL,
    message_id       TEXT,                      -- without the angle brackets
    subject          TEXT NOT NULL,             -- '': none
    from_name        TEXT NOT NULL,
    from_address     TEXT NOT NULL,
    recipients       TEXT NOT NULL,             -- JSON: names and addresses
    sent_at          INTEGER,                   -- as the sender says
    received_at      INTEGER NOT NULL,          -- as the server says
    size             INTEGER NOT NULL,          -- octets
    attached         INTEGER NOT NULL CHECK (attached IN (0, 1)),
    preview          TEXT,                      -- how the text begins; NULL: not looked at
    search_text      TEXT NOT NULL              -- words in lower case, without accents
) STRICT;
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

CREATE VIRTUAL TABLE mail_words USING fts5 (
    search_text, content = 'mail_messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0', detail = 'none'
);
CREATE TRIGGER mail_words_in AFTER INSERT ON mail_messages BEGIN
    INSERT INTO mail_words (rowid, search_text) VALUES (new.id, new.search_text);
END;
CREATE TRIGGER mail_words_out AFTER DELETE ON mail_messages BEGIN
    INSERT INTO mail_words (mail_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);
END;
CREATE TRIGGER mail_words_other AFTER UPDATE OF search_text ON mail_messages BEGIN
    INSERT INTO mail_words (mail_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);
    INSERT INTO mail_words (rowid, search_text) VALUES (new.id, new.search_text);
END;

-- Which thread a message belongs to that names another, or is named: digests of Message-IDs.
CREATE TABLE mail_references (
    account_id INTEGER NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    digest     BLOB NOT NULL,
    thread_id  INTEGER NOT NULL,
    PRIMARY KEY (account_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_references_thread ON mail_references (account_id, thread_id);

-- What was done to many messages at once, by which it is taken back.
CREATE TABLE mail_undo (
    batch      TEXT NOT NULL,
    message_id INTEGER NOT NULL REFERENCES mail_messages (id) ON DELETE CASCADE,
    folder_id  INTEGER NOT NULL,                -- where it was
    flags      INTEGER NOT NULL,                -- those that it had
    at         INTEGER NOT NULL,
    PRIMARY KEY (batch, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_undo_message ON mail_undo (message_id);
CREATE INDEX mail_undo_at ON mail_undo (at);

-- Senders whose pictures are shown that are elsewhere.
CREATE TABLE mail_picture_senders (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    address      TEXT NOT NULL,                 -- in lower case
    PRIMARY KEY (principal_id, address)
) STRICT, WITHOUT ROWID;

-- Whom somebody has written to.
CREATE TABLE mail_correspondents (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    address      TEXT NOT NULL,                 -- in lower case
    name         TEXT NOT NULL,
    search_text  TEXT NOT NULL,
    times        INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    PRIMARY KEY (principal_id, address)
) STRICT, WITHOUT ROWID;

-- What is being written, or waits to be sent.
CREATE TABLE mail_drafts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
    identity_id      INTEGER REFERENCES mail_identities (id) ON DELETE SET NULL,
    message_id       TEXT NOT NULL,             -- what it will be known by, without the angle brackets
    content          TEXT NOT NULL,             -- JSON: recipients, subject, texts, what it answers
    subject          TEXT NOT NULL,
    answers          INTEGER REFERENCES mail_messages (id) ON DELETE SET NULL, -- the message that it answers or forwards
    answers_kind     TEXT CHECK (answers_kind IN ('reply', 'reply-all', 'forward')),
    state            TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'sending', 'filing', 'sent', 'refused')),
    send_at          INTEGER,
    why              TEXT,                      -- why it was not sent
    revision         INTEGER NOT NULL,
    saved_revision   INTEGER NOT NULL DEFAULT 0, -- the one that the server has
    server_folder    TEXT,
    server_uid       INTEGER,
    created_at       INTEGER NOT NULL,
    changed_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_drafts_account ON mail_drafts (account_id);

CREATE TABLE mail_attachments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    draft_id   INTEGER NOT NULL REFERENCES mail_drafts (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL,
    content    BLOB NOT NULL
) STRICT;
CREATE INDEX mail_attachments_draft ON mail_attachments (draft_id);
