-- Public links: whoever has the address sees some calendars, until the link ends or is revoked, and as long as whoever made it
-- administers them.
CREATE TABLE links (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    maker_id     BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    access       BIGINT NOT NULL,              -- 10 free-busy, 20 read
    secret_hash  BYTEA NOT NULL UNIQUE,
    ends_at      BIGINT,                       -- NULL: until it is revoked
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,              -- its name, level, end, address or calendars
    uses         BIGINT NOT NULL DEFAULT 0,    -- counted together, a little late
    last_used_at BIGINT                        -- NULL: never
);
CREATE INDEX links_maker ON links (maker_id);

CREATE TABLE link_calendars (
    link_id     BIGINT NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    calendar_id BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    PRIMARY KEY (link_id, calendar_id)
);
CREATE INDEX link_calendars_calendar ON link_calendars (calendar_id);
