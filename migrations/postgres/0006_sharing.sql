-- Everyone who has an account, as somebody to share with. No name begins with a dot.
INSERT INTO principals (id, kind, slug, display_name) OVERRIDING SYSTEM VALUE VALUES (0, 'group', '.everyone', 'Everyone');

-- A standing team (a group) or a project with a team, a start and an end (a mission), beside its row in principals.
CREATE TABLE teams (
    principal_id BIGINT PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    description  TEXT NOT NULL,
    starts_on    TEXT,                      -- ISO 8601; of missions
    ends_on      TEXT,                      -- the last day; after it members other than its managers only read
    ends_at      BIGINT,                    -- when that day has ended everywhere
    created_at   BIGINT NOT NULL
);

-- What was shared until when, and since when.
ALTER TABLE grants ADD COLUMN ends_at BIGINT;               -- NULL: until it is taken back
ALTER TABLE grants ADD COLUMN granted_at BIGINT NOT NULL DEFAULT 0;

-- What a person thinks of what was shared with them, and their own name, colour and place for it; NULL: as its owner has it.
ALTER TABLE calendar_views ADD COLUMN answer TEXT CHECK (answer IN ('accepted', 'declined'));
ALTER TABLE calendar_views ADD COLUMN own_name TEXT;
ALTER TABLE calendar_views ADD COLUMN own_color TEXT;
ALTER TABLE calendar_views ADD COLUMN own_order BIGINT;

-- Derived from the text: whether it has a component that is private or confidential, and whether it has alarms or what acknowledges
-- them. A guess until it is derived anew, which may say yes where it is no.
ALTER TABLE objects ADD COLUMN guarded BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE objects ADD COLUMN alarmed BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE objects SET
    guarded = text ILIKE '%CLASS%PRIVATE%' OR text ILIKE '%CLASS%CONFIDENTIAL%'
        OR (text ILIKE '%CLASS%' AND text NOT ILIKE '%CLASS:PUBLIC%'),
    alarmed = text ILIKE '%VALARM%' OR text ILIKE '%X-MOZ-%';

-- The alarms of a person for an object that was shared with them, and what acknowledges them.
CREATE TABLE personal_alarms (
    principal_id BIGINT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    object_id    BIGINT NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
    alarms       TEXT NOT NULL,
    PRIMARY KEY (principal_id, object_id)
);
CREATE INDEX personal_alarms_object ON personal_alarms (object_id);
INSERT INTO jobs (kind, unique_key, payload, state, due_at, created_at)
    SELECT 'reindex', '', '{}', 'waiting', 0, 0 WHERE EXISTS (SELECT 1 FROM objects) ON CONFLICT DO NOTHING;
