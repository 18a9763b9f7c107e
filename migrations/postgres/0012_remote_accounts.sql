-- Accounts that people have at services elsewhere, and whose calendars they want in step.
CREATE TABLE remote_accounts (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE, -- whose it is; nobody else sees it
    provider     TEXT NOT NULL CHECK (provider IN ('caldav', 'graph', 'ics')),
    preset       TEXT,                         -- the service by name, as it is known; NULL: any other
    name         TEXT NOT NULL,                -- for people
    settings     TEXT NOT NULL,                -- JSON of the provider's own form: where it is; no credentials
    credentials  BYTEA,                        -- sealed with a key that is not here; NULL: it needs none
    state        TEXT NOT NULL CHECK (state IN ('active', 'paused', 'unauthenticated', 'missing')),
    why          TEXT,                         -- what the service said; NULL: nothing is wrong
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,              -- its name, state, settings or credentials
    checked_at   BIGINT                        -- when the service last let it in
);
CREATE INDEX remote_accounts_principal ON remote_accounts (principal_id);
