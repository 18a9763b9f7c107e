-- Keys of requests that make something and may come twice (Idempotency-Key), for a day.
CREATE TABLE idempotency_keys (
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    key_hash     BYTEA NOT NULL,            -- SHA-256
    request_hash BYTEA NOT NULL,            -- of what was asked for
    made         TEXT NOT NULL,             -- by the first request: the name or the id of it
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (principal_id, key_hash)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
