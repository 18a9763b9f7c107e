-- Who somebody is at a provider of sign-in (OpenID Connect), or to the proxy before the server. An account has one at each.
CREATE TABLE identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    -- Whether it is by the provider's word that they look after the accounts.
    gave_admin BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX identities_user ON identities (user_id, issuer);

-- Sign-ins that have begun at a provider. What the provider has to repeat, and the proof that the answer is for this browser, are made
-- of the secret that the browser alone knows.
CREATE TABLE sign_in_flows (
    state_hash   BYTEA PRIMARY KEY,
    browser_hash BYTEA NOT NULL,
    provider     TEXT NOT NULL,
    next_path    TEXT NOT NULL,
    user_id      BIGINT REFERENCES users (principal_id) ON DELETE CASCADE, -- whose account is to be connected; NULL: whoever it is signs in
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sign_in_flows_expires ON sign_in_flows (expires_at);

-- Tokens of providers that are taken once.
CREATE TABLE spent_tokens (
    token_hash BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_tokens_expires ON spent_tokens (expires_at);

-- Where somebody signed in with a provider: who they are there, which session it is there, and the ID token, sealed with a key that is
-- made of the session's secret.
ALTER TABLE sessions ADD COLUMN issuer TEXT;
ALTER TABLE sessions ADD COLUMN subject TEXT;
ALTER TABLE sessions ADD COLUMN provider_session TEXT;
ALTER TABLE sessions ADD COLUMN id_token BYTEA;
CREATE INDEX sessions_subject ON sessions (issuer, subject) WHERE issuer IS NOT NULL;

-- The groups that were made because a provider names them.
CREATE TABLE provider_groups (
    issuer  TEXT NOT NULL,
    name    TEXT NOT NULL,
    team_id BIGINT NOT NULL REFERENCES teams (principal_id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, name)
);
CREATE INDEX provider_groups_team ON provider_groups (team_id);

-- The provider by whose word somebody belongs to a group; NULL: somebody said so here.
ALTER TABLE memberships ADD COLUMN issuer TEXT;
