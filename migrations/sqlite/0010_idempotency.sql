-- Keys of requests that make something and may come twice (Idempotency-Key), for a day.
CREATE TABLE idempotency_keys (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    key_hash     BLOB NOT NULL,             -- SHA-256
    request_hash BLOB NOT NULL,             -- of what was asked for
    made         TEXT NOT NULL,             -- by the first request: the name or the id of it
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (principal_id, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
