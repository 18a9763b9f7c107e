-- What a person says of a calendar that was shared with them, for themselves alone.
ALTER TABLE calendar_views ADD COLUMN own_description TEXT; -- NULL: as its owner has it; '': none
-- Whether what is in it does not count where it is asked when they are busy (CALDAV:schedule-calendar-transp); NULL: nothing was said.
ALTER TABLE calendar_views ADD COLUMN keeps_free INTEGER CHECK (keeps_free IN (0, 1));
INSERT INTO calendar_views (principal_id, calendar_id, hidden, is_default, keeps_free)
    SELECT c.owner_id, c.id, 0, 0, 1 FROM calendars c JOIN calendar_dead_properties d ON d.calendar_id = c.id
    WHERE d.namespace = 'urn:ietf:params:xml:ns:caldav' AND d.name = 'schedule-calendar-transp' AND d.xml LIKE '%transparent%'
    ON CONFLICT (principal_id, calendar_id) DO UPDATE SET keeps_free = excluded.keeps_free;
DELETE FROM calendar_dead_properties WHERE namespace = 'urn:ietf:params:xml:ns:caldav' AND name = 'schedule-calendar-transp';

-- What a person has of an object that was shared with them: their alarms, and whether it keeps them busy. It stays while the object rests
-- in the bin.
CREATE TABLE personal_data (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    object_id    INTEGER NOT NULL,
    calendar_id  INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    content      TEXT NOT NULL,
    PRIMARY KEY (principal_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_data_object ON personal_data (object_id);
CREATE INDEX personal_data_calendar ON personal_data (calendar_id);
INSERT INTO personal_data (principal_id, object_id, calendar_id, content)
    SELECT a.principal_id, a.object_id, o.calendar_id, a.alarms FROM personal_alarms a JOIN objects o ON o.id = a.object_id;
DROP TABLE personal_alarms;

-- Addresses of e-mail that people say are theirs. By one that is verified they are found; users.email is the one of them that is shown.
CREATE TABLE email_addresses (
    user_id     INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    address_key TEXT NOT NULL,               -- in small letters
    address     TEXT NOT NULL,               -- as it was written
    issuer      TEXT,                        -- the provider by whose word it is theirs; NULL: an administrator's
    verified_at INTEGER,                     -- NULL: nobody has shown that it is theirs
    added_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, address_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX email_addresses_key ON email_addresses (address_key);
INSERT INTO email_addresses (user_id, address_key, address, verified_at, added_at)
    SELECT principal_id, lower(email), email, created_at, created_at FROM users WHERE email IS NOT NULL;

-- Links by which somebody who is signed in shows that an address is theirs.
CREATE TABLE address_links (
    secret_hash BLOB PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    address_key TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX address_links_user ON address_links (user_id);
CREATE INDEX address_links_expires ON address_links (expires_at);
