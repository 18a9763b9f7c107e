-- Who belongs to a group or a mission, and what the members may do with its calendars.
-- Levels of access: 10 free-busy, 20 read, 30 write, 40 administer, 50 owner.
CREATE TABLE memberships (
    group_id  INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    access    INTEGER NOT NULL,
    PRIMARY KEY (group_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_member ON memberships (member_id);

-- What a calendar's owner lets others do.
CREATE TABLE grants (
    calendar_id  INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    access       INTEGER NOT NULL,
    PRIMARY KEY (calendar_id, principal_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_principal ON grants (principal_id);
