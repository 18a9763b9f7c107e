-- Everyone who has an account, as somebody to share with. No name begins with a dot.
INSERT INTO principals (id, kind, slug, display_name) VALUES (0, 'group', '.everyone', 'Everyone');

-- A standing team (a group) or a project with a team, a start and an end (a mission), beside its row in principals.
CREATE TABLE teams (
    principal_id INTEGER PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    description  TEXT NOT NULL,
    starts_on    TEXT,                      -- ISO 8601; of missions
    ends_on      TEXT,                      -- the last day; after it members other than its managers only read
    ends_at      INTEGER,                   -- when that day has ended everywhere
    created_at   INTEGER NOT NULL
) STRICT;

-- What was shared until when, and since when.
ALTER TABLE grants ADD COLUMN ends_at INTEGER;              -- NULL: until it is taken back
ALTER TABLE grants ADD COLUMN granted_at INTEGER NOT NULL DEFAULT 0;

-- What a person thinks of what was shared with them, and their own name, colour and place for it; NULL: as its owner has it.
ALTER TABLE calendar_views ADD COLUMN answer TEXT CHECK (answer IN ('accepted', 'declined'));
ALTER TABLE calendar_views ADD COLUMN own_name TEXT;
ALTER TABLE calendar_views ADD COLUMN own_color TEXT;
ALTER TABLE calendar_views ADD COLUMN own_order INTEGER;

-- Derived from the text: whether it has a component that is private or confidential, and whether it has alarms or what acknowledges
-- them. A guess until it is derived anew, which may say yes where it is no.
ALTER TABLE objects ADD COLUMN guarded INTEGER NOT NULL DEFAULT 0 CHECK (guarded IN (0, 1));
ALTER TABLE objects ADD COLUMN alarmed INTEGER NOT NULL DEFAULT 0 CHECK (alarmed IN (0, 1));
UPDATE objects SET
    guarded = upper(text) LIKE '%CLASS%' AND upper(text) NOT LIKE '%CLASS:PUBLIC%',
    alarmed = upper(text) LIKE '%VALARM%' OR upper(text) LIKE '%X-MOZ-%';
UPDATE objects SET guarded = 1 WHERE upper(text) LIKE '%CLASS%PRIVATE%' OR upper(text) LIKE '%CLASS%CONFIDENTIAL%';

-- The alarms of a person for an object that was shared with them, and what acknowledges them.
CREATE TABLE personal_alarms (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    object_id    INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
    alarms       TEXT NOT NULL,
    PRIMARY KEY (principal_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_alarms_object ON personal_alarms (object_id);
INSERT INTO jobs (kind, unique_key, payload, state, due_at, created_at)
    SELECT 'reindex', '', '{}', 'waiting', 0, 0 WHERE EXISTS (SELECT 1 FROM objects) ON CONFLICT DO NOTHING;
